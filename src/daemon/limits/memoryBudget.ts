/**
 * Admission by memory: what is about to be done is estimated first, and refused with the number where it cannot fit.
 * What counts is what grows with crystals and requests: models and plans, scratch memory of threads, results under way.
 */
import { EuphonicError } from '../../base/errors.js';
import { showBytes } from '../../base/sizes.js';
import type { JobGrant, JobMemory } from '../../compute/executor.js';
import type { MemoryLimit } from './config.js';
import { RUNTIME_BYTES } from './settings.js';

/** What holds memory beside jobs, and can give some back. */
export interface Holder {
  readonly bytes: number;
  /** Frees what it can do without, until `bytes` are freed. */
  makeRoom(bytes: number): void;
}

export class MemoryBudget {
  private readonly jobs = new Set<JobMemory>();
  private readonly holders: Holder[] = [];
  private reserved = 0;
  readonly counters = { refused: 0 };

  constructor(
    readonly limit: MemoryLimit,
    private readonly poolThreads: number,
  ) {}

  /** From now on what the holder has counts, and it is asked to make room. */
  include(holder: Holder): void {
    this.holders.push(holder);
  }

  /** By this estimate, what is held now and what has been promised. */
  get committed(): number {
    const held = this.holders.reduce((sum, { bytes }) => sum + bytes, 0);
    return RUNTIME_BYTES + held + this.reserved + this.jobBytes();
  }

  /** What has not been promised to anybody. */
  get free(): number {
    return this.limit.bytes - this.committed;
  }

  /** Promises memory for a while. Throws `too_large` or `over_capacity`. */
  reserve(what: string, bytes: number): () => void {
    this.check(what, bytes);
    this.reserved += bytes;
    let held = true;
    return () => {
      if (held) this.reserved -= bytes;
      held = false;
    };
  }

  /** Throws `too_large` for what never fits, `over_capacity` for what does not now. */
  check(what: string, bytes: number): void {
    const room = this.limit.bytes - RUNTIME_BYTES;
    if (bytes > room) throw this.refusal('too_large', what, bytes, room);
    const lacking = () => this.committed + bytes - this.limit.bytes;
    this.makeRoom(lacking);
    if (lacking() > 0) throw this.refusal('over_capacity', what, bytes, this.limit.bytes - this.committed);
  }

  /** Admits a job with as many of its threads as fit: results do not depend on how many work. Throws as `check`. */
  admit(what: string, asked: JobMemory): JobGrant {
    const more = (threads: number) => this.jobBytes({ ...asked, threads }) - this.jobBytes();
    this.check(what, more(1));
    let threads = asked.threads;
    const lacking = () => this.committed + more(threads) - this.limit.bytes;
    this.makeRoom(lacking);
    while (threads > 1 && lacking() > 0) threads--;
    const job = { ...asked, threads };
    this.jobs.add(job);
    return { threads, release: () => void this.jobs.delete(job) };
  }

  private makeRoom(lacking: () => number): void {
    for (const holder of this.holders) if (lacking() > 0) holder.makeRoom(lacking());
  }

  /**
   * A thread keeps one scratch memory, as large as the largest job needs that it worked for: many jobs cost no more than
   * all threads at the largest one.
   */
  private jobBytes(another?: JobMemory): number {
    let sum = 0;
    let largest = 0;
    let other = 0;
    for (const job of another ? [...this.jobs, another] : this.jobs) {
      sum += job.workspace * job.threads;
      largest = Math.max(largest, job.workspace);
      other += job.other;
    }
    return Math.min(sum, largest * this.poolThreads) + other;
  }

  private refusal(
    code: 'too_large' | 'over_capacity',
    what: string,
    bytes: number,
    room: number,
  ): EuphonicError {
    this.counters.refused++;
    const { limit } = this;
    const left = Math.max(0, Math.floor(room));
    return new EuphonicError(
      code,
      `${what} needs ${showBytes(bytes)} of memory; ${showBytes(left)} ${code === 'too_large' ? 'may be used' : 'are free now'}.`,
      {
        where: 'max_memory',
        expected: `at most ${left} bytes: the daemon may use ${limit.bytes} (${limit.reason})`,
        advice:
          code === 'too_large'
            ? 'Start the daemon with a larger --max-memory, on a computer that has it.'
            : 'Wait for other calculations to end, or give this one fewer threads (n_threads).',
      },
    );
  }
}
