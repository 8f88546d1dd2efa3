/** `euphonicd run`: this process becomes the daemon. */

import { asEuphonicError } from '../../base/errors.js';
import { readGatewayFile } from '../../cluster/files.js';
import type { ExecutorKind } from '../../compute/executor.js';
import { loadAddon } from '../../compute/local/addon.js';
import { localExecutor } from '../../compute/local/localExecutor.js';
import { takeLock } from '../../daemon/connectionFile.js';
import type { Daemon } from '../../daemon/daemon.js';
import { EXIT_LOCKED } from '../../protocol/limits.js';
import { type RuntimePaths, runtimePaths } from '../../runtime/paths.js';
import type { StartLimits } from '../../runtime/startLimits.js';
import { system } from '../../runtime/system.js';
import { EXIT_ERROR, EXIT_OK } from '../terminal/exitCodes.js';

/** Does not return where the daemon was started: the process ends with it. What computes is `given`, else what the files beside the connection file say. */
export async function run(limits: StartLimits, given?: ExecutorKind): Promise<number> {
  process.umask(0o077);
  const paths = runtimePaths();
  // the lock comes before everything else, so that of many starts at once all but one end quickly
  if (!takeLock(paths, (path) => loadAddon().lockFile(path))) {
    process.stderr.write(`euphonicd: another daemon is alive (it holds ${paths.lock})\n`);
    return EXIT_LOCKED;
  }
  let daemon: Daemon | undefined;
  let asked: string | undefined;
  for (const signal of system.endSignals) {
    process.on(signal, () => {
      asked = signal;
      daemon?.shutdown(signal);
    });
  }
  try {
    const { startDaemon } = await import('../../daemon/daemon.js');
    daemon = await startDaemon({ ...limits, paths, executor: given ?? (await executorOf(paths)) });
  } catch (error) {
    // threads and sockets that have been made already would keep the process alive
    process.stderr.write(`euphonicd: ${asEuphonicError(error).describe()}\n`);
    process.exit(EXIT_ERROR);
  }
  const { log } = daemon;
  process.on('uncaughtException', (err) => log.fatal({ err }, 'a fault that nobody caught'));
  process.on('unhandledRejection', (err) => log.fatal({ err }, 'a fault that nobody caught'));
  // a signal may have come while the daemon started
  if (asked !== undefined) daemon.shutdown(asked);
  if (process.stdout.isTTY) {
    process.stdout.write(`euphonicd is running (pid ${process.pid}); its log is ${paths.log}\n`);
  }
  await daemon.ended;
  // a plan that is being made for nobody, or a thread in the middle of a large crystal, is not waited for
  return loadAddon().endProcess(EXIT_OK);
}

/** Workers, where this is the gateway of a cluster; else this process. */
async function executorOf(paths: RuntimePaths): Promise<ExecutorKind> {
  const gateway = readGatewayFile(paths);
  if (!gateway) return localExecutor;
  const { clusterExecutor } = await import('../../cluster/clusterExecutor.js');
  return clusterExecutor(gateway, paths);
}
