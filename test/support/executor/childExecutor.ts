/**
 * An executor whose threads, models and plans are in a process of their own: all that crosses is what can be sent. What
 * works with it needs nothing of the local one but the seam.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type {
  Chunk,
  ChunkResult,
  Executor,
  ExecutorJob,
  ExecutorModel,
  ExecutorPlan,
  JobBudget,
  JobGrant,
  JobMemory,
  JobOptions,
  LeastOptions,
  ModelSource,
  PlanKey,
  PlanOptions,
  Supercell,
  ThreadBudget,
} from '../../../src/compute/executor.js';
import { Rpc } from './rpc.js';

const CHILD = fileURLToPath(new URL('child.ts', import.meta.url));

/** What the child says of itself, see child.ts. */
export type Capacity = Pick<Executor, 'threads' | 'simd' | 'maxInflightBytes'>;
/** What the child says of a job. */
export type OpenedJob = Pick<
  ExecutorJob,
  'nModes' | 'nSurfaces' | 'bytesPerPoint' | 'bytesPerChunk' | 'threads' | 'advice' | 'notes'
>;

export class ChildExecutor implements Executor {
  readonly threads: number;
  readonly simd: string;
  readonly maxInflightBytes: number;
  private readonly sources = new Map<string, ModelSource>();
  private readonly budgets = new Map<number, { budget: JobBudget; grant?: JobGrant }>();
  private nextNumber = 0;

  static async start({ threads, reason }: ThreadBudget): Promise<ChildExecutor> {
    const child = fork(CHILD, [String(threads)], { execArgv: ['--import=tsx'], serialization: 'advanced' });
    const handlers: ConstructorParameters<typeof Rpc>[1] = {};
    const rpc = new Rpc(child, handlers);
    const executor = new ChildExecutor(rpc, reason, await rpc.ask<Capacity>('capacity', {}), () =>
      child.disconnect(),
    );
    handlers.content = (id: string) => executor.sources.get(id)!.content();
    handlers.admit = ({ job, asked }: { job: number; asked: JobMemory }) => executor.admit(job, asked);
    return executor;
  }

  private constructor(
    private readonly rpc: Rpc,
    readonly threadsReason: string,
    capacity: Capacity,
    readonly close: () => void,
  ) {
    ({ threads: this.threads, simd: this.simd, maxInflightBytes: this.maxInflightBytes } = capacity);
  }

  async addModel(source: ModelSource): Promise<ExecutorModel> {
    this.sources.set(source.id, source);
    const model = await this.rpc
      .ask<Omit<ExecutorModel, 'supercell'>>('addModel', source.id)
      .finally(() => this.sources.delete(source.id));
    return { ...model, supercell: () => this.rpc.ask<Supercell>('supercell', source.id) };
  }

  planBytes(model: ExecutorModel): number {
    // the tables of a plan and what is rearranged on the way: for tests whose crystals are not polar
    return 6 * model.bytes;
  }

  async plan(model: ExecutorModel, options: PlanOptions, signal: AbortSignal): Promise<ExecutorPlan> {
    const key: PlanKey = { model: model.id, options };
    const number = this.nextNumber++;
    const stop = () => void this.rpc.ask('stopPlan', number);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    return this.rpc
      .ask<ExecutorPlan>('plan', { number, key })
      .finally(() => signal.removeEventListener('abort', stop));
  }

  leastBytes(nAtoms: number, options: LeastOptions): Promise<number> {
    return this.rpc.ask('leastBytes', { nAtoms, options });
  }

  async open({ key }: ExecutorPlan, options: JobOptions, budget: JobBudget): Promise<ExecutorJob> {
    const number = this.nextNumber++;
    const entry: { budget: JobBudget; grant?: JobGrant } = { budget };
    this.budgets.set(number, entry);
    const close = () => {
      this.budgets.delete(number);
      entry.grant?.release();
      void this.rpc.ask('close', number);
    };
    try {
      const opened = await this.rpc.ask<OpenedJob>('open', { number, key, options, nPoints: budget.nPoints });
      return new ChildJob(this.rpc, number, opened, close);
    } catch (error) {
      close();
      throw error;
    }
  }

  private async admit(number: number, asked: JobMemory): Promise<number> {
    const entry = this.budgets.get(number)!;
    entry.grant = await entry.budget.admit(asked);
    return entry.grant.threads;
  }
}

class ChildJob implements ExecutorJob {
  readonly nModes: number;
  readonly nSurfaces: number;
  readonly bytesPerPoint: number;
  readonly bytesPerChunk: number;
  readonly threads: number;
  readonly advice: ExecutorJob['advice'];
  readonly notes: readonly string[];
  busySeconds = 0;

  constructor(
    private readonly rpc: Rpc,
    private readonly number: number,
    opened: OpenedJob,
    readonly close: () => void,
  ) {
    this.nModes = opened.nModes;
    this.nSurfaces = opened.nSurfaces;
    this.bytesPerPoint = opened.bytesPerPoint;
    this.bytesPerChunk = opened.bytesPerChunk;
    this.threads = opened.threads;
    this.advice = opened.advice;
    this.notes = opened.notes;
  }

  async compute(chunk: Chunk): Promise<ChunkResult> {
    const { result, busySeconds } = await this.rpc.ask<{ result: ChunkResult; busySeconds: number }>(
      'compute',
      {
        number: this.number,
        chunk,
      },
    );
    this.busySeconds = busySeconds;
    return result;
  }
}
