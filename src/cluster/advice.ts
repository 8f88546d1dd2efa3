/** How a job is best cut for workers, and whether it is worth sending at all. */
import type { ChunkAdvice } from '../compute/executor.js';
import { MAX_PAYLOAD } from './subjects.js';

/** Results of one client's jobs that may be under way; less than what the engine lets wait for a connection. */
export const MAX_INFLIGHT_BYTES = 512 * 2 ** 20;

/** A client may have 2048 requests without an answer. */
const MAX_WINDOW = 1900;

/** Results of a chunk. */
const CHUNK_BYTES = 4e6;
/**
 * Time that a worker takes for a chunk: a hundredth of what it has to do, since the last chunk keeps one while the others are idle, but
 * no less than makes a chunk worth its messages (0.5 ms and 0.8 kB), and no more than one may wait for.
 */
const LEAST_SECONDS = 0.25;
const MOST_SECONDS = 1.5;
const SHARE = 0.01;

/** What a message holds beside its arrays is far less. */
const MESSAGE_ROOM = MAX_PAYLOAD - 2 ** 16;
/** q-point, direction, energy, weight */
export const INPUT_BYTES = 64;

/** Results of a q-point that are larger than this do not travel, nor do jobs that this computer does sooner. */
const HOME_BYTES = 4 * 2 ** 20;
const HOME_SECONDS = 0.5;

/** Chunks that a worker has at a time: one is computed while another travels, and each thread has batches waiting. */
const LEAST_CHUNKS = 2;
const MOST_CHUNKS = 16;
const POINTS_PER_THREAD = 64;

/** A thread takes no fewer q-points at a time, and has the next ones waiting. */
const THREAD_POINTS = 32;
const PER_WORKER = 2;

/** The kernel works on batches of lanes: multiples of these leave none idle. */
const STEPS = [64, 8, 1];

/**
 * Seconds of a thread for a q-point, within a factor of three or so: diagonalising grows with the third power of the modes (measured
 * 6 µs for 27 modes, 0.3 ms for 180, 6 ms for 360), and each block of force constants is read (measured 1.1 ns).
 */
const secondsPerPoint = ({ nModes, nTerms }: Pick<Job, 'nModes' | 'nTerms'>) =>
  2e-6 + 1e-10 * nModes ** 3 + 1.1e-9 * nTerms;

interface Job {
  nPoints: number;
  nModes: number;
  /** blocks of force constants in the sum over lattice vectors */
  nTerms: number;
  bytesPerPoint: number;
  bytesPerChunk: number;
  /** 0: chunks may be cut anywhere */
  blockPoints: number;
}

export function staysHome(job: Job, threads: number): boolean {
  return job.bytesPerPoint > HOME_BYTES || (job.nPoints * secondsPerPoint(job)) / threads < HOME_SECONDS;
}

/** Whether a chunk of so many q-points can be sent, and its results. */
export function fitsMessage(count: number, { bytesPerPoint, bytesPerChunk }: Job): boolean {
  return Math.max(count * bytesPerPoint + bytesPerChunk, count * INPUT_BYTES) <= MESSAGE_ROOM;
}

/** Chunks of so many q-points that a worker takes at a time. */
export function roomOf(threads: number, count: number): number {
  const chunks = Math.ceil((POINTS_PER_THREAD * threads) / Math.max(1, count));
  return Math.min(MOST_CHUNKS, Math.max(LEAST_CHUNKS, chunks));
}

/** `workers` are those that were asked for or are there. */
export function clusterAdvice(job: Job, workers: { count: number; threads: number }): ChunkAdvice {
  const { nPoints, bytesPerPoint, bytesPerChunk, blockPoints } = job;
  const count = Math.max(1, workers.count);
  const threads = Math.max(1, workers.threads);
  const inBytes = (CHUNK_BYTES - Math.min(bytesPerChunk, CHUNK_BYTES / 2)) / bytesPerPoint;
  const perPoint = secondsPerPoint(job) / threads;
  const share = (SHARE * nPoints * perPoint) / count;
  const inTime = Math.min(Math.max(share, LEAST_SECONDS), MOST_SECONDS) / perPoint;
  // a job of few points is still cut so that all workers have some
  const wanted = Math.min(inBytes, inTime, nPoints / (2 * PER_WORKER * count));
  const step = blockPoints || (STEPS.find((points) => points <= wanted) ?? 1);
  const chunkPoints = Math.max(step, Math.floor(wanted / step) * step);
  const each = Math.ceil((PER_WORKER * threads * THREAD_POINTS) / chunkPoints) + 1;
  const allowed = Math.floor(MAX_INFLIGHT_BYTES / (chunkPoints * bytesPerPoint + bytesPerChunk));
  return { chunkPoints, window: Math.max(1, Math.min(count * each, MAX_WINDOW, allowed)) };
}
