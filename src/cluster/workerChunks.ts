/** Chunks of a worker: asked of the engine, claimed, computed, and brought to the gateway until it says that it has them. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Msg } from '@nats-io/transport-node';
import { asEuphonicError } from '../base/errors.js';
import { roomOf } from './advice.js';
import type { ChunkMessage, ClaimMessage, ResultMessage } from './content.js';
import { decodeMessage, encodeMessage } from './message.js';
import type { Outbox } from './outbox.js';
import {
  ANSWER_MS,
  type Connection,
  deliveriesOf,
  FROM_WORKERS,
  NANOS,
  nextSubject,
  ownConnectionId,
  RETRY_MS,
  receiptsOf,
} from './subjects.js';
import type { WorkerJobs } from './workerJobs.js';

/** The engine hears so often that a chunk is being worked on. */
const WORKING_MS = 1500;
/** A pull waits for chunks this long at the engine; it is taken for lost after the time of an answer beyond. */
const PULL_MS = 5000;
const CHECK_MS = 500;
/** A chunk that comes while others are computed begins with the end of one, so that both are said at once, or after this time. */
const BEGIN_MS = 2;

/** The engine's status for a pull to which it had nothing to deliver. */
const NONE_IN_TIME = 408;

/** A chunk that is here: it waits, is computed, or its results are on their way. */
interface Task {
  readonly message: ChunkMessage;
  /** where the engine is answered about one that a pull has brought */
  readonly ack: string;
  readonly engine: string;
  /** the message with its results, or with what went wrong */
  result?: Uint8Array;
  sentAt: number;
}

interface Owner {
  readonly worker: string;
  readonly host: string;
  readonly className: string;
  readonly threads: number;
}

export class WorkerChunks {
  /** q-points of chunks that are done */
  points = 0;
  /** `admitted`: the gateway knows and hears this worker; `open`: chunks may come, too */
  private state: 'away' | 'admitted' | 'open' = 'away';
  private isDraining = false;
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

  constructor(
    private readonly owner: Owner,
    private readonly connection: Connection,
    private readonly outbox: Outbox,
    private readonly jobs: WorkerJobs,
  ) {
    connection.subscribe(deliveriesOf(owner.worker), {
      callback: (_, message) => void this.hearPull(message),
    });
    connection.subscribe(`${receiptsOf(owner.worker)}>`, {
      callback: (_, message) => this.hearReceipt(message),
    });
    setInterval(() => this.check(), CHECK_MS).unref();
    setInterval(() => {
      for (const task of this.underWay) this.tell(task, '+WPI');
    }, WORKING_MS).unref();
  }

  get isAdmitted(): boolean {
    return this.state !== 'away';
  }

  get isOpen(): boolean {
    return this.state === 'open';
  }

  /** The gateway has to be told all that is under way; it gets no more before `open`. */
  admitted(): void {
    this.state = 'admitted';
    this.claim([...this.underWay].filter(({ engine }) => engine === this.engine));
    for (const task of this.underWay) this.bring(task);
  }

  open(): void {
    // the connection may have been lost meanwhile
    if (this.state === 'admitted') this.state = 'open';
    this.fill();
  }

  /** The connection is lost. */
  lost(): void {
    this.state = 'away';
  }

  /** What was asked of the engine may be lost. */
  forgetPulls(): void {
    this.asked = 0;
  }

  /** Takes no more and gives back what has not begun. Resolves when the rest has ended, or has been given back at the deadline. */
  async drain(deadline: number): Promise<void> {
    this.isDraining = true;
    // those that came without a pull are given back with the connection
    const giveBack = (task: Task) => {
      this.underWay.delete(task);
      this.tell(task, '-NAK');
    };
    this.waiting.splice(0).forEach(giveBack);
    while (this.underWay.size > 0 && Date.now() < deadline && this.isAdmitted) await sleep(10);
    this.underWay.forEach(giveBack);
  }

  /** Asks the engine for as many chunks as there is room for, not for each by itself. */
  private fill(): void {
    if (!this.isOpen || this.isDraining) return;
    const { worker, className, threads } = this.owner;
    const room = roomOf(threads, this.latestCount);
    const batch = room - this.underWay.size - this.asked;
    if (batch <= 0 || (this.asked > 0 && batch < room / 2)) return;
    const body = JSON.stringify({ batch, expires: PULL_MS * NANOS });
    const how = this.asked > 0 ? 'sendLater' : 'send';
    this.asked += batch;
    this.outbox[how](nextSubject(className), body, deliveriesOf(worker));
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
    this.forgetPulls();
    this.fill();
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

  private claim(tasks: readonly Task[]): void {
    if (tasks.length === 0) return;
    const chunks = tasks.map(({ message, ack }) => ({ chunk: message.chunk, ack }));
    const { worker, host } = this.owner;
    const connection = ownConnectionId(this.connection);
    const claim = { worker, host, connection, chunks } satisfies ClaimMessage;
    this.outbox.send(FROM_WORKERS.claim, encodeMessage('claim', claim));
  }

  private async compute(task: Task): Promise<void> {
    const { chunk, job, count } = task.message;
    try {
      const result = await this.jobs.compute(task.message);
      task.result = encodeMessage('result', { chunk, result });
    } catch (thrown) {
      const answer: ResultMessage = { chunk, error: asEuphonicError(thrown).toBody() };
      // nobody waits for what was cancelled
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
    this.outbox.send(FROM_WORKERS.result, result, receiptsOf(this.owner.worker) + message.chunk);
  }

  private hearReceipt({ subject, headers }: Msg): void {
    const chunk = subject.slice(receiptsOf(this.owner.worker).length);
    for (const task of this.underWay) {
      if (task.message.chunk !== chunk || !task.result) continue;
      // nobody was there to take them
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

  private get engine(): string {
    return this.connection.info?.server_id ?? '';
  }
}
