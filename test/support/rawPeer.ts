/** A peer that sends whatever it likes to a daemon, and shows what comes back. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Dealer } from 'zeromq';
import { decodeResponse, encodeRequest } from '../../src/protocol/codec.js';
import type { ArrayFrame, Response } from '../../src/protocol/messages.js';
import { type DaemonAddress, PLAIN_USERNAME } from '../../src/runtime/daemonAddress.js';

export class RawPeer {
  readonly socket: Dealer;
  private nextId = 1;

  constructor(address: DaemonAddress, socket: 'work' | 'control', options: object = {}) {
    this.socket = new Dealer({
      plainUsername: PLAIN_USERNAME,
      plainPassword: address.secret,
      linger: 0,
      ...options,
    });
    this.socket.connect(address[socket]);
  }

  send(parts: readonly Uint8Array[]): Promise<void> {
    return this.socket.send(parts as Buffer[]);
  }

  /** The next answer, or undefined if none comes in time. */
  async receive(ms = 5000): Promise<Response | undefined> {
    const timeout = new AbortController();
    const none = sleep(ms, undefined, { signal: timeout.signal }).catch(() => undefined);
    const parts = await Promise.race([this.socket.receive(), none]);
    timeout.abort();
    return parts && decodeResponse(parts);
  }

  async request(
    method: string,
    params: Record<string, unknown> = {},
    frames: ArrayFrame[] = [],
    ms = 30_000,
  ): Promise<Response> {
    const id = this.nextId++;
    await this.send(encodeRequest({ id, method, params, frames }));
    const response = await this.receive(ms);
    if (response?.id !== id) throw new Error(`no answer to ${method}: ${JSON.stringify(response)}`);
    return response;
  }

  close(): void {
    this.socket.close();
  }
}
