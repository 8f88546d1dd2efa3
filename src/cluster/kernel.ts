/** A worker's process that calculates: it pulls chunks, computes them by the addon and brings the results to the gateway. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Msg } from '@nats-io/transport-node';
import { asEuphonicError, EuphonicError } from '../base/errors.js';
import type { Executor } from '../compute/executor.js';
import { createLocalExecutor, localExecutor } from '../compute/local/localExecutor.js';
import { roomOf } from './advice.js';
import { ownBuild } from './build.js';
import type {
  AllMessage,
  ChunkMessage,
  ClaimMessage,
  HelloMessage,
  LoadMessage,
  ResultMessage,
  Welcome,
} from './content.js';
import { readClusterFile } from './files.js';
import { decodeAnswer, decodeMessage, encodeMessage } from './message.js';
import { Outbox } from './outbox.js';
import { classOf } from './probe.js';
import { ownJob } from './slurm.js';
import {
  ALL,
  type Connection,
  connectTo,
  deliveriesOf,
  FROM_WORKERS,
  NANOS,
  nextSubject,
  ownConnectionId,
  receiptsOf,
  WORKER_INBOX,
} from './subjects.js';
import { WorkerJobs } from './workerJobs.js';

const HOST = hostname();

/** Exit code of a worker that the gateway does not take: another version. */
const EXIT_REFUSED = 6;

/** A worker without a gateway for this long ends. */
const ALONE_MS = 10 * 60_000;
/** One that finds neither the gateway nor the cluster's file ends sooner: the cluster has been stopped. */
const FORGOTTEN_MS = 3000;
/** What is under way when a worker is told to end has this time. */
const DRAIN_MS = 20_000;
/** The engine hears so often that a chunk is being worked on. */
const WORKING_MS = 1500;
/** A chunk that comes while others are computed begins with the end of one, so that both are said at once, or after this time. */
const BEGIN_MS = 2;
const LOAD_MS = 5000;
/** A pull waits for chunks this long at the engine, and here it is taken for lost after the time of an answer beyond. */
const PULL_MS = 5000;
const ANSWER_MS = 10_000;
/** What failed for want of a connection is tried again. */
const RETRY_MS = 50;
const CHECK_MS = 500;

/** The engine's status for a pull to which it had nothing to deliver. */
const NONE_IN_TIME = 408;

/** A chunk that is here: it waits, is computed, or its results are on their way. */
interface Task {
  readonly message: ChunkMessage;
  /** where the engine is answered about one that a pull has brought */
  readonly ack: string;
  readonly engine: string;
  /** the message with its results, which is sent until the gateway says that it has them */
  result?: Uint8Array;
  sentAt: number;
}

export interface KernelOptions {
  file: string;
  /** absent: as many as the computer grants */
  threads?: number;
  lastDeath?: HelloMessage['lastDeath'];
  /** told the worker's name, by which its end can be reported */
  named(worker: string): void;
}

export class Kernel {
  readonly worker = `${HOST}-${process.pid}-${randomBytes(3).toString('hex')}`;
  private readonly executor: Executor;
  private readonly jobs: WorkerJobs;
  private connection!: Connection;
  private className = '';
  private readonly build = ownBuild();
  private isAdmitted = false;
  private isReady = false;
  private seenAt = Date.now();
  private outbox!: Outbox;
  private readonly underWay = new Set<Task>();
  /** those of them that have not begun; how many are computed */
  private waiting: Task[] = [];
  private computing = 0;
  private beginning: NodeJS.Timeout | undefined;
  private beginningNow: NodeJS.Immediate | undefined;
  /** chunks that pulls may still bring, and when one last brought something */
  private asked = 0;
  private pulledAt = 0;
  /** q-points of the chunk that came last */
  private latestCount = 1;
  private points = 0;
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
    this.jobs = new WorkerJobs(this.executor, (digest, offset) => this.ask('get', { digest, offset }));
    options.named(this.worker);
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
    // those that came without a pull are given back with the connection
    for (const task of this.waiting.splice(0)) {
      this.underWay.delete(task);
      this.tell(task, '-NAK');
    }
    const deadline = Date.now() + DRAIN_MS;
    while (this.underWay.size > 0 && Date.now() < deadline && this.isAdmitted) await sleep(10);
    if (this.isAdmitted) {
      for (const task of this.underWay) this.tell(task, '-NAK');
      this.say('bye', { worker: this.worker, connection: ownConnectionId(this.connection) });
      this.outbox.flush();
      await Promise.race([this.connection.flush(), sleep(1000)]).catch(() => {});
    }
    this.finish(0);
  }

  private begin(connection: Connection): void {
    this.connection = connection;
    this.outbox = new Outbox(connection);
    connection.subscribe(deliveriesOf(this.worker), {
      callback: (_, message) => void this.hearPull(message),
    });
    connection.subscribe(`${receiptsOf(this.worker)}>`, {
      callback: (_, message) => this.hearReceipt(message),
    });
    connection.subscribe(ALL, { callback: (_, message) => this.hear(message) });
    setInterval(() => void this.sayLoad().catch(() => {}), LOAD_MS).unref();
    setInterval(() => this.check(), CHECK_MS).unref();
    setInterval(() => {
      for (const task of this.underWay) this.tell(task, '+WPI');
    }, WORKING_MS).unref();
    void this.watch();
    void this.greet();
  }

  private async watch(): Promise<void> {
    for await (const status of this.connection.status()) {
      if (status.type === 'disconnect') {
        this.isAdmitted = false;
        this.outbox.clear();
        this.again();
      } else if (status.type === 'reconnect') void this.greet();
    }
  }

  /** Says who it is, at every connection, until the gateway takes it or does not. */
  private async greet(): Promise<void> {
    const { worker, className } = this;
    const connection = ownConnectionId(this.connection);
    const { lastDeath } = this.options;
    const { threads } = this.executor;
    const who = { worker, host: HOST, pid: process.pid, connection, className, threads };
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
        this.isAdmitted = true;
        // a worker that was away did not hear of their end
        for (const job of begun) if (!jobs.includes(job)) this.jobs.cancel(job);
        this.seenAt = Date.now();
        this.claim([...this.underWay].filter(({ engine }) => engine === this.engine));
        for (const task of this.underWay) this.bring(task);
        // chunks would wait here, which others can compute meanwhile; an error is met again with a chunk
        this.isReady = false;
        await Promise.allSettled(digests.map((digest) => this.jobs.prepare(digest)));
        this.isReady = true;
        void this.sayLoad().catch(() => {});
        this.fill();
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

  private hear(message: Msg): void {
    const { cancel, end, again } = decodeMessage<AllMessage>(message.data, 'all');
    if (cancel !== undefined) this.jobs.cancel(cancel);
    if (again) {
      this.again();
      void this.greet();
    }
    if (end) this.finish(0);
  }

  private checkAlone(): void {
    if (this.isAdmitted) {
      this.seenAt = Date.now();
      return;
    }
    const alone = Date.now() - this.seenAt;
    if (alone > ALONE_MS || (alone > FORGOTTEN_MS && !existsSync(this.options.file))) this.finish(0);
  }

  /** Asks the engine for as many chunks as there is room for, not for each by itself. */
  private fill(): void {
    if (!this.isAdmitted || !this.isReady || this.isDraining) return;
    const room = roomOf(this.executor.threads, this.latestCount);
    const batch = room - this.underWay.size - this.asked;
    if (batch <= 0 || (this.asked > 0 && batch < room / 2)) return;
    const body = JSON.stringify({ batch, expires: PULL_MS * NANOS });
    const how = this.asked > 0 ? 'sendLater' : 'send';
    this.asked += batch;
    this.outbox[how](nextSubject(this.className), body, deliveriesOf(this.worker));
  }

  /** What a pull brings: a chunk, or the word that it has ended with so many fewer. The gateway sends chunks as well, without a reply. */
  private async hearPull(message: Msg): Promise<void> {
    const { headers, reply } = message;
    if (!reply && !headers?.code) {
      // one that is not claimed is given to another when this connection ends
      if (!this.isDraining) this.take(message);
      return;
    }
    this.pulledAt = Date.now();
    if (headers?.code) {
      this.asked = Math.max(0, this.asked - Number(headers.get('Nats-Pending-Messages') || this.asked));
      // not in time, or the consumer is not there yet
      if (headers.code !== NONE_IN_TIME) await sleep(RETRY_MS);
    } else {
      this.asked = Math.max(0, this.asked - 1);
      if (this.isDraining) this.outbox.send(reply!, '-NAK');
      else this.take(message);
    }
    this.fill();
  }

  /** Asks and says again what has not been answered. */
  private check(): void {
    const now = Date.now();
    for (const task of this.underWay) if (now - task.sentAt > ANSWER_MS) this.bring(task);
    if (this.asked === 0 || now - this.pulledAt < PULL_MS + ANSWER_MS) return;
    this.pulledAt = now;
    this.asked = 0;
    this.fill();
  }

  /** Starts over with what the engine and the gateway are told, since some of it may be lost. */
  private again(): void {
    this.lost.reject(new Error('the connection is lost'));
    this.lost = rejection();
    this.asked = 0;
  }

  private take({ data, reply }: Msg): void {
    const message = decodeMessage<ChunkMessage>(data, 'chunk');
    this.latestCount = Math.max(1, message.count);
    const task = { message, ack: reply || '', engine: this.engine, sentAt: 0 };
    this.underWay.add(task);
    this.waiting.push(task);
    if (this.computing === 0) this.beginNow();
    else this.beginning ??= setTimeout(() => this.beginWaiting(), BEGIN_MS);
  }

  /** With whatever else has come by then. */
  private beginNow(): void {
    this.beginningNow ??= setImmediate(() => this.beginWaiting());
  }

  private beginWaiting(): void {
    clearTimeout(this.beginning);
    this.beginning = undefined;
    this.beginningNow = undefined;
    const tasks = this.waiting.splice(0);
    this.computing += tasks.length;
    this.claim(tasks);
    // what may end this process is claimed before it begins: the outbox has been emptied by then
    setImmediate(() => {
      for (const task of tasks) void this.compute(task);
    });
  }

  private async compute(task: Task): Promise<void> {
    const { chunk, job, count } = task.message;
    try {
      const result = await this.jobs.compute(task.message);
      task.result = encodeMessage('result', { chunk, result });
    } catch (thrown) {
      const answer: ResultMessage = { chunk, error: asEuphonicError(thrown).toBody() };
      if (!this.jobs.isCancelled(job)) task.result = encodeMessage('result', { ...answer });
    }
    this.computing--;
    this.points += count;
    if (task.result) this.bring(task);
    else this.end(task);
    if (this.waiting.length > 0) this.beginNow();
  }

  /** Sends the results, if they are there, to a gateway that is there; else this is done when it is. */
  private bring(task: Task): void {
    const { message, result } = task;
    if (!result || !this.isAdmitted || !this.underWay.has(task)) return;
    task.sentAt = Date.now();
    this.outbox.send(FROM_WORKERS.result, result, receiptsOf(this.worker) + message.chunk);
  }

  /** The gateway has the results of a chunk, or nobody has heard of them. */
  private hearReceipt({ subject, headers }: Msg): void {
    const chunk = subject.slice(receiptsOf(this.worker).length);
    for (const task of this.underWay) {
      if (task.message.chunk !== chunk || !task.result) continue;
      if (headers?.code) setTimeout(() => this.bring(task), RETRY_MS);
      else this.end(task);
    }
  }

  private end(task: Task): void {
    this.underWay.delete(task);
    this.tell(task, '+ACK');
    this.fill();
  }

  private tell({ ack, engine }: Task, word: '+ACK' | '-NAK' | '+WPI'): void {
    // another engine may have given the same name to something else
    if (ack && engine === this.engine) this.outbox.sendLater(ack, word);
  }

  /** Asks the gateway, over as many connections as it takes. Throws what the gateway throws. */
  private async ask<T>(kind: 'get', content: object): Promise<T> {
    return this.insist(() => this.request<T>(kind, content));
  }

  /** Again and again, over connections that stand: the library forgets what it is given between them. Throws what the gateway throws. */
  private async insist<T>(request: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        if (this.isAdmitted) return await request();
      } catch (error) {
        if (error instanceof EuphonicError) throw error;
      }
      await sleep(RETRY_MS);
    }
  }

  private async request<T>(kind: 'get' | 'hello', content: object): Promise<T> {
    const bytes = encodeMessage(kind, { ...content });
    const answer = await this.unlessLost(
      this.connection.request(FROM_WORKERS[kind], bytes, { timeout: ANSWER_MS }),
    );
    return decodeAnswer<T>(answer.data);
  }

  private get engine(): string {
    return this.connection.info?.server_id ?? '';
  }

  private claim(tasks: readonly Task[]): void {
    if (tasks.length === 0) return;
    const connection = ownConnectionId(this.connection);
    const chunks = tasks.map(({ message, ack }) => ({ chunk: message.chunk, ack }));
    this.say('claim', { worker: this.worker, host: HOST, connection, chunks } satisfies ClaimMessage);
  }

  private say(kind: 'claim' | 'load' | 'bye', content: object): void {
    this.outbox.send(FROM_WORKERS[kind], encodeMessage(kind, { ...content }));
  }

  private async sayLoad(): Promise<void> {
    if (!this.isAdmitted || !this.isReady) return;
    const { worker, points, isDraining: draining } = this;
    const { bytesPerSecond } = this.jobs;
    const [latencyMs, memory] = [await this.connection.rtt(), process.memoryUsage.rss()];
    const load: LoadMessage = { worker, points, latencyMs, bytesPerSecond, memory, draining };
    this.say('load', load);
  }

  private unlessLost<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.lost.promise]);
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
