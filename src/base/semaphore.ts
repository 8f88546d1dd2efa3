/** Lets no more than so much work run at the same time; the rest waits in the order in which it came. */
export class Semaphore {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(permits: number) {
    this.free = permits;
  }

  /** Does the work when there is a permit for it, and releases the permit afterwards. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await work();
    } finally {
      // the permit goes to the next in the queue, if there is one
      const next = this.waiting.shift();
      if (next) next();
      else this.free++;
    }
  }
}
