/** How a client is advised to cut a job into chunks. */
import {
  CHUNK_TARGET_BYTES,
  MAX_INFLIGHT_BYTES,
  MAX_WINDOW,
  MIN_WINDOW,
  WINDOW_TARGET_BYTES,
} from '../../protocol/limits.js';

/** The kernel works on batches of lanes: a chunk of a multiple of these leaves none of them idle. */
const POINTS_PER_STEP = [64, 8, 1];

/** A job of few points is still cut, so that computing, sending and receiving overlap. */
const MIN_CHUNKS = 12;

export interface ChunkAdvice {
  /** q-points of a chunk */
  chunk_points: number;
  /** chunks under way */
  window: number;
}

export function chunkAdvice(bytesPerPoint: number, nPoints: number): ChunkAdvice {
  const wanted = Math.min(CHUNK_TARGET_BYTES / bytesPerPoint, nPoints / MIN_CHUNKS);
  const step =
    POINTS_PER_STEP.find((points) => points * bytesPerPoint * MIN_WINDOW <= MAX_INFLIGHT_BYTES) ?? 1;
  const chunk_points = Math.max(step, Math.floor(wanted / step) * step);
  const fitting = Math.floor(WINDOW_TARGET_BYTES / (chunk_points * bytesPerPoint));
  const allowed = Math.max(1, Math.floor(MAX_INFLIGHT_BYTES / (chunk_points * bytesPerPoint)));
  return { chunk_points, window: Math.min(Math.max(fitting, MIN_WINDOW), MAX_WINDOW, allowed) };
}
