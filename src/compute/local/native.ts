/**
 * The whole surface of the C++ addon (native/node). JavaScript validates, C++ trusts: all that it is given was checked
 * where it entered.
 */

import type { Chunk, ChunkResult, JobOptions, KeptLines, PlanInfo, PlanOptions } from '../executor.js';

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

/** What the kernel gives, and when it was at work. The arrays own C++ memory, handed over without a copy. */
export interface NativeChunkResult extends ChunkResult {
  /** from the start of the chunk's first batch to the end of its last one, in seconds of a clock that never jumps */
  startedAt: number;
  finishedAt: number;
}

export interface NativeModel {
  readonly bytes: number;
  /** [nCells,3] and [nCells,3n,3n] hartree/bohr²: memory of the model itself, not to be written to. */
  supercell(): { cellOrigins: Int32Array; forceConstants: Float64Array };
}

export interface NativePlan {
  readonly info: PlanInfo;
  readonly bytes: number;
}

export interface NativeJob {
  readonly nModes: number;
  readonly nSurfaces: number;
  readonly bytesPerPoint: number;
  readonly bytesPerChunk: number;
  /** scratch memory of each thread that works for the job, in bytes */
  readonly workspaceBytes: number;
  /** memory of tables that the job needs beside its plan's */
  readonly tableBytes: number;
  readonly threads: number;
  /** Memory that `keep` takes for a chunk of so many q-points, of sqw. */
  keptBytes(count: number): number;
  /** To be given to one chunk, which fills it; undefined where there is no memory. */
  keep(count: number): KeptLines | undefined;
  /**
   * Queues the chunk. Rejects with `code: 'cancelled'` after cancel() or the pool's close(), and with
   * `code: 'out_of_memory'` or `'internal'` when the chunk failed.
   */
  compute(chunk: Chunk): Promise<NativeChunkResult>;
  /** The same on this thread, which waits for it: throws what `compute` rejects with. */
  computeHere(chunk: Chunk): NativeChunkResult;
  /** Takes effect within 50 ms; later chunks reject at once. */
  cancel(): void;
}

export interface NativePool {
  readonly threads: number;
  /**
   * Runs on a thread of its own, never on libuv's pool. Rejects with `code: 'invalid_argument'` and a sentence for the
   * user when the model cannot be planned, with `out_of_memory` for want of it, with `cancelled` soon after cancel().
   * `fraction` says how far it is, from 0 to 1.
   */
  plan(
    model: NativeModel,
    options: PlanOptions,
  ): { plan: Promise<NativePlan>; cancel(): void; fraction(): number };
  job(plan: NativePlan, options: JobOptions): NativeJob;
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
  /** Throws with `code: 'invalid_argument'` and a sentence for the user where Ewald's sums would have too many terms. */
  checkEwald(cellVectors: Float64Array, dielectric: Float64Array): void;
  /**
   * Takes the dipole–dipole part out of the total force constants of a polar content, in place, on threads of its own; the bits
   * do not depend on how many. Rejects as `checkEwald` throws.
   */
  subtractDipolePart(content: NativeModelContent, threads: number): Promise<void>;
  /** Copies the content on a thread of its own; the arrays must not change until it has. */
  createModel(content: NativeModelContent): Promise<NativeModel>;
  Pool: new (threads: number) => NativePool;
  /**
   * Measures the kernel on a thread of its own over `qpts` [3,count], for at least `seconds`. Rejects with
   * `code: 'internal'` where there are fewer q-points than a batch has.
   */
  profile(plan: NativePlan, options: JobOptions, qpts: Float64Array, seconds: number): Promise<NativeProfile>;
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
