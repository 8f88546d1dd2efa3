/**
 * Which worker gets a chunk whose q-points some workers have: one of these, as long as none has to wait for it. Times are given, and
 * what is decided is done by the caller.
 */
import { roomOf } from './advice.js';

/** A chunk waits this long for a busy worker that has its q-points, as long as the two before it should take; then one that is idle gets it. */
export const WAIT_MS = 500;

export interface Candidate {
  readonly worker: string;
  readonly className: string;
  readonly threads: number;
}

/** A chunk that may wait for those that have its q-points. */
interface Wanted {
  readonly chunk: string;
  readonly className: string;
  readonly count: number;
  /** workers that have its q-points */
  readonly holders: ReadonlySet<string>;
}

/** A worker; anyone, by the queue of the class; later. */
export type Choice = { to: string } | 'anyone' | 'later';

export class Affinity {
  /** chunks that a worker has or that are on their way to it */
  private readonly tasks = new Map<string, Set<string>>();
  private readonly held = new Map<string, { wanted: Wanted; since: number }>();
  /** until when workers that are not there may be on their way back */
  private awaitedUntil = Number.NEGATIVE_INFINITY;

  /** `candidates` are workers of a class that take chunks now. */
  constructor(private readonly candidates: (className: string) => readonly Candidate[]) {}

  choose(wanted: Wanted, now: number): Choice {
    const since = this.held.get(wanted.chunk)?.since ?? now;
    const choice = this.decide(wanted, since, now);
    this.held.delete(wanted.chunk);
    if (choice === 'later') this.held.set(wanted.chunk, { wanted, since });
    else if (choice !== 'anyone') this.has(wanted.chunk, choice.to);
    return choice;
  }

  /** Those that were to wait and need not any longer, in the order in which they came. */
  ready(now: number): { chunk: string; choice: Exclude<Choice, 'later'> }[] {
    const ready: { chunk: string; choice: Exclude<Choice, 'later'> }[] = [];
    for (const [chunk, { wanted, since }] of this.held) {
      const choice = this.decide(wanted, since, now);
      if (choice === 'later') continue;
      this.held.delete(chunk);
      if (choice !== 'anyone') this.has(chunk, choice.to);
      ready.push({ chunk, choice });
    }
    return ready;
  }

  /** A worker has the chunk. */
  has(chunk: string, worker: string): void {
    this.held.delete(chunk);
    const own = this.tasks.get(worker) ?? new Set();
    this.tasks.set(worker, own.add(chunk));
  }

  /** The chunk is done, or goes another way. */
  ended(chunk: string): void {
    this.held.delete(chunk);
    for (const [worker, chunks] of this.tasks) if (chunks.delete(chunk) && !chunks.size) this.gone(worker);
  }

  gone(worker: string): void {
    this.tasks.delete(worker);
  }

  /** All workers have to say anew that they are there: they are waited for, as long as for a busy one. */
  awaitAll(now: number): void {
    this.awaitedUntil = now + WAIT_MS;
  }

  /** Nobody has anything any more. */
  clear(): void {
    this.tasks.clear();
    this.held.clear();
  }

  private decide({ className, count, holders }: Wanted, since: number, now: number): Choice {
    const there = this.candidates(className);
    const fewest = (workers: readonly Candidate[]) =>
      workers.reduce<Candidate | undefined>(
        (best, next) => (best && this.load(best) <= this.load(next) ? best : next),
        undefined,
      );
    const holder = fewest(there.filter(({ worker }) => holders.has(worker)));
    if (!holder) return holders.size > 0 && now < this.awaitedUntil ? 'later' : 'anyone';
    if (this.load(holder) < roomOf(holder.threads, count)) return { to: holder.worker };
    const other = now - since >= WAIT_MS ? fewest(there) : undefined;
    return other && this.load(other) === 0 ? { to: other.worker } : 'later';
  }

  private load({ worker }: Candidate): number {
    return this.tasks.get(worker)?.size ?? 0;
  }
}
