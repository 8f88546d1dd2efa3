/** The daemon's side of the connection file: its lock, its writing and its removal. See runtime/daemonAddress.ts. */
import { existsSync, mkdtempSync, readFileSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EuphonicError } from '../base/errors.js';
import { type DaemonAddress, readConnectionFile, readStaleConnectionFile } from '../runtime/daemonAddress.js';
import { cannotWrite, ensurePrivateDirectory, writePrivateFile } from '../runtime/files.js';
import { type RuntimePaths, runtimePaths } from '../runtime/paths.js';
import { system } from '../runtime/system.js';

/** Longest path of a Unix socket: sun_path has 108 bytes with the final zero. */
const MAX_SOCKET_PATH = 107;

/** Beginning of the private directories for sockets whose path would be too long beside the connection file. */
const socketDirectoryPrefix = () => `/tmp/euphonic-${process.getuid?.() ?? 0}-`;

/**
 * Takes the lock beside the connection file for the life of this process; false if another daemon holds it. `lockFile`
 * locks a file and writes the process's id into it, as the addon does: it says whom to ask should the connection file be lost. The directory is made or checked first. Throws `runtime_directory`.
 */
export function takeLock(paths: RuntimePaths, lockFile: (path: string) => boolean): boolean {
  ensurePrivateDirectory(paths.directory);
  try {
    return lockFile(paths.lock);
  } catch (error) {
    if (error instanceof EuphonicError) throw error;
    throw cannotWrite(paths.lock, error);
  }
}

/**
 * Removes what a daemon that was killed left behind. Only for the holder of the lock. Throws what `readConnectionFile` does:
 * a file that does not hold an address, or one of another host, stays.
 */
export function removeStale(paths: RuntimePaths): void {
  const stale = readConnectionFile(paths);
  system.removeFile(paths.connectionFile);
  if (!stale) return;
  for (const path of socketPaths(stale)) if (isSocketOf(paths, path)) removeSocket(path);
}

/** Where the sockets of a connection lie in the file system; none for TCP. */
function socketPaths({ work, control }: Endpoints): string[] {
  const ipc = [work, control].filter((endpoint) => endpoint.startsWith('ipc://'));
  return ipc.map((endpoint) => endpoint.slice('ipc://'.length));
}

/** Whether clients can still find the daemon: its file says its secret, and its sockets are where it says. */
export function canBeFound(paths: RuntimePaths, address: DaemonAddress): boolean {
  const found = readStaleConnectionFile(paths)?.secret === address.secret;
  return found && socketPaths(address).every((path) => existsSync(path));
}

/** False once the host, whose name is in the path of the connection file, has been given another name. */
export function isLookedFor(paths: RuntimePaths): boolean {
  return paths.chosen || runtimePaths().connectionFile === paths.connectionFile;
}

export interface Endpoints {
  work: string;
  control: string;
}

/**
 * Endpoints for the two sockets, best first: beside the connection file, where nobody else may look in and the path is
 * short enough; else, or where the file system has no sockets, in a short private directory.
 */
export function chooseEndpoints(paths: RuntimePaths): (() => Endpoints)[] {
  const named = (directory: string, stem: string): Endpoints => ({
    work: `ipc://${join(directory, `${stem}work.sock`)}`,
    control: `ipc://${join(directory, `${stem}control.sock`)}`,
  });
  const beside = named(paths.directory, `${paths.stem}-${process.pid}-`);
  const privateDirectory = (system.modeOf(paths.directory, statSync(paths.directory)) & 0o077) === 0;
  const fits = Buffer.byteLength(socketPaths(beside)[1]) <= MAX_SOCKET_PATH;
  return [...(privateDirectory && fits ? [() => beside] : []), () => named(makeSocketDirectory(), '')];
}

function makeSocketDirectory(): string {
  try {
    return mkdtempSync(socketDirectoryPrefix());
  } catch (error) {
    throw cannotWrite(socketDirectoryPrefix(), error);
  }
}

export function writeConnectionFile(paths: RuntimePaths, address: DaemonAddress): void {
  writePrivateFile(paths.connectionFile, `${JSON.stringify(address, null, 2)}\n`);
}

/**
 * Removes everything that `connection` names, and last the lock's file, while the lock is still held. Where the
 * directory was removed and another daemon made it again, its files stay.
 */
export function removeConnectionFile(paths: RuntimePaths, address: DaemonAddress | undefined): void {
  if (address && readStaleConnectionFile(paths)?.secret === address.secret)
    system.removeFile(paths.connectionFile);
  if (address) removeSockets(address);
  if (lockHolder(paths) === process.pid) system.removeFile(paths.lock);
}

/** Removes sockets that this process made, and their directory where it has one of its own. */
export function removeSockets(endpoints: Endpoints): void {
  for (const path of socketPaths(endpoints)) removeSocket(path);
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
