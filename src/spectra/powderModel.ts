/**
 * A powder average as a function of |Q| and energy, for fits: spheres on a grid of |Q|, each with its intensities in fine bins of
 * energy, from which any width and scale follows without a new calculation.
 */
import { BOLTZMANN } from './constants.js';
import { FWHM_PER_DEVIATION, fwhmAt, MIN_WIDTH } from './normal.js';

/** Spheres of |Q| = k · spacing, k from `first` on. */
export interface PowderShells {
  /** 1/Å */
  spacing: number;
  first: number;
  /** meV */
  energyMin: number;
  energyMax: number;
  bins: number;
  /** [spheres, bins] mbarn per atom in each bin */
  intensities: Float64Array;
}

export interface PowderLine {
  shape: 'gauss' | 'lorentz' | 'dho';
  /** FWHM in meV: ascending coefficients of a polynomial in the energy transfer */
  width: readonly number[];
  frequencyScale: number;
  /** K, of the factor 1 + n(E) of damped oscillators; none: 1 */
  temperature?: number;
  /** damped oscillators at E < 0, too */
  isBothSides: boolean;
}

/** A Gaussian ends so many standard deviations from its middle. */
const TAIL = 8;

/** The spheres between which such |Q| (1/Å) lie: the first, and how many. */
export function spheresAround(q: Float64Array, spacing: number): { first: number; count: number } {
  let [least, most] = [Infinity, 0];
  for (const x of q) {
    least = Math.min(least, x);
    most = Math.max(most, x);
  }
  const first = q.length === 0 ? 0 : Math.floor(least / spacing);
  return { first, count: Math.max(Math.floor(most / spacing), first) + 2 - first };
}

/** Intensities in mbarn/meV per atom at pairs of |Q| and energy transfer, interpolated linearly between spheres. */
export function powderIntensities(
  shells: PowderShells,
  q: Float64Array,
  energies: Float64Array,
  line: PowderLine,
): Float64Array {
  const { spacing, first, bins, intensities } = shells;
  const nShells = intensities.length / bins;
  const result = new Float64Array(q.length);
  const order = Uint32Array.from(q, (_, i) => i).sort((a, b) => energies[a] - energies[b]);
  const known = new Float64Array(nShells);
  let weights: BinWeights = { begin: 0, of: [] };
  let energy = Number.NaN;
  const at = (shell: number) => {
    if (Number.isNaN(known[shell])) known[shell] = weightedIn(intensities, shell * bins, weights);
    return known[shell];
  };
  for (const i of order) {
    if (energies[i] !== energy) {
      energy = energies[i];
      weights = binWeights(shells, energy, line);
      known.fill(Number.NaN);
    }
    const place = q[i] / spacing - first;
    const shell = Math.min(Math.max(Math.floor(place), 0), nShells - 2);
    const share = place - shell;
    result[i] = (1 - share) * at(shell) + share * at(shell + 1);
  }
  return result;
}

/** What each bin from `begin` on counts at an energy. */
interface BinWeights {
  begin: number;
  of: number[];
}

function weightedIn(values: Float64Array, offset: number, { begin, of }: BinWeights): number {
  let sum = 0;
  for (let k = 0; k < of.length; k++) sum += of[k] * values[offset + begin + k];
  return sum;
}

function binWeights(
  { energyMin, energyMax, bins }: PowderShells,
  energy: number,
  line: PowderLine,
): BinWeights {
  const { shape, width, frequencyScale, isBothSides } = line;
  const step = (frequencyScale * (energyMax - energyMin)) / bins;
  const low = frequencyScale * energyMin;
  const fwhm = Math.max(fwhmAt(width, energy), MIN_WIDTH);
  const centre = (k: number) => low + (k + 0.5) * step;
  const all = (weight: (centre: number) => number) => ({
    begin: 0,
    of: Array.from({ length: bins }, (_, k) => weight(centre(k))),
  });
  if (shape === 'lorentz') {
    const below = (x: number) => Math.atan((2 * (x - energy)) / fwhm) / Math.PI;
    return all((x) => (below(x + step / 2) - below(x - step / 2)) / step);
  }
  if (shape === 'dho') {
    if (energy < 0 && !isBothSides) return { begin: 0, of: [] };
    const factor = (2 / Math.PI) * fwhm * energyTimesOccupation(energy, line.temperature);
    return all((x) => {
      const off = energy ** 2 - Math.sign(x) * x ** 2;
      return (factor * Math.abs(x)) / (off ** 2 + (energy * fwhm) ** 2);
    });
  }
  // a bin's modes lie anywhere in it, which widens the line by the variance of a box
  const deviation = Math.hypot(fwhm / FWHM_PER_DEVIATION, step / Math.sqrt(12));
  const begin = Math.max(0, Math.floor((energy - TAIL * deviation - low) / step));
  const end = Math.min(bins, Math.ceil((energy + TAIL * deviation - low) / step));
  const norm = 1 / (deviation * Math.sqrt(2 * Math.PI));
  return {
    begin,
    of: Array.from(
      { length: Math.max(0, end - begin) },
      (_, k) => norm * Math.exp(-((energy - centre(begin + k)) ** 2) / (2 * deviation ** 2)),
    ),
  };
}

/** E (1 + n(E)), which is kT at E = 0; |E| without a temperature. */
function energyTimesOccupation(energy: number, temperature: number | undefined): number {
  if (temperature === undefined) return Math.abs(energy);
  const kT = BOLTZMANN * temperature;
  if (kT === 0) return Math.max(energy, 0);
  return energy === 0 ? kT : energy / -Math.expm1(-energy / kT);
}

/**
 * What is missed between spheres, relative, for each that has two neighbours: a quarter of what interpolation between these, which are
 * twice as far apart, misses of it.
 */
export function interpolationErrors(rows: readonly Float64Array[]): number[] {
  return rows.slice(1, -1).map((row, i) => {
    let [difference, norm] = [0, 0];
    row.forEach((x, k) => {
      difference += (x - (rows[i][k] + rows[i + 2][k]) / 2) ** 2;
      norm += x ** 2;
    });
    return norm === 0 ? 0 : Math.sqrt(difference / norm) / 4;
  });
}
