/** The gateway's side of the engine: its connections, the stream of chunks and its consumers, and who of the workers has gone. */
import { setTimeout as sleep } from 'node:timers/promises';
import { AckPolicy, DiscardPolicy, jetstreamManager, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import { EuphonicError } from '../base/errors.js';
import type { Log } from '../runtime/log.js';
import { Engine } from './engine.js';
import type { GatewayFile } from './files.js';
import type { End } from './ledger.js';
import { Outbox } from './outbox.js';
import {
  CHUNKS,
  type Connection,
  chunkSubject,
  connectionId,
  connectTo,
  consumerName,
  DISCONNECTS,
  FROM_WORKERS,
  GATEWAY_INBOX,
  NANOS,
  STREAM,
} from './subjects.js';

/** A chunk that a worker does not speak of for this long is delivered to another. */
const ACK_WAIT_MS = 5000;
/** Chunks that workers of one class may have at a time. */
const MAX_ACK_PENDING = 4096;
/** Pulls that may wait: one or two of each worker. */
const MAX_PULLS = 8192;
/** The engine starts in a fraction of a second. */
const START_MS = 15_000;
/** An engine that cannot be reached for this long hangs, and is replaced. */
const HUNG_MS = 8000;

/** Why the engine says that a connection has ended, where the process at its other end has. Others are cut off. */
const DEATHS = ['Client Closed', 'Read Error', 'Write Error'];

export type FromWorker = keyof typeof FROM_WORKERS;

export interface BrokerEvents {
  /** A message of a worker, whose bytes are only there until this returns; what is returned is the answer. */
  message(kind: FromWorker, bytes: Uint8Array): Promise<Uint8Array | undefined> | undefined;
  disconnected(connection: string, end: Exclude<End, 'left'>, reason: string): void;
  /** An engine is there that holds nothing. */
  engineReady(): void;
  engineLost(): void;
  /** The engine is the same, but may not have been told everything. */
  wayRestored(): void;
}

export class Broker {
  readonly engine: Engine;
  private connection!: Connection;
  private outbox!: Outbox;
  private system!: Connection;
  private readonly classes = new Set<string>();
  private serverId = '';
  private hung: NodeJS.Timeout | undefined;
  private isEnding = false;
  /** the stream of the engine that is there, or is being made */
  private ready: Promise<void> = Promise.resolve();

  /** Throws `file_not_found` without the engine's program. */
  constructor(
    private readonly gateway: GatewayFile,
    private readonly events: BrokerEvents,
    private readonly log: Log,
  ) {
    this.engine = new Engine(gateway, log);
  }

  /** Starts the engine and connects to it. Throws `internal` where it cannot be started. */
  async start(): Promise<void> {
    this.engine.start();
    try {
      await this.connect();
    } catch (error) {
      await this.engine.end();
      throw error;
    }
  }

  /** Bytes to the engine and from it, all messages with their headers. */
  traffic(): { bytes_sent: number; bytes_received: number } {
    const { outBytes, inBytes } = this.connection.stats();
    return { bytes_sent: outBytes, bytes_received: inBytes };
  }

  /** Chunks, words to workers, and answers to the engine about deliveries: `-NAK` again at once, `+TERM` never. */
  send(subject: string, content: Uint8Array | '-NAK' | '+TERM'): void {
    this.outbox.send(subject, content);
  }

  /** Takes the chunks of a job out of the stream. */
  purge(job: string): void {
    // chunks that have not been sent yet would come after it
    this.outbox.flush();
    this.manager()
      .then((manager) => manager.streams.purge(STREAM, { filter: chunkSubject('*', job) }))
      // what is delivered all the same is answered with +TERM when it is claimed
      .catch((err) => this.log.debug({ err }, 'a job was not purged'));
  }

  /** Workers of this class can pull from here on. */
  async addClass(className: string): Promise<void> {
    await this.ready;
    if (this.classes.has(className)) return;
    await this.makeConsumer(className);
    this.classes.add(className);
  }

  /** Ends the engine, after what has been published. */
  async end(): Promise<void> {
    this.isEnding = true;
    clearTimeout(this.hung);
    this.outbox.flush();
    await this.connection.flush().catch(() => {});
    await Promise.all([this.connection.close(), this.system.close()]).catch(() => {});
    await this.engine.end();
  }

  private async connect(): Promise<void> {
    const { certificate, port, host } = this.gateway;
    const urls = [`tls://${host === '0.0.0.0' ? '127.0.0.1' : host}:${port}`];
    const to = (seed: string) => ({ urls, certificate, seed });
    const own = { inboxPrefix: GATEWAY_INBOX, waitOnFirstConnect: true };
    const both = Promise.all([
      connectTo(to(this.gateway.gateway_seed), { name: 'gateway', ...own }),
      connectTo(to(this.gateway.system_seed), { name: 'system', ...own }),
    ]);
    [this.connection, this.system] = await Promise.race([both, this.failure()]);
    this.outbox = new Outbox(this.connection);
    void this.watch();
    this.ready = this.meet();
    await this.ready;
    this.system.subscribe(DISCONNECTS, { callback: (_, { data }) => this.hearDisconnect(data) });
    for (const kind of Object.keys(FROM_WORKERS) as FromWorker[]) this.listen(kind);
  }

  /** Rejects when the engine cannot be started, or has not been within its time. */
  private async failure(): Promise<never> {
    const deadline = Date.now() + START_MS;
    while (this.engine.failure === undefined && Date.now() < deadline)
      await sleep(100, undefined, { ref: false });
    throw new EuphonicError(
      'internal',
      `The engine of the cluster cannot be started: ${this.engine.failure ?? ''}`,
      {
        where: `${this.gateway.host}:${this.gateway.port}`,
        expected: 'a nats-server that can be connected to',
      },
    );
  }

  private listen(kind: FromWorker): void {
    this.connection.subscribe(FROM_WORKERS[kind], {
      callback: (_, { data, reply }) => {
        void this.events.message(kind, data)?.then((answer) => {
          // a refusal may be of something that nobody waits to be answered
          if (!answer || !reply || this.isEnding) return;
          // nobody waits for the receipt of results
          if (kind === 'result') this.outbox.sendLater(reply, answer);
          else this.outbox.send(reply, answer);
        });
      },
    });
  }

  private hearDisconnect(data: Uint8Array): void {
    const { server, client, reason } = JSON.parse(Buffer.from(data).toString('utf8'));
    this.events.disconnected(
      connectionId(server.id, client.id),
      DEATHS.includes(reason) ? 'died' : 'cut',
      reason,
    );
  }

  private async watch(): Promise<void> {
    for await (const status of this.connection.status()) {
      if (this.isEnding) return;
      if (status.type === 'disconnect') {
        this.log.warn('the engine cannot be reached');
        this.outbox.clear();
        this.hung = setTimeout(() => this.engine.kill(), HUNG_MS);
      } else if (status.type === 'reconnect') {
        clearTimeout(this.hung);
        this.log.info('the engine is reached again');
        // a failure here is of another end of the connection, after which this is done again
        this.ready = this.meet().catch((err) => this.log.warn({ err }, 'the engine was lost again'));
        await this.ready;
      }
    }
  }

  /** After each connection: is the engine another one? */
  private async meet(): Promise<void> {
    const id = this.connection.info?.server_id ?? '';
    if (id === this.serverId) {
      this.events.wayRestored();
      return;
    }
    this.events.engineLost();
    await this.makeStream();
    for (const className of this.classes) await this.makeConsumer(className);
    this.serverId = id;
    this.events.engineReady();
  }

  private manager() {
    return jetstreamManager(this.connection, { checkAPI: false });
  }

  private async makeStream(): Promise<void> {
    const { streams } = await this.manager();
    await streams.add({
      name: STREAM,
      subjects: [CHUNKS],
      retention: RetentionPolicy.Workqueue,
      storage: StorageType.Memory,
      discard: DiscardPolicy.New,
      num_replicas: 1,
    });
  }

  private async makeConsumer(className: string): Promise<void> {
    const { consumers } = await this.manager();
    await consumers.add(STREAM, {
      durable_name: consumerName(className),
      filter_subject: `eu.chunk.${className}.*`,
      ack_policy: AckPolicy.Explicit,
      ack_wait: ACK_WAIT_MS * NANOS,
      max_ack_pending: MAX_ACK_PENDING,
      max_deliver: -1,
      max_waiting: MAX_PULLS,
    });
  }
}
