/** Maps: S(Q,ω) or modes per energy along a path. */
import type { SampledPath } from '../qpoints/paths/sample.js';
import { LOWEST_MODE } from './constants.js';
import { pathAxis } from './dispersion.js';
import { FWHM_PER_DEVIATION, fwhmAt, MIN_WIDTH, normalIntegral } from './normal.js';
import { edges, type Provenance, type Spectrum } from './spectrum.js';

interface MapRequest {
  /** meV */
  energyMin: number;
  energyMax: number;
  bins: number;
  /** FWHM in meV: ascending coefficients of a polynomial in the energy; none: bins alone */
  width?: number[];
}

/** What stands where in a map: [n,nPoints] each. */
export interface MapModes {
  /** meV, negative on the side where neutrons gain energy */
  energies: Float64Array;
  /** mbarn per atom, or modes per atom */
  intensities: Float64Array;
}

/** A Gaussian ends so many standard deviations from its middle, at 1e-15. */
const TAIL = 8;

/**
 * Intensities per energy in bins, each mode integrated over them. Of scattering modes within LOWEST_MODE are left out, acoustic
 * ones at a zone centre, and what is not finite.
 */
export function mapSpectrum(
  { energies, intensities }: MapModes,
  path: SampledPath,
  request: MapRequest,
  measured: 'cross_section_per_energy' | 'per_energy',
  provenance: Provenance,
): Spectrum {
  const { energyMin, energyMax, bins, width = [0] } = request;
  const y = edges(energyMin, energyMax, bins);
  const nPoints = path.distances.length;
  const data = new Float64Array(nPoints * bins);
  const perEnergy = bins / (energyMax - energyMin);
  for (let k = 0; k < energies.length; k++) {
    if (!Number.isFinite(intensities[k])) continue;
    if (measured === 'cross_section_per_energy' && Math.abs(energies[k]) < LOWEST_MODE) continue;
    const at = k % nPoints;
    const fwhm = fwhmAt(width, energies[k]);
    const row = data.subarray(at * bins, (at + 1) * bins);
    addMode(row, y, energies[k], fwhm / FWHM_PER_DEVIATION, perEnergy * intensities[k]);
  }
  return {
    x: pathAxis(path),
    y: { measured: 'energy', of: 'bins', values: y },
    measured,
    data,
    lines: [],
    provenance,
  };
}

/**
 * sqw at energies (meV) [nPoints, energies]: a Gaussian for each mode, whose FWHM has these ascending coefficients in the energy. A
 * mode's intensity counts up to `limit`; one that is infinite without it is left out.
 */
export function sqwAt(
  { energies: ofModes, intensities }: MapModes,
  nPoints: number,
  energies: Float64Array,
  { width, limit = Number.POSITIVE_INFINITY }: { width: readonly number[]; limit?: number },
): Float64Array {
  const deviations = energies.map(
    (energy) => Math.max(fwhmAt(width, energy), MIN_WIDTH) / FWHM_PER_DEVIATION,
  );
  const data = new Float64Array(nPoints * energies.length);
  for (let mode = 0; mode < ofModes.length; mode++) {
    const intensity = Math.min(intensities[mode], limit);
    if (intensity === Number.POSITIVE_INFINITY) continue;
    const row = (mode % nPoints) * energies.length;
    for (let k = 0; k < energies.length; k++) {
      const x = (energies[k] - ofModes[mode]) / deviations[k];
      if (Math.abs(x) > TAIL) continue;
      data[row + k] += (intensity * Math.exp((-x * x) / 2)) / (deviations[k] * Math.sqrt(2 * Math.PI));
    }
  }
  return data;
}

/** Adds a Gaussian of an area to a row of bins; without a width, all of it to one. */
function addMode(row: Float64Array, y: Float64Array, energy: number, deviation: number, area: number): void {
  const [low, high] = [y[0], y[row.length]];
  const binOf = (e: number) => Math.floor(((e - low) / (high - low)) * row.length);
  if (deviation === 0) {
    if (!(energy >= low && energy <= high)) return;
    let bin = Math.min(binOf(energy), row.length - 1);
    // rounding of the division
    if (energy < y[bin]) bin--;
    else if (bin + 1 < row.length && energy >= y[bin + 1]) bin++;
    row[bin] += area;
    return;
  }
  const first = Math.max(0, binOf(energy - TAIL * deviation));
  const last = Math.min(row.length - 1, binOf(energy + TAIL * deviation));
  let below = normalIntegral((y[first] - energy) / deviation);
  for (let bin = first; bin <= last; bin++) {
    const above = normalIntegral((y[bin + 1] - energy) / deviation);
    row[bin] += area * (above - below);
    below = above;
  }
}
