/** Jobs: a model, options and the q-points of one request of a client, computed chunk by chunk. */
import { randomBytes } from 'node:crypto';
import { EuphonicError } from '../../base/errors.js';
import type {
  ChunkAdvice,
  ChunkResult,
  ExecutorJob,
  ExecutorPlan,
  PlanInfo,
} from '../../compute/executor.js';
import { ANGSTROM_PER_BOHR } from '../../models/units.js';
import { float64Frame } from '../../protocol/arrays.js';
import { MAX_FRAME_BYTES } from '../../protocol/limits.js';
import type { ArrayFrame, CheckedParams } from '../../protocol/messages.js';
import { histogramShape } from '../../protocol/options.js';
import type {
  JobFigures,
  JobResult,
  JobSummary,
  PlanSummary,
  Results,
  Status,
} from '../../protocol/results.js';
import { JOB_IDLE_MS, MAX_CANCELLED_JOBS, MAX_RUN_BYTES } from '../limits/settings.js';
import type { Peer } from '../sockets/peerSocket.js';
import type { Call } from '../sockets/service.js';
import { chunkOf, type Place, qptsOf } from './jobOptions.js';
import type { KeptPoints, PointsInUse } from './keptPoints.js';
import { openWork, type WorkParts } from './openWork.js';

interface Job {
  id: string;
  peer: Peer;
  modelId: string;
  nAtoms: number;
  params: CheckedParams<'job.open'>;
  work: ExecutorJob;
  /** that of `work`, or how its points were cut before */
  advice: ChunkAdvice;
  /** what is there of its q-points from earlier jobs, and is kept for later ones */
  known: PointsInUse | undefined;
  points: number;
  /** chunks asked for and not yet answered */
  open: number;
  openedAt: number;
  usedAt: number;
  /** releases its model, its known points and its peer's signal */
  release(): void;
}

/** What a chunk's answer carries. */
interface ComputedChunk<R> {
  result: R;
  frames: ArrayFrame[];
}

type OpenCall = Pick<Call<'job.open'>, 'peer' | 'params' | 'frames' | 'signal'>;
type RunCall = Pick<Call<'job.run'>, 'peer' | 'params' | 'frames' | 'signal'>;
type ComputeCall = Pick<Call<'job.compute'>, 'peer' | 'params' | 'frames'>;

function histogramFrame(job: Job, values: Float64Array | undefined): ArrayFrame[] {
  const { histogram } = job.params;
  if (!values || !histogram) return [];
  const [rows, bins] = histogramShape(histogram, job.nAtoms);
  const blocks = histogram.block_points === undefined ? [] : [values.length / (rows * bins)];
  return [float64Frame('histogram', [...blocks, rows, bins], values)];
}

/** Throws `invalid_argument` for a chunk that does not lie in its job, and for one that cuts a block of a histogram. */
function checkPlace(
  { n_points, quantity, histogram }: CheckedParams<'job.open'>,
  offset: number,
  end: number,
): void {
  if (end > n_points) {
    throw new EuphonicError('invalid_argument', `The chunk ends at q-point ${end} of ${n_points}.`, {
      where: 'offset',
      expected: `offset + count ≤ ${n_points}, as job.open said`,
    });
  }
  const block = quantity === 'histogram' ? (histogram?.block_points ?? 1) : 1;
  const isCut = (place: number) => place % block !== 0 && place !== n_points;
  if (!isCut(offset) && !isCut(end)) return;
  throw new EuphonicError('invalid_argument', `The chunk from ${offset} to ${end} cuts a block.`, {
    where: 'offset',
    expected: `multiples of block_points = ${block}, or the end of the job`,
  });
}

/** Throws `too_large` for a job that is better computed in chunks. */
function checkRun(job: Job, count: number): void {
  const bytes = count * job.work.bytesPerPoint + job.work.bytesPerChunk;
  if (bytes <= MAX_RUN_BYTES) return;
  throw new EuphonicError('too_large', `The results of ${count} q-points have ${bytes} bytes.`, {
    where: 'qpts',
    expected: `at most MAX_RUN_BYTES = ${MAX_RUN_BYTES} bytes`,
    advice: 'Use job.open, job.compute and job.close.',
  });
}

const unknownPoints = (offset: number, count: number) =>
  new EuphonicError('unknown_points', `Nothing is kept of the ${count} q-points from ${offset} on.`, {
    where: 'qpts',
    advice: 'Send them again.',
  });

function jobSummary(job: Job, plan: ExecutorPlan, notes: string[], doubts: string[]): JobSummary {
  const { nModes, nSurfaces, bytesPerPoint, bytesPerChunk, threads } = job.work;
  const { advice } = job;
  return {
    job: job.id,
    n_modes: nModes,
    n_surfaces: nSurfaces,
    bytes_per_point: bytesPerPoint,
    bytes_per_chunk: bytesPerChunk,
    chunk_points: advice.chunkPoints,
    window: advice.window,
    threads,
    plan: planSummary(plan.info),
    notes,
    doubts,
    ...(job.params.points && { points_kept: job.known?.points ?? 0 }),
  };
}

function planSummary(info: PlanInfo): PlanSummary {
  const { ewaldLambda, nTerms, nLatticeVectors, nReciprocal, inversionCentre } = info;
  return {
    ewald_lambda: ewaldLambda / ANGSTROM_PER_BOHR,
    n_terms: nTerms,
    n_lattice_vectors: nLatticeVectors,
    n_reciprocal: nReciprocal,
    inversion_centre: inversionCentre,
  };
}

export class Jobs {
  private readonly jobs = new Map<string, Job>();
  private readonly inflight = new Map<string, number>();
  /** so that a client whose job somebody cancelled does not take it for lost, and open it again */
  private readonly cancelledIds = new Set<string>();
  lastJob: JobFigures | null = null;
  readonly counters = { jobs: 0, chunks: 0, points: 0, points_known: 0, cancelled: 0, expired: 0 };

  constructor(
    private readonly parts: WorkParts,
    private readonly maxInflightBytes: number,
    private readonly maxJobs: number,
    private readonly kept: KeptPoints,
  ) {
    setInterval(() => this.expire(), JOB_IDLE_MS / 10).unref();
  }

  /** The job lasts until it is closed or cancelled, is idle for too long, its peer goes or the daemon ends. */
  async open(call: OpenCall): Promise<JobSummary> {
    return (await this.begin(call)).summary;
  }

  /** Opens a job, computes its q-points as one chunk and ends it. Throws `too_large` where their results should be cut into chunks. */
  async run(
    { peer, params, frames, signal }: RunCall,
    respond: (answer: ComputedChunk<JobResult>) => Promise<unknown>,
  ): Promise<void> {
    const { count, ...rest } = params;
    const n_points = count ?? qptsOf(frames).shape[1];
    const { job, summary } = await this.begin({ peer, params: { ...rest, n_points }, frames, signal });
    const stop = () => this.end(job);
    signal.addEventListener('abort', stop);
    try {
      checkRun(job, n_points);
      await this.computeIn(job, { offset: 0, count: n_points }, frames, ({ result, frames: arrays }) => {
        const { job: _, ...described } = summary;
        const kept = job.known && { points_kept: job.known.points };
        return respond({
          result: { ...described, ...kept, ...this.end(job), imaginary: result.imaginary },
          frames: arrays,
        });
      });
    } finally {
      signal.removeEventListener('abort', stop);
      this.end(job);
    }
  }

  /** As `open`. The model is held until the job has ended. */
  private async begin(call: OpenCall): Promise<{ job: Job; summary: JobSummary }> {
    const release = this.parts.library.hold(call.params.model);
    try {
      return await this.beginHeld(call, release);
    } catch (error) {
      release();
      throw error;
    }
  }

  /** `releaseModel` is called when the job has ended. */
  private async beginHeld(
    call: OpenCall,
    releaseModel: () => void,
  ): Promise<{ job: Job; summary: JobSummary }> {
    const { peer, params, frames, signal } = call;
    const openedAt = performance.now();
    if (this.jobs.size >= this.maxJobs) {
      throw new EuphonicError('over_capacity', `The daemon has ${this.jobs.size} open jobs.`, {
        where: 'max_jobs',
        expected: `at most ${this.maxJobs}`,
        advice: 'Close jobs that are done.',
      });
    }
    const { work, plan, options, notes, doubts, nAtoms } = await openWork(
      this.parts,
      params,
      frames.get('debye_waller'),
      signal,
    );
    const known = this.kept.use(peer, params, options, work.keeper);
    const advice = known?.advice(work.advice) ?? work.advice;
    const gone = () => this.end(job);
    const job: Job = {
      id: randomBytes(12).toString('hex'),
      peer,
      modelId: params.model,
      nAtoms,
      params,
      work,
      advice,
      known,
      points: 0,
      open: 0,
      openedAt,
      usedAt: performance.now(),
      release: () => {
        peer.signal.removeEventListener('abort', gone);
        known?.release();
        releaseModel();
      },
    };
    peer.signal.addEventListener('abort', gone);
    this.jobs.set(job.id, job);
    this.counters.jobs++;
    return { job, summary: jobSummary(job, plan, notes, doubts) };
  }

  /** Computes a chunk. Its bytes count as under way until `respond` resolves: until they have left the daemon's hands. */
  async compute(
    { peer, params, frames }: ComputeCall,
    respond: (chunk: ComputedChunk<Results['job.compute']>) => Promise<unknown>,
  ): Promise<void> {
    await this.computeIn(this.get(params.job, peer), params, frames, respond);
  }

  private async computeIn(
    job: Job,
    place: Place,
    frames: Map<string, ArrayFrame>,
    respond: (chunk: ComputedChunk<Results['job.compute']>) => Promise<unknown>,
  ): Promise<void> {
    const { peer } = job;
    const { offset, count } = place;
    const bytes = this.admit(job, offset, count);
    this.inflight.set(peer.key, (this.inflight.get(peer.key) ?? 0) + bytes);
    job.open++;
    try {
      const result = await this.results(job, place, frames);
      job.points += count;
      this.counters.chunks++;
      this.counters.points += count;
      const { nModes, nSurfaces } = job.work;
      const array = (name: string, shape: number[], values: Float64Array | undefined) =>
        values ? [float64Frame(name, shape, values)] : [];
      await respond({
        result: {
          job: job.id,
          offset,
          count,
          kernel_seconds: result.kernelSeconds,
          imaginary: result.imaginary,
        },
        frames: [
          ...array('frequencies', [nModes, count], result.frequencies),
          ...array('structure_factors', [nSurfaces, count], result.structureFactors),
          ...array('eigenvectors', [2, 3, job.nAtoms, nModes, count], result.eigenvectors),
          ...array('mode_gradients', [3, nModes, count], result.modeGradients),
          ...array('intensities', [count], result.intensities),
          ...histogramFrame(job, result.histogram),
        ],
      });
    } finally {
      job.open--;
      job.usedAt = performance.now();
      const left = (this.inflight.get(peer.key) ?? 0) - bytes;
      if (left > 0) this.inflight.set(peer.key, left);
      else this.inflight.delete(peer.key);
    }
  }

  /** Throws what is wrong at once, so that errors keep the order of chunks; `unknown_points` without q-points of which nothing is kept. */
  private results(job: Job, place: Place, frames: Map<string, ArrayFrame>): Promise<ChunkResult> {
    const { offset, count } = place;
    const { known, work } = job;
    if (job.params.points && !frames.has('qpts')) {
      const kept = known?.find(offset, count);
      if (!kept) throw unknownPoints(offset, count);
      return work.compute({ qpts: new Float64Array(0), kept }).then((result) => {
        this.counters.points_known += count;
        return result;
      });
    }
    const chunk = chunkOf(place, frames, job.params);
    // chunks may wait for long, and the executor has its own copy
    frames.clear();
    if (!known) return work.compute(chunk);
    return known.fill(offset, count, (kept) => work.compute(kept ? { ...chunk, kept } : chunk));
  }

  /** Ends a job that its client has done with. */
  close(peer: Peer, id: string): JobFigures {
    return this.end(this.get(id, peer));
  }

  /** Stops a job whoever asks; its open chunks are answered with `cancelled`. Returns false if there is none. */
  cancel(id: string): boolean {
    // by its ticket, too, as long as its client may not have heard its name
    const waiting = (candidate: Job) =>
      candidate.params.ticket === id && candidate.points + candidate.open === 0;
    const job = this.jobs.get(id) ?? [...this.jobs.values()].find(waiting);
    if (!job) return false;
    this.counters.cancelled++;
    this.cancelledIds.add(job.id);
    if (this.cancelledIds.size > MAX_CANCELLED_JOBS)
      this.cancelledIds.delete(this.cancelledIds.values().next().value!);
    this.end(job);
    return true;
  }

  list(): Status['jobs'] {
    const now = performance.now();
    return [...this.jobs.values()].map((job) => ({
      job: job.id,
      model: job.modelId,
      quantity: job.params.quantity,
      points: job.points,
      n_points: job.params.n_points,
      seconds: (now - job.openedAt) / 1000,
    }));
  }

  private get(id: string, peer: Peer): Job {
    const job = this.jobs.get(id);
    if (this.cancelledIds.has(id)) throw new EuphonicError('cancelled', 'The job was cancelled.');
    if (!job || job.peer !== peer) {
      throw new EuphonicError('unknown_job', 'The daemon does not have this job.', {
        where: id.slice(0, 80),
        advice: 'Open it again and send the chunks that are missing.',
      });
    }
    job.usedAt = performance.now();
    return job;
  }

  /** Bytes of the chunk's results. Throws unless it lies in the job and fits into what the client may have under way. */
  private admit(job: Job, offset: number, count: number): number {
    checkPlace(job.params, offset, offset + count);
    const bytes = count * job.work.bytesPerPoint + job.work.bytesPerChunk;
    const underWay = this.inflight.get(job.peer.key) ?? 0;
    // a crystal may be so large that the results of one advised chunk exceed the limit
    if (underWay === 0 && count <= job.advice.chunkPoints && bytes <= MAX_FRAME_BYTES) return bytes;
    if (bytes > this.maxInflightBytes) {
      throw new EuphonicError('too_large', `The results of ${count} q-points have ${bytes} bytes.`, {
        where: 'count',
        expected: `at most max_inflight_bytes = ${this.maxInflightBytes}`,
        advice: `Send chunks of ${job.advice.chunkPoints} q-points.`,
      });
    }
    if (underWay + bytes > this.maxInflightBytes) {
      throw new EuphonicError('over_capacity', `Results of ${underWay + bytes} bytes would be under way.`, {
        where: 'count',
        expected: `at most max_inflight_bytes = ${this.maxInflightBytes}`,
        advice: 'Wait for the answers to earlier chunks.',
      });
    }
    return bytes;
  }

  private end(job: Job): JobFigures {
    if (this.jobs.delete(job.id)) {
      job.work.close();
      job.release();
    }
    const figures: JobFigures = {
      points: job.points,
      kernel_seconds: job.work.busySeconds,
      total_seconds: (performance.now() - job.openedAt) / 1000,
      threads: job.work.threads,
    };
    if (job.points > 0) this.lastJob = figures;
    return figures;
  }

  private expire(): void {
    this.kept.expire();
    const oldest = performance.now() - JOB_IDLE_MS;
    for (const job of [...this.jobs.values()]) {
      if (job.open > 0 || job.usedAt > oldest) continue;
      this.counters.expired++;
      this.end(job);
    }
  }
}
