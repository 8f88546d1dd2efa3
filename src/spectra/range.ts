import { LOWEST_MODE } from './constants.js';
import { fwhmAt } from './normal.js';

/** Beyond the extreme modes, relative. */
const MARGIN = 0.05;
/** Further, in FWHMs: there a Gaussian ends. */
const TAIL = 2.5;
/** meV: acoustic modes at the zone centre scatter by less where nothing is imaginary. */
const BELOW_ZERO = 1e-5;

/** Energies between which such modes (meV) lie, with FWHMs of a polynomial in the energy; from zero where none is imaginary. */
export function modeRange(
  frequencies: Float64Array,
  width: readonly number[] = [0],
): { energyMin: number; energyMax: number } {
  let [lowest, highest] = [0, 0];
  for (const energy of frequencies) {
    lowest = Math.min(lowest, energy);
    highest = Math.max(highest, energy);
  }
  const tail = (energy: number) => TAIL * fwhmAt(width, energy);
  return {
    energyMin: (lowest < -LOWEST_MODE ? (1 + MARGIN) * lowest : -BELOW_ZERO) - tail(lowest),
    energyMax: (1 + MARGIN) * highest + tail(highest),
  };
}
