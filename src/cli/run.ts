/** `euphonicd run`: this process becomes the daemon. */
import { takeLock } from '../daemon/connectionFile.js';
import { runtimePaths } from '../protocol/connection.js';
import { EXIT_LOCKED } from '../protocol/limits.js';

export async function run(options: { threads?: number }): Promise<number> {
  process.umask(0o077);
  const paths = runtimePaths();
  // the lock comes before everything else, so that of many starts at once all but one end quickly
  if (!takeLock(paths)) {
    process.stderr.write(`euphonicd: another daemon is alive (it holds ${paths.lock})\n`);
    return EXIT_LOCKED;
  }
  let shutdown: (reason: string) => void = (reason) => {
    asked = reason;
  };
  let asked: string | undefined;
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => shutdown(signal));
  const { startDaemon } = await import('../daemon/daemon.js');
  const daemon = await startDaemon({ ...options, paths });
  shutdown = daemon.shutdown;
  // a signal may have come while the daemon started
  if (asked !== undefined) shutdown(asked);
  process.on('uncaughtException', (error) => daemon.log.fatal({ err: error }, 'a fault that nobody caught'));
  process.on('unhandledRejection', (error) => daemon.log.fatal({ err: error }, 'a fault that nobody caught'));
  if (process.stdout.isTTY) {
    process.stdout.write(`euphonicd is running (pid ${process.pid}); its log is ${paths.log}\n`);
  }
  await daemon.ended;
  return 0;
}
