/** The daemon's side of the connection file: its lock, its writing and its removal. See protocol/connection.ts. */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { loadAddon } from '../compute/addon.js';
import {
  type Connection,
  ensureRuntimeDirectory,
  type RuntimePaths,
  readStaleConnection,
  systemReason,
} from '../protocol/connection.js';
import { EuphonicError } from '../protocol/errors.js';

/** Longest path of a Unix socket: sun_path has 108 bytes with the final zero. */
const MAX_SOCKET_PATH = 107;

/** Beginning of the private directories for sockets whose path would be too long beside the connection file. */
const socketDirectoryPrefix = () => `/tmp/euphonic-${process.getuid?.() ?? 0}-`;

/**
 * Takes the lock beside the connection file for the life of this process; false if another daemon holds it.
 * The directory is made or checked first. Throws `runtime_directory`.
 */
export function takeLock(paths: RuntimePaths): boolean {
  ensureRuntimeDirectory(paths);
  try {
    if (!loadAddon().lockFile(paths.lock)) return false;
    // says whom to ask should the connection file be lost
    writeFileSync(paths.lock, `${process.pid}\n`);
    return true;
  } catch (error) {
    if (error instanceof EuphonicError) throw error;
    throw cannotWrite(paths.lock, error);
  }
}

/** Removes what a daemon that was killed left behind. Only for the holder of the lock. */
export function removeStale(paths: RuntimePaths): void {
  const stale = readStaleConnection(paths);
  rmSync(paths.connection, { force: true });
  if (!stale) return;
  for (const endpoint of [stale.work, stale.control]) {
    const path = endpoint.startsWith('ipc://') ? endpoint.slice('ipc://'.length) : '';
    if (isSocketOf(paths, path)) removeSocket(path);
  }
}

/** Endpoints for the two sockets: beside the connection file, or in a short private directory of their own. */
export function chooseEndpoints(paths: RuntimePaths): { work: string; control: string } {
  const named = (directory: string, stem: string, kind: string) => join(directory, `${stem}${kind}.sock`);
  const beside = named(paths.directory, `${paths.stem}-${process.pid}-`, 'control');
  const privateDirectory = (statSync(paths.directory).mode & 0o077) === 0;
  if (privateDirectory && Buffer.byteLength(beside) <= MAX_SOCKET_PATH) {
    const stem = `${paths.stem}-${process.pid}-`;
    return {
      work: `ipc://${named(paths.directory, stem, 'work')}`,
      control: `ipc://${named(paths.directory, stem, 'control')}`,
    };
  }
  try {
    const directory = mkdtempSync(socketDirectoryPrefix());
    return {
      work: `ipc://${named(directory, '', 'work')}`,
      control: `ipc://${named(directory, '', 'control')}`,
    };
  } catch (error) {
    throw cannotWrite(socketDirectoryPrefix(), error);
  }
}

export function makeSecret(): string {
  return randomBytes(32).toString('hex');
}

/** Writes the file with mode 0600 under another name and renames it: a reader sees all of it or nothing. */
export function writeConnection(paths: RuntimePaths, connection: Connection): void {
  const temporary = `${paths.connection}.${process.pid}`;
  try {
    rmSync(temporary, { force: true });
    const fd = openSync(temporary, 'wx', 0o600);
    try {
      writeSync(fd, `${JSON.stringify(connection, null, 2)}\n`);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameSync(temporary, paths.connection);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw cannotWrite(paths.connection, error);
  }
}

/**
 * Removes everything that `connection` names, and last the lock's file, while the lock is still held. Where the
 * directory was removed and another daemon made it again, its files stay.
 */
export function removeConnection(paths: RuntimePaths, connection: Connection): void {
  if (readStaleConnection(paths)?.secret === connection.secret) rmSync(paths.connection, { force: true });
  for (const endpoint of [connection.work, connection.control]) removeSocket(endpoint.slice('ipc://'.length));
  if (lockHolder(paths) === process.pid) rmSync(paths.lock, { force: true });
}

/** The process that the lock's file names. */
function lockHolder(paths: RuntimePaths): number | undefined {
  try {
    return Number(readFileSync(paths.lock, 'utf8'));
  } catch {
    return undefined;
  }
}

function removeSocket(path: string): void {
  rmSync(path, { force: true });
  if (!path.startsWith(socketDirectoryPrefix())) return;
  try {
    rmdirSync(dirname(path));
  } catch {
    // the other socket is still in it
  }
}

/** Whether a path is one that `chooseEndpoints` gives: nothing else that a file may say is ever removed. */
function isSocketOf(paths: RuntimePaths, path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const beside = dirname(path) === paths.directory && /^.+-\d+-(work|control)\.sock$/.test(name);
  const apart =
    path.startsWith(socketDirectoryPrefix()) &&
    /^[^/]+\/(work|control)\.sock$/.test(path.slice('/tmp/'.length));
  return beside || apart;
}

function cannotWrite(path: string, error: unknown): EuphonicError {
  return new EuphonicError('runtime_directory', `${path} cannot be written: ${systemReason(error)}.`, {
    where: path,
    expected: 'a directory of your own with room in it',
    advice: 'Let EUPHONIC_CONNECTION name a file in another directory.',
  });
}
