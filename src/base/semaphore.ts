/** Work of which no more than so much runs at the same time; the rest waits for its turn. */
export class Turns {
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly atOnce: number) {}

  async take<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= this.atOnce) {
      await new Promise<void>((resolve) => {
        this.waiting.push(resolve);
      });
    } else {
      this.running++;
    }
    try {
      return await work();
    } finally {
      // the turn goes to the next in the queue, if there is one
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
}
