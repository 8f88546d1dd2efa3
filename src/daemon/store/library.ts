/** The models that the daemon knows, by their SHA-256, each with the plans made of it. Where they come from, others know. */
import { EuphonicError } from '../../base/errors.js';
import { Semaphore } from '../../base/semaphore.js';
import { Shared } from '../../base/shared.js';
import {
  type Executor,
  type ExecutorModel,
  type ExecutorPlan,
  type PlanOptions,
  planKeyText,
} from '../../compute/executor.js';
import type { ForceConstants } from '../../models/forceConstants.js';
import type { Holder, MemoryBudget } from '../limits/memoryBudget.js';

/** What is said of a model. */
interface ModelFacts {
  /** SHA-256 of its content */
  readonly id: string;
  /** where it came from, for the user */
  readonly source: string;
  /** sentences for the user: what was assumed, what is unusual */
  readonly notes: string[];
  /** those of the notes that hold for the content, from whatever file */
  readonly doubts: string[];
  /** of its force constants */
  readonly asymmetry: number;
}

export interface NewModel extends ModelFacts {
  readonly fc: ForceConstants;
}

/** A model whose force constants are where the executor wants them. */
export interface Model
  extends ModelFacts,
    Pick<ForceConstants, 'crystal' | 'nAtoms' | 'nCells' | 'scMatrix' | 'born' | 'dielectric'> {
  readonly content: ExecutorModel;
}

interface Entry {
  readonly model: Model;
  readonly plans: Map<string, Shared<ExecutorPlan>>;
  /** jobs and plans under way that need it: it stays while there are any */
  uses: number;
}

/** A plan that is being made. */
interface PlanUnderWay {
  /** of the model */
  readonly id: string;
  /** `performance.now()` */
  readonly startedAt: number;
  /** how far it is, from 0 to 1 */
  fraction(): number;
}

export class Library implements Holder {
  readonly counters = { evicted: 0 };
  /** least recently used first */
  private readonly entries = new Map<string, Entry>();
  private readonly underWay = new Set<PlanUnderWay>();
  /** each takes a thread of its own, beside those of the pool */
  private readonly planning: Semaphore;

  constructor(
    private readonly executor: Executor,
    /** what planning asks before it begins; it counts this library */
    private readonly memory: MemoryBudget,
    private readonly limitBytes: number,
  ) {
    memory.include(this);
    this.planning = new Semaphore(Math.max(2, executor.threads));
  }

  /** Memory of all models and plans. */
  get bytes(): number {
    return this.list().reduce((sum, { bytes }) => sum + bytes, 0);
  }

  list(): { model: Model; bytes: number }[] {
    return [...this.entries.values()].map(({ model, plans }) => ({
      model,
      bytes:
        model.content.bytes + [...plans.values()].reduce((sum, { value }) => sum + (value?.bytes ?? 0), 0),
    }));
  }

  plansUnderWay(): readonly PlanUnderWay[] {
    return [...this.underWay];
  }

  /** The model itself, or that of the same content which is here already. */
  async add({ fc, ...facts }: NewModel): Promise<Model> {
    const { id } = facts;
    const present = this.find(id);
    if (present) return present;
    const content = await this.executor.addModel({ id, content: async () => fc });
    // another request may have added it meanwhile: then its plans stay
    const added = this.find(id);
    if (added) return added;
    const { crystal, nAtoms, nCells, scMatrix, born, dielectric } = fc;
    const model = { ...facts, crystal, nAtoms, nCells, scMatrix, born, dielectric, content };
    this.entries.set(id, { model, plans: new Map(), uses: 0 });
    this.evict();
    return model;
  }

  has(id: string): boolean {
    return this.entries.has(id);
  }

  find(id: string): Model | undefined {
    return this.touch(id)?.model;
  }

  /** Throws `unknown_model`. */
  get(id: string): Model {
    return this.entry(id).model;
  }

  /** Keeps a model until the function that is returned is called. Throws `unknown_model`. */
  hold(id: string): () => void {
    const entry = this.entry(id);
    entry.uses++;
    return () => {
      entry.uses--;
    };
  }

  /**
   * The plan for a model and options: made once, also when several clients ask at the same time, and not to the end when
   * nobody waits for it any more. Throws `unknown_model`, or the signal's reason when it is aborted.
   */
  async plan(id: string, options: PlanOptions, signal: AbortSignal): Promise<ExecutorPlan> {
    const release = this.hold(id);
    try {
      const { model, plans } = this.entry(id);
      const key = planKeyText({ model: id, options });
      let shared = plans.get(key);
      if (!shared) {
        shared = new Shared(
          (stop) => this.planning.run(() => this.makePlan(model, options, stop)),
          () => plans.delete(key),
        );
        plans.set(key, shared);
      }
      const plan = await shared.wait(signal);
      this.evict();
      return plan;
    } finally {
      release();
    }
  }

  private async makePlan(model: Model, options: PlanOptions, signal: AbortSignal): Promise<ExecutorPlan> {
    // everybody may have left while it waited for the semaphore, and the model may be gone
    signal.throwIfAborted();
    // everybody may leave before the thread has stopped, which needs the model until then
    const releaseModel = this.hold(model.id);
    let releaseMemory: (() => void) | undefined;
    const making = { id: model.id, startedAt: performance.now(), fraction: () => 0 };
    this.underWay.add(making);
    try {
      const bytes = this.executor.planBytes(model.content, options);
      releaseMemory = this.memory.reserve(`A plan for ${model.nAtoms} atoms`, bytes);
      return await this.executor.plan(model.content, options, signal, (fraction) => {
        making.fraction = fraction;
      });
    } finally {
      this.underWay.delete(making);
      releaseModel();
      releaseMemory?.();
    }
  }

  private entry(id: string): Entry {
    const entry = this.touch(id);
    if (entry) return entry;
    throw new EuphonicError('unknown_model', 'The daemon does not have this model.', {
      where: id,
      advice: 'Load or put it again.',
    });
  }

  /** Looks a model up and makes it the most recently used. */
  private touch(id: string): Entry | undefined {
    const entry = this.entries.get(id);
    if (entry) {
      this.entries.delete(id);
      this.entries.set(id, entry);
    }
    return entry;
  }

  /** Drops the least recently used models beyond the limit, never the last one. */
  private evict(): void {
    const beyond = this.bytes - this.limitBytes;
    if (beyond > 0) this.drop(beyond, 1);
  }

  /** Drops models, the least recently used first, until `bytes` are freed or none is left that no job needs. */
  makeRoom(bytes: number): void {
    this.drop(bytes, 0);
  }

  private drop(bytes: number, kept: number): void {
    let left = bytes;
    for (const { model, bytes: size } of this.list()) {
      if (left <= 0 || this.entries.size <= kept) return;
      if (this.entries.get(model.id)!.uses > 0) continue;
      this.entries.delete(model.id);
      this.counters.evicted++;
      left -= size;
    }
  }
}
