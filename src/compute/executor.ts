/**
 * The seam between the daemon and whatever computes: models, plans and jobs in, arrays out. Today the local executor
 * is the only one; an executor that spreads chunks over a cluster would stand in its place, and nothing in daemon/
 * would know.
 */
import type { ForceConstants } from '../models/forceConstants.js';
import type {
  NativeBroadening,
  NativeChunk,
  NativeChunkResult,
  NativeJobOptions,
  NativePlanInfo,
  NativePlanOptions,
} from './local/native.js';

export type PlanOptions = NativePlanOptions;
export type PlanInfo = NativePlanInfo;
export type JobOptions = NativeJobOptions;
export type Broadening = NativeBroadening;
export type Chunk = NativeChunk;
export type ChunkResult = NativeChunkResult;

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
