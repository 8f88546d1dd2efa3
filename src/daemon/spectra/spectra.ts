/** Spectra that clients ask for: their q-points are jobs of the executor like any others, the rest is done in threads. */
import { randomBytes } from 'node:crypto';
import { EuphonicError } from '../../base/errors.js';
import { Shared } from '../../base/shared.js';
import { inAmu, inAngstrom } from '../../models/units.js';
import { firstNotFinite, toFloat64Array } from '../../protocol/arrays.js';
import type { ArrayFrame, CheckedParams } from '../../protocol/messages.js';
import type { PowderSqwSummary, Status } from '../../protocol/results.js';
import { checkParams } from '../../protocol/validate.js';
import type { SpectrumCrystal } from '../../spectra/calculation/calculator.js';
import type { CalculatedShells } from '../../spectra/calculation/shells.js';
import type { CalculatedSqw } from '../../spectra/calculation/sqw.js';
import { checkMeanQ, type DosRequest, debyeWallerExponents } from '../../spectra/dos.js';
import { spheresAround } from '../../spectra/powderModel.js';
import { debyeWallerTensors } from '../jobs/jobOptions.js';
import { DEBYE_WALLER_DEFAULTS, type WorkParts } from '../jobs/openWork.js';
import type { Holder, MemoryBudget } from '../limits/memoryBudget.js';
import { MAX_POWDER_RESULTS, SPECTRUM_THREAD_BYTES } from '../limits/settings.js';
import { evaluateOver } from './evaluateOver.js';
import type { MadeSpectrum, SpectrumResults, SpectrumTask } from './spectrumTask.js';
import { SpectrumThreads, type ThreadHelp } from './spectrumThreads.js';
import { gridOf } from './wanted.js';

type SpectrumMethod = 'spectrum.dos' | 'spectrum.map' | 'spectrum.powder';
type Kind = 'dos' | 'map' | 'powder';
type Frames = ReadonlyMap<string, ArrayFrame>;

/** What is under way. */
interface Making {
  name: string;
  model: string;
  quantity: string;
  /** q-points that are done, and that there will be as far as is known */
  points: number;
  nPoints: number;
  /** of both, what other work the thread has told of last */
  other: [number, number];
  startedAt: number;
}

const MEAN_Q = { where: 'q_mean', both: 'temperature (K) and q_mean (1/Å)' };

interface Shells {
  result: Shared<CalculatedShells>;
  bytes: number;
}

export class Spectra implements Holder {
  private readonly threads = new SpectrumThreads();
  private readonly underWay = new Set<Making>();
  /** least recently used first */
  private readonly shells = new Map<string, Shells>();

  constructor(
    private readonly parts: WorkParts,
    private readonly memory: MemoryBudget,
  ) {
    memory.include(this);
  }

  /** Rejects with what is wrong with the parameters, `too_large`, `over_capacity`, or the signal's reason. */
  async make<M extends SpectrumMethod>(
    method: M,
    params: CheckedParams<M>,
    frames: Frames,
    signal: AbortSignal,
  ): Promise<MadeSpectrum> {
    const tensors = frames.get('debye_waller');
    const kind = method.slice('spectrum.'.length) as Kind;
    const crystal = this.crystalOf(params.model);
    const debyeWaller =
      kind === 'dos'
        ? await this.debyeWallerOf(params as CheckedParams<'spectrum.dos'>, crystal, tensors, signal)
        : undefined;
    const hasTensors = tensors !== undefined;
    const task = { kind, params, crystal, hasTensors, debyeWaller } as unknown as Extract<
      SpectrumTask,
      { kind: Kind }
    >;
    return this.perform(task, params, tensors, signal);
  }

  /** The factor e^(−2W) of a density of states; none where no |Q| is named. */
  private async debyeWallerOf(
    params: CheckedParams<'spectrum.dos'>,
    crystal: SpectrumCrystal,
    tensors: ArrayFrame | undefined,
    signal: AbortSignal,
  ): Promise<DosRequest['debyeWaller']> {
    const { model, weighting, q_mean: q, temperature, asr, dipole, dipole_parameter, n_threads } = params;
    checkMeanQ({ weighting, qMean: q, isHot: temperature !== null }, MEAN_Q);
    if (q === undefined || temperature === null) return undefined;
    if (tensors) {
      const given = debyeWallerTensors(tensors, crystal.atomType.length);
      return { temperature, q, exponents: debyeWallerExponents(given, q) };
    }
    const grid = params.debye_waller_grid ?? [...gridOf(params, crystal)];
    const options = { asr, dipole, dipole_parameter, n_threads };
    const wanted = { ...DEBYE_WALLER_DEFAULTS, ...options, model, temperature, grid };
    const averaged = await this.parts.debyeWaller.get(wanted, signal);
    return { temperature, q, exponents: debyeWallerExponents(averaged.tensors, q) };
  }

  /** Intensities at each of a list of q-points and each of a list of energies. */
  sqw(params: CheckedParams<'spectrum.sqw'>, frames: Frames, signal: AbortSignal): Promise<CalculatedSqw> {
    const tensors = frames.get('debye_waller');
    const directions = frames.get('directions');
    const task = {
      kind: 'sqw',
      params,
      crystal: this.crystalOf(params.model),
      hasTensors: tensors !== undefined,
      qpts: finiteArray(frames, 'qpts'),
      ...(directions && { directions: toFloat64Array(directions) }),
      energies: finiteArray(frames, 'energies'),
    } as const;
    return this.perform<'sqw'>(task, params, tensors, signal);
  }

  /** Intensities of powders at pairs of |Q| and energy transfer. The spheres are calculated once, and kept. */
  async powderSqw(params: CheckedParams<'spectrum.powder_sqw'>, frames: Frames, signal: AbortSignal) {
    const q = finiteArray(frames, 'q');
    const energies = finiteArray(frames, 'energies');
    const tensors = frames.get('debye_waller');
    const {
      model,
      shape,
      width,
      frequency_scale,
      negative_e,
      temperature,
      bose,
      ticket: _,
      ...rest
    } = params;
    const around = spheresAround(q, params.q_spacing);
    const isDamped = shape === 'dho';
    const tensorBytes = tensors && Buffer.from(tensors.bytes).toString('base64');
    const { n_threads: __, ...determining } = rest;
    const isBothSides = negative_e && !isDamped;
    const hasBose = bose && !isDamped;
    const key = JSON.stringify([model, determining, temperature, isBothSides, hasBose, around, tensorBytes]);
    const cached = this.shells.get(key)?.result.value !== undefined;
    const task = {
      kind: 'shells',
      params,
      crystal: this.crystalOf(model),
      hasTensors: !!tensors,
      ...around,
    } as const;
    const found = await this.shellsOf(key, task, tensors, signal);
    const line = {
      shape,
      width,
      frequencyScale: frequency_scale,
      isBothSides: negative_e,
      ...(bose && temperature !== null && { temperature }),
    };
    const release = this.memory.reserve('A spectrum', SPECTRUM_THREAD_BYTES + 6 * q.byteLength);
    const idle = { evaluate: unasked, reserve() {}, progress() {} };
    const intensities = await this.threads
      .perform<'lines'>({ kind: 'lines', shells: found.shells, q, energies, line }, idle, signal)
      .finally(release);
    return { intensities, summary: summaryOf(found, cached) };
  }

  list(): Status['jobs'] {
    const now = performance.now();
    return [...this.underWay].map(({ name, model, quantity, points, nPoints, other, startedAt }) => ({
      job: name,
      model,
      quantity,
      points: points + other[0],
      n_points: nPoints + other[1],
      seconds: (now - startedAt) / 1000,
    }));
  }

  close(): void {
    this.threads.close();
  }

  get bytes(): number {
    return [...this.shells.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  makeRoom(bytes: number): void {
    let freed = 0;
    for (const [key, shells] of this.shells) {
      if (freed >= bytes) return;
      if (!shells.result.value) continue;
      this.shells.delete(key);
      freed += shells.bytes;
    }
  }

  private async shellsOf(
    key: string,
    task: Extract<SpectrumTask, { kind: 'shells' }>,
    tensors: ArrayFrame | undefined,
    signal: AbortSignal,
  ): Promise<CalculatedShells> {
    const made = this.shells.get(key) ?? {
      result: new Shared(
        (stop) => this.perform<'shells'>(task, task.params, tensors, stop),
        () => this.shells.delete(key),
      ),
      bytes: 0,
    };
    // the most recently used is the last
    this.shells.delete(key);
    this.shells.set(key, made);
    const found = await made.result.wait(signal);
    made.bytes = found.shells.intensities.byteLength;
    const kept = [...this.shells].filter(([, { result }]) => result.value);
    for (const [old] of kept.slice(0, Math.max(0, kept.length - MAX_POWDER_RESULTS))) this.shells.delete(old);
    return found;
  }

  /** The model is held, and memory promised, until the spectrum is made. */
  private async perform<K extends Exclude<SpectrumTask['kind'], 'lines'>>(
    task: Extract<SpectrumTask, { kind: K }>,
    { model, ticket }: { model: string; ticket?: string | undefined },
    tensors: ArrayFrame | undefined,
    signal: AbortSignal,
  ): Promise<SpectrumResults[K]> {
    const { kind }: SpectrumTask = task;
    const making: Making = {
      name: ticket ?? randomBytes(12).toString('hex'),
      model,
      quantity: `spectrum.${kind === 'shells' ? 'powder_sqw' : kind}`,
      points: 0,
      nPoints: 0,
      other: [0, 0],
      startedAt: performance.now(),
    };
    const releases = [this.parts.library.hold(model)];
    // what is still calculated for a thread that has ended is not wanted
    const stop = new AbortController();
    const leave = () => stop.abort(signal.reason);
    if (signal.aborted) leave();
    signal.addEventListener('abort', leave, { once: true });
    this.underWay.add(making);
    try {
      const reserve = (bytes: number) => {
        releases.push(this.memory.reserve('A spectrum', bytes));
      };
      reserve(SPECTRUM_THREAD_BYTES);
      const help = this.helpFor(making, tensors, reserve, stop.signal);
      return await this.threads.perform<K>(task, help, stop.signal);
    } finally {
      stop.abort(new EuphonicError('cancelled', 'The spectrum is not wanted any more.'));
      signal.removeEventListener('abort', leave);
      this.underWay.delete(making);
      for (const release of releases) release();
    }
  }

  private helpFor(
    making: Making,
    tensors: ArrayFrame | undefined,
    reserve: (bytes: number) => void,
    signal: AbortSignal,
  ): ThreadHelp {
    let releaseLast = () => {};
    const parts = { ...this.parts, memory: this.memory };
    return {
      evaluate: async ({ qpts, options: { directions, weights, ...options } }) => {
        const n = qpts.length / 3;
        making.nPoints += n;
        const params = checkParams('job.open', { ...options, model: making.model, n_points: n });
        const asked = {
          params,
          tensors,
          qpts,
          ...(directions && { directions }),
          ...(weights && { weights }),
        };
        const results = await evaluateOver(parts, asked, signal, (count) => {
          making.points += count;
        });
        // those of the calculation before are no longer needed
        releaseLast();
        const arrays = [qpts, results.frequencies, results.structureFactors, results.histogram];
        const bytes = arrays.reduce((sum, array) => sum + (array?.byteLength ?? 0), 0);
        releaseLast = this.memory.reserve('A spectrum', bytes);
        signal.addEventListener('abort', releaseLast, { once: true });
        return results;
      },
      reserve,
      progress: ({ add = 0, update }) => {
        const [done, total] = making.other;
        making.other = [update ?? done, total + add];
      },
    };
  }

  private crystalOf(model: string): SpectrumCrystal {
    const { cellVectors, atomR, atomMass, atomType } = this.parts.library.get(model).crystal;
    return { cellVectors: inAngstrom(cellVectors), atomR, atomMass: inAmu(atomMass), atomType };
  }
}

const unasked = () => Promise.reject(new EuphonicError('internal', 'No q-points were expected.'));

const ARRAYS = {
  qpts: 'finite numbers, r.l.u.',
  q: '|Q| in 1/Å, finite numbers ≥ 0',
  energies: 'finite numbers, meV',
};

function finiteArray(frames: Frames, name: keyof typeof ARRAYS): Float64Array {
  const array = toFloat64Array(frames.get(name)!);
  const bad = firstNotFinite(array);
  if (bad < 0 && (name !== 'q' || array.every((x) => x >= 0))) return array;
  const at = bad < 0 ? array.findIndex((x) => x < 0) : bad;
  throw new EuphonicError('invalid_argument', `${name} holds ${array[at]}.`, {
    where: `${name}, index ${at}`,
    expected: ARRAYS[name],
  });
}

function summaryOf(found: CalculatedShells, cached: boolean): PowderSqwSummary {
  const medianAndLargest = (errors: readonly number[]): [number, number] => {
    const sorted = [...errors].sort((a, b) => a - b);
    return [sorted[Math.floor(sorted.length / 2)] ?? 0, sorted.at(-1) ?? 0];
  };
  return {
    error: medianAndLargest(found.errors),
    interpolation_error: medianAndLargest(found.interpolationErrors),
    n_spheres: found.shells.intensities.length / found.shells.bins,
    directions: found.directions,
    cached,
    kernel_seconds: cached ? 0 : found.figures.kernel_seconds,
    imaginary: found.figures.imaginary,
    notes: found.figures.notes,
  };
}
