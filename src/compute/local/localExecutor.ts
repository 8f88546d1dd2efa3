/** The executor of one process: the addon's pool of threads. Everything it is given has been checked. */

import { EuphonicError } from '../../base/errors.js';
import type { ForceConstants } from '../../models/forceConstants.js';
import type {
  Chunk,
  Executor,
  ExecutorJob,
  ExecutorModel,
  ExecutorPlan,
  JobOptions,
  PlanOptions,
} from '../executor.js';
import { loadAddon } from './addon.js';
import { BusyTime } from './busyTime.js';
import { nativeContent } from './content.js';
import type { NativeJob, NativeModel, NativePlan } from './native.js';

export interface ThreadBudget {
  threads: number;
  reason: string;
}

/** The thread budget: what was asked for, else the environment's, else what the machine grants this process. */
export function threadBudget(asked: number | undefined, env: NodeJS.ProcessEnv = process.env): ThreadBudget {
  if (asked !== undefined) return { threads: asked, reason: 'asked for when the daemon was started' };
  const text = env.EUPHONIC_MAX_THREADS?.trim();
  if (!text) return loadAddon().availableThreads();
  const threads = Number(text);
  if (Number.isSafeInteger(threads) && threads >= 1) return { threads, reason: 'EUPHONIC_MAX_THREADS' };
  throw new EuphonicError('invalid_argument', `EUPHONIC_MAX_THREADS is '${text}'.`, {
    where: 'EUPHONIC_MAX_THREADS',
    expected: 'an integer ≥ 1',
  });
}

export function createLocalExecutor(budget: ThreadBudget): Executor {
  const addon = loadAddon();
  const pool = new addon.Pool(budget.threads);
  return {
    threads: pool.threads,
    threadsReason: budget.reason,
    simd: addon.simdTarget(),
    addModel: (model: ForceConstants) => coded(addon.createModel(nativeContent(model))),
    plan: (model: ExecutorModel, options: PlanOptions, stop: AbortSignal) => {
      const { plan, cancel } = pool.plan(model as NativeModel, options);
      if (stop.aborted) cancel();
      stop.addEventListener('abort', cancel, { once: true });
      return coded(plan).finally(() => stop.removeEventListener('abort', cancel));
    },
    openJob: (plan: ExecutorPlan, options: JobOptions) => localJob(pool.job(plan as NativePlan, options)),
    leastWorkspaceBytes: (nAtoms, eigenvectors) => addon.leastWorkspaceBytes(nAtoms, eigenvectors),
    close: () => pool.close(),
  };
}

function localJob(job: NativeJob): ExecutorJob {
  const { nModes, nSurfaces, bytesPerPoint, workspaceBytes, tableBytes, threads } = job;
  const busy = new BusyTime();
  return {
    nModes,
    nSurfaces,
    bytesPerPoint,
    workspaceBytes,
    tableBytes,
    threads,
    get busySeconds() {
      return busy.seconds;
    },
    compute: async (chunk: Chunk) => {
      const { startedAt, finishedAt, ...result } = await coded(job.compute(chunk));
      busy.add(startedAt, finishedAt);
      return result;
    },
    cancel: () => job.cancel(),
  };
}

/** The addon's errors carry a code of the catalogue. */
async function coded<T>(promise: Promise<T>): Promise<T> {
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
