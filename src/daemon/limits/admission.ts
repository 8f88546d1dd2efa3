/** Jobs of the executor, opened in the memory that the daemon has left: before any work, and again with the plan at hand. */
import type {
  Executor,
  ExecutorJob,
  ExecutorPlan,
  JobOptions,
  LeastOptions,
} from '../../compute/executor.js';
import type { MemoryBudget } from './memoryBudget.js';

const nameOf = (nAtoms: number) => `A calculation for ${nAtoms} atoms`;

export class Admission {
  constructor(
    private readonly executor: Executor,
    private readonly memory: MemoryBudget,
  ) {}

  /** Refuses at once what cannot fit whatever the plan. Throws `too_large` or `over_capacity`. */
  async check(nAtoms: number, options: LeastOptions): Promise<void> {
    this.memory.check(nameOf(nAtoms), await this.executor.leastBytes(nAtoms, options));
  }

  /** Opens a job with as many threads as fit, at least one. Throws as `check`, or the signal's reason. */
  async open(
    plan: ExecutorPlan,
    options: JobOptions,
    nPoints: number,
    nAtoms: number,
    signal: AbortSignal,
  ): Promise<ExecutorJob> {
    const job = await this.executor.open(plan, options, {
      nPoints,
      admit: async (asked) => this.memory.admit(nameOf(nAtoms), asked),
    });
    if (!signal.aborted) return job;
    job.close();
    throw signal.reason;
  }
}
