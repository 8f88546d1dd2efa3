/** Puts a generated structure and its force constants together as a model. */
import { type ForceConstants, makeForceConstants } from '../src/models/forceConstants.js';
import type { Supercell } from '../src/models/lattice.js';
import { ELECTRON_MASS_PER_AMU } from '../src/models/units.js';
import { atomCount, type Structure } from './structure.js';

/** Standard atomic weights, amu. */
const MASSES: Readonly<Record<string, number>> = {
  H: 1.008,
  N: 14.007,
  O: 15.999,
  Na: 22.98976928,
  Si: 28.085,
  S: 32.06,
  Cl: 35.45,
  Zr: 91.224,
  Nb: 92.90637,
  La: 138.90547,
};

export interface Polar {
  /** [n,3,3] e */
  born: Float64Array;
  /** [3,3] */
  dielectric: Float64Array;
}

/** `forceConstants` [nCells,3n,3n] hartree/bohr², of the structure with all positions in the cell. */
export function model(
  structure: Structure,
  supercell: Supercell,
  forceConstants: Float64Array,
  polar?: Polar,
): ForceConstants {
  const atomMass = Float64Array.from(structure.atomType, (type) => MASSES[type] * ELECTRON_MASS_PER_AMU);
  return makeForceConstants({
    crystal: { ...structure, atomMass },
    scMatrix: supercell.matrix,
    cellOrigins: supercell.origins,
    forceConstants,
    ...polar,
  });
}

/** Rigid ions do not polarise: Born charges are q·1, and the dielectric tensor is 1. */
export function rigidIons(structure: Structure, charges: readonly number[]): Polar {
  return {
    born: Float64Array.from({ length: 9 * atomCount(structure) }, (_, k) =>
      (k % 9) % 4 === 0 ? charges[Math.floor(k / 9)] : 0,
    ),
    dielectric: Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
  };
}
