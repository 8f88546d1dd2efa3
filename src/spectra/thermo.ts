/** Harmonic thermodynamics, per mole of atoms: sums over the modes of a grid of q-points. */
import { BOLTZMANN, LOWEST_MODE } from './constants.js';

/** J/mol in a meV per atom */
const JOULE_PER_MOL = 96.48533212331;

export interface Thermodynamics {
  /** K */
  temperature: number[];
  /** J/(mol K), at constant volume */
  heatCapacity: number[];
  /** J/(mol K) */
  entropy: number[];
  /** kJ/mol, with the zero-point energy */
  freeEnergy: number[];
  /** kJ/mol, with the zero-point energy */
  internalEnergy: number[];
  /** how many of the 3 modes per atom are left out: below LOWEST_MODE, imaginary ones too */
  leftOut: number;
}

/** `frequencies` [nModes,nPoints] meV, `weights` [nPoints] of the q-points, temperatures ≥ 0 in K. */
export function thermodynamics(
  frequencies: Float64Array,
  weights: Float64Array,
  temperature: number[],
): Thermodynamics {
  const nPoints = weights.length;
  const nAtoms = frequencies.length / nPoints / 3;
  const whole = nAtoms * weights.reduce((sum, x) => sum + x, 0);
  const share = weights.map((weight) => weight / whole);
  const sums = temperature.map((t) => {
    const kT = BOLTZMANN * t;
    const sum = { heat: 0, entropy: 0, free: 0 };
    for (let k = 0; k < frequencies.length; k++) {
      const energy = frequencies[k];
      if (energy < LOWEST_MODE) continue;
      const part = share[k % nPoints];
      sum.free += (part * energy) / 2;
      if (t === 0) continue;
      const x = energy / kT;
      const occupation = 1 / Math.expm1(x);
      const logarithm = Math.log1p(-Math.exp(-x));
      // x² n (n + 1), in a form that has no nothing times infinity at low temperatures
      sum.heat += part * (x / (2 * Math.sinh(x / 2))) ** 2;
      sum.entropy += part * (x * occupation - logarithm);
      sum.free += part * kT * logarithm;
    }
    return sum;
  });
  const perKelvin = JOULE_PER_MOL * BOLTZMANN;
  return {
    temperature,
    heatCapacity: sums.map(({ heat }) => perKelvin * heat),
    entropy: sums.map(({ entropy }) => perKelvin * entropy),
    freeEnergy: sums.map(({ free }) => (JOULE_PER_MOL * free) / 1000),
    internalEnergy: sums.map(
      ({ free, entropy }, i) => (JOULE_PER_MOL * (free + BOLTZMANN * temperature[i] * entropy)) / 1000,
    ),
    leftOut: frequencies.reduce((sum, energy, k) => sum + (energy < LOWEST_MODE ? share[k % nPoints] : 0), 0),
  };
}
