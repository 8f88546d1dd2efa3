/** Where the files of a daemon lie. */
import { hostname, userInfo } from 'node:os';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { EuphonicError } from '../base/errors.js';

/** Files beside the connection file that belong to the same daemon. */
export interface RuntimePaths {
  connectionFile: string;
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

/**
 * `$EUPHONIC_CONNECTION`, else `$XDG_RUNTIME_DIR/euphonic/connection.json`, else `~/.cache/euphonic-bridge/<host>/connection.json`;
 * all of them absolute, since daemon and clients have other working directories. `connection_file.m` has the same rule.
 * Throws `runtime_directory` where there is no home directory either.
 */
export function runtimePaths(env: NodeJS.ProcessEnv = process.env): RuntimePaths {
  const chosen = env.EUPHONIC_CONNECTION;
  // the XDG specification has a relative path ignored
  const runtimeDirectory = isAbsolute(env.XDG_RUNTIME_DIR ?? '') ? env.XDG_RUNTIME_DIR : undefined;
  const connectionFile = chosen
    ? resolve(chosen)
    : runtimeDirectory
      ? join(runtimeDirectory, 'euphonic', 'connection.json')
      : join(homeDirectory(env), '.cache', 'euphonic-bridge', hostname(), 'connection.json');
  const directory = dirname(connectionFile);
  const stem = basename(connectionFile).replace(/\.json$/, '');
  return {
    connectionFile,
    directory,
    stem,
    lock: `${connectionFile}.lock`,
    log: join(directory, `${stem}.log`),
    chosen: Boolean(chosen),
    local: !chosen && runtimeDirectory !== undefined,
  };
}

/** HOME where it is an absolute path, else what the system knows of the user. */
function homeDirectory(env: NodeJS.ProcessEnv): string {
  if (env.HOME && isAbsolute(env.HOME)) return env.HOME;
  let known = '';
  try {
    known = userInfo().homedir;
  } catch {
    // containers may run under a number that belongs to no user
  }
  if (isAbsolute(known)) return known;
  throw new EuphonicError(
    'runtime_directory',
    'There is no folder for the connection file: no home directory is known.',
    {
      where: 'environment',
      expected: 'an absolute path in HOME or XDG_RUNTIME_DIR, or a home directory in the list of users',
      advice: 'Let EUPHONIC_CONNECTION name a file, connection.json say, in a folder of your own.',
    },
  );
}
