/** Work for which several may wait, and which is stopped when all of them have left. */
import { EuphonicError } from './errors.js';

/** Rejects with `cancelled` as soon as the signal is aborted, whatever becomes of the promise. */
function unlessAborted<T>(promise: Promise<T>, wanted: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(new EuphonicError('cancelled', 'The request was cancelled.'));
    if (wanted.aborted) leave();
    wanted.addEventListener('abort', leave, { once: true });
    promise.then(resolve, reject).finally(() => wanted.removeEventListener('abort', leave));
  });
}

export class Shared<T> {
  private waiting = 0;
  private settled = false;
  private readonly stop = new AbortController();
  private readonly result: Promise<T>;

  /** `work` is to reject when its signal is aborted. */
  constructor(work: (stop: AbortSignal) => Promise<T>) {
    this.result = work(this.stop.signal);
    const settle = () => {
      this.settled = true;
    };
    // also: work that everybody has left rejects for nobody
    this.result.then(settle, settle);
  }

  /** Nobody is to wait for it any more. */
  get stopped(): boolean {
    return this.stop.signal.aborted;
  }

  /** Rejects with `cancelled` when `wanted` is aborted before the result is there. */
  async wait(wanted: AbortSignal): Promise<T> {
    this.waiting++;
    try {
      return await unlessAborted(this.result, wanted);
    } finally {
      this.waiting--;
      if (wanted.aborted && this.waiting === 0 && !this.settled) this.stop.abort();
    }
  }
}
