/**
 * The seam between spectra and what calculates the q-points for them: a daemon that the command line asks, or the executor of the
 * daemon itself.
 */
import { EuphonicError } from '../../base/errors.js';
import type { Params } from '../../protocol/messages.js';
import type { CalculationOptions } from '../../protocol/options.js';
import type { Provenance } from '../spectrum.js';

export interface SpectrumCrystal {
  /** [3,3] Å */
  cellVectors: Float64Array;
  /** [n,3] */
  atomR: Float64Array;
  /** [n] amu */
  atomMass: Float64Array;
  /** [n] */
  atomType: readonly string[];
}

export interface QpointOptions extends CalculationOptions {
  /** [3,nPoints] explicit LO–TO directions, r.l.u.; NaN: from the list */
  directions?: Float64Array;
  /** bins of energy, for the quantity histogram */
  histogram?: Params<'job.open'>['histogram'];
  /** [nPoints] integers: how often each q-point counts in the histogram */
  weights?: Float64Array;
}

/** Of one calculation, or of several together. */
export interface Figures {
  /** sentences for the user */
  notes: string[];
  threads: number;
  kernel_seconds: number;
  /** how many modes have a negative frequency */
  imaginary: number;
}

/** What was calculated at q-points, as `EvaluateOptions` of the client describes it. */
export interface QpointResults extends Figures {
  /** [nModes,nPoints] meV; empty for histograms */
  frequencies: Float64Array;
  /** [nSurfaces,nPoints] mbarn per atom */
  structureFactors?: Float64Array;
  /** [blocks; 1, or 1 + nAtoms; bins] */
  histogram?: Float64Array;
}

/** How far several calculations are together. */
export interface Progress {
  /** Says that so many more q-points are to be calculated. */
  add(points: number): void;
  /** Says how many of those added last are done. */
  update(points: number): void;
  stop(): void;
}

export interface Calculator {
  crystal: SpectrumCrystal;
  /** aborted when nobody wants the spectrum any more */
  signal: AbortSignal;
  /** With `progress` it is one of several calculations. */
  evaluate(qpts: Float64Array, options: QpointOptions, progress?: Progress): Promise<QpointResults>;
  progress(): Progress;
  /** The result of a check of what was asked for: its errors are those of who asks. */
  asked<T>(check: () => T): T;
  /** Promises memory for a result, until the spectrum is made. Rejects with `too_large` or `over_capacity`. */
  reserve(bytes: number): Promise<void>;
  /** What every spectrum says of itself. */
  provenance: Provenance;
}

/** Those of one more evaluation; its notes are those of all. */
export function addFigures(figures: Figures, { notes, threads, kernel_seconds, imaginary }: Figures): void {
  figures.notes = notes;
  figures.threads = threads;
  figures.kernel_seconds += kernel_seconds;
  figures.imaginary += imaginary;
}

/** Of the calculation's options those that frequencies depend on. */
export function planPart({
  asr,
  dipole,
  dipole_parameter,
  splitting,
  n_threads,
}: QpointOptions): QpointOptions {
  return {
    asr,
    ...(dipole !== undefined && { dipole }),
    ...(dipole_parameter !== undefined && { dipole_parameter }),
    ...(splitting !== undefined && { splitting }),
    ...(n_threads !== undefined && { n_threads }),
  };
}

/** Numbers of a map: bins, or points, times bins of energy. */
const MAX_MAP_NUMBERS = 2 ** 24;
/** Rows, their sum with others, and the map. */
const COPIES = 3;

/** Promises the memory of a map. Rejects with `too_large` for one that is larger than any may be. */
export async function reserveMap(calculator: Calculator, numbers: number, where: string): Promise<void> {
  if (numbers > MAX_MAP_NUMBERS) {
    throw new EuphonicError('too_large', `The map would have ${numbers} numbers.`, {
      where,
      expected: `at most MAX_MAP_NUMBERS = ${MAX_MAP_NUMBERS}`,
      advice: 'Take fewer bins.',
    });
  }
  await calculator.reserve(COPIES * 8 * numbers);
}
