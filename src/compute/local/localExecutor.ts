/** The executor of one process: the addon's pool of threads. Everything it is given has been checked. */

import { EuphonicError } from '../../base/errors.js';
import { memoryPasses } from '../../base/passingMemory.js';
import type {
  Chunk,
  ChunkResult,
  Executor,
  ExecutorJob,
  ExecutorKind,
  ExecutorModel,
  ExecutorPlan,
  JobBudget,
  JobOptions,
  LeastOptions,
  ThreadBudget,
} from '../executor.js';
import { loadAddon } from './addon.js';
import { BusyTime } from './busyTime.js';
import { chunkAdvice, MAX_INFLIGHT_BYTES } from './chunkAdvice.js';
import { nativeContent } from './content.js';
import type { NativeChunkResult, NativeJob, NativeModel, NativePlan, NativePool } from './native.js';
import { planBytes } from './planMemory.js';

/** So many q-points are one batch on processors with AVX-512, and one or two on others: threads could hardly share them. */
const FEW_POINTS = 8;
/**
 * What takes less is calculated where it was asked for: to wake a thread and to hear of its end takes a tenth of a millisecond.
 * Nothing else happens in this process meanwhile.
 */
const QUICK_SECONDS = 0.3e-3;

/** Of q-points and an energy: what a chunk of broadened intensities holds beside them is less. */
const INPUT_BYTES_PER_POINT = 32;

interface LocalModel extends ExecutorModel {
  native: NativeModel;
  nAtoms: number;
  isPolar: boolean;
}

interface LocalPlan extends ExecutorPlan {
  native: NativePlan;
  /** seconds that few q-points took when they were last calculated, by quantity and whether that takes eigenvectors */
  few: Map<string, number>;
}

/** `quickSeconds`: see QUICK_SECONDS; tests, which have no clock, name their own. */
export function createLocalExecutor(budget: ThreadBudget, quickSeconds = QUICK_SECONDS): Executor {
  const addon = loadAddon();
  const pool = new addon.Pool(budget.threads);
  return {
    threads: pool.threads,
    threadsReason: budget.reason,
    simd: addon.simdTarget(),
    maxInflightBytes: MAX_INFLIGHT_BYTES,
    addModel: async ({ id, content }): Promise<LocalModel> => {
      const model = await content();
      const native = await coded(addon.createModel(nativeContent(model)));
      return {
        id,
        native,
        bytes: native.bytes,
        nAtoms: model.nAtoms,
        isPolar: model.born !== undefined,
        supercell: () => native.supercell(),
      };
    },
    planBytes: (model, options) => {
      const { nAtoms, bytes, isPolar } = model as LocalModel;
      return planBytes(nAtoms, bytes, { asr: options.asr, hasDipole: isPolar && options.dipole });
    },
    plan: async (model, options, signal, watch): Promise<LocalPlan> => {
      const key = { model: model.id, options };
      const { plan, cancel, fraction } = pool.plan((model as LocalModel).native, options);
      watch?.(fraction);
      if (signal.aborted) cancel();
      signal.addEventListener('abort', cancel, { once: true });
      const native = await coded(plan).finally(() => signal.removeEventListener('abort', cancel));
      return { key, native, few: new Map(), info: native.info, bytes: native.bytes };
    },
    leastBytes: async (nAtoms, options) => {
      const results = options.quantity === 'modes' ? 18 * nAtoms ** 2 * Float64Array.BYTES_PER_ELEMENT : 0;
      return addon.leastWorkspaceBytes(nAtoms, hasEigenvectors(options)) + results;
    },
    open: (plan, options, budget) => openJob(pool, plan as LocalPlan, options, budget, quickSeconds),
    close: () => pool.close(),
  };
}

export const localExecutor: ExecutorKind = {
  availableThreads: () => loadAddon().availableThreads(),
  create: (budget) => createLocalExecutor(budget),
};

function hasEigenvectors({ quantity, modeGradients, histogram }: LeastOptions): boolean {
  if (quantity === 'frequencies') return modeGradients === true;
  if (quantity === 'histogram') return histogram!.sharesPerAtom > 0 || histogram!.qWidth > 0;
  return quantity === 'modes' || quantity === 'displacements';
}

async function openJob(
  pool: NativePool,
  { native: plan, few }: LocalPlan,
  options: JobOptions,
  budget: JobBudget,
  quickSeconds: number,
): Promise<ExecutorJob> {
  const wanted = pool.job(plan, options);
  const bytesPerPoint = Math.max(wanted.bytesPerPoint, INPUT_BYTES_PER_POINT);
  const { bytesPerChunk } = wanted;
  const advice = chunkAdvice(bytesPerPoint, bytesPerChunk, budget.nPoints, options.histogram?.blockPoints);
  const underWay = Math.min(advice.chunkPoints * advice.window, Math.max(1, budget.nPoints));
  const { threads, release } = await budget.admit({
    workspace: wanted.workspaceBytes,
    threads: wanted.threads,
    other: underWay * bytesPerPoint + (advice.window + wanted.threads) * bytesPerChunk + wanted.tableBytes,
  });
  const isWhole = threads === wanted.threads;
  const job = isWhole ? wanted : pool.job(plan, { ...options, nThreads: threads });
  const note = `${threads} of ${wanted.threads} threads work on this: there is no memory for more (max_memory of the daemon).`;
  const busy = new BusyTime();
  const kind = `${options.quantity} ${hasEigenvectors(options)}`;
  return {
    nModes: job.nModes,
    nSurfaces: job.nSurfaces,
    bytesPerPoint,
    bytesPerChunk,
    threads,
    advice,
    notes: isWhole ? [] : [note],
    get busySeconds() {
      return busy.seconds;
    },
    ...(options.quantity === 'sqw' && {
      keeper: { bytes: (count) => job.keptBytes(count), make: (count) => job.keep(count) },
    }),
    // an async function would keep the chunk until its results are there
    compute: (chunk: Chunk) => {
      const isFew = chunk.qpts.length > 0 && chunk.qpts.length <= 3 * FEW_POINTS;
      const isQuick = isFew && (few.get(kind) ?? Number.POSITIVE_INFINITY) < quickSeconds;
      return coded(isQuick ? here(job, chunk) : job.compute(chunk)).then(
        ({ startedAt, finishedAt, ...result }) => {
          busy.add(startedAt, finishedAt);
          memoryPasses(bytesOf(result));
          if (isFew) few.set(kind, result.kernelSeconds);
          return result;
        },
      );
    },
    close: () => {
      job.cancel();
      release();
    },
  };
}

function bytesOf(result: ChunkResult): number {
  const sizes = Object.values(result).map((value) => (ArrayBuffer.isView(value) ? value.byteLength : 0));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Computes on this thread, before it returns. */
async function here(job: NativeJob, chunk: Chunk): Promise<NativeChunkResult> {
  return job.computeHere(chunk);
}

/** The addon's errors carry a code of the catalogue. */
export async function coded<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code === 'cancelled' || code === 'invalid_argument') throw new EuphonicError(code, message);
    if (code === 'out_of_memory') {
      throw new EuphonicError(code, `The calculation failed: ${message}.`, {
        advice: 'Give it fewer threads (n_threads), or wait until the computer has more free memory.',
      });
    }
    throw new EuphonicError('internal', message, {}, { cause: error });
  }
}
