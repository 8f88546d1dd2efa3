/** What gateway and workers tell each other, as messages carry it. */

import type { ErrorBody } from '../base/errors.js';
import type { Chunk, ChunkResult, ExecutorModel, JobOptions, PlanOptions } from '../compute/executor.js';
import type { ForceConstantsContent } from '../models/crystal.js';
import type { Build } from './build.js';
import { partsOf } from './message.js';

export interface ChunkMessage {
  chunk: string;
  /** by which it can be cancelled: one for each job that a client opens */
  job: string;
  /** of the job's content */
  digest: string;
  /** or the digest of those that are calculated again and again */
  points: Chunk | string;
  count: number;
}

/** A worker begins these chunks. */
export interface ClaimMessage {
  worker: string;
  host: string;
  connection: string;
  /** `ack`: where the engine is answered about this delivery */
  chunks: { chunk: string; ack: string }[];
}

export interface ResultMessage {
  chunk: string;
  result?: ChunkResult;
  error?: ErrorBody;
}

export interface GetMessage {
  digest: string;
  offset: number;
}

export interface HelloMessage extends Build {
  worker: string;
  host: string;
  pid: number;
  connection: string;
  className: string;
  threads: number;
  /** of the site's scheduler */
  job: string | null;
  /** how the process before this one ended */
  lastDeath?: { worker: string; reason: string };
}

/** The answer to a hello. */
export interface Welcome extends Record<string, unknown> {
  /** that are open for workers of its class */
  jobs: string[];
  /** of their content */
  digests: string[];
}

export interface LoadMessage {
  worker: string;
  points: number;
  /** to the engine and back */
  latencyMs: number;
  /** at which the latest large model came; 0: none has */
  bytesPerSecond: number;
  memory: number;
  draining: boolean;
}

export interface AllMessage {
  cancel?: string;
  end?: boolean;
  /** the gateway was away: say anew who is there, what is claimed, and what was not answered */
  again?: boolean;
}

/** A job as a worker opens it: equal for all jobs of equal options, so that a fit finds its plan. */
export interface JobContent {
  model: string;
  plan: PlanOptions;
  options: JobOptions;
}

/** All of a model but the force constants, which the executor has. */
export type ModelFrame = Omit<ForceConstantsContent, 'forceConstants'>;

export async function partsOfModel(frame: ModelFrame, model: ExecutorModel): Promise<readonly Uint8Array[]> {
  const { forceConstants } = await model.supercell();
  const { crystal, scMatrix, cellOrigins, born, dielectric } = frame;
  const { cellVectors, atomR, atomType, atomMass } = crystal;
  return partsOf({
    crystal: { cellVectors, atomR, atomType: [...atomType], atomMass },
    ...{ scMatrix, cellOrigins, forceConstants },
    ...(born && dielectric && { born, dielectric }),
  });
}
