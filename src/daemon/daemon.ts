/** The daemon put together: lock, executor, models, jobs, the two sockets, and how it begins and ends. */
import { hostname } from 'node:os';
import type { Executor } from '../compute/executor.js';
import { createLocalExecutor, threadBudget } from '../compute/localExecutor.js';
import {
  type Connection,
  type RuntimePaths,
  readStaleConnection,
  runtimePaths,
} from '../protocol/connection.js';
import { EuphonicError } from '../protocol/errors.js';
import { MAX_INFLIGHT_BYTES, PROTOCOL_VERSION } from '../protocol/limits.js';
import { VERSION } from '../protocol/version.js';
import { type Authentication, startAuthentication } from './authentication.js';
import {
  chooseEndpoints,
  makeSecret,
  removeConnection,
  removeStale,
  writeConnection,
} from './connectionFile.js';
import { ControlService } from './controlService.js';
import { Jobs } from './jobs.js';
import { type Log, openLog } from './log.js';
import { ModelStore } from './modelStore.js';
import { CONNECTION_CHECK_MS, DRAIN_MS } from './settings.js';
import { WorkService } from './workService.js';

export interface DaemonOptions {
  /** thread budget; the environment's or the machine's if absent */
  threads?: number;
  paths?: RuntimePaths;
}

/** What the services see of the daemon. */
export interface DaemonContext {
  readonly executor: Executor;
  readonly models: ModelStore;
  readonly jobs: Jobs;
  readonly log: Log;
  readonly connection: Connection;
  readonly paths: RuntimePaths;
  readonly startedAt: number;
  readonly authentication: Authentication;
  /** true from the moment at which the daemon has begun to end */
  readonly ending: boolean;
  /** Ends the daemon after the answer that is being given. */
  shutdown(reason: string): void;
}

/**
 * Starts a daemon in this process, which must hold the lock. `ended` resolves when it has removed its files and can
 * be left. Throws `runtime_directory` where the sockets or the connection file cannot be made.
 */
export async function startDaemon(
  options: DaemonOptions = {},
): Promise<{ connection: Connection; log: Log; ended: Promise<void>; shutdown(reason: string): void }> {
  process.umask(0o077);
  const paths = options.paths ?? runtimePaths();
  removeStale(paths);
  const log = openLog(paths.log);
  const executor = createLocalExecutor(threadBudget(options.threads));
  const secret = makeSecret();
  const authentication = await startAuthentication(secret);
  const connection: Connection = {
    protocol: PROTOCOL_VERSION,
    version: VERSION,
    host: hostname(),
    pid: process.pid,
    ...chooseEndpoints(paths),
    mechanism: 'PLAIN',
    secret,
  };

  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const models = new ModelStore(executor);
  let ending = false;
  const context: DaemonContext = {
    executor,
    models,
    jobs: new Jobs(executor, models, (peer) => work.isGone(peer)),
    log,
    connection,
    paths,
    startedAt: performance.now(),
    authentication,
    get ending() {
      return ending;
    },
    shutdown,
  };
  const work = new WorkService(context);
  const control = new ControlService(context, work);

  const check = setInterval(() => {
    if (readStaleConnection(paths)?.secret !== secret) shutdown('its connection file has gone');
  }, CONNECTION_CHECK_MS).unref();

  function shutdown(reason: string): void {
    if (ending) return;
    ending = true;
    clearInterval(check);
    log.info({ reason }, 'ending');
    // nobody is to find a daemon that takes nothing any more
    removeConnection(paths, connection);
    context.jobs.shutdown();
    void Promise.all([work.finish(DRAIN_MS), control.finish(DRAIN_MS)]).then(() => {
      work.close(DRAIN_MS);
      control.close(DRAIN_MS);
      authentication.close();
      models.close();
      executor.close();
      log.info('ended');
      log.finish();
      end();
    });
  }

  try {
    await work.bind(connection.work);
    await control.bind(connection.control);
    writeConnection(paths, connection);
  } catch (error) {
    removeConnection(paths, connection);
    if (error instanceof EuphonicError) throw error;
    throw new EuphonicError('runtime_directory', `The sockets cannot be made: ${(error as Error).message}.`, {
      where: connection.work,
      expected: 'a directory in which sockets can be made',
      advice: 'Let EUPHONIC_CONNECTION name a file in another directory.',
    });
  }
  log.info(
    {
      version: VERSION,
      protocol: PROTOCOL_VERSION,
      threads: executor.threads,
      threads_reason: executor.threadsReason,
      simd: executor.simd,
      work: connection.work,
      control: connection.control,
      max_inflight_bytes: MAX_INFLIGHT_BYTES,
    },
    'started',
  );
  return { connection, log, ended, shutdown };
}
