/** Calculates the q-points of a spectrum by a job of the executor, chunk by chunk, and puts their results together. */
import type { ChunkResult, ExecutorJob } from '../../compute/executor.js';
import { columnsOf } from '../../protocol/arrays.js';
import type { ArrayFrame, CheckedParams } from '../../protocol/messages.js';
import { histogramShape } from '../../protocol/options.js';
import type { QpointResults } from '../../spectra/calculation/calculator.js';
import { openWork, type WorkParts } from '../jobs/openWork.js';
import type { MemoryBudget } from '../limits/memoryBudget.js';

interface QpointsOf {
  params: CheckedParams<'job.open'>;
  /** [n,3,3] Å² */
  tensors?: ArrayFrame | undefined;
  /** [3,n] r.l.u. */
  qpts: Float64Array;
  directions?: Float64Array;
  weights?: Float64Array;
}

/** Memory of results is promised while they are made: whoever takes them promises it from then on. */
export async function evaluateOver(
  parts: WorkParts & { memory: MemoryBudget },
  asked: QpointsOf,
  signal: AbortSignal,
  onPoints: (count: number) => void,
): Promise<QpointResults> {
  signal.throwIfAborted();
  const { params, tensors } = asked;
  const { work, notes, nAtoms } = await openWork(parts, params, tensors, signal);
  const stop = () => work.close();
  signal.addEventListener('abort', stop, { once: true });
  try {
    const results = resultArrays(params, work, nAtoms);
    const bytes = Object.values(results).reduce((sum, { length }) => sum + 8 * length, 0);
    const release = parts.memory.reserve('A spectrum', bytes);
    const imaginary = await computed(work, asked, results, onPoints).finally(release);
    return {
      frequencies: new Float64Array(),
      ...results,
      notes,
      threads: work.threads,
      kernel_seconds: work.busySeconds,
      imaginary,
    };
  } finally {
    signal.removeEventListener('abort', stop);
    work.close();
  }
}

type Results = Pick<QpointResults, 'histogram' | 'structureFactors'> & { frequencies?: Float64Array };

/** q-points that have a histogram together; none: all. */
const blockOf = ({ histogram }: CheckedParams<'job.open'>) => histogram?.block_points;

function resultArrays(
  params: CheckedParams<'job.open'>,
  { nModes, nSurfaces }: ExecutorJob,
  nAtoms: number,
): Results {
  const { quantity, n_points: n, histogram } = params;
  if (quantity !== 'histogram' || !histogram) {
    return {
      frequencies: new Float64Array(nModes * n),
      ...(quantity === 'structure_factor' && { structureFactors: new Float64Array(nSurfaces * n) }),
    };
  }
  const [rows, bins] = histogramShape(histogram, nAtoms);
  const block = blockOf(params);
  const blocks = block === undefined ? 1 : Math.ceil(n / block);
  return { histogram: new Float64Array(blocks * rows * bins) };
}

/** Fills the arrays; returns how many modes are imaginary. Rejects with the first chunk's error. */
async function computed(
  work: ExecutorJob,
  { params, qpts, directions, weights }: QpointsOf,
  results: Results,
  onPoints: (count: number) => void,
): Promise<number> {
  const n = params.n_points;
  const block = blockOf(params);
  const { chunkPoints, window } = work.advice;
  const step = block === undefined ? chunkPoints : Math.ceil(chunkPoints / block) * block;
  const neighbour = (k: number) => Float64Array.from([0, 1, 2], (axis) => qpts[axis * n + k]);
  let [next, imaginary] = [0, 0];
  const lane = async () => {
    while (next < n) {
      const offset = next;
      const end = Math.min(offset + step, n);
      next = end;
      const chunk = await work.compute({
        qpts: columnsOf(qpts, n, offset, end),
        ...(directions && { directions: columnsOf(directions, n, offset, end) }),
        ...(weights && { weights: weights.slice(offset, end) }),
        ...(offset > 0 && { before: neighbour(offset - 1) }),
        ...(end < n && { after: neighbour(end) }),
      });
      store(results, chunk, n, offset, end, block);
      imaginary += chunk.imaginary;
      onPoints(end - offset);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, window) }, lane));
  return imaginary;
}

function store(
  { frequencies, structureFactors, histogram }: Results,
  chunk: ChunkResult,
  n: number,
  offset: number,
  end: number,
  block: number | undefined,
): void {
  if (histogram) {
    const counts = chunk.histogram!;
    const blocks = block === undefined ? 1 : Math.ceil((end - offset) / block);
    const start = block === undefined ? 0 : (offset / block) * (counts.length / blocks);
    for (let k = 0; k < counts.length; k++) histogram[start + k] += counts[k];
    return;
  }
  const fill = (whole: Float64Array, part: Float64Array) => {
    const count = end - offset;
    for (let row = 0; row < whole.length / n; row++)
      whole.set(part.subarray(row * count, (row + 1) * count), row * n + offset);
  };
  fill(frequencies!, chunk.frequencies!);
  if (structureFactors) fill(structureFactors, chunk.structureFactors!);
}
