/** The daemon put together: lock, executor, models, jobs, the two sockets, and how it begins and ends. */
import { hostname } from 'node:os';
import type { Executor } from '../compute/executor.js';
import { createLocalExecutor, threadBudget } from '../compute/localExecutor.js';
import {
  type Connection,
  type RuntimePaths,
  readStaleConnection,
  runtimePaths,
  systemReason,
} from '../protocol/connection.js';
import { EuphonicError } from '../protocol/errors.js';
import { PROTOCOL_VERSION } from '../protocol/limits.js';
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
import { DebyeWaller } from './debyeWaller.js';
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

/** A running daemon. Its process holds the lock; see `startDaemon`. */
export class Daemon {
  readonly startedAt = performance.now();
  readonly models: ModelStore;
  readonly debyeWaller: DebyeWaller;
  readonly jobs: Jobs;
  /** Resolves when the daemon has removed its files and answered everybody. */
  readonly ended: Promise<void>;
  private readonly work: WorkService;
  private readonly control: ControlService;
  private readonly check: NodeJS.Timeout;
  private hasEnded = () => {};
  private ending = false;

  constructor(
    readonly paths: RuntimePaths,
    readonly connection: Connection,
    readonly log: Log,
    readonly executor: Executor,
    readonly authentication: Authentication,
  ) {
    this.models = new ModelStore(executor);
    this.work = new WorkService(this);
    this.control = new ControlService(this, this.work);
    this.debyeWaller = new DebyeWaller(executor, this.models);
    this.jobs = new Jobs(executor, this.models, this.debyeWaller, (peer) => this.work.isGone(peer));
    this.ended = new Promise((resolve) => {
      this.hasEnded = resolve;
    });
    this.check = setInterval(() => this.checkConnectionFile(), CONNECTION_CHECK_MS).unref();
  }

  /** True from the moment at which the daemon has begun to end. */
  get isEnding(): boolean {
    return this.ending;
  }

  /** Makes the sockets, then the file by which clients find them. */
  async bind(): Promise<void> {
    const { work, control } = this.connection;
    try {
      await this.work.bind(work);
      await this.control.bind(control);
    } catch (error) {
      throw new EuphonicError('runtime_directory', `The sockets cannot be made: ${systemReason(error)}.`, {
        where: work,
        expected: 'a directory in which sockets can be made',
        advice: 'Let EUPHONIC_CONNECTION name a file in another directory.',
      });
    }
    writeConnection(this.paths, this.connection);
    const { threads, threadsReason, simd } = this.executor;
    const { version, protocol } = this.connection;
    this.log.info(
      { version, protocol, threads, threads_reason: threadsReason, simd, work, control },
      'started',
    );
  }

  /** Ends the daemon after the answers that are being given: work under way is refused with `shutting_down`. */
  shutdown(reason: string): void {
    if (this.ending) return;
    this.ending = true;
    clearInterval(this.check);
    this.log.info({ reason }, 'ending');
    // nobody is to find a daemon that takes nothing any more
    removeConnection(this.paths, this.connection);
    this.jobs.shutdown();
    this.debyeWaller.shutdown();
    void Promise.all([this.work.finish(DRAIN_MS), this.control.finish(DRAIN_MS)]).then(() => {
      this.work.close(DRAIN_MS);
      this.control.close(DRAIN_MS);
      this.authentication.close();
      this.models.close();
      this.executor.close();
      this.log.info('ended');
      this.log.finish();
      this.hasEnded();
    });
  }

  private checkConnectionFile(): void {
    if (readStaleConnection(this.paths)?.secret === this.connection.secret) return;
    this.shutdown('its connection file has gone');
  }
}

/**
 * Starts a daemon in this process, which must hold the lock.
 * Throws `runtime_directory` where sockets or connection file cannot be made, `invalid_argument` for a wrong EUPHONIC_MAX_THREADS.
 */
export async function startDaemon(options: DaemonOptions = {}): Promise<Daemon> {
  process.umask(0o077);
  const paths = options.paths ?? runtimePaths();
  removeStale(paths);
  const budget = threadBudget(options.threads);
  const secret = makeSecret();
  const connection: Connection = {
    protocol: PROTOCOL_VERSION,
    version: VERSION,
    host: hostname(),
    pid: process.pid,
    ...chooseEndpoints(paths),
    mechanism: 'PLAIN',
    secret,
  };
  try {
    const authentication = await startAuthentication(secret);
    const executor = createLocalExecutor(budget);
    const daemon = new Daemon(paths, connection, openLog(paths.log), executor, authentication);
    await daemon.bind();
    return daemon;
  } catch (error) {
    removeConnection(paths, connection);
    throw error;
  }
}
