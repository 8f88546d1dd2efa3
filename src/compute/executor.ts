/**
 * The seam between the daemon and whatever computes: models, plans and jobs in, arrays out. The local executor is the addon in
 * this process, that of src/cluster spreads chunks over workers; nothing in daemon/ knows which it has.
 */
import type { ForceConstants } from '../models/forceConstants.js';

/** What decides the dynamical matrix. */
export interface PlanOptions {
  asr: 'none' | 'reciprocal' | 'realspace';
  dipole: boolean;
  dipoleParameter: number;
}

/** What the plan decided: shown by `status`, `info` and the benchmarks. */
export interface PlanInfo {
  /** Λ in 1/bohr, 0 without a dipole term */
  ewaldLambda: number;
  /** lattice-vector terms over all atom pairs, after folding Ewald's real half in */
  nTerms: number;
  /** distinct lattice vectors */
  nLatticeVectors: number;
  /** reciprocal-lattice vectors of Ewald's reciprocal half */
  nReciprocal: number;
  inversionCentre: boolean;
  planSeconds: number;
  /** sentences for the user, such as a sum rule that could not be applied */
  notes: string[];
}

/** What is calculated at each q-point. Everything has been checked. */
export interface JobOptions {
  quantity: 'frequencies' | 'structure_factor' | 'modes' | 'sqw' | 'displacements' | 'histogram';
  /** 0: as many as the executor has */
  nThreads: number;
  splitting: boolean;
  /** of frequencies and modes: their gradients, too */
  modeGradients?: boolean;
  /** [n,2] coherent scattering lengths in fm (re, im); needed for structure factors and sqw */
  scatteringLengths?: Float64Array;
  /** [n,3,3] Å² */
  debyeWaller?: Float64Array;
  /** kelvin; undefined: no thermal factors (0 for displacements) */
  temperature?: number;
  bose: boolean;
  negativeE: boolean;
  /** meV, > 0: modes below are left out of displacements; needed for them */
  frequencyMin?: number;
  /** needed for sqw */
  broadening?: Broadening;
  /** needed for histogram */
  histogram?: Histogram;
}

/** Equal bins of energy, and how a mode is spread over them: native/core/kernel/histogram.h. */
export interface Histogram {
  /** meV */
  energyMin: number;
  energyMax: number;
  bins: number;
  /** rows for each atom as well: |e|² of its part of the eigenvector, or of its three Cartesian components */
  sharesPerAtom: 0 | 1 | 3;
  /** FWHM in meV: ascending coefficients of a polynomial in the mode's energy; empty: none */
  width: Float64Array;
  /** 1/Å: times |dω/dQ| another standard deviation, added in quadrature */
  qWidth: number;
  /** what a mode counts: 1, or its structure factor, which needs scattering lengths and blocks */
  weight: 'modes' | 'structure_factor';
  /** so many q-points in a row have a histogram of their own; 0: all of a chunk have one */
  blockPoints: number;
}

/** Line shape of broadened intensities. */
export interface Broadening {
  shape: 'gauss' | 'lorentz' | 'dho';
  /** FWHM in meV: ascending coefficients of a polynomial in the energy transfer */
  width: Float64Array;
  scale: number;
  /** of frequencies, > 0; intensities and Bose factors keep the unscaled ones */
  frequencyScale: number;
  /** mbarn, of each mode before `scale`, for gauss and lorentz; Infinity: none */
  intensityLimit: number;
}

/**
 * What an executor remembers of a chunk of sqw: its energies, and what line shapes are made of. The chunk that it is given to
 * first fills it; when that has been computed, it stands for q-points and energies in jobs that differ from the first one in
 * temperature, Bose factor, `negativeE` and broadening alone, damped oscillators and other shapes being no such difference.
 */
export interface KeptLines {
  /** 0 when released */
  readonly bytes: number;
  /** Gives its memory back as soon as no chunk uses it. */
  release(): void;
}

/** Makes what a job of sqw keeps. */
export interface LineKeeper {
  /** for a chunk of so many q-points */
  bytes(count: number): number;
  /** undefined where there is no memory */
  make(count: number): KeptLines | undefined;
}

/** q-points, and what decides the directions in which zone centres among them are approached. */
export interface Chunk {
  /** [3,count] r.l.u., all h, all k, all l; empty where `kept` is filled */
  qpts: Float64Array;
  /** to be filled, or used in place of q-points and energies */
  kept?: KeptLines;
  /** neighbours of the chunk in the whole request, [3] */
  before?: Float64Array;
  after?: Float64Array;
  /** [3,count] explicit LO–TO directions; NaN: from the list */
  directions?: Float64Array;
  /** [count] energy transfers in meV, needed for sqw */
  energies?: Float64Array;
  /** [count] of q-points in a histogram, integers unless it is of structure factors; absent: 1 each */
  weights?: Float64Array;
}

/** What was calculated at the q-points of a chunk. */
export interface ChunkResult {
  /** [nModes,count] meV; of every quantity but sqw and histogram */
  frequencies?: Float64Array;
  /** [nSurfaces,count] mbarn */
  structureFactors?: Float64Array;
  /** [2,3,nAtoms,nModes,count] */
  eigenvectors?: Float64Array;
  /** [3,nModes,count] meV·Å, Cartesian component first */
  modeGradients?: Float64Array;
  /** [nAtoms,6,count] Å²: elements 00 01 02 11 12 22 of the mean-square displacement tensors */
  displacements?: Float64Array;
  /** [count] mbarn/meV per atom */
  intensities?: Float64Array;
  /**
   * [blocks; 1, or 1 + nAtoms; bins] sums of weights, all modes first. Without blocks there is one, and those of chunks add up to the
   * same bits in any order.
   */
  histogram?: Float64Array;
  /** from the start of the work on the chunk to its end */
  kernelSeconds: number;
  /** modes with a negative frequency */
  imaginary: number;
}

/** What of a model the daemon leaves to the executor. */
export interface Supercell {
  /** [nCells,3] */
  cellOrigins: Int32Array;
  /** [nCells,3n,3n] hartree/bohr² */
  forceConstants: Float64Array;
}

/** A model by its address. */
export interface ModelSource {
  /** SHA-256 of the canonical content */
  readonly id: string;
  /** For an executor that does not have the model: asked for before `addModel` has resolved, or not at all. */
  content(): Promise<ForceConstants>;
}

/** A model where the executor wants it, until nothing refers to it. */
export interface ExecutorModel {
  readonly id: string;
  readonly bytes: number;
  /** Its arrays are not to be written to: they may be the model itself. */
  supercell(): Supercell | Promise<Supercell>;
}

/** All that decides a plan: equal keys are equal plans, in whatever process they are made. */
export interface PlanKey {
  readonly model: string;
  readonly options: PlanOptions;
}

/** The key as a text, for maps. */
export function planKeyText({ model, options }: PlanKey): string {
  return JSON.stringify([model, options.asr, options.dipole, options.dipoleParameter]);
}

/** A plan where the executor wants it, until nothing refers to it. */
export interface ExecutorPlan {
  readonly key: PlanKey;
  readonly info: PlanInfo;
  readonly bytes: number;
}

/** What a job holds of this computer's memory while it is open, in bytes. */
export interface JobMemory {
  /** scratch memory of each thread here that works for it; one that works for several jobs keeps the largest */
  workspace: number;
  /** here, not on other computers */
  threads: number;
  /** results under way, and tables of its own */
  other: number;
}

/** Memory that has been granted. */
export interface JobGrant {
  /** as many as fit, at most those asked for, at least one */
  threads: number;
  release(): void;
}

/** What a job may have. */
export interface JobBudget {
  /** q-points that there will be in all */
  readonly nPoints: number;
  /** Rejects with `too_large` for what never fits, with `over_capacity` for what does not now. */
  admit(asked: JobMemory): Promise<JobGrant>;
}

/** Grants all that is asked for, where nobody else wants the memory. */
export const grantAll = (nPoints: number): JobBudget => ({
  nPoints,
  admit: async ({ threads }) => ({ threads, release: () => {} }),
});

/** How a job is best cut. */
export interface ChunkAdvice {
  /** q-points of a chunk */
  readonly chunkPoints: number;
  /** chunks under way */
  readonly window: number;
}

export interface ExecutorJob {
  readonly nModes: number;
  readonly nSurfaces: number;
  /** memory of a q-point under way: of its results, or of q-points and energies where those are more */
  readonly bytesPerPoint: number;
  /** memory of results of a chunk that do not depend on its q-points */
  readonly bytesPerChunk: number;
  readonly threads: number;
  readonly advice: ChunkAdvice;
  /** sentences for the user, such as that fewer threads work than were asked for */
  readonly notes: readonly string[];
  /** wall time so far in which at least one chunk was being worked on */
  readonly busySeconds: number;
  /** absent: the executor keeps nothing of this quantity */
  readonly keeper?: LineKeeper;
  /** Rejects with `cancelled` after close(), with `out_of_memory` or `internal` when the chunk failed. */
  compute(chunk: Chunk): Promise<ChunkResult>;
  /** Gives the job's memory back, once. Chunks under way reject within 50 ms, later ones at once. */
  close(): void;
}

/** Threads that may work, and why that many. */
export interface ThreadBudget {
  threads: number;
  reason: string;
}

/** What decides the least memory. */
export type LeastOptions = Pick<JobOptions, 'quantity' | 'modeGradients' | 'histogram'>;

export interface Executor {
  /** how many threads work, and why that many */
  readonly threads: number;
  readonly threadsReason: string;
  readonly simd: string;
  /** results of one client's jobs that may be under way: asked for, and not yet handed to its socket */
  readonly maxInflightBytes: number;
  addModel(source: ModelSource): Promise<ExecutorModel>;
  /** Estimate of this computer's memory that a plan takes at most while it is made. */
  planBytes(model: ExecutorModel, options: PlanOptions): number;
  /**
   * Rejects with `invalid_argument` and a sentence for the user when the model cannot be planned, with `cancelled` when
   * the signal is aborted. `watch` is given what says how far it is, from 0 to 1, by executors that know.
   */
  plan(
    model: ExecutorModel,
    options: PlanOptions,
    signal: AbortSignal,
    watch?: (fraction: () => number) => void,
  ): Promise<ExecutorPlan>;
  /** Less than this of this computer's memory no job needs for a crystal of so many atoms, whatever its plan. */
  leastBytes(nAtoms: number, options: LeastOptions): Promise<number>;
  /** Opens a job in the memory that the budget grants, with fewer threads where there is none for all. Rejects as the budget does. */
  open(plan: ExecutorPlan, options: JobOptions, budget: JobBudget): Promise<ExecutorJob>;
  /** What is known of other processes that compute; absent where none do. */
  cluster?(): ClusterState;
  /** Cancels what is queued and frees the threads. */
  close(): void | Promise<void>;
}

/** A process that computes chunks, on whatever computer. */
export interface ClusterWorker {
  worker: string;
  host: string;
  pid: number;
  /** of the site's scheduler, if it started it */
  job: string | null;
  /** workers of equal class calculate the same bits */
  class: string;
  threads: number;
  /** `waiting`: of another class than what is being calculated */
  state: 'idle' | 'working' | 'waiting' | 'draining';
  /** calculated so far, told now and then */
  points: number;
  points_per_s: number;
  /** to the engine and back */
  latency_ms: number;
  /** at which the latest large model came; 0: none has */
  bytes_per_s: number;
  memory: number;
  /** time in ISO form */
  since: string;
}

/** What an executor tells of a cluster; `status` passes it on as it is. */
export interface ClusterState {
  directory: string;
  /** of the gateway */
  class: string;
  /** what hands chunks out; `restarts` counts those after its loss, bytes are those of the gateway */
  engine: {
    version: string;
    pid: number | null;
    restarts: number;
    bytes_sent: number;
    bytes_received: number;
  };
  workers: ClusterWorker[];
  /** chunks: now, and since the start */
  ledger: Record<string, number>;
}

/** A kind of executor: what a daemon is started with. */
export interface ExecutorKind {
  /** How many threads one works with where nobody said so, and why that many. */
  availableThreads(): ThreadBudget;
  create(threads: ThreadBudget): Executor | Promise<Executor>;
}
