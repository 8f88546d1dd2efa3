/**
 * One ROUTER socket of the daemon: one loop that reads, and for every peer a queue of messages that wait to be sent.
 * A peer that does not read holds up nobody else; one that is gone is reported.
 */
import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import { Router } from 'zeromq';
import { EuphonicError } from '../../base/errors.js';
import {
  HANDSHAKE_TIMEOUT_MS,
  HEARTBEAT_INTERVAL_MS,
  HEARTBEAT_TIMEOUT_MS,
  MAX_CONNECTIONS,
  MAX_WAITING_ANSWERS,
  MESSAGES_PER_TURN,
  RECEIVE_HIGH_WATER_MARK,
  SEND_RETRIES,
  SEND_RETRY_MS,
} from '../limits/settings.js';
import type { ConnectionLimit } from './connectionLimit.js';

/** A connection of a client to one socket. ZeroMQ names it; a client that reconnects is another peer. */
export interface Peer {
  readonly key: string;
  readonly routingId: Buffer;
  /** aborted with an EuphonicError as its reason when the connection has ended, a message found it gone, or the daemon ends */
  readonly signal: AbortSignal;
}

interface Connected {
  peer: Peer;
  stop: AbortController;
}

interface Waiting {
  parts: Uint8Array[];
  /** true once ZeroMQ has it, false if the peer is gone */
  settle(sent: boolean): void;
}

// options of libzmq that are drafts, and that zeromq.js does not name
const ZMQ_ROUTER_NOTIFY = 97;
const ZMQ_NOTIFY_CONNECT = 1;
const ZMQ_DISCONNECT_MSG = 111;

/** ZeroMQ's other news of connections does not say which of them it is about. */
class NotifyingRouter extends Router {
  /** The first message of a peer, when its handshake is through, is then empty, and `farewell` comes when its connection has ended. */
  notify(farewell: Buffer): void {
    try {
      this.setInt32Option(ZMQ_ROUTER_NOTIFY, ZMQ_NOTIFY_CONNECT);
      this.setStringOption(ZMQ_DISCONNECT_MSG, farewell);
    } catch (cause) {
      const message = 'This build of ZeroMQ does not say when clients come and go: it has no draft options.';
      const advice = 'Install the npm package zeromq with the binary that comes with it.';
      throw new EuphonicError('internal', message, { where: 'libzmq', advice }, { cause });
    }
  }
}

export interface PeerLimits {
  /** messages that ZeroMQ holds for one peer */
  sendHighWaterMark: number;
  /** of one frame: ZeroMQ drops a peer that sends a larger one */
  maxFrameBytes: number;
}

export class PeerSocket {
  /** answers for peers that do not read */
  dropped = 0;
  private readonly router: NotifyingRouter;
  private readonly queues = new Map<string, Waiting[]>();
  private readonly connected = new Map<string, Connected>();
  /** no peer can say it in the name of ZeroMQ */
  private readonly farewell = randomBytes(16);
  private closed = false;

  constructor(
    /** must not throw */
    private readonly onMessage: (peer: Peer, parts: Buffer[]) => void,
    { sendHighWaterMark, maxFrameBytes }: PeerLimits,
    /** options of ZeroMQ's sockets by which peers are let in */
    security: object,
    private readonly limit: ConnectionLimit,
  ) {
    this.router = new NotifyingRouter({
      mandatory: true,
      ...security,
      linger: 0,
      // as many may come at the same moment, and as many more that are to be told that there is no room
      backlog: 2 * MAX_CONNECTIONS,
      maxMessageSize: maxFrameBytes,
      receiveHighWaterMark: RECEIVE_HIGH_WATER_MARK,
      // with 0 a send succeeds or fails at once, so two never overlap
      sendTimeout: 0,
      sendHighWaterMark,
      heartbeatInterval: HEARTBEAT_INTERVAL_MS,
      heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
      heartbeatTimeToLive: HEARTBEAT_TIMEOUT_MS,
      handshakeInterval: HANDSHAKE_TIMEOUT_MS,
    });
    this.router.notify(this.farewell);
  }

  /** Resolves with the endpoint, in which a port that was left open has been chosen. */
  async bind(endpoint: string): Promise<string> {
    await this.router.bind(endpoint);
    return this.router.lastEndpoint ?? endpoint;
  }

  /** For an endpoint that is not to be used after all. */
  async unbind(endpoint: string): Promise<void> {
    await this.router.unbind(endpoint);
  }

  /** Begins to read messages. */
  start(): void {
    void this.read();
  }

  /** Peers that are connected. */
  get peers(): number {
    return this.connected.size;
  }

  /** Aborts what all peers have under way; they still get their answers. */
  abort(reason: EuphonicError): void {
    for (const { stop } of this.connected.values()) stop.abort(reason);
  }

  /** Queues a message behind the peer's others. Resolves with true once ZeroMQ has it, with false if the peer is gone. */
  send(peer: Peer, parts: Uint8Array[]): Promise<boolean> {
    return new Promise((settle) => {
      const queue = this.queues.get(peer.key);
      if (queue && queue.length >= MAX_WAITING_ANSWERS) {
        this.dropped++;
        settle(false);
      } else if (queue) {
        queue.push({ parts, settle });
      } else {
        this.queues.set(peer.key, [{ parts, settle }]);
        void this.drain(peer);
      }
    });
  }

  /** Messages that wait for a peer to be taken by ZeroMQ. */
  queuedFor(peer: Peer): number {
    return this.queues.get(peer.key)?.length ?? 0;
  }

  /** Whether a message waits to be taken by ZeroMQ. */
  get hasQueued(): boolean {
    return this.queues.size > 0;
  }

  /** Resolves when what ZeroMQ holds has left, or after the time. */
  async close(lingerMilliseconds: number): Promise<void> {
    this.closed = true;
    const left = new Promise<void>((resolve) => this.router.events.on('end', () => resolve()));
    this.router.linger = lingerMilliseconds;
    this.router.close();
    await left;
  }

  private async read(): Promise<void> {
    let handled = 0;
    for await (const [routingId, ...parts] of this.router) {
      if (routingId === undefined) continue;
      this.take(routingId, parts);
      // messages that lie ready are read without a turn of the event loop: give the other socket its chance
      if (++handled % MESSAGES_PER_TURN === 0) await setImmediate();
    }
  }

  private take(routingId: Buffer, parts: Buffer[]): void {
    const key = routingId.toString('latin1');
    const known = this.connected.get(key);
    const news = parts.length === 1 ? parts[0] : undefined;
    if (news?.equals(this.farewell)) {
      this.forget(key);
      return;
    }
    const peer = known?.peer ?? this.welcome(key, routingId);
    if (known || news?.length !== 0) this.onMessage(peer, parts);
  }

  private welcome(key: string, routingId: Buffer): Peer {
    const stop = new AbortController();
    // each of its calls and jobs listens
    setMaxListeners(0, stop.signal);
    const peer = { key, routingId: Buffer.from(routingId), signal: stop.signal };
    this.connected.set(key, { peer, stop });
    this.limit.arrive();
    return peer;
  }

  private async drain(peer: Peer): Promise<void> {
    const queue = this.queues.get(peer.key)!;
    let retries = 0;
    while (queue.length > 0) {
      const { parts, settle } = queue[0];
      const outcome = await this.offer([peer.routingId, ...parts]);
      if (outcome === 'full') {
        await (retries++ < SEND_RETRIES ? setImmediate() : sleep(SEND_RETRY_MS));
      } else if (outcome === 'sent') {
        retries = 0;
        queue.shift();
        settle(true);
      } else {
        for (const waiting of queue.splice(0)) waiting.settle(false);
        this.forget(peer.key);
      }
    }
    this.queues.delete(peer.key);
  }

  private async offer(message: Uint8Array[]): Promise<'sent' | 'full' | 'gone'> {
    if (this.closed) return 'gone';
    try {
      await this.router.send(message as Buffer[]);
      return 'sent';
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EAGAIN' ? 'full' : 'gone';
    }
  }

  private forget(key: string): void {
    const connected = this.connected.get(key);
    if (!connected) return;
    this.connected.delete(key);
    this.limit.leave();
    connected.stop.abort(new EuphonicError('cancelled', 'The client has gone.'));
  }
}
