/**
 * Which worker gets a chunk whose q-points some workers have: one of these, as long as none has to wait for it. Times are given, and
 * what is decided is done by the caller.
 */
import { roomOf } from './advice.js';

/**
 * A chunk waits for a busy worker that has its q-points at least this long, and as long as chunks are with workers lately; then one
 * gets it that has been idle for as long.
 */
export const WAIT_MS = 500;
/** How much the latest chunk counts in that. */
const LATEST = 0.2;

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
  /** chunks that a worker has or that are on their way to it, and since when */
  private readonly tasks = new Map<string, Map<string, number>>();
  private readonly held = new Map<string, { wanted: Wanted; since: number }>();
  /** since when workers have had nothing to do that is their own: what they took from others does not count */
  private readonly idleSince = new Map<string, number>();
  /** how long a chunk is with a worker, ms */
  private usualMs = 0;
  /** until when workers that are not there may be on their way back */
  private awaitedUntil = Number.NEGATIVE_INFINITY;

  /** `candidates` are workers of a class that take chunks now. */
  constructor(private readonly candidates: (className: string) => readonly Candidate[]) {}

  choose(wanted: Wanted, now: number): Choice {
    const since = this.held.get(wanted.chunk)?.since ?? now;
    const choice = this.decide(wanted, since, now);
    this.held.delete(wanted.chunk);
    if (choice === 'later') this.held.set(wanted.chunk, { wanted, since });
    else if (choice !== 'anyone') this.give(wanted, choice.to, now);
    return choice;
  }

  /** Those that were to wait and need not any longer, in the order in which they came. */
  ready(now: number): { chunk: string; choice: Exclude<Choice, 'later'> }[] {
    const ready: { chunk: string; choice: Exclude<Choice, 'later'> }[] = [];
    for (const { wanted } of [...this.held.values()]) {
      const choice = this.choose(wanted, now);
      if (choice !== 'later') ready.push({ chunk: wanted.chunk, choice });
    }
    return ready;
  }

  /** A worker has the chunk. */
  has(chunk: string, worker: string, now: number): void {
    this.held.delete(chunk);
    const own = this.tasks.get(worker) ?? new Map<string, number>();
    if (own.has(chunk)) return;
    this.idleSince.delete(worker);
    this.tasks.set(worker, own.set(chunk, now));
  }

  /** The chunk is done, or goes another way. */
  ended(chunk: string, now: number): void {
    this.held.delete(chunk);
    for (const [worker, chunks] of this.tasks) {
      const since = chunks.get(chunk);
      if (since === undefined) continue;
      this.usualMs += LATEST * (now - since - this.usualMs);
      chunks.delete(chunk);
      if (chunks.size > 0) continue;
      this.tasks.delete(worker);
      if (!this.idleSince.has(worker)) this.idleSince.set(worker, now);
    }
  }

  gone(worker: string): void {
    this.tasks.delete(worker);
    this.idleSince.delete(worker);
  }

  /** All workers have to say anew that they are there: they are waited for, as long as for a busy one. */
  awaitAll(now: number): void {
    this.awaitedUntil = now + WAIT_MS;
  }

  /** Nobody has anything any more. */
  clear(): void {
    this.tasks.clear();
    this.held.clear();
    this.idleSince.clear();
  }

  private give({ chunk, holders }: Wanted, worker: string, now: number): void {
    const former = this.idleSince.get(worker) ?? Number.NEGATIVE_INFINITY;
    this.has(chunk, worker, now);
    if (!holders.has(worker)) this.idleSince.set(worker, former);
  }

  private decide({ className, count, holders }: Wanted, since: number, now: number): Choice {
    const there = this.candidates(className);
    const [holder] = there
      .filter(({ worker }) => holders.has(worker))
      .sort((a, b) => this.load(a) - this.load(b));
    if (!holder) return holders.size > 0 && now < this.awaitedUntil ? 'later' : 'anyone';
    if (this.load(holder) < roomOf(holder.threads, count)) return { to: holder.worker };
    const enough = now - Math.max(WAIT_MS, this.usualMs);
    const other = there.find((worker) => this.load(worker) === 0 && this.hasStarved(worker, enough));
    return other && since <= enough ? { to: other.worker } : 'later';
  }

  /** Whether it has had nothing of its own to do since then. */
  private hasStarved({ worker }: Candidate, then: number): boolean {
    return (this.idleSince.get(worker) ?? Number.NEGATIVE_INFINITY) <= then;
  }

  private load({ worker }: Candidate): number {
    return this.tasks.get(worker)?.size ?? 0;
  }
}
