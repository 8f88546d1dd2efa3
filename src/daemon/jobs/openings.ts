/** Jobs that are being opened: their models planned, their Debye–Waller tensors waited for. */
import { EuphonicError } from '../../base/errors.js';
import type { Peer } from '../sockets/peerSocket.js';

interface Opening {
  peer: Peer;
  ticket: string | undefined;
  stop: AbortController;
}

export class Openings {
  private readonly openings = new Set<Opening>();

  /** Does the work of opening a job; its signal is aborted when the client goes, cancels by the ticket, or the daemon ends. */
  async during<T>(
    peer: Peer,
    ticket: string | undefined,
    work: (wanted: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const opening = { peer, ticket, stop: new AbortController() };
    this.openings.add(opening);
    try {
      return await work(opening.stop.signal);
    } finally {
      this.openings.delete(opening);
    }
  }

  cancel(ticket: string): boolean {
    return this.abort((opening) => opening.ticket === ticket);
  }

  peerGone(peer: Peer): void {
    this.abort((opening) => opening.peer === peer);
  }

  shutdown(): void {
    this.abort(() => true);
  }

  private abort(chosen: (opening: Opening) => boolean): boolean {
    const stopped = [...this.openings].filter(chosen);
    for (const { stop } of stopped) stop.abort(new EuphonicError('cancelled', 'The request was cancelled.'));
    return stopped.length > 0;
  }
}
