/** How jobs are best cut into chunks where their results go to clients of this computer. */
import type { ChunkAdvice } from '../executor.js';

/** Results of one client's jobs that may be under way. */
export const MAX_INFLIGHT_BYTES = 64 * 2 ** 20;

/** Results of a chunk: large enough to hide the cost of a message, small enough to overlap. */
const CHUNK_TARGET_BYTES = 1.5 * 2 ** 20;

/** Results under way for one job. */
const WINDOW_TARGET_BYTES = 12 * 2 ** 20;

/** Chunks under way for one job, at least and at most. */
const MIN_WINDOW = 3;
const MAX_WINDOW = 16;

/** The kernel works on batches of lanes: a chunk of a multiple of these leaves none of them idle. */
const POINTS_PER_STEP = [64, 8, 1];

/** A job of few points is still cut, so that computing, sending and receiving overlap. */
const MIN_CHUNKS = 6;

/** `bytesPerPoint` and `bytesPerChunk` as in ExecutorJob, `nPoints` of the whole job; of a histogram's blocks chunks are multiples. */
export function chunkAdvice(
  bytesPerPoint: number,
  bytesPerChunk: number,
  nPoints: number,
  blockPoints = 0,
): ChunkAdvice {
  const wanted = Math.min(CHUNK_TARGET_BYTES / bytesPerPoint, nPoints / MIN_CHUNKS);
  const step =
    blockPoints ||
    (POINTS_PER_STEP.find((points) => points * bytesPerPoint * MIN_WINDOW <= MAX_INFLIGHT_BYTES) ?? 1);
  const chunkPoints = Math.max(step, Math.floor(wanted / step) * step);
  const chunkBytes = chunkPoints * bytesPerPoint + bytesPerChunk;
  const fitting = Math.floor(WINDOW_TARGET_BYTES / chunkBytes);
  const allowed = Math.max(1, Math.floor(MAX_INFLIGHT_BYTES / chunkBytes));
  return { chunkPoints, window: Math.min(Math.max(fitting, MIN_WINDOW), MAX_WINDOW, allowed) };
}
