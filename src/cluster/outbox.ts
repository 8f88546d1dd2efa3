/** What goes to the engine, in few writes: each is a record of TLS and a call of the system, which cost more than a short message. */
import type { Connection } from './subjects.js';

/** What is in no hurry waits this long for something to go with. */
const LATER_MS = 5;

interface Outgoing {
  subject: string;
  content: Uint8Array | string;
  reply: string | undefined;
}

export class Outbox {
  private waiting: Outgoing[] = [];
  private immediate: NodeJS.Immediate | undefined;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly connection: Connection) {}

  /** With whatever else this turn of the event loop brings. */
  send(subject: string, content: Uint8Array | string, reply?: string): void {
    this.waiting.push({ subject, content, reply });
    this.immediate ??= setImmediate(() => this.flush());
  }

  /** With what is sent next, or soon. */
  sendLater(subject: string, content: Uint8Array | string, reply?: string): void {
    this.waiting.push({ subject, content, reply });
    this.timer ??= setTimeout(() => this.flush(), LATER_MS);
  }

  /** Gives all to the connection, in the order in which it came; one that has been closed for good takes nothing. */
  flush(): void {
    const outgoing = this.waiting;
    this.clear();
    if (this.connection.isClosed()) return;
    for (const { subject, content, reply } of outgoing)
      this.connection.publish(subject, content, reply === undefined ? {} : { reply });
  }

  /** Forgets what was for a connection that is no more. */
  clear(): void {
    clearImmediate(this.immediate);
    clearTimeout(this.timer);
    this.immediate = undefined;
    this.timer = undefined;
    this.waiting = [];
  }
}
