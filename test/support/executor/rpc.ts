/** Questions and answers between a process and its child, in both directions. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { EuphonicError } from '../../../src/base/errors.js';
import { dist } from '../dist.js';

/** What runs beside a daemon has to share its classes, and that runs from dist/. */
export function built<T>(path: string): Promise<T> {
  return import(pathToFileURL(join(dist, path)).href);
}
const { asEuphonicError, EuphonicError: BuiltError } =
  await built<typeof import('../../../src/base/errors.js')>('base/errors.js');

type Message =
  | { id: number; name: string; given: unknown }
  | { id: number; result: unknown }
  | { id: number; error: ReturnType<EuphonicError['toBody']> };

interface Port {
  send?(message: Message, sent: (error: Error | null) => void): unknown;
  on(event: 'message', listener: (message: unknown) => void): unknown;
}

// biome-ignore lint/suspicious/noExplicitAny: both ends are a page long, and know what they send
type Handlers = Record<string, (given: any) => Promise<unknown> | unknown>;

export class Rpc {
  private nextId = 0;
  private readonly waiting = new Map<
    number,
    { resolve(result: unknown): void; reject(error: Error): void }
  >();

  constructor(
    private readonly port: Port,
    private readonly handlers: Handlers,
  ) {
    port.on('message', (message) => void this.receive(message as Message));
  }

  ask<T>(name: string, given: unknown): Promise<T> {
    const id = this.nextId++;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
      this.send({ id, name, given });
    });
  }

  /** The other side may have gone: then nobody waits for it. */
  private send(message: Message): void {
    this.port.send?.(message, () => {});
  }

  private async receive(message: Message): Promise<void> {
    const { id } = message;
    if ('name' in message) {
      try {
        this.send({ id, result: await this.handlers[message.name](message.given) });
      } catch (error) {
        this.send({ id, error: asEuphonicError(error).toBody() });
      }
      return;
    }
    const waiting = this.waiting.get(id)!;
    this.waiting.delete(id);
    if ('error' in message) waiting.reject(BuiltError.fromBody(message.error));
    else waiting.resolve(message.result);
  }
}
