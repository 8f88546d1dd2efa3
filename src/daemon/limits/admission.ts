/** Jobs of the executor, opened in the memory that the daemon has left: before any work, and again with the plan at hand. */
import type { Executor, ExecutorJob, ExecutorPlan, JobOptions } from '../../compute/executor.js';
import { type ChunkAdvice, chunkAdvice } from './chunkAdvice.js';
import type { MemoryBudget } from './memoryBudget.js';

/** Of q-points and an energy: what a chunk of broadened intensities holds beside them is less. */
const INPUT_BYTES_PER_POINT = 32;

export interface AdmittedJob {
  work: ExecutorJob;
  /** of results, or of q-points and energies where those are more */
  bytesPerPoint: number;
  advice: ChunkAdvice;
  /** sentences for the user */
  notes: string[];
  /** when the job has ended */
  release(): void;
}

type Kind = Pick<JobOptions, 'quantity' | 'modeGradients'>;

const hasVectors = ({ quantity, modeGradients }: Kind) =>
  quantity === 'modes' ||
  quantity === 'displacements' ||
  (quantity === 'frequencies' && modeGradients === true);

const nameOf = (nAtoms: number) => `A calculation for ${nAtoms} atoms`;

/**
 * Refuses at once what cannot fit whatever the plan: one thread's matrices and the results of one q-point.
 * Throws `too_large` or `over_capacity`.
 */
export function checkLeast(executor: Executor, memory: MemoryBudget, nAtoms: number, kind: Kind): void {
  const results = kind.quantity === 'modes' ? 18 * nAtoms ** 2 * Float64Array.BYTES_PER_ELEMENT : 0;
  memory.check(nameOf(nAtoms), executor.leastWorkspaceBytes(nAtoms, hasVectors(kind)) + results);
}

/** Opens a job with as many threads as fit, at least one. Throws `too_large` or `over_capacity`. */
export function openAdmitted(
  executor: Executor,
  memory: MemoryBudget,
  plan: ExecutorPlan,
  options: JobOptions,
  nPoints: number,
): AdmittedJob {
  const work = executor.openJob(plan, options);
  const bytesPerPoint = Math.max(work.bytesPerPoint, INPUT_BYTES_PER_POINT);
  const advice = chunkAdvice(bytesPerPoint, nPoints);
  const underWay = Math.min(advice.chunk_points * advice.window, Math.max(1, nPoints));
  const { threads, release } = memory.admit(nameOf(work.nModes / 3), {
    workspace: work.workspaceBytes,
    threads: work.threads,
    other: underWay * bytesPerPoint + work.tableBytes,
  });
  if (threads === work.threads) return { work, bytesPerPoint, advice, notes: [], release };
  const note = `${threads} of ${work.threads} threads work on this: there is no memory for more (max_memory of the daemon).`;
  const fewer = executor.openJob(plan, { ...options, nThreads: threads });
  return { work: fewer, bytesPerPoint, advice, notes: [note], release };
}
