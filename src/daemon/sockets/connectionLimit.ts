/**
 * How many connections there are, of all sockets: those whose handshake is through, and those that have been let in and are
 * on the way there. ZeroMQ tells what happens on a socket, but not to which of its connections: what follows from that is
 * corrected when the handshakes under way are over.
 */
import { HANDSHAKE_TIMEOUT_MS } from '../limits/settings.js';

export class ConnectionLimit {
  /** accepted by a socket and not ended */
  private accepted = 0;
  /** of them, those whose handshake is under way, and those in which it has failed */
  private handshakes = 0;
  private failed = 0;
  /** when those were let in that are not through; a client may end at that moment, and is forgotten after the time */
  private readonly entering: number[] = [];

  constructor(private readonly most: number) {}

  /** Connections whose handshake is through. */
  get established(): number {
    return Math.max(0, this.accepted - this.handshakes - this.failed);
  }

  /** Whether one more is let in; it counts from then on. */
  enter(): boolean {
    const now = performance.now();
    while (this.entering[0] < now - HANDSHAKE_TIMEOUT_MS) this.entering.shift();
    if (this.established + this.entering.length >= this.most) return false;
    this.entering.push(now);
    return true;
  }

  accept(): void {
    this.accepted++;
    this.handshakes++;
  }

  /** The handshake of a connection that was let in is through. */
  succeed(): void {
    this.endHandshake();
    this.entering.shift();
  }

  /** A handshake has failed; the connection ends next. */
  fail(): void {
    this.endHandshake();
    this.failed++;
  }

  disconnect(): void {
    this.accepted--;
    if (this.failed > 0) this.failed--;
    // of one that speaks another protocol there is no other word
    else this.endHandshake();
  }

  private endHandshake(): void {
    if (this.handshakes > 0) this.handshakes--;
  }
}
