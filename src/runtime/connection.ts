/**
 * The connection file: where a daemon says how it can be reached. The daemon writes it, every client reads it; both
 * find it by the same rule and trust it on the same conditions.
 */
import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  type Stats,
} from 'node:fs';
import { homedir, hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import * as v from 'valibot';
import { EuphonicError } from '../base/errors.js';

const common = {
  protocol: v.pipe(v.number(), v.safeInteger()),
  version: v.string(),
  host: v.string(),
  pid: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  work: v.string(),
  control: v.string(),
  /** made anew by each daemon: with PLAIN the password, always what tells one daemon's file from another's */
  secret: v.string(),
};

/** Z85: 40 characters for the 32 bytes of a key. */
const curveKey = v.pipe(v.string(), v.length(40));

const schema = v.variant('mechanism', [
  v.object({ ...common, mechanism: v.literal('PLAIN') }),
  v.object({
    ...common,
    mechanism: v.literal('CURVE'),
    /** public key of the daemon */
    server_key: curveKey,
    /** the pair that a client shows: the only one that is let in */
    client_key: curveKey,
    client_secret_key: curveKey,
  }),
]);

export type Connection = v.InferOutput<typeof schema>;
export type CurveConnection = Extract<Connection, { mechanism: 'CURVE' }>;

/** No more is read: a connection file has a few hundred bytes. */
const MAX_CONNECTION_FILE_BYTES = 2 ** 16;

/** ZeroMQ's PLAIN mechanism: the user name that goes with the secret. */
export const PLAIN_USERNAME = 'euphonic';

/** How a client shows that it may connect, as options of a ZeroMQ socket. */
export function clientSecurity(connection: Connection): object {
  if (connection.mechanism === 'PLAIN') {
    return { plainUsername: PLAIN_USERNAME, plainPassword: connection.secret };
  }
  const { server_key, client_key, client_secret_key } = connection;
  return { curveServerKey: server_key, curvePublicKey: client_key, curveSecretKey: client_secret_key };
}

/** Files beside the connection file that belong to the same daemon. */
export interface RuntimePaths {
  connection: string;
  directory: string;
  /** file name of the connection file without its extension: what the names of the others begin with */
  stem: string;
  lock: string;
  log: string;
  /** true where EUPHONIC_CONNECTION chose the place, and its mode is the user's affair */
  chosen: boolean;
  /** true where no other host can see the file */
  local: boolean;
}

/** `$EUPHONIC_CONNECTION`, else `$XDG_RUNTIME_DIR/euphonic/connection.json`, else `~/.cache/euphonic-bridge/<host>/connection.json`. */
export function runtimePaths(env: NodeJS.ProcessEnv = process.env): RuntimePaths {
  const chosen = env.EUPHONIC_CONNECTION;
  const connection = chosen
    ? resolve(chosen)
    : env.XDG_RUNTIME_DIR
      ? join(env.XDG_RUNTIME_DIR, 'euphonic', 'connection.json')
      : join(env.HOME || homedir(), '.cache', 'euphonic-bridge', hostname(), 'connection.json');
  const directory = dirname(connection);
  const stem = basename(connection).replace(/\.json$/, '');
  return {
    connection,
    directory,
    stem,
    lock: `${connection}.lock`,
    log: join(directory, `${stem}.log`),
    chosen: Boolean(chosen),
    local: !chosen && Boolean(env.XDG_RUNTIME_DIR),
  };
}

/**
 * Makes the directory of the connection file (0700) or checks the one that exists: a real directory of this user,
 * which nobody else may write to. Throws `runtime_directory`.
 */
export function ensureRuntimeDirectory(paths: RuntimePaths): void {
  const { directory } = paths;
  try {
    makeDirectory(directory);
  } catch (error) {
    throw unusable(`The directory ${directory} cannot be made: ${systemReason(error)}.`, directory);
  }
  let stats: Stats;
  try {
    stats = lstatSync(directory);
  } catch (error) {
    throw unusable(`The directory ${directory} cannot be examined: ${systemReason(error)}.`, directory);
  }
  checkOwnership(stats, directory, 'directory');
  if ((stats.mode & 0o022) !== 0 && process.platform !== 'win32') {
    throw unusable(
      `Other users may write to ${directory} (mode ${modeText(stats)}).`,
      directory,
      `chmod 700 ${directory}`,
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
 * The connection in the file, or undefined if there is no file, or one that was never completed. Throws
 * `runtime_directory` for a file that others could have written or read, `file_damaged` for one that is not a
 * connection, `other_host` for one of another host that cannot be reached from here.
 */
export function readConnection(paths: RuntimePaths): Connection | undefined {
  const text = readPrivateFile(paths.connection);
  if (text === undefined || isHalfWritten(text)) return undefined;
  const connection = parseConnection(text, paths.connection);
  // where no other host can see the file, it is this one that has another name by now
  if (!paths.local && connection.host !== hostname() && connection.work.startsWith('ipc:')) {
    throw new EuphonicError(
      'other_host',
      `The connection file belongs to a daemon on ${connection.host}; this is ${hostname()}.`,
      {
        where: paths.connection,
        expected: `a daemon of ${hostname()}`,
        advice: `Let EUPHONIC_CONNECTION name a file of this host's own, or stop the daemon on ${connection.host}.`,
      },
    );
  }
  return connection;
}

/** Whether its daemon's pid means something here. */
export function isOfThisHost(connection: Connection): boolean {
  return connection.work.startsWith('ipc:') || connection.host === hostname();
}

/**
 * What a machine may leave that went down, or a disk that was full, while the file was being made: nothing, zeros, or
 * the beginning of a connection. Anything else in its place is somebody's data and is never taken for one.
 */
function isHalfWritten(text: string): boolean {
  const begun = text.replace(/[\s\0]/g, '');
  const beginning = '{"protocol"';
  if (!begun.startsWith(beginning.slice(0, begun.length))) return false;
  try {
    JSON.parse(text);
    return false;
  } catch {
    return true;
  }
}

/** As `readConnection`, without the test of the host and with undefined for what is no connection: for clearing up. */
export function readStaleConnection(paths: RuntimePaths): Connection | undefined {
  try {
    const text = readPrivateFile(paths.connection);
    return text === undefined ? undefined : parseConnection(text, paths.connection);
  } catch {
    return undefined;
  }
}

function parseConnection(text: string, where: string): Connection {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const parsed = v.safeParse(schema, json);
  if (parsed.success) return parsed.output;
  throw new EuphonicError('file_damaged', 'The connection file is not one.', {
    where,
    expected: `a JSON object with ${Object.keys(common).join(', ')} and mechanism`,
    advice: 'Remove it and start the daemon again.',
  });
}

function readPrivateFile(path: string): string | undefined {
  let fd: number;
  try {
    // not to wait for the other end of a pipe that somebody put there
    fd = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    if (code === 'ELOOP') throw unusable(`${path} is a symbolic link.`, path, 'Remove it.');
    throw unusable(`${path} cannot be read: ${systemReason(error)}.`, path);
  }
  try {
    const stats = fstatSync(fd);
    checkOwnership(stats, path, 'file');
    if ((stats.mode & 0o077) !== 0 && process.platform !== 'win32') {
      throw unusable(
        `${path} is open to other users (mode ${modeText(stats)}).`,
        path,
        `Remove it, and restart the daemon.`,
      );
    }
    const bytes = Buffer.alloc(MAX_CONNECTION_FILE_BYTES + 1);
    const length = readSync(fd, bytes, 0, bytes.length, 0);
    if (length > MAX_CONNECTION_FILE_BYTES) {
      throw new EuphonicError('file_damaged', 'The connection file is not one.', {
        where: path,
        expected: `at most ${MAX_CONNECTION_FILE_BYTES} bytes`,
        advice: 'Let EUPHONIC_CONNECTION name another file.',
      });
    }
    return bytes.toString('utf8', 0, length);
  } finally {
    closeSync(fd);
  }
}

function checkOwnership(stats: Stats, path: string, kind: 'file' | 'directory'): void {
  if (kind === 'file' ? !stats.isFile() : !stats.isDirectory()) {
    throw unusable(`${path} is not a ${kind}${stats.isSymbolicLink() ? ', but a symbolic link' : ''}.`, path);
  }
  const uid = process.getuid?.();
  if (uid !== undefined && stats.uid !== uid) {
    throw unusable(`${path} belongs to user ${stats.uid}, not to ${uid}.`, path);
  }
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
    expected: 'a directory of your own with mode 0700, and files of mode 0600 in it',
    advice: advice ?? 'Let EUPHONIC_CONNECTION name a file in another directory.',
  });
}

function modeText(stats: Stats): string {
  return (stats.mode & 0o777).toString(8).padStart(4, '0');
}

/** What the system said, without the path that the message has already. */
export function systemReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code ? (message.split(',')[0] ?? code) : message;
}
