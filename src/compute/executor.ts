/**
 * The seam between the daemon and whatever computes: models, plans and jobs in, arrays out. Today the local executor
 * is the only one; an executor that spreads chunks over a cluster would stand in its place, and nothing in daemon/
 * would know.
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
  lambda: number;
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
  quantity: 'frequencies' | 'structure_factor' | 'modes' | 'sqw' | 'displacements';
  /** 0: as many as the executor has */
  nThreads: number;
  splitting: boolean;
  /** of frequencies and modes: their gradients, too */
  modeGradients?: boolean;
  /** [n,2] coherent scattering lengths in fm (re, im); needed for structure_factor and sqw */
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

/** q-points, and what decides the directions in which zone centres among them are approached. */
export interface Chunk {
  /** [3,count] r.l.u., all h, all k, all l */
  qpts: Float64Array;
  /** neighbours of the chunk in the whole request, [3] */
  before?: Float64Array;
  after?: Float64Array;
  /** [3,count] explicit LO–TO directions; NaN: from the list */
  directions?: Float64Array;
  /** [count] energy transfers in meV, needed for sqw */
  energies?: Float64Array;
}

/** What was calculated at the q-points of a chunk. */
export interface ChunkResult {
  /** [nModes,count] meV; of every quantity but sqw */
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

/** A model where the executor wants it. */
export interface ExecutorModel {
  readonly bytes: number;
  /** Its arrays are not to be written to: they may be the model itself. */
  supercell(): Supercell | Promise<Supercell>;
}

export interface ExecutorPlan {
  readonly info: PlanInfo;
  readonly bytes: number;
}

export interface ExecutorJob {
  readonly nModes: number;
  readonly nSurfaces: number;
  readonly bytesPerPoint: number;
  /** scratch memory of each thread that works for the job, in bytes */
  readonly workspaceBytes: number;
  /** memory of tables that the job needs beside its plan's */
  readonly tableBytes: number;
  readonly threads: number;
  /** wall time so far in which at least one chunk was being worked on */
  readonly busySeconds: number;
  /** Rejects with `cancelled` after cancel(), with `out_of_memory` or `internal` when the chunk failed. */
  compute(chunk: Chunk): Promise<ChunkResult>;
  /** Takes effect within 50 ms; later chunks reject at once. */
  cancel(): void;
}

export interface Executor {
  /** how many threads work, and why that many */
  readonly threads: number;
  readonly threadsReason: string;
  readonly simd: string;
  addModel(model: ForceConstants): Promise<ExecutorModel>;
  /**
   * Rejects with `invalid_argument` and a sentence for the user when the model cannot be planned, with `cancelled` when
   * `stop` is aborted.
   */
  plan(model: ExecutorModel, options: PlanOptions, stop: AbortSignal): Promise<ExecutorPlan>;
  /** Less than this no crystal of so many atoms needs as scratch memory of one thread. */
  leastWorkspaceBytes(nAtoms: number, eigenvectors: boolean): number;
  openJob(plan: ExecutorPlan, options: JobOptions): ExecutorJob;
  /** Cancels what is queued and frees the threads. */
  close(): void;
}
