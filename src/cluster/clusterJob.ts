/** A job whose chunks workers compute; those that cannot travel, and all where there is no worker, are computed here. */
import { EuphonicError } from '../base/errors.js';
import type { Chunk, ChunkAdvice, ChunkResult, ExecutorJob, LineKeeper } from '../compute/executor.js';
import { BusyTime } from '../compute/local/busyTime.js';
import { fitsMessage } from './advice.js';
import type { Blobs } from './blobs.js';
import type { Dispatch } from './dispatch.js';
import { firstOf, KeptChunk, keptBytes } from './keptChunk.js';

interface Parts {
  /** the same job here */
  home: ExecutorJob;
  dispatch: Dispatch;
  blobs: Blobs;
  shape: Parameters<typeof fitsMessage>[1];
  advice: ChunkAdvice;
  job: string;
  digest: string;
  className: string;
  notes: string[];
}

export class ClusterJob implements ExecutorJob {
  readonly nModes: number;
  readonly nSurfaces: number;
  readonly bytesPerPoint: number;
  readonly bytesPerChunk: number;
  readonly threads: number;
  readonly advice: ChunkAdvice;
  readonly notes: readonly string[];
  readonly keeper?: LineKeeper;
  private readonly busy = new BusyTime();
  private isClosed = false;

  constructor(
    private readonly parts: Parts,
    private readonly release: () => void,
  ) {
    const { home, dispatch, blobs, advice, notes } = parts;
    ({ nModes: this.nModes, nSurfaces: this.nSurfaces } = home);
    ({ bytesPerPoint: this.bytesPerPoint, bytesPerChunk: this.bytesPerChunk } = home);
    this.threads = Math.max(home.threads, dispatch.threadsOf(parts.className));
    this.advice = advice;
    this.notes = [...home.notes, ...notes];
    if (home.keeper) this.keeper = { bytes: keptBytes, make: (count) => new KeptChunk(blobs, count) };
  }

  get busySeconds(): number {
    return this.busy.seconds;
  }

  // an async function would keep the chunk until its results are there
  compute(chunk: Chunk): Promise<ChunkResult> {
    const { home, dispatch, shape, className } = this.parts;
    if (this.isClosed) return Promise.reject(new EuphonicError('cancelled', 'The job was cancelled.'));
    const isOwnClass = className === dispatch.ownClass;
    const kept = chunk.kept instanceof KeptChunk ? chunk.kept : undefined;
    if (kept && kept.digest === '') kept.fill(chunk);
    const count = kept?.count ?? chunk.qpts.length / 3;
    const travels = fitsMessage(count, shape);
    if (!travels && !isOwnClass) {
      const advice = `Send chunks of ${this.advice.chunkPoints} q-points.`;
      return Promise.reject(
        new EuphonicError('too_large', 'The chunk is larger than a message to a worker.', { advice }),
      );
    }
    const isHome = !travels || (isOwnClass && !dispatch.hasWorker(className));
    if (isHome) return this.timed(home.compute(kept?.reader()() ?? chunk));
    const { job, digest } = this.parts;
    const asked = { job, digest, className, home, count };
    if (!kept) return this.timed(dispatch.compute({ ...asked, points: chunk, first: firstOf(chunk.qpts) }));
    const { first, holders } = kept;
    const named = { points: kept.digest, first, kept: { whole: kept.reader(), holders } };
    return this.timed(dispatch.compute({ ...asked, ...named })).finally(kept.hold());
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.parts.dispatch.cancel(this.parts.job);
    this.parts.home.close();
    this.release();
  }

  private timed(work: Promise<ChunkResult>): Promise<ChunkResult> {
    return work.then((result) => {
      const now = performance.now() / 1000;
      this.busy.add(now - result.kernelSeconds, now);
      return result;
    });
  }
}
