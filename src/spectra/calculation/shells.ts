/** The spheres of a powder average as a function, in fine bins of energy. */
import { interpolationErrors, type PowderShells } from '../powderModel.js';
import { averageShells, type Sampling } from '../shells.js';
import { type Calculator, type Figures, type QpointOptions, reserveMap } from './calculator.js';
import { modeEnergies } from './modeEnergies.js';
import { missedNotes } from './powder.js';
import { summing } from './summing.js';

interface ShellsWanted {
  /** 1/Å: spheres of |Q| = k · spacing */
  spacing: number;
  first: number;
  count: number;
  directions: Omit<Sampling, 'mostAtOnce'>;
  /** intensities below zero energy, too */
  isBothSides: boolean;
}

export interface CalculatedShells {
  shells: PowderShells;
  figures: Figures;
  /** relative, of each sphere */
  errors: number[];
  interpolationErrors: number[];
  directions: number;
}

/** Bins from zero to beyond the highest mode. */
const FINE_BINS = 2048;
/** Of these so many make one of those whose error is told, which are as wide as resolutions are. */
const COARSENING = 32;
/** Whose modes show the range of energies. */
const GRID = [5, 5, 5] as const;

/** `options` with thermal factors, but for the Bose factor of damped oscillators. */
export async function calculateShells(
  calculator: Calculator,
  options: QpointOptions,
  { spacing, first, count, directions, isBothSides }: ShellsWanted,
): Promise<CalculatedShells> {
  const plan = { ...options, splitting: false };
  const { energyMin: least, energyMax } = await modeEnergies(calculator, plan, GRID, {});
  const energyMin = isBothSides ? -energyMax : least;
  const bins = COARSENING * Math.ceil((FINE_BINS * (1 - energyMin / energyMax)) / COARSENING);
  await reserveMap(calculator, bins * count, 'q_spacing');
  // S vanishes at Q = 0
  const radii = Array.from({ length: count }, (_, i) => (first + i) * spacing).filter((radius) => radius > 0);
  const counting = {
    options: { ...options, negative_e: isBothSides },
    histogram: { energy_min: energyMin, energy_max: energyMax, bins, weight: 'structure_factor' } as const,
    numbers: bins,
    combine: withCoarse,
  };
  const { cellVectors } = calculator.crystal;
  const { sum, mostAtOnce, figures, stop } = summing(calculator, counting);
  const found = await averageShells(
    radii,
    cellVectors,
    { ...directions, isDenserAtBragg: true, mostAtOnce },
    sum,
    (_, k) => k >= bins,
  ).finally(stop);
  const intensities = new Float64Array(new SharedArrayBuffer(8 * bins * count));
  found.forEach(({ average }, i) => {
    intensities.set(average.subarray(0, bins), (count - radii.length + i) * bins);
  });
  return {
    shells: { spacing, first, energyMin, energyMax, bins, intensities },
    figures: { ...figures, notes: [...figures.notes, ...missedNotes(found, directions.error)] },
    errors: found.flatMap(({ error }) => error ?? []),
    interpolationErrors: interpolationErrors(found.map(({ average }) => average.subarray(bins))),
    directions: found.reduce((total, shell) => total + shell.directions, 0),
  };
}

/** Fine bins, and behind them those whose error is told. */
function withCoarse(fine: Float64Array): Float64Array {
  const all = new Float64Array(fine.length + fine.length / COARSENING);
  all.set(fine);
  for (let k = 0; k < fine.length; k++) all[fine.length + Math.floor(k / COARSENING)] += fine[k];
  return all;
}
