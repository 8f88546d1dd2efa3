/** The other side of ChildExecutor: the addon's pool in this process, for the one that started it. */
import type {
  Chunk,
  ExecutorJob,
  ExecutorModel,
  ExecutorPlan,
  JobMemory,
  JobOptions,
  PlanKey,
} from '../../../src/compute/executor.js';
import type { ForceConstants } from '../../../src/models/forceConstants.js';
import type { Capacity, OpenedJob } from './childExecutor.js';
import { built, Rpc } from './rpc.js';

type Local = typeof import('../../../src/compute/local/localExecutor.js');
type Seam = typeof import('../../../src/compute/executor.js');
const { createLocalExecutor } = await built<Local>('compute/local/localExecutor.js');
const { planKeyText } = await built<Seam>('compute/executor.js');

const local = createLocalExecutor({ threads: Number(process.argv[2]), reason: 'asked for' });
const models = new Map<string, ExecutorModel>();
const plans = new Map<string, ExecutorPlan>();
const stops = new Map<number, AbortController>();
const jobs = new Map<number, ExecutorJob>();

const rpc = new Rpc(process, {
  capacity: (): Capacity => {
    const { threads, simd, maxInflightBytes } = local;
    return { threads, simd, maxInflightBytes };
  },
  addModel: async (id: string): Promise<Omit<ExecutorModel, 'supercell'>> => {
    const content = () => rpc.ask<ForceConstants>('content', id);
    const model = models.get(id) ?? (await local.addModel({ id, content }));
    models.set(id, model);
    return { id, bytes: model.bytes };
  },
  supercell: (id: string) => models.get(id)!.supercell(),
  plan: async ({ number, key }: { number: number; key: PlanKey }): Promise<ExecutorPlan> => {
    const stop = stopOf(number);
    try {
      const plan = await local.plan(models.get(key.model)!, key.options, stop.signal);
      plans.set(planKeyText(key), plan);
      return { key, info: plan.info, bytes: plan.bytes };
    } finally {
      stops.delete(number);
    }
  },
  stopPlan: (number: number) => stopOf(number).abort(),
  leastBytes: ({ nAtoms, options }: { nAtoms: number; options: JobOptions }) =>
    local.leastBytes(nAtoms, options),
  open: async (given: {
    number: number;
    key: PlanKey;
    options: JobOptions;
    nPoints: number;
  }): Promise<OpenedJob> => {
    const { number, key, options, nPoints } = given;
    const admit = async (asked: JobMemory) => ({
      threads: await rpc.ask<number>('admit', { job: number, asked }),
      // the other side does
      release: () => {},
    });
    const job = await local.open(plans.get(planKeyText(key))!, options, { nPoints, admit });
    jobs.set(number, job);
    const { nModes, nSurfaces, bytesPerPoint, bytesPerChunk, threads, advice, notes } = job;
    return { nModes, nSurfaces, bytesPerPoint, bytesPerChunk, threads, advice, notes };
  },
  compute: async ({ number, chunk }: { number: number; chunk: Chunk }) => {
    const job = jobs.get(number)!;
    const result = await job.compute(chunk);
    return { result, busySeconds: job.busySeconds };
  },
  close: (number: number) => {
    jobs.get(number)?.close();
    jobs.delete(number);
  },
});

/** A plan may be stopped before it is asked for. */
function stopOf(number: number): AbortController {
  const stop = stops.get(number) ?? new AbortController();
  stops.set(number, stop);
  return stop;
}

process.on('disconnect', () => process.exit());
