/** How many connections there are, of all sockets: those whose handshake is through, and those that have been let in and are on the way there. */
import { HANDSHAKE_TIMEOUT_MS } from '../limits/settings.js';

export class ConnectionLimit {
  /** Connections whose handshake is through. */
  established = 0;
  /** when those were let in that are not through; a client may end at that moment, and is forgotten after the time */
  private readonly entering: number[] = [];

  constructor(private readonly most: number) {}

  /** Whether one more is let in; it counts from then on. */
  enter(): boolean {
    const now = performance.now();
    while (this.entering[0] < now - HANDSHAKE_TIMEOUT_MS) this.entering.shift();
    if (this.established + this.entering.length >= this.most) return false;
    this.entering.push(now);
    return true;
  }

  /** The handshake of a connection that was let in is through. */
  arrive(): void {
    this.entering.shift();
    this.established++;
  }

  /** A connection whose handshake was through has ended. */
  leave(): void {
    this.established--;
  }
}
