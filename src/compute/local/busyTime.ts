/** The time in which at least one of a job's chunks was being worked on: the length of a union of intervals. */

/** Intervals that are kept apart at most; older ones are counted and released. */
const MAX_INTERVALS = 256;

export class BusyTime {
  /** disjoint, ascending */
  private intervals: { start: number; end: number }[] = [];
  private counted = 0;

  /** Adds the interval [start, end] in seconds. Chunks end in about the order in which they are added. */
  add(start: number, end: number): void {
    const merged = { start, end };
    const later: { start: number; end: number }[] = [];
    for (let last = this.intervals.at(-1); last && last.end >= merged.start; last = this.intervals.at(-1)) {
      this.intervals.pop();
      if (last.start > merged.end) {
        later.unshift(last);
      } else {
        merged.start = Math.min(merged.start, last.start);
        merged.end = Math.max(merged.end, last.end);
      }
    }
    this.intervals.push(merged, ...later);
    if (this.intervals.length > MAX_INTERVALS) {
      for (const old of this.intervals.splice(0, MAX_INTERVALS / 2)) this.counted += old.end - old.start;
    }
  }

  get seconds(): number {
    return this.intervals.reduce((sum, { start, end }) => sum + end - start, this.counted);
  }
}
