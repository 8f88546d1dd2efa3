/**
 * The whole surface of the C++ addon (native/node). JavaScript validates, C++ trusts:
 * only `localExecutor.ts` calls it, with arguments that were checked where they entered.
 */

/** Contents of a model in atomic units (bohr, electron masses, hartree/bohr²); arrays are C order. */
export interface NativeModelContent {
  nAtoms: number;
  nCells: number;
  /** [3,3] bohr, one cell vector a row */
  cellVectors: Float64Array;
  /** [n,3] fractional */
  atomR: Float64Array;
  /** [n] electron masses */
  atomMass: Float64Array;
  /** [3,3] supercell vectors (rows) in units of cell vectors */
  scMatrix: Int32Array;
  /** [nCells,3] */
  cellOrigins: Int32Array;
  /** [nCells,3n,3n] hartree/bohr² */
  forceConstants: Float64Array;
  /** [n,3,3] elementary charges; with dielectric [3,3], or both absent */
  born?: Float64Array;
  dielectric?: Float64Array;
}

export interface NativePlanOptions {
  asr: 'none' | 'reciprocal' | 'realspace';
  dipole: boolean;
  dipoleParameter: number;
}

/** What the plan decided: shown by `status`, `info` and the benchmarks. */
export interface NativePlanInfo {
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

export interface NativeJobOptions {
  quantity: 'frequencies' | 'structure_factor' | 'modes' | 'sqw' | 'displacements';
  /** 0: the pool's budget */
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
  broadening?: NativeBroadening;
}

/** Line shape of broadened intensities. */
export interface NativeBroadening {
  shape: 'gauss' | 'lorentz' | 'dho';
  /** FWHM in meV: ascending coefficients of a polynomial in the energy transfer */
  width: Float64Array;
  scale: number;
  /** of frequencies, > 0; intensities and Bose factors keep the unscaled ones */
  frequencyScale: number;
  /** mbarn, of each mode before `scale`, for gauss and lorentz; Infinity: none */
  intensityLimit: number;
}

export interface NativeChunk {
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

/** Buffers own C++ memory (float64, little endian), handed over without a copy. */
export interface NativeChunkResult {
  /** [nModes,count] meV; of every quantity but sqw */
  frequencies?: Buffer;
  /** [nSurfaces,count] mbarn */
  structureFactors?: Buffer;
  /** [2,3,nAtoms,nModes,count] */
  eigenvectors?: Buffer;
  /** [3,nModes,count] meV·Å, Cartesian component first */
  modeGradients?: Buffer;
  /** [nAtoms,6,count] Å²: elements 00 01 02 11 12 22 of the mean-square displacement tensors */
  displacements?: Buffer;
  /** [count] mbarn/meV per atom */
  intensities?: Buffer;
  /** from the start of the chunk's first batch to the end of its last one */
  kernelSeconds: number;
  /** those two moments, in seconds of a clock that never jumps */
  startedAt: number;
  finishedAt: number;
  imaginary: number;
}

export interface NativeModel {
  readonly bytes: number;
  /** [nCells,3] and [nCells,3n,3n] hartree/bohr²: memory of the model itself, not to be written to. */
  supercell(): { cellOrigins: Int32Array; forceConstants: Float64Array };
}

export interface NativePlan {
  readonly info: NativePlanInfo;
  readonly bytes: number;
}

export interface NativeJob {
  readonly nModes: number;
  readonly nSurfaces: number;
  readonly bytesPerPoint: number;
  /** scratch memory of each thread that works for the job, in bytes */
  readonly workspaceBytes: number;
  /** memory of tables that the job needs beside its plan's */
  readonly tableBytes: number;
  readonly threads: number;
  /**
   * Queues the chunk. Rejects with `code: 'cancelled'` after cancel() or the pool's close(), and with
   * `code: 'out_of_memory'` or `'internal'` when the chunk failed.
   */
  compute(chunk: NativeChunk): Promise<NativeChunkResult>;
  /** Takes effect within 50 ms; later chunks reject at once. */
  cancel(): void;
}

export interface NativePool {
  readonly threads: number;
  /**
   * Runs on a thread of its own, never on libuv's pool. Rejects with `code: 'invalid_argument'` and a sentence for the
   * user when the model cannot be planned, with `out_of_memory` for want of it, with `cancelled` soon after cancel().
   */
  plan(model: NativeModel, options: NativePlanOptions): { plan: Promise<NativePlan>; cancel(): void };
  job(plan: NativePlan, options: NativeJobOptions): NativeJob;
  /** Cancels what is queued and joins the threads; also done when the process ends. */
  close(): void;
}

/** Where the kernel's time goes, for the benchmarks. Per q-point unless said otherwise. */
export interface NativeProfile {
  /** operations: floating-point, counted from the plan; a multiply-add is two */
  stages: { name: string; medianTicks: number; smallestTicks: number; operations: number }[];
  medianTicks: number;
  /** of the QL iteration */
  rotations: number;
  /** of the time-stamp counter; 0 on a processor that has none */
  ticksPerSecond: number;
  /** measured peak of multiply-adds on one core */
  peakOperationsPerTick: number;
  batches: number;
  batchPoints: number;
}

export interface NativeAddon {
  /** SIMD target chosen at run time, e.g. "AVX3_ICL" */
  simdTarget(): string;
  /** Threads this process should use, and why that many. */
  availableThreads(): { threads: number; reason: string };
  /** Copies the content on a thread of its own; the arrays must not change until it has. */
  createModel(content: NativeModelContent): Promise<NativeModel>;
  Pool: new (threads: number) => NativePool;
  /**
   * Measures the kernel on a thread of its own over `qpts` [3,count], for at least `seconds`. Rejects with
   * `code: 'internal'` where there are fewer q-points than a batch has.
   */
  profile(
    plan: NativePlan,
    options: NativeJobOptions,
    qpts: Float64Array,
    seconds: number,
  ): Promise<NativeProfile>;
  /** Less than this no crystal of so many atoms needs as scratch memory of one thread, whatever its plan. */
  leastWorkspaceBytes(nAtoms: number, eigenvectors: boolean): number;
  /** Ends the process at once, without waiting for threads: for a daemon that has put everything in order. */
  endProcess(code: number): never;
  /**
   * Takes an exclusive advisory lock for the life of the process; false if another process holds it. The file is made
   * with mode 0600 if there is none. Throws with the system's `code` (EACCES, EROFS, …) when that fails.
   */
  lockFile(path: string): boolean;
}
