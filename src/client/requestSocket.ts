/** One DEALER socket to a daemon: requests out, each answer to its own promise, and word when the daemon is gone. */
import { Dealer } from 'zeromq';
import { asEuphonicError, EuphonicError } from '../base/errors.js';
import { decodeResponse, encodeRequest, NO_ID } from '../protocol/codec.js';
import { REFUSED_BUSY } from '../protocol/limits.js';
import type { ArrayFrame, Method, Params } from '../protocol/messages.js';
import type { Results } from '../protocol/results.js';
import { clientSecurity, type DaemonAddress } from '../runtime/daemonAddress.js';

/** ZeroMQ's heartbeats tell of a daemon that is there but does not answer; it may be suspended for as long as this. */
const HEARTBEAT_INTERVAL_MS = 10_000;
const HEARTBEAT_TIMEOUT_MS = 90_000;

/** After a connection has ended, what had already come is read for this long. */
const LAST_ANSWERS_MS = 20;

const START_AGAIN = 'Start the daemon again: euphonicd start';

export interface ResponseTo<M extends Method> {
  result: Results[M];
  frames: ArrayFrame[];
}

interface Pending {
  resolve(response: { result: Record<string, unknown>; frames: ArrayFrame[] }): void;
  reject(error: EuphonicError): void;
}

export class RequestSocket {
  private readonly socket: Dealer;
  private readonly pending = new Map<number, Pending>();
  private nextId = 1;
  /** of the daemon, which may be a neighbour's: then only what all versions have in common can be asked */
  private readonly version: number;
  private failure: EuphonicError | undefined;

  constructor(
    address: DaemonAddress,
    private readonly endpoint: string,
  ) {
    this.socket = new Dealer({
      ...clientSecurity(address),
      linger: 0,
      // a daemon that went away has another secret when it comes back: a new socket is made then
      reconnectInterval: -1,
      // with 0 a send succeeds or fails at once, so two never overlap
      sendTimeout: 0,
      heartbeatInterval: HEARTBEAT_INTERVAL_MS,
      heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
      heartbeatTimeToLive: HEARTBEAT_TIMEOUT_MS,
    });
    const { pid } = address;
    this.version = address.protocol;
    this.on('disconnect', `The daemon (pid ${pid}) has ended.`);
    // without reconnection, this is all that tells of a socket at which nobody listens
    this.on('close', `The daemon (pid ${pid}) of the connection file is not there.`);
    this.socket.events.on('handshake:error:auth', ({ error }) => {
      const busy = error?.status === REFUSED_BUSY;
      const message = busy
        ? `The daemon (pid ${pid}) has too many connections.`
        : `The daemon (pid ${pid}) does not take the secret of the connection file.`;
      this.lose(
        new EuphonicError(busy ? 'over_capacity' : 'daemon_lost', message, {
          advice: busy ? 'End programs that use it.' : START_AGAIN,
        }),
      );
    });
    this.on('handshake:error:protocol', `What answers at ${endpoint} is not a daemon.`);
    this.socket.connect(endpoint);
    void this.read();
  }

  /** True once nothing can be asked any more. */
  get lost(): boolean {
    return this.failure !== undefined;
  }

  /** Rejects with what the daemon answered, or with `daemon_lost`. */
  request<M extends Method>(method: M, params: Params<M>, frames: ArrayFrame[] = []): Promise<ResponseTo<M>> {
    return new Promise((resolve, reject) => {
      if (this.failure) {
        reject(this.failure);
        return;
      }
      const id = this.nextId++;
      this.pending.set(id, { resolve: resolve as Pending['resolve'], reject });
      const fail = (error: unknown) => {
        this.pending.delete(id);
        const unsent = (error as NodeJS.ErrnoException).code === 'EAGAIN';
        reject(
          unsent
            ? new EuphonicError('daemon_lost', 'The daemon takes no requests any more.')
            : asEuphonicError(error),
        );
      };
      try {
        const message = encodeRequest({ id, method, params, frames }, this.version) as Buffer[];
        this.socket.send(message).catch(fail);
      } catch (error) {
        fail(error);
      }
    });
  }

  close(): void {
    this.lose(new EuphonicError('daemon_lost', 'The connection was closed.'));
  }

  private on(event: 'disconnect' | 'close' | 'handshake:error:protocol', message: string): void {
    this.socket.events.on(event, () => {
      const advice = START_AGAIN;
      // answers that came before the end may still lie in the socket
      setTimeout(() => this.lose(new EuphonicError('daemon_lost', message, { advice })), LAST_ANSWERS_MS);
    });
  }

  private disconnect(): void {
    try {
      this.socket.disconnect(this.endpoint);
    } catch {
      // it has ended already
    }
  }

  private async read(): Promise<void> {
    try {
      for await (const parts of this.socket) this.receive(parts);
    } catch (error) {
      this.lose(asEuphonicError(error));
    }
  }

  private receive(parts: Buffer[]): void {
    const response = decodeResponse(parts, this.version);
    const error = 'error' in response ? EuphonicError.fromBody(response.error) : undefined;
    if (response.id === NO_ID) {
      // the daemon could not tell which request it was: none of those that wait may be counted on
      if (error) this.rejectAll(error);
      return;
    }
    // a request that was given up has no entry any more
    const waiting = this.pending.get(response.id);
    this.pending.delete(response.id);
    if (error) waiting?.reject(error);
    else if ('result' in response) waiting?.resolve(response);
  }

  private rejectAll(error: EuphonicError): void {
    const waiting = [...this.pending.values()];
    this.pending.clear();
    for (const { reject } of waiting) reject(error);
  }

  private lose(error: EuphonicError): void {
    if (this.failure) return;
    this.failure = error;
    // a socket whose events are watched stays connected after close() alone, and the daemon would work on
    this.disconnect();
    this.socket.close();
    this.rejectAll(error);
  }
}
