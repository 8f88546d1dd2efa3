/** Models, plans and jobs of a worker: asked for by digest when a chunk needs them, kept for the next. */
import { EuphonicError } from '../base/errors.js';
import {
  type Chunk,
  type ChunkResult,
  type Executor,
  type ExecutorJob,
  type ExecutorModel,
  type ExecutorPlan,
  grantAll,
  type JobOptions,
  type PlanOptions,
  planKeyText,
} from '../compute/executor.js';
import type { ForceConstantsContent } from '../models/crystal.js';
import { type ForceConstants, makeForceConstants, modelId } from '../models/forceConstants.js';
import { digestOf, type Slice } from './blobs.js';
import type { ChunkMessage, JobContent } from './content.js';
import { keptBytes } from './keptChunk.js';
import { decodeAnswer } from './message.js';

/** Kept at most; the least recently used are dropped beyond. */
const MAX_MODELS = 4;
const MAX_PLANS = 8;
const MAX_CONTENTS = 64;

/** Jobs of which it is remembered that they were cancelled: errors of their chunks are nobody's. */
const MAX_CANCELLED = 1000;
/** Bytes of q-points that are calculated again and again. */
const MAX_POINT_BYTES = 2 ** 28;

/** Of what is smaller the time says little about the network. */
const LARGE_BYTES = 2 ** 20;

/** Asks the gateway for a part of what has this digest. */
type Fetch = (digest: string, offset: number) => Promise<Slice>;

/** What is being made or has been, least recently used first, of at most so much weight; a failure is not kept. */
class Kept<T> {
  private readonly entries = new Map<string, { value: Promise<T>; weight: number }>();
  private weight = 0;

  constructor(
    private readonly most: number,
    private readonly drop: (value: T) => void = () => {},
  ) {}

  get(key: string, make: () => Promise<T>, weight = 1): Promise<T> {
    const former = this.entries.get(key);
    const value = former?.value ?? make();
    if (former) this.entries.delete(key);
    else {
      this.weight += weight;
      value.catch(() => this.entries.get(key)?.value === value && this.delete(key));
    }
    this.entries.set(key, { value, weight: former?.weight ?? weight });
    for (const [oldest] of this.entries) {
      if (this.weight <= this.most || oldest === key) break;
      this.delete(oldest);
    }
    return value;
  }

  keys(): string[] {
    return [...this.entries.keys()];
  }

  delete(key: string): void {
    const entry = this.entries.get(key);
    if (!entry) return;
    entry.value.then(this.drop, () => {});
    this.entries.delete(key);
    this.weight -= entry.weight;
  }
}

export class WorkerJobs {
  private readonly models = new Kept<ExecutorModel>(MAX_MODELS);
  private readonly plans = new Kept<ExecutorPlan>(MAX_PLANS);
  private readonly contents = new Kept<JobContent>(MAX_CONTENTS);
  /** none is dropped before the gateway says that it has ended: a chunk of it may be under way */
  private readonly jobs = new Kept<ExecutorJob>(Number.POSITIVE_INFINITY, (job) => job.close());
  private readonly points = new Kept<Chunk>(MAX_POINT_BYTES);
  private readonly cancelled = new Set<string>();
  /** at which the latest large model came; 0: none has */
  bytesPerSecond = 0;

  constructor(
    private readonly executor: Executor,
    private readonly fetch: Fetch,
  ) {}

  /** Rejects with what the executor throws, and with what the gateway does where it does not have the job. */
  async compute({ job, digest, points, count }: ChunkMessage): Promise<ChunkResult> {
    const known = (name: string) => this.points.get(name, () => this.content<Chunk>(name), keptBytes(count));
    try {
      const [opened, chunk] = await Promise.all([
        this.jobs.get(job, () => this.open(digest)),
        typeof points === 'string' ? known(points) : points,
      ]);
      return opened.compute(chunk);
    } finally {
      if (this.isCancelled(job)) this.jobs.delete(job);
    }
  }

  cancel(job: string): void {
    this.cancelled.add(job);
    if (this.cancelled.size > MAX_CANCELLED) this.cancelled.delete(this.cancelled.values().next().value!);
    this.jobs.delete(job);
  }

  /** Jobs that chunks have come of, and that nobody has cancelled. */
  get begun(): string[] {
    return this.jobs.keys();
  }

  isCancelled(job: string): boolean {
    return this.cancelled.has(job);
  }

  /** Fetches and plans what a job needs. Rejects as `compute` does. */
  async prepare(digest: string): Promise<{ made: ExecutorPlan; options: JobOptions }> {
    const { model, plan, options } = await this.contents.get(digest, () => this.content<JobContent>(digest));
    return { made: await this.plan(model, plan), options };
  }

  private async open(digest: string): Promise<ExecutorJob> {
    const { made, options } = await this.prepare(digest);
    return this.executor.open(made, options, grantAll(1));
  }

  private plan(id: string, options: PlanOptions): Promise<ExecutorPlan> {
    return this.plans.get(planKeyText({ model: id, options }), async () => {
      const model = await this.models.get(id, () =>
        this.executor.addModel({ id, content: () => this.model(id) }),
      );
      return this.executor.plan(model, options, new AbortController().signal);
    });
  }

  private async content<T>(digest: string): Promise<T> {
    const bytes = await this.whole(digest);
    verify(digestOf(bytes), digest);
    return decodeAnswer<T>(bytes);
  }

  private async model(id: string): Promise<ForceConstants> {
    const model = makeForceConstants(decodeAnswer<ForceConstantsContent>(await this.whole(id)));
    verify(modelId(model), id);
    return model;
  }

  private async whole(digest: string): Promise<Uint8Array> {
    const start = performance.now();
    let { bytes: first, total } = await this.fetch(digest, 0);
    const bytes = new Uint8Array(total);
    for (let offset = 0; ; ) {
      bytes.set(first, offset);
      offset += first.length;
      if (offset >= total) {
        if (total >= LARGE_BYTES) this.bytesPerSecond = (1000 * total) / (performance.now() - start);
        return bytes;
      }
      ({ bytes: first } = await this.fetch(digest, offset));
    }
  }
}

function verify(found: string, expected: string): void {
  if (found === expected) return;
  throw new EuphonicError('bad_message', 'A model, a job or a list of q-points has arrived damaged.', {
    where: found,
    expected: `the SHA-256 ${expected}`,
  });
}
