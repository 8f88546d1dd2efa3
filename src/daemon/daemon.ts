/** The daemon put together: lock, executor, models, jobs, the two sockets, and how it begins and ends. */
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { EuphonicError } from '../base/errors.js';
import { VERSION } from '../base/version.js';
import type { Executor, ExecutorKind } from '../compute/executor.js';
import { PROTOCOL_VERSION } from '../protocol/limits.js';
import type { ControlMethod, WorkMethod } from '../protocol/messages.js';
import type { Status } from '../protocol/results.js';
import type { DaemonAddress } from '../runtime/daemonAddress.js';
import { systemReason } from '../runtime/files.js';
import { type Log, openLog } from '../runtime/log.js';
import { type RuntimePaths, runtimePaths } from '../runtime/paths.js';
import type { StartLimits } from '../runtime/startLimits.js';
import { reachable, tcpEndpoints } from '../runtime/tcpAddress.js';
import {
  canBeFound,
  chooseEndpoints,
  type Endpoints,
  isLookedFor,
  removeConnectionFile,
  removeSockets,
  removeStale,
  writeConnectionFile,
} from './connectionFile.js';
import { controlService } from './controlService.js';
import { DebyeWaller } from './jobs/debyeWaller.js';
import { Jobs } from './jobs/jobs.js';
import { KeptPoints } from './jobs/keptPoints.js';
import { Admission } from './limits/admission.js';
import { type DaemonConfig, daemonConfig } from './limits/config.js';
import { MemoryBudget } from './limits/memoryBudget.js';
import {
  CONNECTION_CHECK_MS,
  DRAIN_MS,
  IDLE_CHECK_MS,
  MAX_CONNECTIONS,
  MAX_LAST_ERRORS,
  REQUEST_SHARE,
} from './limits/settings.js';
import { type Authentication, startAuthentication } from './sockets/authentication.js';
import { ConnectionLimit } from './sockets/connectionLimit.js';
import { curveSecurity, plainSecurity, type Security } from './sockets/security.js';
import type { Service, ServiceContext, ToldError } from './sockets/service.js';
import { Spectra } from './spectra/spectra.js';
import { Library } from './store/library.js';
import { ModelFiles } from './store/modelFiles.js';
import { ModelReader } from './store/modelReader.js';
import { workService } from './workService.js';

export interface DaemonOptions extends StartLimits {
  paths?: RuntimePaths;
  /** what computes */
  executor: ExecutorKind;
}

/** A running daemon. Its process holds the lock; see `startDaemon`. */
export class Daemon {
  /** Resolves when the daemon has removed its files and answered everybody. */
  readonly ended: Promise<void>;
  /** How it can be reached: complete once `bind` has resolved. */
  readonly address: DaemonAddress;
  private readonly startedAt = performance.now();
  private readonly library: Library;
  private readonly reader: ModelReader;
  private readonly files: ModelFiles;
  private readonly memory: MemoryBudget;
  private readonly debyeWaller: DebyeWaller;
  private readonly jobs: Jobs;
  private readonly spectra: Spectra;
  private readonly work: Service<WorkMethod>;
  private readonly control: Service<ControlMethod>;
  private readonly limit = new ConnectionLimit(MAX_CONNECTIONS);
  private authentication: Authentication | undefined;
  /** the latest errors that clients were told of */
  private readonly lastErrors: ToldError[] = [];
  private readonly timers: NodeJS.Timeout[] = [];
  private hasEnded = () => {};
  private ending = false;

  constructor(
    private readonly paths: RuntimePaths,
    private readonly config: DaemonConfig,
    private readonly security: Security,
    readonly log: Log,
    private readonly executor: Executor,
  ) {
    this.address = {
      protocol: PROTOCOL_VERSION,
      version: VERSION,
      host: hostname(),
      pid: process.pid,
      work: '',
      control: '',
      ...security.fields,
    };
    this.memory = new MemoryBudget(config.memory, executor.threads);
    // forgotten before models are
    const kept = new KeptPoints(() => this.memory.free);
    this.memory.include(kept);
    this.library = new Library(executor, this.memory, config.modelStoreBytes);
    this.reader = new ModelReader(config.readTimeMs, { threads: executor.threads });
    this.files = new ModelFiles(this.library, this.reader, this.memory);
    const admission = new Admission(executor, this.memory);
    this.debyeWaller = new DebyeWaller(this.library, this.reader, admission);
    const work = { library: this.library, debyeWaller: this.debyeWaller, admission };
    this.jobs = new Jobs(work, executor.maxInflightBytes, config.maxJobs, kept);
    this.spectra = new Spectra(work, this.memory);
    const { address, library, reader, files, memory, debyeWaller, jobs, spectra } = this;
    const context: ServiceContext = {
      log,
      security: security.socketOptions,
      limit: this.limit,
      load: { bytes: 0, limit: Math.floor(config.memory.bytes * REQUEST_SHARE) },
      onError: (error) => this.noteError(error),
    };
    this.work = workService(
      { address, executor, library, reader, files, memory, debyeWaller, jobs, spectra },
      context,
    );
    this.control = controlService(
      {
        status: () => this.status(),
        cancel: (name) => this.cancel(name),
        shutdown: (reason) => this.shutdown(reason),
      },
      context,
    );
    this.ended = new Promise((resolve) => {
      this.hasEnded = resolve;
    });
  }

  /** Makes the sockets, then the file by which clients find them. */
  async bind(): Promise<void> {
    // a socket asks who may connect from its first moment on
    this.authentication = await startAuthentication(this.security, this.limit);
    Object.assign(this.address, await this.bindSockets());
    writeConnectionFile(this.paths, this.address);
    this.work.start();
    this.control.start();
    const { config, executor } = this;
    const every = (milliseconds: number, action: () => void) =>
      this.timers.push(setInterval(action, milliseconds).unref());
    every(CONNECTION_CHECK_MS, () => this.checkConnectionFile());
    if (Number.isFinite(config.idleEndMs)) {
      every(Math.min(IDLE_CHECK_MS, Math.max(100, config.idleEndMs / 4)), () => this.checkIdle());
    }
    const { version, protocol, work, control } = this.address;
    this.log.info(
      {
        ...{ version, protocol, threads: executor.threads, threads_reason: executor.threadsReason },
        ...{ simd: executor.simd, max_memory: config.memory.bytes, max_memory_reason: config.memory.reason },
        ...{ site_config: config.site.found ? config.site.path : null, work, control },
      },
      'started',
    );
  }

  private async bindSockets(): Promise<Endpoints> {
    const { tcp } = this.config;
    const candidates = tcp ? [() => tcpEndpoints(tcp)] : chooseEndpoints(this.paths);
    let failure: EuphonicError | undefined;
    for (const candidate of candidates) {
      const endpoints = candidate();
      try {
        const work = await this.work.bind(endpoints.work);
        try {
          const control = await this.control.bind(endpoints.control);
          return { work: reachable(work), control: reachable(control) };
        } catch (error) {
          await this.work.unbind(work);
          throw error;
        }
      } catch (error) {
        removeSockets(endpoints);
        failure = tcp ? cannotListen(endpoints, error) : cannotMakeSockets(endpoints, error);
      }
    }
    throw failure;
  }

  /** Ends the daemon after the answers that are being given: work under way is refused with `shutting_down`. */
  shutdown(reason: string): void {
    if (this.ending) return;
    this.ending = true;
    for (const timer of this.timers) clearInterval(timer);
    this.log.info({ reason }, 'ending');
    // nobody is to find a daemon that takes nothing any more
    removeConnectionFile(this.paths, this.address);
    this.work.end();
    void this.finish();
  }

  private async finish(): Promise<void> {
    await Promise.all([this.work.finish(DRAIN_MS), this.control.finish(DRAIN_MS)]);
    // the process ends next, and what ZeroMQ still holds with it
    const answered = Promise.all([this.work.close(DRAIN_MS), this.control.close(DRAIN_MS)]);
    this.authentication?.close();
    this.reader.close();
    this.spectra.close();
    await Promise.all([answered, Promise.race([this.executor.close(), sleep(DRAIN_MS)])]);
    this.log.info('ended');
    await this.log.finish();
    this.hasEnded();
  }

  /** Stops what goes by the name, whoever asks: a job, a calculation of Debye–Waller tensors, calls with this ticket. */
  private cancel(name: string): boolean {
    const stopped = [this.jobs.cancel(name), this.debyeWaller.cancel(name), this.work.cancel(name)];
    return stopped.includes(true);
  }

  /** Keeps an error for those who ask how the daemon is. */
  private noteError(error: ToldError): void {
    this.lastErrors.push(error);
    if (this.lastErrors.length > MAX_LAST_ERRORS) this.lastErrors.shift();
  }

  /** Milliseconds without work and without a request for any; asking how it is does not count. */
  private get idleMs(): number {
    return this.isIdle ? performance.now() - this.work.usedAt : 0;
  }

  private get isIdle(): boolean {
    return !this.work.isBusy && this.jobs.list().length === 0;
  }

  private status(): Status {
    const { executor, address, jobs, memory, config, library } = this;
    const { version, protocol, host, pid } = address;
    return {
      pid,
      version,
      protocol,
      host,
      uptime_s: (performance.now() - this.startedAt) / 1000,
      threads: executor.threads,
      threads_reason: executor.threadsReason,
      simd: executor.simd,
      memory_bytes: process.memoryUsage.rss(),
      memory_limit_bytes: config.memory.bytes,
      memory_limit_reason: config.memory.reason,
      memory_committed_bytes: memory.committed,
      idle_s: this.idleMs / 1000,
      idle_end_s: Number.isFinite(config.idleEndMs) ? config.idleEndMs / 1000 : null,
      mechanism: address.mechanism,
      site_config: { path: config.site.path, found: config.site.found },
      last_errors: [...this.lastErrors],
      models: library.list().map(({ model: { id, source, nAtoms }, bytes }) => ({
        model: id,
        source,
        n_atoms: nAtoms,
        bytes,
      })),
      plans: library.plansUnderWay().map(({ id, startedAt, fraction }) => ({
        model: id,
        fraction: fraction(),
        seconds: (performance.now() - startedAt) / 1000,
      })),
      jobs: [...jobs.list(), ...this.debyeWaller.list(), ...this.spectra.list()],
      endpoints: { work: address.work, control: address.control },
      last_job: jobs.lastJob,
      counters: this.counters(),
      log: this.paths.log,
      cluster: executor.cluster?.() ?? null,
    };
  }

  private counters(): Status['counters'] {
    const [work, control] = [this.work.figures, this.control.figures];
    const { accepted, refused, refused_busy } = this.authentication!.counters;
    return {
      ...this.jobs.counters,
      memory_refused: this.memory.counters.refused,
      models_evicted: this.library.counters.evicted,
      files_read: this.files.counters.read,
      clients: work.peers,
      connections: this.limit.established,
      requests: work.requests + control.requests,
      messages_refused: work.refused + control.refused,
      errors: work.errors + control.errors,
      connections_accepted: accepted,
      connections_refused: refused,
      connections_refused_busy: refused_busy,
      answers_dropped: work.dropped + control.dropped,
    };
  }

  private checkConnectionFile(): void {
    if (!canBeFound(this.paths, this.address)) this.shutdown('its connection file or sockets have gone');
    else if (this.isIdle && !isLookedFor(this.paths))
      this.shutdown('clients look for another connection file');
  }

  private checkIdle(): void {
    if (this.idleMs >= this.config.idleEndMs) this.shutdown('nobody has needed it for the time that was set');
  }
}

function cannotMakeSockets({ work }: Endpoints, error: unknown): EuphonicError {
  return new EuphonicError('runtime_directory', `The sockets cannot be made: ${systemReason(error)}.`, {
    where: work,
    expected: 'a directory in which sockets can be made',
    advice: 'Let EUPHONIC_CONNECTION name a file in another directory.',
  });
}

function cannotListen({ work }: Endpoints, error: unknown): EuphonicError {
  return new EuphonicError(
    'invalid_argument',
    `The daemon cannot listen at ${work}: ${systemReason(error)}.`,
    {
      where: work,
      expected: 'an address of this host, and two ports in a row that are free',
      advice: 'Leave the port out to have one chosen.',
    },
  );
}

/**
 * Starts a daemon in this process, which must hold the lock. Throws `runtime_directory` where sockets or connection file
 * cannot be made, `file_damaged` or `other_host` for a connection file that is not this daemon's to replace, and what
 * `daemonConfig` throws.
 */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  process.umask(0o077);
  const paths = options.paths ?? runtimePaths();
  removeStale(paths);
  let daemon: Daemon | undefined;
  try {
    const config = daemonConfig(options, options.executor);
    const security = config.tcp ? curveSecurity() : plainSecurity();
    const executor = await options.executor.create(config.threads);
    daemon = new Daemon(paths, config, security, openLog(paths.log), executor);
    await daemon.bind();
    return daemon;
  } catch (error) {
    removeConnectionFile(paths, daemon?.address);
    throw error;
  }
}
