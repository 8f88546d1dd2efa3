/** Between jobs, ledger and broker: what is waited for, what workers say, and what has to be looked after. */
import { asEuphonicError, EuphonicError } from '../base/errors.js';
import { memoryPasses } from '../base/passingMemory.js';
import type { Chunk, ChunkResult, ClusterState, ExecutorJob } from '../compute/executor.js';
import type { Log } from '../runtime/log.js';
import { Affinity, type Choice } from './affinity.js';
import type { Blobs } from './blobs.js';
import { Broker, type BrokerEvents, type FromWorker } from './broker.js';
import type { Build } from './build.js';
import type {
  ChunkMessage,
  ClaimMessage,
  GetMessage,
  HelloMessage,
  LoadMessage,
  ResultMessage,
  Welcome,
} from './content.js';
import type { GatewayFile } from './files.js';
import { type Effects, type End, Ledger, type Poison } from './ledger.js';
import { decodeMessage, encodeAnswer, encodeMessage, encodeRefusal } from './message.js';
import { Roster } from './roster.js';
import { ALL, chunkSubject, deliveriesOf } from './subjects.js';

/** A chunk that nobody has is noticed after this time, where a worker is idle. */
const WATCH_MS = 250;
/** Where no worker has been for this long, the gateway takes what waits. */
const HOME_AFTER_MS = 3000;
/** What the gateway may not compute itself is given up after this time without a worker. */
const GIVE_UP_MS = 10 * 60_000;

/** Says to a worker that its results have come. */
const RECEIPT = Promise.resolve(encodeAnswer({}));

/** By whom a chunk is claimed that is computed here. */
const HOME = { worker: 'gateway', host: '', connection: 'gateway' };

interface Asked {
  job: string;
  digest: string;
  className: string;
  points: ChunkMessage['points'];
  /** [3] */
  first: number[];
  count: number;
  home: ExecutorJob;
  /** of points that are named by their digest: what they are, and the workers that have them */
  kept?: { whole(): Chunk; holders: Set<string> };
}

interface Waiting extends Omit<Asked, 'points' | 'digest'> {
  payload: Uint8Array;
  /** once it has been given to somebody */
  isSent: boolean;
  resolve(result: ChunkResult): void;
  reject(error: EuphonicError): void;
}

export class Dispatch implements Effects, BrokerEvents {
  private readonly broker: Broker;
  private readonly ledger = new Ledger(this);
  private readonly roster: Roster;
  private readonly waiting = new Map<string, Waiting>();
  private readonly affinity = new Affinity((className) => this.roster.takers(className));
  /** jobs that are open: those of its class a worker prepares for when it comes */
  private readonly jobs = new Map<string, { digest: string; className: string }>();
  /** connections whose workers have said goodbye */
  private readonly left = new Set<string>();
  /** when a worker of a class was last there, for classes of which chunks wait */
  private readonly missed = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;

  /** Throws `file_not_found` without the engine's program. */
  constructor(
    gateway: GatewayFile,
    build: Build,
    readonly ownClass: string,
    private readonly blobs: Blobs,
    private readonly log: Log,
  ) {
    this.roster = new Roster(build);
    this.broker = new Broker(gateway, this, log);
    this.timer = setInterval(() => this.watch(), WATCH_MS).unref();
  }

  /** Throws `internal` where the engine cannot be started. */
  start(): Promise<void> {
    return this.broker.start();
  }

  // -- for jobs ------------------------------------------------------------------------------------------------------

  /** A job is open until it is cancelled. */
  begin(job: string, digest: string, className: string): void {
    this.jobs.set(job, { digest, className });
  }

  compute({ digest, points, ...asked }: Asked): Promise<ChunkResult> {
    const { job, className, count } = asked;
    return new Promise((resolve, reject) => {
      this.ledger.add(job, className, Date.now(), (name) => {
        const message: ChunkMessage = { chunk: name, job, digest, points, count };
        const payload = encodeMessage('chunk', { ...message });
        this.waiting.set(name, { ...asked, payload, isSent: false, resolve, reject });
      });
    });
  }

  cancel(job: string): void {
    this.jobs.delete(job);
    for (const chunk of this.ledger.cancel(job)) {
      this.take(chunk)?.reject(new EuphonicError('cancelled', 'The job was cancelled.'));
    }
    this.broker.purge(job);
    this.broker.send(ALL, encodeMessage('all', { cancel: job }));
  }

  hasWorker(className: string): boolean {
    return this.roster.has(className);
  }

  threadsOf(className: string): number {
    return this.roster.threads().get(className) ?? 0;
  }

  workers(): { count: number; threads: number } {
    const threads = [...this.roster.threads().values()].reduce((sum, number) => sum + number, 0);
    return { count: this.roster.size, threads };
  }

  /** A job has one class: the gateway's, unless only workers of others are there. */
  chooseClass(): { className: string; notes: string[] } {
    const [most] = [...this.roster.threads()].sort(([, a], [, b]) => b - a);
    if (this.roster.has(this.ownClass)) return { className: this.ownClass, notes: [] };
    if (!most) {
      const note =
        'No worker is there yet, and the gateway calculates by itself until one comes: euphonicd cluster status';
      return { className: this.ownClass, notes: [note] };
    }
    const note =
      'All workers are of another kind of computer than the gateway: results are theirs, and may differ from its own in the last digits.';
    return { className: most[0], notes: [note] };
  }

  state(): Omit<ClusterState, 'directory'> {
    const { version, pid, restarts } = this.broker.engine;
    return {
      class: this.ownClass,
      engine: { version, pid: pid ?? null, restarts, ...this.broker.traffic() },
      workers: this.roster.list(this.ledger.busyWorkers(), this.ownClass),
      ledger: { ...this.ledger.counts },
    };
  }

  async end(word: Uint8Array | undefined): Promise<void> {
    clearInterval(this.timer);
    if (word) this.broker.send(ALL, word);
    await this.broker.end();
  }

  // -- effects of the ledger -----------------------------------------------------------------------------------------

  publish(chunk: string): boolean {
    const waiting = this.waiting.get(chunk)!;
    const { className, count, kept, isSent } = waiting;
    if (kept && !isSent) {
      const wanted = { chunk, className, count, holders: kept.holders };
      this.send(chunk, this.affinity.choose(wanted, Date.now()));
    } else {
      // whoever was to have it may be the one that has lost it
      this.affinity.ended(chunk, Date.now());
      this.send(chunk, 'anyone');
    }
    return isSent;
  }

  requeue(ack: string): void {
    this.broker.send(ack, '-NAK');
  }

  forget(ack: string): void {
    this.broker.send(ack, '+TERM');
  }

  fail({ chunk, deaths }: Poison): void {
    const waiting = this.take(chunk);
    if (!waiting) return;
    const { first, count } = waiting;
    const ends = deaths.map(({ worker, host }) => `${host} (${this.roster.reasonOf(worker)})`).join(', ');
    this.log.error({ chunk, deaths, first, count }, 'a chunk has ended several workers');
    waiting.reject(
      new EuphonicError(
        'internal',
        `${deaths.length} workers have died while they computed the same q-points.`,
        {
          where: `${count} q-points from ${first.join(' ')} on; workers on ${ends}`,
          advice: 'Look at their logs, and at the memory of these computers.',
        },
      ),
    );
  }

  // -- events of the broker ------------------------------------------------------------------------------------------

  message(kind: FromWorker, bytes: Uint8Array): Promise<Uint8Array | undefined> | undefined {
    try {
      return this.heard[kind](bytes)?.catch((error) => encodeRefusal(asEuphonicError(error)));
    } catch (error) {
      const refusal = asEuphonicError(error);
      this.log.warn({ kind, code: refusal.code, message: refusal.message }, 'a worker was refused');
      return Promise.resolve(encodeRefusal(refusal));
    }
  }

  disconnected(connection: string, end: Exclude<End, 'left'>, reason: string): void {
    const hasLeft = this.left.delete(connection);
    const worker = this.roster.remove(connection);
    if (worker !== undefined) {
      this.log.info({ connection, reason, hasLeft }, 'a worker has gone');
      this.affinity.gone(worker);
    }
    this.ledger.disconnect(connection, hasLeft ? 'left' : end, Date.now());
    this.sendReady();
  }

  engineLost(): void {
    this.roster.clear();
    this.affinity.clear();
    this.ledger.engineLost();
  }

  engineReady(): void {
    this.affinity.awaitAll(Date.now());
    this.ledger.engineReady(Date.now());
  }

  wayRestored(): void {
    this.affinity.awaitAll(Date.now());
    this.ledger.wayRestored(Date.now());
    // who has gone meanwhile was not told, and what workers said may be lost
    this.roster.clear();
    this.broker.send(ALL, encodeMessage('all', { again: true }));
  }

  private readonly heard: Record<FromWorker, (bytes: Uint8Array) => Promise<Uint8Array> | undefined> = {
    hello: (bytes) => this.hearHello(decodeMessage<HelloMessage>(bytes, 'hello')),
    claim: (bytes) => {
      const { chunks, ...claimant } = decodeMessage<ClaimMessage>(bytes, 'claim');
      for (const { chunk, ack } of chunks) {
        const waiting = this.waiting.get(chunk);
        if (waiting) this.affinity.has(chunk, claimant.worker, Date.now());
        waiting?.kept?.holders.add(claimant.worker);
        this.ledger.claim(chunk, claimant, ack, Date.now());
      }
      return undefined;
    },
    result: (bytes) => {
      memoryPasses(bytes.length);
      const { chunk, result, error } = decodeMessage<ResultMessage>(bytes, 'result');
      const waiting = this.ledger.settle(chunk, result ? 'done' : 'failed') ? this.take(chunk) : undefined;
      if (result) waiting?.resolve(result);
      else if (error) waiting?.reject(EuphonicError.fromBody(error));
      this.sendReady();
      return RECEIPT;
    },
    get: (bytes) => {
      const { digest, offset } = decodeMessage<GetMessage>(bytes, 'get');
      return this.blobs.slice(digest, offset).then((slice) => encodeAnswer({ ...slice }));
    },
    load: (bytes) => {
      this.roster.hear(decodeMessage<LoadMessage>(bytes, 'load'));
      this.sendReady();
      return undefined;
    },
    bye: (bytes) => {
      this.left.add(decodeMessage<{ connection: string }>(bytes, 'bye').connection);
      return undefined;
    },
  };

  private async hearHello(hello: HelloMessage): Promise<Uint8Array> {
    this.roster.admit(hello);
    await this.broker.addClass(hello.className);
    this.ledger.returned(hello.worker);
    const { worker, className, threads } = hello;
    this.log.info({ worker, className, threads }, 'a worker is there');
    const ofClass = [...this.jobs].filter(([, job]) => job.className === className);
    const digests = [...new Set(ofClass.map(([, { digest }]) => digest))];
    return encodeAnswer({ jobs: ofClass.map(([job]) => job), digests } satisfies Welcome);
  }

  private send(chunk: string, choice: Choice): void {
    if (choice === 'later') return;
    const waiting = this.waiting.get(chunk)!;
    const { className, job, payload } = waiting;
    waiting.isSent = true;
    const subject = choice === 'anyone' ? chunkSubject(className, job) : deliveriesOf(choice.to);
    this.broker.send(subject, payload);
  }

  /** Chunks that wait for a worker which has their q-points, as soon as they need not. */
  private sendReady(): void {
    for (const { chunk, choice } of this.affinity.ready(Date.now())) this.send(chunk, choice);
  }

  private take(chunk: string): Waiting | undefined {
    const waiting = this.waiting.get(chunk);
    this.waiting.delete(chunk);
    this.affinity.ended(chunk, Date.now());
    return waiting;
  }

  private watch(): void {
    const now = Date.now();
    this.sendReady();
    const idle = this.roster.idleClasses(this.ledger.busyWorkers());
    const republished = this.ledger.watch(idle, now);
    if (republished.length > 0)
      this.log.warn({ republished }, 'chunks were published again: nobody had them');
    for (const className of this.ledger.classes()) {
      if (this.roster.has(className)) this.missed.delete(className);
      else if (!this.missed.has(className)) this.missed.set(className, now);
      const alone = now - (this.missed.get(className) ?? now);
      if (className === this.ownClass && alone >= HOME_AFTER_MS) this.takeHome(className, now);
      else if (alone >= GIVE_UP_MS) this.giveUp(className);
    }
  }

  /** Computes here what waits for workers that are not there. */
  private takeHome(className: string, now: number): void {
    for (const chunk of this.ledger.unclaimed(className)) {
      const { payload, home, kept } = this.waiting.get(chunk)!;
      this.ledger.claim(chunk, HOME, '', now);
      this.affinity.ended(chunk, Date.now());
      const compute = async () =>
        home.compute(kept?.whole() ?? (decodeMessage<ChunkMessage>(payload, 'chunk').points as Chunk));
      compute().then(
        (result) => this.ledger.settle(chunk, 'done') && this.take(chunk)?.resolve(result),
        (error) => this.ledger.settle(chunk, 'failed') && this.take(chunk)?.reject(asEuphonicError(error)),
      );
    }
  }

  private giveUp(className: string): void {
    for (const chunk of this.ledger.unclaimed(className)) {
      this.ledger.settle(chunk, 'failed');
      this.take(chunk)?.reject(
        new EuphonicError('no_workers', 'No worker has been there for ten minutes.', {
          advice: 'See what became of them: euphonicd cluster status',
        }),
      );
    }
  }
}
