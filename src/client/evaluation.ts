/** One evaluation: q-points out in chunks, results back into arrays that were made for all of them. */
import { randomUUID } from 'node:crypto';
import { EuphonicError } from '../base/errors.js';
import { columnsOf, float64Frame, toFloat64Array } from '../protocol/arrays.js';
import type { ArrayFrame, Params } from '../protocol/messages.js';
import { type CalculationOptions, histogramShape } from '../protocol/options.js';
import type { JobFigures, JobSummary, ModelSummary } from '../protocol/results.js';
import type { RequestSocket } from './requestSocket.js';

export interface EvaluateOptions extends CalculationOptions {
  /** [n,3,3] Å²: the tensor W of each atom */
  debyeWaller?: Float64Array;
  /** [3,nPoints] explicit LO–TO directions, r.l.u.; NaN: from the list */
  directions?: Float64Array;
  /** [nPoints] energy transfers in meV, for the quantity sqw */
  energies?: Float64Array;
  /** bins of energy, for the quantity histogram */
  histogram?: Params<'job.open'>['histogram'];
  /** [nPoints] integers: how often each q-point counts in the histogram */
  weights?: Float64Array;
  /** called with the number of finished q-points */
  onProgress?: (points: number, nPoints: number) => void;
  /** cancels the job in the daemon; the promise rejects with `cancelled` */
  signal?: AbortSignal;
  /** q-points of a chunk, in place of the daemon's advice */
  chunkPoints?: number;
}

export interface Evaluation extends JobFigures {
  nPoints: number;
  nModes: number;
  nSurfaces: number;
  /** [nModes,nPoints] meV, ascending for each q-point; empty for sqw and histogram */
  frequencies: Float64Array;
  /** [nSurfaces,nPoints] mbarn per atom */
  structureFactors?: Float64Array;
  /** [2,3,nAtoms,nModes,nPoints]: real and imaginary part, Cartesian component, atom, mode */
  eigenvectors?: Float64Array;
  /** [3,nModes,nPoints] meV·Å: Cartesian components of dω/dQ, with the option `mode_gradients` */
  modeGradients?: Float64Array;
  /** [nPoints] mbarn/meV per atom */
  intensities?: Float64Array;
  /** [blocks; 1, or 1 + nAtoms; bins] summed weights of modes, and of the shares of atoms in them; without blocks there is one */
  histogram?: Float64Array;
  plan: JobSummary['plan'];
  /** how many modes have a negative frequency */
  imaginary: number;
  /** sentences for the user */
  notes: string[];
}

/** An array of rows over all q-points, filled column block by column block. */
class ResultArray {
  readonly data: Float64Array;

  constructor(
    private readonly rows: number,
    private readonly nPoints: number,
  ) {
    this.data = new Float64Array(rows * nPoints);
  }

  /** Puts [rows,count] numbers at the columns from `offset`. Throws `bad_message` for any other size. */
  fill(frame: ArrayFrame | undefined, name: string, offset: number, count: number): void {
    const bytesPerRow = 8 * count;
    if (frame?.dtype !== '<f8' || frame.bytes.length !== this.rows * bytesPerRow) {
      throw new EuphonicError('bad_message', `The answer has no ${name} of the right size.`, {
        where: name,
        expected: `${this.rows} rows of ${count} numbers`,
      });
    }
    const target = new Uint8Array(this.data.buffer);
    for (let row = 0; row < this.rows; row++) {
      const bytes = frame.bytes.subarray(row * bytesPerRow, (row + 1) * bytesPerRow);
      target.set(bytes, 8 * (row * this.nPoints + offset));
    }
  }
}

/** So many q-points, or more to end with a block of a histogram. */
function wholeBlocks(points: number, { quantity, histogram }: EvaluateOptions): number {
  const block = quantity === 'histogram' ? (histogram?.block_points ?? 1) : 1;
  return Math.ceil(points / block) * block;
}

/** The state of an evaluation that outlives jobs and daemons: what is finished stays finished. */
export class EvaluationStream {
  readonly nPoints: number;
  /** by which the daemon can be told to stop before it has given the job a name */
  readonly ticket = randomUUID();
  private chunks: { offset: number; count: number }[] | undefined;
  private arrays: Map<string, ResultArray> | undefined;
  private histogram: Float64Array | undefined;
  private finished = 0;
  private imaginary = 0;
  private shape: Pick<JobSummary, 'n_modes' | 'n_surfaces' | 'plan' | 'notes'> | undefined;

  constructor(
    private readonly model: ModelSummary,
    private readonly qpts: Float64Array,
    private readonly options: EvaluateOptions,
  ) {
    this.nPoints = qpts.length / 3;
  }

  /** Opens a job, computes what is still missing in it, and closes it. `onOpen` learns the job's name. */
  async perform(work: RequestSocket, onOpen: (job: string | undefined) => void): Promise<Evaluation> {
    const { signal } = this.options;
    const {
      debyeWaller,
      directions: _,
      energies: _____,
      weights: ______,
      onProgress: __,
      signal: ___,
      chunkPoints: ____,
      ...calculation
    } = this.options;
    const frames = debyeWaller
      ? [float64Frame('debye_waller', [debyeWaller.length / 9, 3, 3], debyeWaller)]
      : [];
    const params = { ...calculation, model: this.model.model, n_points: this.nPoints, ticket: this.ticket };
    const { result: job } = await work.request('job.open', params, frames);
    onOpen(job.job);
    this.prepare(job);
    let failure: unknown;
    // each of `window` lanes has one chunk under way
    const lane = async () => {
      for (let chunk = this.chunks!.shift(); chunk; chunk = this.chunks!.shift()) {
        try {
          if (failure !== undefined) throw failure;
          if (signal?.aborted) throw new EuphonicError('cancelled', 'The evaluation was cancelled.');
          await this.compute(work, job.job, chunk.offset, chunk.count);
        } catch (error) {
          this.chunks!.unshift(chunk);
          failure ??= error;
          return;
        }
      }
    };
    await Promise.all(Array.from({ length: Math.max(1, job.window) }, lane));
    if (failure !== undefined) throw failure;
    const { result: figures } = await work.request('job.close', { job: job.job });
    onOpen(undefined);
    return this.evaluation(figures);
  }

  private prepare(job: JobSummary): void {
    if (this.chunks) return;
    const { nPoints } = this;
    const step = wholeBlocks(this.options.chunkPoints ?? job.chunk_points, this.options);
    this.chunks = [];
    for (let offset = 0; offset < nPoints; offset += step) {
      this.chunks.push({ offset, count: Math.min(step, nPoints - offset) });
    }
    const { n_modes, n_surfaces } = job;
    this.shape = { n_modes, n_surfaces, plan: job.plan, notes: job.notes };
    const { quantity = 'structure_factor', mode_gradients } = this.options;
    this.arrays = new Map();
    if (quantity === 'histogram') return;
    if (quantity === 'sqw') this.arrays.set('intensities', new ResultArray(1, nPoints));
    else this.arrays.set('frequencies', new ResultArray(n_modes, nPoints));
    if (quantity === 'structure_factor')
      this.arrays.set('structure_factors', new ResultArray(n_surfaces, nPoints));
    if (quantity === 'modes') {
      this.arrays.set('eigenvectors', new ResultArray(6 * this.model.n_atoms * n_modes, nPoints));
    }
    if (mode_gradients && (quantity === 'frequencies' || quantity === 'modes')) {
      this.arrays.set('mode_gradients', new ResultArray(3 * n_modes, nPoints));
    }
  }

  private async compute(work: RequestSocket, job: string, offset: number, count: number): Promise<void> {
    const { directions, energies, weights, onProgress } = this.options;
    const end = offset + count;
    const frames = [float64Frame('qpts', [3, count], columnsOf(this.qpts, this.nPoints, offset, end))];
    if (directions)
      frames.push(float64Frame('directions', [3, count], columnsOf(directions, this.nPoints, offset, end)));
    if (energies) frames.push(float64Frame('energies', [count], energies.slice(offset, end)));
    if (weights) frames.push(float64Frame('weights', [count], weights.slice(offset, end)));
    const response = await work.request(
      'job.compute',
      {
        job,
        offset,
        count,
        ...(offset > 0 && { before: this.point(offset - 1) }),
        ...(end < this.nPoints && { after: this.point(end) }),
      },
      frames,
    );
    for (const [name, array] of this.arrays!) {
      const frame = response.frames.find((candidate) => candidate.name === name);
      array.fill(frame, name, offset, count);
    }
    if (this.options.quantity === 'histogram') {
      this.addHistogram(
        response.frames.find(({ name }) => name === 'histogram'),
        offset,
        count,
      );
    }
    this.imaginary += response.result.imaginary;
    this.finished += count;
    onProgress?.(this.finished, this.nPoints);
  }

  /** Throws `bad_message` for any other size. */
  private addHistogram(frame: ArrayFrame | undefined, offset: number, count: number): void {
    const { block_points } = this.options.histogram!;
    const [rows, bins] = histogramShape(this.options.histogram!, this.model.n_atoms);
    const one = rows * bins;
    const blocksOf = (points: number) => (block_points ? Math.ceil(points / block_points) : 1);
    const size = one * blocksOf(count);
    if (frame?.dtype !== '<f8' || frame.bytes.length !== 8 * size) {
      throw new EuphonicError('bad_message', 'The answer has no histogram of the right size.', {
        where: 'histogram',
        expected: `${size} numbers`,
      });
    }
    this.histogram ??= new Float64Array(one * blocksOf(this.nPoints));
    const counts = toFloat64Array(frame);
    const start = block_points ? (offset / block_points) * one : 0;
    for (let k = 0; k < size; k++) this.histogram[start + k] += counts[k];
  }

  private evaluation(figures: JobFigures): Evaluation {
    const { n_modes, n_surfaces, plan, notes } = this.shape!;
    const structureFactors = this.arrays!.get('structure_factors')?.data;
    const eigenvectors = this.arrays!.get('eigenvectors')?.data;
    const modeGradients = this.arrays!.get('mode_gradients')?.data;
    const intensities = this.arrays!.get('intensities')?.data;
    return {
      ...figures,
      nPoints: this.nPoints,
      nModes: n_modes,
      nSurfaces: n_surfaces,
      frequencies: this.arrays!.get('frequencies')?.data ?? new Float64Array(),
      ...(structureFactors && { structureFactors }),
      ...(eigenvectors && { eigenvectors }),
      ...(modeGradients && { modeGradients }),
      ...(intensities && { intensities }),
      ...(this.histogram && { histogram: this.histogram }),
      plan,
      imaginary: this.imaginary,
      notes,
    };
  }

  private point(i: number): [number, number, number] {
    const { qpts, nPoints } = this;
    return [qpts[i], qpts[nPoints + i], qpts[2 * nPoints + i]];
  }
}
