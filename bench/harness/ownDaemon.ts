/** A folder for the files of a measurement, and an environment in which commands and packages find a daemon of its own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stopDaemon } from '../../src/client/launcher.js';
import { runtimePaths } from '../../src/runtime/paths.js';
import type { Settings } from './settings.js';

interface OwnDaemon {
  folder: string;
  env: NodeJS.ProcessEnv;
  /** Stops the daemon, if one was started, and removes the folder. */
  dispose(): Promise<void>;
}

export function ownDaemon({ threads }: Settings, more: NodeJS.ProcessEnv = {}): OwnDaemon {
  const folder = mkdtempSync(join(tmpdir(), 'euphonic-bench-'));
  const env = {
    ...process.env,
    EUPHONIC_CONNECTION: join(folder, 'connection.json'),
    EUPHONIC_MAX_THREADS: String(threads),
    ...more,
  };
  const dispose = async () => {
    await stopDaemon(runtimePaths(env)).catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  };
  return { folder, env, dispose };
}
