/** Work for which several may wait, and which is stopped when all of them have left. */

/** Rejects with the signal's reason as soon as it is aborted, whatever becomes of the promise. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}

export class Shared<T extends object> {
  /** What came of the work, once it is there. */
  value: T | undefined;
  private isOver = false;
  private waiting = 0;
  private readonly stop = new AbortController();
  private readonly result: Promise<T>;

  /**
   * `work` is to end soon after its signal is aborted. `forget` is called when nobody is to wait for it any more: it has
   * failed or was stopped.
   */
  constructor(
    work: (signal: AbortSignal) => Promise<T>,
    private readonly forget: () => void,
  ) {
    const { signal } = this.stop;
    this.result = unlessAborted(work(signal), signal);
    this.result.then(
      (value) => {
        this.isOver = true;
        this.value = value;
      },
      () => this.fail(),
    );
  }

  /** Rejects with the signal's reason when it is aborted before the result is there. */
  async wait(signal: AbortSignal): Promise<T> {
    this.waiting++;
    try {
      return await unlessAborted(this.result, signal);
    } finally {
      this.waiting--;
      if (this.waiting === 0 && signal.aborted) this.abort(signal.reason);
    }
  }

  /** Stops the work for all who wait for it, unless it is done. */
  abort(reason: unknown): void {
    if (this.isOver) return;
    this.stop.abort(reason);
    this.fail();
  }

  private fail(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.forget();
  }
}
