/** One socket with its methods: decodes requests, answers each of them exactly once. */

import { setTimeout as sleep } from 'node:timers/promises';
import { decodeRequest, encodeResponse } from '../protocol/codec.js';
import { asEuphonicError, EuphonicError } from '../protocol/errors.js';
import type { ArrayFrame, CheckedParams, Method, Results } from '../protocol/messages.js';
import { checkMethod, checkRequest } from '../protocol/validate.js';
import type { Log } from './log.js';
import { type Peer, PeerSocket } from './peerSocket.js';

const FINISH_POLL_MS = 2;

/** Sends the answer; resolves when it has left the daemon's hands, with false if the peer is gone. */
export type Answer<M extends Method> = (result: Results[M], frames?: ArrayFrame[]) => Promise<boolean>;

export interface Call<M extends Method> {
  peer: Peer;
  params: CheckedParams<M>;
  frames: Map<string, ArrayFrame>;
  answer: Answer<M>;
}

/** What a service does for each of its methods: answers, or throws what the client is to be told. */
export type Handlers<M extends Method> = { [K in M]: (call: Call<K>) => Promise<unknown> };

export interface ServiceCounters {
  requests: number;
  refused: number;
  errors: number;
}

export interface ServiceOptions<M extends Method> {
  log: Log;
  handlers: Handlers<M>;
  sendHighWaterMark: number;
  peerGone?: (peer: Peer) => void;
  /** false: requests are refused with `shutting_down` */
  isOpen?: () => boolean;
}

export class Service<M extends Method> {
  /** requests that are being handled */
  private active = 0;
  readonly counters: ServiceCounters = { requests: 0, refused: 0, errors: 0 };
  private readonly socket: PeerSocket;
  private readonly methods: M[];

  constructor(private readonly options: ServiceOptions<M>) {
    const { handlers, sendHighWaterMark, peerGone = () => {} } = options;
    this.methods = Object.keys(handlers) as M[];
    this.socket = new PeerSocket(
      { message: (peer, parts) => void this.handle(peer, parts), gone: peerGone },
      sendHighWaterMark,
    );
  }

  bind(endpoint: string): Promise<void> {
    return this.socket.bind(endpoint);
  }

  isGone(peer: Peer): boolean {
    return this.socket.isGone(peer);
  }

  get peerCount(): number {
    return this.socket.peerCount;
  }

  /** Resolves when every request has been answered and every answer has left, or after the time. */
  async finish(milliseconds: number): Promise<void> {
    const deadline = Date.now() + milliseconds;
    const isBusy = () => this.active > 0 || this.socket.hasQueued;
    while (isBusy() && Date.now() < deadline) await sleep(FINISH_POLL_MS);
  }

  close(lingerMilliseconds: number): void {
    this.socket.close(lingerMilliseconds);
  }

  private async handle(peer: Peer, parts: Buffer[]): Promise<void> {
    const decoded = decodeRequest(parts);
    const { id } = decoded;
    if ('error' in decoded) {
      this.counters.refused++;
      this.refuse(peer, id, decoded.error);
      return;
    }
    this.counters.requests++;
    this.active++;
    const { log, handlers, isOpen } = this.options;
    try {
      if (isOpen?.() === false) throw new EuphonicError('shutting_down', 'The daemon is ending.');
      const method = checkMethod(decoded.request.method, this.methods);
      const { params, frames } = checkRequest(method, decoded.request);
      const answer: Answer<M> = (result, resultFrames = []) =>
        this.socket.send(peer, encodeResponse({ id, result: { ...result }, frames: resultFrames }));
      await handlers[method]({ peer, params, frames, answer });
    } catch (thrown) {
      const error = asEuphonicError(thrown);
      this.counters.errors++;
      if (error.code === 'internal') {
        log.error({ method: decoded.request.method, err: error.cause ?? error }, error.message);
      }
      this.refuse(peer, id, error);
    } finally {
      this.active--;
    }
  }

  private refuse(peer: Peer, id: number, error: EuphonicError): void {
    void this.socket.send(peer, encodeResponse({ id, error: error.toBody() }));
  }
}
