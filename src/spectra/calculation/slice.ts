/** A slice of S(Q,ω): a plane of Q at constant energy, or a line of Q and energy. */
import type { Grid } from '../../qpoints/grid.js';
import { type Cut, type Slice, type SliceRequest, sliceOf, slicePoints, sliceSpectrum } from '../slice.js';
import type { Spectrum } from '../spectrum.js';
import {
  addFigures,
  type Calculator,
  type Figures,
  planPart,
  type QpointOptions,
  reserveMap,
} from './calculator.js';
import { modeEnergies } from './modeEnergies.js';
import { thermalFactors } from './thermalFactors.js';

interface SliceWanted extends Omit<SliceRequest, 'energy'> {
  /** without it an axis over all modes */
  energy: Cut | undefined;
  /** FWHM in meV: ascending coefficients of a polynomial in the energy */
  width: number[] | undefined;
  /** of Debye–Waller factors */
  grid: Grid;
  bose: boolean | undefined;
}

interface CalculatedSlice {
  spectrum: Spectrum;
  figures: Figures;
  slice: Slice;
}

/** Bins of the energy axis that the modes' range is divided into. */
const USUAL_BINS = 200;
/** q-points that are calculated at a time. */
const MAX_POINTS_AT_ONCE = 2 ** 18;

/** Rejects with `invalid_argument` for other than two axes, and with `too_large`. */
export async function calculateSlice(
  calculator: Calculator,
  given: QpointOptions,
  { energy: wantedEnergy, width, grid, bose, ...request }: SliceWanted,
): Promise<CalculatedSlice> {
  // zone centres are approached from nowhere in particular
  const options = { splitting: false, ...given };
  const ofModes = async (): Promise<Cut> => {
    const { energyMin, energyMax } = await modeEnergies(calculator, planPart(options), grid, { width });
    return { from: energyMin, to: energyMax, bins: USUAL_BINS, isAxis: true };
  };
  const energy = wantedEnergy ?? (await ofModes());
  const slice = calculator.asked(() => sliceOf({ ...request, energy }, calculator.crystal.cellVectors));
  await reserveMap(calculator, slice.nBins * energy.bins, 'u_bin, v_bin, w_bin, e_bin');
  const thermal = thermalFactors(options, grid, { bose, energyMin: energy.from });
  const { sums, figures } = await summed(calculator, slice, thermal.options, width);
  const provenance = {
    ...calculator.provenance,
    ...wordsOf(slice),
    asr: options.asr ?? 'none',
    ...thermal.words,
    ...(width && { energy_broadening_fwhm_meV: width.join(' ') }),
  };
  return { spectrum: sliceSpectrum(sums, slice, provenance), figures, slice };
}

/** Sums over the q-points of each bin [nBins, bins of energy], and the figures of all evaluations together. */
async function summed(
  calculator: Calculator,
  plane: Slice,
  options: QpointOptions,
  width: number[] | undefined,
): Promise<{ sums: Float64Array; figures: Figures }> {
  const { nBins, binPoints, energy } = plane;
  const histogram = {
    ...{ energy_min: energy.from, energy_max: energy.to, bins: energy.bins },
    ...(width && { width }),
    weight: 'structure_factor',
    block_points: binPoints,
  } as const;
  const sums = new Float64Array(nBins * energy.bins);
  const figures: Figures = { notes: [], threads: 0, kernel_seconds: 0, imaginary: 0 };
  const progress = calculator.progress();
  const step = Math.max(1, Math.floor(MAX_POINTS_AT_ONCE / binPoints));
  try {
    progress.add(nBins * binPoints);
    for (let first = 0; first < nBins; first += step) {
      const qpts = slicePoints(plane, first, Math.min(step, nBins - first));
      const part = {
        add: () => {},
        update: (n: number) => progress.update(first * binPoints + n),
        stop() {},
      };
      const found = await calculator.evaluate(qpts, { ...options, quantity: 'histogram', histogram }, part);
      sums.set(found.histogram!, first * energy.bins);
      addFigures(figures, found);
    }
  } finally {
    progress.stop();
  }
  return { sums, figures };
}

/** What was cut, in numbers. */
function wordsOf({ origin, u, v, cuts, energy, directions, samples }: Slice) {
  const words = ({ from, to, bins, isAxis }: Cut) =>
    isAxis ? `${from} to ${to} in ${bins} bins` : from === to ? String(from) : `mean of ${from} to ${to}`;
  return {
    origin: origin.join(' '),
    u: u.join(' '),
    v: v.join(' '),
    v_perpendicular_to_u: directions[1].hkl.join(' '),
    w: directions[2].hkl.join(' '),
    ...Object.fromEntries(['u', 'v', 'w'].map((name, i) => [`along_${name}`, words(cuts[i])])),
    energies_meV: words(energy),
    q_points_of_a_bin: samples.join(' × '),
  };
}
