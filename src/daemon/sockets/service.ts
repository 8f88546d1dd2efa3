/** One socket with its methods: decodes requests, answers each of them exactly once. */

import { setTimeout as sleep } from 'node:timers/promises';
import { asEuphonicError, type ErrorCode, EuphonicError } from '../../base/errors.js';
import { memoryPasses } from '../../base/passingMemory.js';
import { decodeRequest, encodeResponse } from '../../protocol/codec.js';
import type { ArrayFrame, CheckedParams, Method, Request } from '../../protocol/messages.js';
import type { Results } from '../../protocol/results.js';
import { checkMethod, checkRequest } from '../../protocol/validate.js';
import type { Log } from '../../runtime/log.js';
import { MAX_REQUESTS_PER_CLIENT } from '../limits/settings.js';
import type { ConnectionLimit } from './connectionLimit.js';
import { type Peer, type PeerLimits, PeerSocket } from './peerSocket.js';

const FINISH_POLL_MS = 2;

/** Sends the answer; resolves when it has left the daemon's hands, with false if the peer is gone. */
type Respond<M extends Method> = (result: Results[M], frames?: ArrayFrame[]) => Promise<boolean>;

export interface Call<M extends Method> {
  peer: Peer;
  params: CheckedParams<M>;
  frames: Map<string, ArrayFrame>;
  /** aborted with what the client is told as its reason: it has gone or cancelled by its ticket, or the daemon ends */
  signal: AbortSignal;
  respond: Respond<M>;
}

/** A call that can be cancelled by the name that its client has given it. */
interface NamedCall {
  ticket: string;
  stop: AbortController;
}

/** What a service does for each of its methods: answers, or throws what the client is to be told. */
export type Handlers<M extends Method> = { [K in M]: (call: Call<K>) => Promise<unknown> };

/** What a service counts. */
interface ServiceFigures {
  requests: number;
  /** messages that were no requests */
  refused: number;
  errors: number;
  /** its connections */
  peers: number;
  /** answers that nobody read */
  dropped: number;
}

/** Bytes of requests that are being handled, of all clients and sockets. */
interface RequestLoad {
  bytes: number;
  readonly limit: number;
}

/** Errors that clients ask for, or answer by sending what the daemon forgot: nobody looks for them. */
const ORDINARY: ReadonlySet<string> = new Set(['cancelled', 'unknown_points']);

/** An error that a client was told of: nothing of what it had sent. */
export interface ToldError {
  /** time in ISO form */
  at: string;
  method: string;
  code: ErrorCode;
}

/** What the services of a daemon have in common. */
export interface ServiceContext {
  log: Log;
  /** options of ZeroMQ's sockets by which peers are let in */
  security: object;
  /** of connections to all of them */
  limit: ConnectionLimit;
  load: RequestLoad;
  /** told of each error */
  onError: (error: ToldError) => void;
}

export class Service<M extends Method> {
  /** requests that are being handled, of each peer */
  private readonly active = new Map<string, number>();
  private readonly named = new Set<NamedCall>();
  /** with which requests are refused from the end on */
  private ending: EuphonicError | undefined;
  /** when the last request came, in milliseconds of a clock that never jumps */
  usedAt = performance.now();
  private readonly counters = { requests: 0, refused: 0, errors: 0 };
  private readonly socket: PeerSocket;
  private readonly methods: M[];

  constructor(
    private readonly handlers: Handlers<M>,
    private readonly context: ServiceContext,
    limits: PeerLimits,
  ) {
    this.methods = Object.keys(handlers) as M[];
    this.socket = new PeerSocket(
      (peer, parts) => void this.handle(peer, parts),
      limits,
      context.security,
      context.limit,
    );
  }

  bind(endpoint: string): Promise<string> {
    return this.socket.bind(endpoint);
  }

  unbind(endpoint: string): Promise<void> {
    return this.socket.unbind(endpoint);
  }

  /** From now on requests are handled. */
  start(): void {
    this.socket.start();
  }

  get figures(): ServiceFigures {
    const { peers, dropped } = this.socket;
    return { ...this.counters, peers, dropped };
  }

  /** Whether a request is being handled. */
  get isBusy(): boolean {
    return this.active.size > 0;
  }

  /** Aborts the calls with this ticket. Returns false if there is none. */
  cancel(ticket: string): boolean {
    const calls = [...this.named].filter((call) => call.ticket === ticket);
    for (const { stop } of calls) stop.abort(new EuphonicError('cancelled', 'The request was cancelled.'));
    return calls.length > 0;
  }

  /** Aborts all calls with `shutting_down`; later ones are refused with it. */
  end(): void {
    this.ending = new EuphonicError('shutting_down', 'The daemon is ending.');
    this.socket.abort(this.ending);
  }

  /** Resolves when every request has been answered and ZeroMQ has every answer, or after the time. */
  async finish(milliseconds: number): Promise<void> {
    const deadline = Date.now() + milliseconds;
    const isBusy = () => this.isBusy || this.socket.hasQueued;
    while (isBusy() && Date.now() < deadline) await sleep(FINISH_POLL_MS);
  }

  /** Resolves when the answers have left, or after the time. */
  close(lingerMilliseconds: number): Promise<void> {
    return this.socket.close(lingerMilliseconds);
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
    this.usedAt = performance.now();
    const { load } = this.context;
    const bytes = parts.reduce((sum, part) => sum + part.length, 0);
    memoryPasses(bytes);
    // the request's frames alone keep them
    parts.length = 0;
    const before = this.active.get(peer.key) ?? 0;
    this.active.set(peer.key, before + 1);
    load.bytes += bytes;
    const stop = new AbortController();
    const leave = () => stop.abort(peer.signal.reason);
    peer.signal.addEventListener('abort', leave);
    try {
      this.checkQueue(peer, before);
      checkLoad(load, bytes);
      if (this.ending) throw this.ending;
      await this.perform(peer, decoded.request, stop);
    } catch (thrown) {
      this.tell(thrown, decoded.request, peer, stop.signal);
    } finally {
      peer.signal.removeEventListener('abort', leave);
      load.bytes -= bytes;
      const left = this.active.get(peer.key)! - 1;
      if (left > 0) this.active.set(peer.key, left);
      else this.active.delete(peer.key);
    }
  }

  private async perform(peer: Peer, request: Request, stop: AbortController): Promise<void> {
    const method = checkMethod(request.method, this.methods);
    const { params, frames } = checkRequest(method, request);
    // from here on the call alone keeps the arrays, and can let go of them
    request.frames.length = 0;
    const respond: Respond<M> = (result, resultFrames = []) => {
      // the answer may wait for long: what was received is not needed any more
      frames.clear();
      return this.socket.send(
        peer,
        encodeResponse({ id: request.id, result: { ...result }, frames: resultFrames }),
      );
    };
    const { ticket } = params as { ticket?: string };
    const call = ticket === undefined ? undefined : { ticket, stop };
    if (call) this.named.add(call);
    try {
      await this.handlers[method]({ peer, params, frames, signal: stop.signal, respond });
    } finally {
      if (call) this.named.delete(call);
    }
  }

  /** Answers with what went wrong, or, where the call was aborted, with the reason for that. */
  private tell(thrown: unknown, request: Request, peer: Peer, signal: AbortSignal): void {
    const failure = asEuphonicError(thrown);
    if (failure.code === 'internal') {
      this.context.log.error({ method: request.method, err: failure.cause ?? failure }, failure.message);
    }
    const error: EuphonicError = signal.aborted ? signal.reason : failure;
    this.counters.errors++;
    const method = this.methods.find((known) => known === request.method) ?? 'unknown';
    if (!ORDINARY.has(error.code)) {
      this.context.onError({ at: new Date().toISOString(), method, code: error.code });
    }
    this.refuse(peer, request.id, error);
  }

  private checkQueue(peer: Peer, active: number): void {
    const waiting = active + this.socket.queuedFor(peer);
    if (waiting < MAX_REQUESTS_PER_CLIENT) return;
    throw new EuphonicError('over_capacity', `${waiting} requests of this client wait for their answers.`, {
      where: 'max_requests',
      expected: `at most MAX_REQUESTS_PER_CLIENT = ${MAX_REQUESTS_PER_CLIENT}`,
      advice: 'Read answers before asking for more.',
    });
  }

  private refuse(peer: Peer, id: number, error: EuphonicError): void {
    void this.socket.send(peer, encodeResponse({ id, error: error.toBody() }));
  }
}

/** `load` counts the message already. Throws `too_large` or `over_capacity`. */
function checkLoad(load: RequestLoad, bytes: number): void {
  if (load.bytes <= load.limit) return;
  const alone = bytes > load.limit;
  throw new EuphonicError(
    alone ? 'too_large' : 'over_capacity',
    `The message has ${bytes} bytes${alone ? '' : `, beside ${load.bytes - bytes} of others that are being handled`}.`,
    {
      where: 'max_memory',
      expected: `at most ${load.limit} bytes of requests, a share of the daemon's memory`,
      advice: alone
        ? 'Start the daemon with a larger --max-memory, or have it read the file itself (model.load).'
        : 'Try again when others have been answered.',
    },
  );
}
