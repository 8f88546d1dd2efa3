/** Jobs: a model, options and the q-points of one request of a client, computed chunk by chunk. */
import { randomBytes } from 'node:crypto';
import type { Executor, ExecutorJob, JobOptions } from '../compute/executor.js';
import { coherentScatteringLengths } from '../models/scatteringLengths.js';
import { firstNotFinite, toFloat64Array } from '../protocol/arrays.js';
import { EuphonicError } from '../protocol/errors.js';
import { MAX_FRAME_BYTES, MAX_INFLIGHT_BYTES } from '../protocol/limits.js';
import type {
  ArrayFrame,
  CheckedParams,
  JobFigures,
  JobSummary,
  Results,
  Status,
} from '../protocol/messages.js';
import { chunkAdvice } from './chunkAdvice.js';
import { KernelTime } from './kernelTime.js';
import type { ModelStore } from './modelStore.js';
import type { Peer } from './peerSocket.js';
import { JOB_IDLE_MS, MAX_JOBS } from './settings.js';

interface Job {
  id: string;
  peer: Peer;
  modelId: string;
  nAtoms: number;
  params: CheckedParams<'job.open'>;
  work: ExecutorJob;
  chunkPoints: number;
  kernelTime: KernelTime;
  points: number;
  /** chunks asked for and not yet answered */
  open: number;
  openedAt: number;
  usedAt: number;
}

/** What a chunk's answer carries. */
export interface ComputedChunk {
  result: Results['job.compute'];
  frames: ArrayFrame[];
}

export class Jobs {
  private readonly jobs = new Map<string, Job>();
  private readonly inflight = new Map<string, number>();
  /** so that a client whose job somebody cancelled does not take it for lost, and open it again */
  private readonly cancelledIds = new Set<string>();
  private readonly expiry: NodeJS.Timeout;
  private closed = false;
  lastJob: JobFigures | null = null;
  readonly counters = { jobs: 0, chunks: 0, points: 0, cancelled: 0, expired: 0 };

  constructor(
    private readonly executor: Executor,
    private readonly models: ModelStore,
    private readonly isGone: (peer: Peer) => boolean,
  ) {
    this.expiry = setInterval(() => this.expire(), JOB_IDLE_MS / 10).unref();
  }

  async open(
    peer: Peer,
    params: CheckedParams<'job.open'>,
    frames: Map<string, ArrayFrame>,
  ): Promise<JobSummary> {
    const openedAt = performance.now();
    if (this.jobs.size >= MAX_JOBS) {
      throw new EuphonicError('over_capacity', `The daemon has ${this.jobs.size} open jobs.`, {
        expected: `at most ${MAX_JOBS}`,
        advice: 'Close jobs that are done.',
      });
    }
    const { summary } = this.models.get(params.model);
    const options = jobOptions(params, summary.atom_type, frames.get('debye_waller'));
    const plan = await this.models.plan(params.model, {
      asr: params.asr ?? 'none',
      dipole: params.dipole,
      dipoleParameter: params.dipole_parameter,
    });
    this.checkOpen();
    const work = this.executor.openJob(plan, options);
    const advice = chunkAdvice(work.bytesPerPoint, params.n_points);
    const job: Job = {
      id: randomBytes(12).toString('hex'),
      peer,
      modelId: params.model,
      nAtoms: summary.n_atoms,
      params,
      work,
      chunkPoints: advice.chunk_points,
      kernelTime: new KernelTime(),
      points: 0,
      open: 0,
      openedAt,
      usedAt: performance.now(),
    };
    // the client may have gone while its model was planned
    if (!this.isGone(peer)) this.jobs.set(job.id, job);
    this.counters.jobs++;
    return {
      job: job.id,
      n_modes: work.nModes,
      n_surfaces: work.nSurfaces,
      bytes_per_point: work.bytesPerPoint,
      ...advice,
      threads: work.threads,
      notes: plan.info.notes,
    };
  }

  /** Computes a chunk. Its bytes count as under way until `answer` resolves: until they have left the daemon's hands. */
  async compute(
    peer: Peer,
    params: CheckedParams<'job.compute'>,
    frames: Map<string, ArrayFrame>,
    answer: (chunk: ComputedChunk) => Promise<unknown>,
  ): Promise<void> {
    const job = this.get(params.job, peer);
    const { offset, count } = params;
    const bytes = this.admit(job, offset, count);
    const qpts = toFloat64Array(frames.get('qpts')!);
    checkFinite(qpts, offset, count);
    const directions = frames.get('directions');
    this.inflight.set(peer.key, (this.inflight.get(peer.key) ?? 0) + bytes);
    job.open++;
    try {
      const result = await job.work.compute({
        qpts,
        ...(directions && { directions: toFloat64Array(directions) }),
        ...(params.before && { before: Float64Array.from(params.before) }),
        ...(params.after && { after: Float64Array.from(params.after) }),
      });
      job.kernelTime.add(result.startedAt, result.finishedAt);
      job.points += count;
      this.counters.chunks++;
      this.counters.points += count;
      const { nModes, nSurfaces } = job.work;
      const array = (name: string, shape: number[], buffer: Buffer | undefined): ArrayFrame[] =>
        buffer ? [{ name, dtype: '<f8', shape, order: 'C', bytes: buffer }] : [];
      await answer({
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
        ],
      });
    } catch (error) {
      this.checkOpen();
      throw error;
    } finally {
      job.open--;
      job.usedAt = performance.now();
      const left = (this.inflight.get(peer.key) ?? 0) - bytes;
      if (left > 0) this.inflight.set(peer.key, left);
      else this.inflight.delete(peer.key);
    }
  }

  /** Ends a job that its client has done with. */
  close(peer: Peer, id: string): JobFigures {
    return this.end(this.get(id, peer));
  }

  /** Stops a job whoever asks; its open chunks are answered with `cancelled`. */
  cancel(id: string): boolean {
    const job = this.jobs.get(id);
    if (!job) return false;
    this.counters.cancelled++;
    this.cancelledIds.add(id);
    if (this.cancelledIds.size > MAX_JOBS) this.cancelledIds.delete(this.cancelledIds.values().next().value!);
    this.end(job);
    return true;
  }

  /** Stops what the peer had under way. */
  peerGone(peer: Peer): void {
    for (const job of [...this.jobs.values()]) if (job.peer === peer) this.end(job);
  }

  /** No job is opened any more, and those under way are stopped. */
  shutdown(): void {
    this.closed = true;
    clearInterval(this.expiry);
    for (const job of [...this.jobs.values()]) this.end(job);
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
    this.checkOpen();
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

  private checkOpen(): void {
    if (this.closed) throw new EuphonicError('shutting_down', 'The daemon is ending.');
  }

  /** Bytes of the chunk's results. Throws unless it lies in the job and fits into what the client may have under way. */
  private admit(job: Job, offset: number, count: number): number {
    const { n_points } = job.params;
    if (offset + count > n_points) {
      throw new EuphonicError(
        'invalid_argument',
        `The chunk ends at q-point ${offset + count} of ${n_points}.`,
        {
          where: 'offset',
          expected: `offset + count ≤ ${n_points}, as job.open said`,
        },
      );
    }
    const bytes = count * job.work.bytesPerPoint;
    const underWay = this.inflight.get(job.peer.key) ?? 0;
    // a crystal may be so large that the results of one advised chunk exceed the limit
    if (underWay === 0 && count <= job.chunkPoints && bytes <= MAX_FRAME_BYTES) return bytes;
    if (bytes > MAX_INFLIGHT_BYTES) {
      throw new EuphonicError('too_large', `The results of ${count} q-points have ${bytes} bytes.`, {
        where: 'count',
        expected: `at most max_inflight_bytes = ${MAX_INFLIGHT_BYTES}`,
        advice: `Send chunks of ${job.chunkPoints} q-points.`,
      });
    }
    if (underWay + bytes > MAX_INFLIGHT_BYTES) {
      throw new EuphonicError('over_capacity', `Results of ${underWay + bytes} bytes would be under way.`, {
        where: 'count',
        expected: `at most max_inflight_bytes = ${MAX_INFLIGHT_BYTES}`,
        advice: 'Wait for the answers to earlier chunks.',
      });
    }
    return bytes;
  }

  private end(job: Job): JobFigures {
    this.jobs.delete(job.id);
    job.work.cancel();
    const figures: JobFigures = {
      points: job.points,
      kernel_seconds: job.kernelTime.seconds,
      total_seconds: (performance.now() - job.openedAt) / 1000,
      threads: job.work.threads,
    };
    if (job.points > 0) this.lastJob = figures;
    return figures;
  }

  private expire(): void {
    const oldest = performance.now() - JOB_IDLE_MS;
    for (const job of [...this.jobs.values()]) {
      if (job.open > 0 || job.usedAt > oldest) continue;
      this.counters.expired++;
      this.end(job);
    }
  }
}

/** Options as the executor takes them. Throws `no_scattering_length` or `invalid_argument`. */
function jobOptions(
  params: CheckedParams<'job.open'>,
  atomType: readonly string[],
  debyeWallerFrame: ArrayFrame | undefined,
): JobOptions {
  const { quantity, splitting, bose, temperature, n_threads } = params;
  const options: JobOptions = {
    quantity,
    nThreads: n_threads ?? 0,
    splitting,
    bose,
    negativeE: params.negative_e,
  };
  if (quantity === 'structure_factor') {
    options.scatteringLengths = coherentScatteringLengths(atomType, params.scattering_lengths);
  }
  if (temperature !== null) options.temperature = temperature;
  // without a temperature there is no Debye–Waller factor, whatever was sent
  if (debyeWallerFrame && temperature !== null) {
    const [n] = debyeWallerFrame.shape;
    if (n !== atomType.length) {
      throw new EuphonicError('invalid_argument', `The frame debye_waller has tensors of ${n} atoms.`, {
        where: 'debye_waller',
        expected: `[${atomType.length}, 3, 3]`,
      });
    }
    options.debyeWaller = toFloat64Array(debyeWallerFrame);
    if (firstNotFinite(options.debyeWaller) >= 0) {
      throw new EuphonicError('invalid_argument', 'The frame debye_waller holds NaN or infinity.', {
        where: 'debye_waller',
        expected: 'finite numbers',
      });
    }
  }
  return options;
}

function checkFinite(qpts: Float64Array, offset: number, count: number): void {
  const bad = firstNotFinite(qpts);
  if (bad < 0) return;
  const point = offset + (bad % count);
  const component = 'hkl'[Math.floor(bad / count)];
  throw new EuphonicError('invalid_argument', `${component} of q-point ${point} is ${qpts[bad]}.`, {
    where: `qpts, index ${point}`,
    expected: 'finite numbers',
  });
}
