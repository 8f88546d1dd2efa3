/** The models that the daemon knows, by their SHA-256, each with the plans made of it. */
import { setImmediate } from 'node:timers/promises';
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
import type { Crystal } from '../../models/crystal.js';
import { fileState } from '../../models/readers/fileState.js';
import type { ReadFile, ReadOptions } from '../../models/readers/index.js';
import type { SpaceGroup } from '../../models/symmetry.js';
import { ANGSTROM_PER_BOHR, ELECTRON_MASS_PER_AMU, inAmu, inAngstrom } from '../../models/units.js';
import { checkFrameBytes, float64Frame, int32Frame } from '../../protocol/arrays.js';
import { crystalFrames } from '../../protocol/crystalFrames.js';
import type { ArrayFrame, CheckedParams, ModelSummary, Status } from '../../protocol/messages.js';
import type { Grid } from '../../qpoints/grid.js';
import type { Wedge } from '../../qpoints/irreducibleWedge.js';
import type { Holder, MemoryBudget } from '../limits/memoryBudget.js';
import { PUT_BYTES_PER_FRAME_BYTE, READ_BYTES_PER_FILE_BYTE } from '../limits/settings.js';
import { ModelReader } from './modelReader.js';
import type { LoadedModel, ReadModel } from './modelWorker.js';

interface StoredModel {
  summary: ModelSummary;
  crystal: Crystal;
  scMatrix: Int32Array;
  /** Born charges and dielectric tensor of a polar crystal */
  polar: { born: Float64Array; dielectric: Float64Array } | undefined;
  model: ExecutorModel;
  plans: Map<string, Shared<ExecutorPlan>>;
  /** jobs and plans under way that need it: it stays while there are any */
  uses: number;
}

/** Bytes that are copied before the event loop gets its turn. */
const COPY_SLICE = 2 ** 22;

export class ModelStore implements Holder {
  readonly counters = { evicted: 0, read: 0 };
  /** least recently used first */
  private readonly models = new Map<string, StoredModel>();
  private readonly reader: ModelReader;
  /** each takes a thread of its own, beside those of the pool */
  private readonly planning: Semaphore;
  /** path and options → the files that were read, the model that they were, and what was said of them */
  private readonly files = new Map<string, Pick<LoadedModel, 'files' | 'id' | 'source' | 'notes'>>();

  constructor(
    private readonly executor: Executor,
    /** what reading and planning ask before they begin; it counts this store */
    private readonly memory: MemoryBudget,
    private readonly limitBytes: number,
    readTimeMs: number,
  ) {
    this.reader = new ModelReader(readTimeMs);
    memory.include(this);
    this.planning = new Semaphore(Math.max(2, executor.threads));
  }

  /** Memory of all models and plans. */
  get bytes(): number {
    return this.list().reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /**
   * Reads a file, unless none of the files that it draws on has changed since and its model is still here. Several files may
   * hold the same model: the summary's source and notes are those of this one.
   */
  async load(params: CheckedParams<'model.load'>): Promise<ModelSummary> {
    const { path } = params;
    const key = JSON.stringify(params);
    const known = this.files.get(key);
    if (known && (await isUnchanged(known.files))) {
      const stored = this.touch(known.id);
      if (stored) return { ...stored.summary, source: known.source, notes: known.notes };
    }
    const { size } = await fileState(path);
    const release = this.memory.reserve(`Reading ${path}`, READ_BYTES_PER_FILE_BYTE * size);
    try {
      const read = await this.reader.perform({ kind: 'load', path, options: readOptions(params) });
      this.counters.read++;
      const { id, source, files } = read;
      const notes = [...read.notes, ...read.doubts];
      const summary = { ...(await this.add(read)), source, notes };
      for (const [other, { id }] of this.files) if (!this.models.has(id)) this.files.delete(other);
      this.files.set(key, { files, id, source, notes });
      return summary;
    } finally {
      release();
    }
  }

  /** The model in the frames of model.put. Throws `invalid_argument` where they are not a model. */
  async put(atomType: readonly string[], frames: Map<string, ArrayFrame>): Promise<ModelSummary> {
    const bytes = [...frames.values()].reduce((sum, frame) => sum + frame.bytes.length, 0);
    const release = this.memory.reserve('The model', PUT_BYTES_PER_FRAME_BYTE * bytes);
    try {
      return await this.putAdmitted(atomType, frames);
    } finally {
      release();
    }
  }

  private async putAdmitted(
    atomType: readonly string[],
    frames: Map<string, ArrayFrame>,
  ): Promise<ModelSummary> {
    const doubles = async (name: string, factor = 1) => {
      const array = new Float64Array(await ownBytes(frames.get(name)!));
      if (factor !== 1) for (let i = 0; i < array.length; i++) array[i] *= factor;
      return array;
    };
    const integers = async (name: string) => new Int32Array(await ownBytes(frames.get(name)!));
    const polar = frames.has('born') && frames.has('dielectric');
    if (frames.has('born') !== frames.has('dielectric')) {
      throw new EuphonicError(
        'invalid_argument',
        'Born charges and a dielectric tensor must be given together.',
        {
          where: frames.has('born') ? 'dielectric' : 'born',
          expected: 'both or neither',
        },
      );
    }
    const content = {
      crystal: {
        cellVectors: await doubles('cell_vectors', 1 / ANGSTROM_PER_BOHR),
        atomR: await doubles('atom_r'),
        atomType,
        atomMass: await doubles('atom_mass', ELECTRON_MASS_PER_AMU),
      },
      scMatrix: await integers('sc_matrix'),
      cellOrigins: await integers('cell_origins'),
      forceConstants: await doubles('force_constants'),
      ...(polar ? { born: await doubles('born'), dielectric: await doubles('dielectric') } : {}),
    };
    const transfer = [content.forceConstants.buffer as ArrayBuffer];
    return this.add(await this.reader.perform({ kind: 'check', content }, transfer));
  }

  /** Throws `unknown_model`. */
  get(id: string): StoredModel {
    const stored = this.touch(id);
    if (stored) return stored;
    throw new EuphonicError('unknown_model', 'The daemon does not have this model.', {
      where: id,
      advice: 'Load or put it again.',
    });
  }

  /**
   * The plan for a model and options: made once, also when several clients ask at the same time, and not to the end when
   * nobody waits for it any more. Rejects with the signal's reason when it is aborted.
   */
  async plan(id: string, options: PlanOptions, signal: AbortSignal): Promise<ExecutorPlan> {
    const stored = this.get(id);
    const key = planKeyText({ model: id, options });
    let shared = stored.plans.get(key);
    if (!shared) {
      shared = new Shared(
        (stop) => this.planning.run(() => this.makePlan(stored, options, stop)),
        () => stored.plans.delete(key),
      );
      stored.plans.set(key, shared);
    }
    const release = this.hold(id);
    try {
      const plan = await shared.wait(signal);
      this.evict();
      return plan;
    } finally {
      release();
    }
  }

  private async makePlan(
    stored: StoredModel,
    options: PlanOptions,
    signal: AbortSignal,
  ): Promise<ExecutorPlan> {
    const { model, summary } = stored;
    // everybody may have left while it waited for the semaphore
    signal.throwIfAborted();
    // while the estimate is compared with what is left, this model must not be what makes room
    stored.uses++;
    let release: (() => void) | undefined;
    try {
      const what = `A plan for ${summary.n_atoms} atoms`;
      release = this.memory.reserve(what, this.executor.planBytes(model, options));
      return await this.executor.plan(model, options, signal);
    } finally {
      stored.uses--;
      release?.();
    }
  }

  /** Keeps a model until the function that is returned is called. */
  hold(id: string): () => void {
    const stored = this.models.get(id);
    if (!stored) return () => {};
    stored.uses++;
    return () => {
      stored.uses--;
    };
  }

  /** Space group of the model's crystal, in which isotopes are different atoms. Throws `invalid_argument` if none is found. */
  spaceGroup(id: string): Promise<SpaceGroup> {
    return this.reader.perform({ kind: 'group', crystal: this.get(id).crystal });
  }

  /** Tensors [n,3,3] of a crystal's atoms, averaged over its space group. */
  symmetrised(tensors: Float64Array, { operations }: SpaceGroup): Promise<Float64Array> {
    return this.reader.perform({ kind: 'symmetrise', operations, tensors });
  }

  irreducibleWedge(grid: Grid, { operations }: SpaceGroup): Promise<Wedge> {
    return this.reader.perform({ kind: 'wedge', operations, grid });
  }

  /** Cell vectors in Å, fractional positions, masses in amu, supercell matrix, Born charges and dielectric tensor, as frames. */
  crystalFrames(id: string): ArrayFrame[] {
    const { crystal, scMatrix, polar } = this.get(id);
    const { cellVectors, atomR, atomMass } = crystal;
    return crystalFrames({
      cellVectors: inAngstrom(cellVectors),
      atomR,
      atomMass: inAmu(atomMass),
      scMatrix,
      ...polar,
    });
  }

  /** All of a model, as model.put takes it. Throws `too_large` where the force constants are more than a message holds. */
  async contentFrames(id: string): Promise<ArrayFrame[]> {
    const { model, summary } = this.get(id);
    const { n_cells, n_modes } = summary;
    const { cellOrigins, forceConstants } = await model.supercell();
    const matrices = float64Frame('force_constants', [n_cells, n_modes, n_modes], forceConstants);
    checkFrameBytes(matrices);
    return [...this.crystalFrames(id), int32Frame('cell_origins', [n_cells, 3], cellOrigins), matrices];
  }

  list(): Status['models'] {
    return [...this.models.values()].map(({ summary, model, plans }) => ({
      model: summary.model,
      source: summary.source,
      n_atoms: summary.n_atoms,
      bytes: model.bytes + [...plans.values()].reduce((sum, { value }) => sum + (value?.bytes ?? 0), 0),
    }));
  }

  close(): void {
    this.reader.close();
  }

  private async add(read: ReadModel): Promise<ModelSummary> {
    const { id, fc, source, notes, doubts, asymmetry } = read;
    const present = this.touch(id);
    if (present) return present.summary;
    const model = await this.executor.addModel({ id, content: async () => fc });
    const summary: ModelSummary = {
      model: id,
      n_atoms: fc.nAtoms,
      n_modes: 3 * fc.nAtoms,
      n_cells: fc.nCells,
      atom_type: [...fc.crystal.atomType],
      polar: fc.born !== undefined,
      source,
      notes: [...notes, ...doubts],
      asymmetry,
    };
    const { crystal, scMatrix, born, dielectric } = fc;
    const polar = born && dielectric && { born, dielectric };
    // another request may have added it meanwhile: then its plans stay
    const stored = this.touch(id) ?? { summary, crystal, scMatrix, polar, model, plans: new Map(), uses: 0 };
    this.models.set(id, stored);
    this.evict();
    return stored.summary;
  }

  /** Looks a model up and makes it the most recently used. */
  private touch(id: string): StoredModel | undefined {
    const stored = this.models.get(id);
    if (stored) {
      this.models.delete(id);
      this.models.set(id, stored);
    }
    return stored;
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
      if (left <= 0 || this.models.size <= kept) return;
      if (this.models.get(model)!.uses > 0) continue;
      this.models.delete(model);
      this.counters.evicted++;
      left -= size;
    }
  }
}

function readOptions(params: CheckedParams<'model.load'>): ReadOptions {
  const { format, summary_name, born_name, fc_name, fc_format } = params;
  return {
    ...(format !== undefined && { format }),
    ...(summary_name !== undefined && { summaryName: summary_name }),
    ...(born_name !== undefined && { bornName: born_name }),
    ...(fc_name !== undefined && { fcName: fc_name }),
    ...(fc_format !== undefined && { fcFormat: fc_format }),
  };
}

async function isUnchanged(files: ReadFile['files']): Promise<boolean> {
  for (const [path, state] of files) {
    if (state === undefined || (await fileState(path)).state !== state) return false;
  }
  return true;
}

/** The frame's bytes in memory of their own, copied in slices so that the event loop is never held up. */
async function ownBytes(frame: ArrayFrame): Promise<ArrayBuffer> {
  const { bytes } = frame;
  const own = new ArrayBuffer(bytes.length);
  for (let start = 0; start < bytes.length; start += COPY_SLICE) {
    if (start > 0) await setImmediate();
    new Uint8Array(own, start).set(bytes.subarray(start, start + COPY_SLICE));
  }
  return own;
}
