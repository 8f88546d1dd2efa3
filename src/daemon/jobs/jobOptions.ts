/** What comes with a job and its chunks, checked, as the executor takes it. */

import { EuphonicError } from '../../base/errors.js';
import type { Broadening, Chunk, Histogram, JobOptions, PlanOptions } from '../../compute/executor.js';
import type { Crystal } from '../../models/crystal.js';
import { coherentScatteringLengths } from '../../models/scatteringLengths.js';
import { inAmu } from '../../models/units.js';
import { firstNotFinite, toFloat64Array } from '../../protocol/arrays.js';
import { MAX_HISTOGRAM_NUMBERS, MAX_POINT_WEIGHT } from '../../protocol/limits.js';
import type { ArrayFrame, CheckedParams } from '../../protocol/messages.js';
import { histogramShape, sharesPerAtom } from '../../protocol/options.js';

/** What decides the dynamical matrix, as the executor takes it. */
export function planOptions({
  asr,
  dipole,
  dipole_parameter,
}: Pick<CheckedParams<'job.open'>, 'asr' | 'dipole' | 'dipole_parameter'>): PlanOptions {
  return { asr: asr ?? 'none', dipole, dipoleParameter: dipole_parameter };
}

/** Options of a job as the executor takes them. Throws `no_scattering_length` or `invalid_argument`. */
export function jobOptions(
  params: CheckedParams<'job.open'>,
  { atomType, atomMass }: Pick<Crystal, 'atomType' | 'atomMass'>,
  debyeWallerFrame: ArrayFrame | undefined,
): JobOptions {
  const { quantity, splitting, bose, temperature, n_threads } = params;
  if (debyeWallerFrame && params.debye_waller_grid) {
    throw new EuphonicError('invalid_argument', 'There are both Debye–Waller tensors and a grid for them.', {
      where: 'debye_waller_grid',
      expected: 'the frame debye_waller or the option debye_waller_grid',
    });
  }
  const options: JobOptions = {
    quantity,
    nThreads: n_threads ?? 0,
    splitting,
    bose,
    negativeE: params.negative_e,
    modeGradients: params.mode_gradients,
  };
  if (quantity === 'histogram') options.histogram = histogramOf(params, atomType.length);
  const isScattering =
    quantity === 'structure_factor' || quantity === 'sqw' || options.histogram?.weight === 'structure_factor';
  if (isScattering) {
    const { scattering_lengths } = params;
    options.scatteringLengths = coherentScatteringLengths(atomType, scattering_lengths, inAmu(atomMass));
  }
  if (quantity === 'sqw') options.broadening = broadeningOf(params);
  if (temperature !== null) options.temperature = temperature;
  // without a temperature there is no Debye–Waller factor, whatever was sent
  if (debyeWallerFrame && temperature !== null) {
    options.debyeWaller = debyeWallerTensors(debyeWallerFrame, atomType.length);
  }
  return options;
}

/** [nAtoms,3,3] Å². Throws `invalid_argument`. */
export function debyeWallerTensors(frame: ArrayFrame, nAtoms: number): Float64Array {
  const [n] = frame.shape;
  if (n !== nAtoms) {
    throw new EuphonicError('invalid_argument', `The frame debye_waller has tensors of ${n} atoms.`, {
      where: 'debye_waller',
      expected: `[${nAtoms}, 3, 3]`,
    });
  }
  const tensors = toFloat64Array(frame);
  if (firstNotFinite(tensors) < 0) return tensors;
  throw new EuphonicError('invalid_argument', 'The frame debye_waller holds NaN or infinity.', {
    where: 'debye_waller',
    expected: 'finite numbers',
  });
}

function broadeningOf({
  shape,
  width,
  scale,
  frequency_scale,
  intensity_limit = Number.POSITIVE_INFINITY,
}: CheckedParams<'job.open'>): Broadening {
  if (!width) {
    throw new EuphonicError('invalid_argument', 'The quantity sqw needs a width.', {
      where: 'width',
      expected: 'FWHM in meV: ascending coefficients of a polynomial in the energy transfer',
    });
  }
  return {
    shape,
    width: Float64Array.from(width),
    scale,
    frequencyScale: frequency_scale,
    intensityLimit: intensity_limit,
  };
}

function histogramOf({ histogram }: CheckedParams<'job.open'>, nAtoms: number): Histogram {
  if (!histogram) {
    throw new EuphonicError('invalid_argument', 'The quantity histogram needs bins of energy.', {
      where: 'histogram',
      expected: '{energy_min, energy_max, bins}, meV',
    });
  }
  const { energy_min, energy_max, bins, width = [], q_width, weight, block_points = 0 } = histogram;
  const shares = sharesPerAtom(histogram);
  if (!(energy_max > energy_min)) {
    throw new EuphonicError(
      'invalid_argument',
      `The bins would go from ${energy_min} to ${energy_max} meV.`,
      {
        where: 'histogram',
        expected: 'energy_max > energy_min',
      },
    );
  }
  if (weight === 'structure_factor' && (shares > 0 || q_width > 0 || block_points === 0)) {
    throw new EuphonicError('invalid_argument', 'A histogram of structure factors needs block_points.', {
      where: 'histogram',
      expected: 'block_points ≥ 1, none of by_atom, by_direction, q_width',
    });
  }
  const [rows] = histogramShape(histogram, nAtoms);
  const numbers = rows * bins;
  if (numbers > MAX_HISTOGRAM_NUMBERS) {
    throw new EuphonicError('too_large', `The histogram would have ${numbers} numbers.`, {
      where: 'histogram',
      expected: `bins times rows at most MAX_HISTOGRAM_NUMBERS = ${MAX_HISTOGRAM_NUMBERS}`,
      advice: 'Take fewer bins.',
    });
  }
  return {
    energyMin: energy_min,
    energyMax: energy_max,
    bins,
    sharesPerAtom: shares,
    width: Float64Array.from(width),
    qWidth: q_width,
    weight,
    blockPoints: block_points,
  };
}

/** Where a chunk lies in its job, and the q-points next to it. */
export type Place = Omit<CheckedParams<'job.compute'>, 'job'>;

/** Throws `invalid_argument` where there is none: they may be absent only where the daemon keeps what is needed of them. */
export function qptsOf(frames: ReadonlyMap<string, ArrayFrame>): ArrayFrame {
  const frame = frames.get('qpts');
  if (frame) return frame;
  throw new EuphonicError('invalid_argument', 'The frame qpts is missing.', {
    where: 'qpts',
    expected: '<f8 [3, count]',
  });
}

/** A chunk as the executor takes it: copies, so that what was received can be released. Throws `invalid_argument`. */
export function chunkOf(
  { offset, count, before, after }: Place,
  frames: ReadonlyMap<string, ArrayFrame>,
  { quantity, histogram }: Pick<CheckedParams<'job.open'>, 'quantity' | 'histogram'>,
): Chunk {
  const qpts = toFloat64Array(qptsOf(frames));
  checkFinite(qpts, offset, count);
  const energies = energiesOf(quantity, frames.get('energies'), offset);
  const directions = frames.get('directions');
  const isWhole = histogram?.weight !== 'structure_factor';
  const weights = weightsOf(quantity, isWhole, frames.get('weights'), offset);
  return {
    qpts,
    ...(weights && { weights }),
    ...(directions && { directions: toFloat64Array(directions) }),
    ...(energies && { energies }),
    ...(before && { before: Float64Array.from(before) }),
    ...(after && { after: Float64Array.from(after) }),
  };
}

/** Energy transfers of a chunk: for broadened intensities, and for nothing else. */
function energiesOf(
  quantity: string,
  frame: ArrayFrame | undefined,
  offset: number,
): Float64Array | undefined {
  if ((quantity === 'sqw') !== (frame !== undefined)) {
    const message = frame
      ? `The quantity ${quantity} takes no energies.`
      : 'The quantity sqw needs an energy for each q-point.';
    throw new EuphonicError('invalid_argument', message, {
      where: 'energies',
      expected: 'the frame energies [count] with the quantity sqw, and with no other',
    });
  }
  if (!frame) return undefined;
  const energies = toFloat64Array(frame);
  const bad = firstNotFinite(energies);
  if (bad < 0) return energies;
  const at = offset + bad;
  throw new EuphonicError('invalid_argument', `The energy of q-point ${at} is ${energies[bad]}.`, {
    where: `energies, index ${at}`,
    expected: 'finite numbers, meV',
  });
}

/** Weights of a chunk's q-points: for histograms, and for nothing else. Sums of modes are exact, so that their weights are integers. */
function weightsOf(
  quantity: string,
  isWhole: boolean,
  frame: ArrayFrame | undefined,
  offset: number,
): Float64Array | undefined {
  if (!frame) return undefined;
  const weights = toFloat64Array(frame);
  const bad = weights.findIndex(
    (x) => !(x >= 0 && x <= MAX_POINT_WEIGHT && (Number.isInteger(x) || !isWhole)),
  );
  if (quantity === 'histogram' && bad < 0) return weights;
  const at = offset + bad;
  throw new EuphonicError(
    'invalid_argument',
    quantity === 'histogram'
      ? `The weight of q-point ${at} is ${weights[bad]}.`
      : `The quantity ${quantity} takes no weights.`,
    {
      where: quantity === 'histogram' ? `weights, index ${at}` : 'weights',
      expected: `${isWhole ? 'integers' : 'numbers'} from 0 to MAX_POINT_WEIGHT = ${MAX_POINT_WEIGHT}, with the quantity histogram and with no other`,
    },
  );
}

/** Throws `invalid_argument` for q-points [3,count] that are not numbers; `offset` is the first one's place. */
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
