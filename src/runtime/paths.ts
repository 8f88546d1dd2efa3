/** Where the files of a daemon lie. */
import { homedir, hostname } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';

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
