/** A worker's process that calculates: it pulls chunks, computes them by the addon and brings the results to the gateway. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Msg } from '@nats-io/transport-node';
import { asEuphonicError, EuphonicError } from '../base/errors.js';
import type { Executor } from '../compute/executor.js';
import { createLocalExecutor, localExecutor } from '../compute/local/localExecutor.js';
import type { Slice } from './blobs.js';
import { ownBuild } from './build.js';
import type { AllMessage, HelloMessage, LoadMessage, Welcome } from './content.js';
import { readClusterFile } from './files.js';
import { decodeAnswer, decodeMessage, encodeMessage } from './message.js';
import { Outbox } from './outbox.js';
import { classOf } from './probe.js';
import { ownJob } from './slurm.js';
import {
  ALL,
  ANSWER_MS,
  type Connection,
  connectTo,
  FROM_WORKERS,
  ownConnectionId,
  RETRY_MS,
  WORKER_INBOX,
} from './subjects.js';
import { WorkerChunks } from './workerChunks.js';
import { WorkerJobs } from './workerJobs.js';

/** Exit code of a worker that the gateway does not take: another version. */
const EXIT_REFUSED = 6;

/** A worker without a gateway for this long ends. */
const ALONE_MS = 10 * 60_000;
/** One that finds neither the gateway nor the cluster's file ends sooner: the cluster has been stopped. */
const FORGOTTEN_MS = 3000;
/** What is under way when a worker is told to end has this time. */
const DRAIN_MS = 20_000;
const LOAD_MS = 5000;
const CHECK_MS = 500;

export interface KernelOptions {
  file: string;
  /** absent: as many as the computer grants */
  threads?: number;
  lastDeath?: HelloMessage['lastDeath'];
}

export class Kernel {
  private readonly host = hostname();
  readonly worker = `${this.host}-${process.pid}-${randomBytes(3).toString('hex')}`;
  private readonly executor: Executor;
  private readonly jobs: WorkerJobs;
  private connection!: Connection;
  private className = '';
  private readonly build = ownBuild();
  private seenAt = Date.now();
  private outbox!: Outbox;
  private chunks: WorkerChunks | undefined;
  private isDraining = false;
  private finish!: (code: number) => void;
  private readonly finished = new Promise<number>((resolve) => {
    this.finish = resolve;
  });
  /** rejects when the connection is lost: requests of the library do not */
  private lost = rejection();

  constructor(private readonly options: KernelOptions) {
    const { threads } = options;
    const budget =
      threads === undefined ? localExecutor.availableThreads() : { threads, reason: 'asked for' };
    this.executor = createLocalExecutor(budget);
    this.jobs = new WorkerJobs(this.executor, (digest, offset) => this.get(digest, offset));
  }

  /** Works until there is nothing more to do for it; resolves with the exit code. */
  async run(): Promise<number> {
    const { urls, certificate, worker_seed: seed } = readClusterFile(this.options.file);
    this.className = await classOf(this.executor);
    const own = { name: this.worker, inboxPrefix: WORKER_INBOX, waitOnFirstConnect: true };
    const alone = setInterval(() => this.checkAlone(), CHECK_MS);
    const connecting = connectTo({ urls, certificate, seed }, own).then((connection) =>
      this.begin(connection),
    );
    connecting.catch((error) => this.give(error));
    const code = await this.finished;
    clearInterval(alone);
    return code;
  }

  /** Takes no more, finishes what is under way, and ends. */
  async drain(): Promise<void> {
    if (this.isDraining) return;
    this.isDraining = true;
    // the gateway sends no more either
    void this.sayLoad().catch(() => {});
    if (this.chunks?.isAdmitted) {
      await this.chunks.drain(Date.now() + DRAIN_MS);
      this.say('bye', { worker: this.worker, connection: ownConnectionId(this.connection) });
      this.outbox.flush();
      await Promise.race([this.connection.flush(), sleep(1000)]).catch(() => {});
    }
    this.finish(0);
  }

  private begin(connection: Connection): void {
    this.connection = connection;
    this.outbox = new Outbox(connection);
    const { worker, host, className, executor } = this;
    const owner = { worker, host, className, threads: executor.threads };
    const chunks = new WorkerChunks(owner, connection, this.outbox, this.jobs);
    this.chunks = chunks;
    connection.subscribe(ALL, { callback: (_, message) => this.hear(message, chunks) });
    setInterval(() => void this.sayLoad().catch(() => {}), LOAD_MS).unref();
    void this.watch(chunks);
    void this.greet(chunks);
  }

  private async watch(chunks: WorkerChunks): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type === 'disconnect') {
        this.outbox.clear();
        chunks.lost();
        this.again(chunks);
      } else if (status.type === 'reconnect') void this.greet(chunks);
    }
  }

  /** Says who it is, at every connection, until the gateway takes it or does not. */
  private async greet(chunks: WorkerChunks): Promise<void> {
    const { worker, host, className } = this;
    const connection = ownConnectionId(this.connection);
    const { lastDeath } = this.options;
    const { threads } = this.executor;
    const who = { worker, host, pid: process.pid, connection, className, threads };
    const hello: HelloMessage = {
      ...who,
      job: ownJob(),
      ...this.build,
      ...(lastDeath && { lastDeath }),
    };
    while (ownConnectionId(this.connection) === connection) {
      try {
        // one that begins after the question is not in the answer
        const begun = this.jobs.begun;
        const { jobs, digests } = await this.request<Welcome>('hello', { ...hello });
        // a worker that was away did not hear of their end
        for (const job of begun) if (!jobs.includes(job)) this.jobs.cancel(job);
        this.seenAt = Date.now();
        chunks.admitted();
        // chunks would wait here, which others can compute meanwhile; an error is met again with a chunk
        await Promise.allSettled(digests.map((digest) => this.jobs.prepare(digest)));
        chunks.open();
        void this.sayLoad().catch(() => {});
        return;
      } catch (error) {
        if (error instanceof EuphonicError && error.code === 'protocol_version') {
          this.give(error);
          return;
        }
        // nobody listens yet, or not everything is ready
        await sleep(RETRY_MS);
      }
    }
  }

  /** A refusal, of the engine or of the gateway. */
  private give(error: unknown): void {
    process.stderr.write(`euphonicd worker: ${asEuphonicError(error).describe()}\n`);
    this.finish(EXIT_REFUSED);
  }

  private hear(message: Msg, chunks: WorkerChunks): void {
    const { cancel, end, again } = decodeMessage<AllMessage>(message.data, 'all');
    if (cancel !== undefined) this.jobs.cancel(cancel);
    if (again) {
      this.again(chunks);
      void this.greet(chunks);
    }
    if (end) this.finish(0);
  }

  /** Starts over with what the engine and the gateway are asked, since some of it may be lost. */
  private again(chunks: WorkerChunks): void {
    this.lost.reject(new Error('the connection is lost'));
    this.lost = rejection();
    chunks.forgetPulls();
  }

  private checkAlone(): void {
    if (this.chunks?.isAdmitted) {
      this.seenAt = Date.now();
      return;
    }
    const alone = Date.now() - this.seenAt;
    if (alone > ALONE_MS || (alone > FORGOTTEN_MS && !existsSync(this.options.file))) this.finish(0);
  }

  /** Asks the gateway, over as many connections as it takes: the library forgets what it is asked between them. Throws what the gateway throws. */
  private async get(digest: string, offset: number): Promise<Slice> {
    for (;;) {
      try {
        if (this.chunks?.isAdmitted) return await this.request<Slice>('get', { digest, offset });
      } catch (error) {
        if (error instanceof EuphonicError) throw error;
      }
      await sleep(RETRY_MS);
    }
  }

  private async request<T>(kind: 'get' | 'hello', content: object): Promise<T> {
    const bytes = encodeMessage(kind, { ...content });
    const answer = await Promise.race([
      this.connection.request(FROM_WORKERS[kind], bytes, { timeout: ANSWER_MS }),
      this.lost.promise,
    ]);
    return decodeAnswer<T>(answer.data);
  }

  private say(kind: 'load' | 'bye', content: object): void {
    this.outbox.send(FROM_WORKERS[kind], encodeMessage(kind, { ...content }));
  }

  private async sayLoad(): Promise<void> {
    if (!this.chunks?.isOpen) return;
    const { worker, isDraining: draining } = this;
    const [{ points }, { bytesPerSecond }] = [this.chunks, this.jobs];
    const [latencyMs, memory] = [await this.connection.rtt(), process.memoryUsage.rss()];
    const load: LoadMessage = { worker, points, latencyMs, bytesPerSecond, memory, draining };
    this.say('load', load);
  }
}

function rejection(): { promise: Promise<never>; reject: (error: Error) => void } {
  let reject = (_: Error) => {};
  const promise = new Promise<never>((_, no) => {
    reject = no;
  });
  // nobody may be waiting
  promise.catch(() => {});
  return { promise, reject };
}
