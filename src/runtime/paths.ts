/** Where the files of a daemon lie. */
import { basename, dirname, join, resolve } from 'node:path';
import { EuphonicError } from '../base/errors.js';
import { system } from './system.js';

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
 * `$EUPHONIC_CONNECTION`, else `connection.json` in the user's folder for it (posix.ts, windows.ts); absolute, since daemon and
 * clients have other working directories. `connection_file.m` has the same rule. Throws `runtime_directory` where no folder is known.
 */
export function runtimePaths(env: NodeJS.ProcessEnv = process.env): RuntimePaths {
  const chosen = env.EUPHONIC_CONNECTION;
  const place = chosen ? { folder: dirname(resolve(chosen)), local: false } : system.defaultPlace(env);
  if (!place) throw homeless();
  const connectionFile = chosen ? resolve(chosen) : join(place.folder, 'connection.json');
  const directory = dirname(connectionFile);
  const stem = basename(connectionFile).replace(/\.json$/, '');
  return {
    connectionFile,
    directory,
    stem,
    lock: `${connectionFile}.lock`,
    log: join(directory, `${stem}.log`),
    chosen: Boolean(chosen),
    local: place.local,
  };
}

function homeless(): EuphonicError {
  return new EuphonicError(
    'runtime_directory',
    'There is no folder for the connection file: no home directory is known.',
    {
      where: 'environment',
      expected: `an absolute path in ${system.homes}`,
      advice: 'Let EUPHONIC_CONNECTION name a file, connection.json say, in a folder of your own.',
    },
  );
}
