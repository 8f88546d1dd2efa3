/** Private directories and private files: by owner, and by what others may do with them. */
import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  type Stats,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { EuphonicError } from '../base/errors.js';
import { system } from './system.js';

/**
 * Makes a directory (0700) or checks the one that exists: a real directory of this user, which nobody else may write to.
 * Throws `runtime_directory`.
 */
export function ensurePrivateDirectory(directory: string): void {
  try {
    makeDirectory(directory);
  } catch (error) {
    throw unusable(`The directory ${directory} cannot be made: ${systemReason(error)}.`, directory);
  }
  checkPrivateDirectory(directory);
}

/** Throws `runtime_directory` for one that is not this user's, or that gives others a right in `refused`, by default to write. */
export function checkPrivateDirectory(directory: string, refused = 0o022): void {
  let stats: Stats;
  try {
    stats = lstatSync(directory);
  } catch (error) {
    throw unusable(`The directory ${directory} cannot be examined: ${systemReason(error)}.`, directory);
  }
  const mode = ownMode(stats, directory, 'directory');
  if ((mode & refused) !== 0) {
    throw unusable(
      `Other users may ${refused === 0o022 ? 'write to' : 'enter'} ${directory} (mode ${modeText(mode)}).`,
      directory,
      system.closeCommand(directory),
    );
  }
}

/** With its parents, all of mode 0700. (Node's own recursive form never returns where a file system refuses, as /proc does.) */
function makeDirectory(directory: string): void {
  if (existsSync(directory)) return;
  const parent = dirname(directory);
  if (parent !== directory) makeDirectory(parent);
  try {
    mkdirSync(directory, 0o700);
  } catch (error) {
    // another process may have made it meanwhile
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

/**
 * The text of a file that only this user can have written and read, at most `maxBytes` of it; undefined where there is none.
 * Throws `runtime_directory` for one that others may read or write, and what `tooLong` gives for a longer one.
 */
export function readPrivateFile(
  path: string,
  maxBytes: number,
  tooLong: () => EuphonicError,
): string | undefined {
  let fd: number;
  try {
    fd = system.openPrivate(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (code === 'ELOOP') throw unusable(`${path} is a symbolic link.`, path, 'Remove it.');
    throw unusable(`${path} cannot be read: ${systemReason(error)}.`, path);
  }
  try {
    const stats = fstatSync(fd);
    const mode = ownMode(stats, path, 'file');
    if ((mode & 0o077) !== 0) {
      throw unusable(
        `${path} is open to other users (mode ${modeText(mode)}).`,
        path,
        'If a daemon has made it, remove it and restart the daemon; else let EUPHONIC_CONNECTION name another file.',
      );
    }
    const bytes = Buffer.alloc(maxBytes + 1);
    const length = readSync(fd, bytes, 0, bytes.length, 0);
    if (length > maxBytes) throw tooLong();
    return bytes.toString('utf8', 0, length);
  } finally {
    closeSync(fd);
  }
}

/**
 * Writes a file with mode 0600 under another name and gives it its own: a reader sees all of it or the former one.
 * Throws `runtime_directory` where it cannot be written.
 */
export function writePrivateFile(path: string, text: string): void {
  const temporary = `${path}.${process.pid}`;
  try {
    rmSync(temporary, { force: true });
    const fd = openSync(temporary, 'wx', 0o600);
    try {
      writeSync(fd, text);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    system.replaceFile(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw cannotWrite(path, error);
  }
}

/** Who may do what with one of this user's, as mode bits. Throws `runtime_directory` for one that is not, or is of another kind. */
function ownMode(stats: Stats, path: string, kind: 'file' | 'directory'): number {
  if (kind === 'file' ? !stats.isFile() : !stats.isDirectory()) {
    throw unusable(`${path} is not a ${kind}${stats.isSymbolicLink() ? ', but a symbolic link' : ''}.`, path);
  }
  let stranger: string | undefined;
  let mode: number;
  try {
    stranger = system.strangerOf(path, stats);
    mode = system.modeOf(path, stats);
  } catch (error) {
    if (error instanceof EuphonicError) throw error;
    throw unusable(`${path} cannot be examined: ${systemReason(error)}.`, path);
  }
  if (stranger !== undefined) throw unusable(`${path} belongs to ${stranger}.`, path);
  return mode;
}

/** The error for a file of the daemon that cannot be made or written: read-only, full, or not the user's. */
export function cannotWrite(path: string, error: unknown): EuphonicError {
  return new EuphonicError('runtime_directory', `${path} cannot be written: ${systemReason(error)}.`, {
    where: path,
    expected: 'a directory of your own with room in it',
    advice: 'Let EUPHONIC_CONNECTION name a file in another directory.',
  });
}

function unusable(message: string, where: string, advice?: string): EuphonicError {
  return new EuphonicError('runtime_directory', message, {
    where,
    expected: system.privacy,
    advice: advice ?? 'Let EUPHONIC_CONNECTION name a file in another directory.',
  });
}

function modeText(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, '0');
}

/** What the system said in words, without the path that the message has already. */
export function systemReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ? message.split(',')[0].replace(/^[A-Z\d]+: /, '') : message;
}
