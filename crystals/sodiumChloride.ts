/**
 * Rock salt of rigid ions in the potential of M. P. Tosi and F. G. Fumi, J. Phys. Chem. Solids 25, 45 (1964): charges ±1,
 * Born–Mayer repulsion, dispersion terms in r⁻⁶ and r⁻⁸; tapered to zero between 8 and 9.8 Å, inside the Wigner–Seitz cell
 * of 5×5×5 primitive cells (9.9 Å). The Coulomb part is described exactly by Born charges ±1 and a dielectric tensor of 1.
 */
import type { ForceConstants } from '../src/models/forceConstants.js';
import { Supercell } from '../src/models/lattice.js';
import { ANGSTROM_PER_BOHR } from '../src/models/units.js';
import { coulombEnergy } from './ewald.js';
import { model, rigidIons } from './model.js';
import {
  bornMayerHuggins,
  type EnergyAndForces,
  type PairTable,
  shortRangeEnergy,
  sum,
  tapered,
} from './potential.js';
import { relax } from './relax.js';
import { rounded } from './round.js';
import type { Structure } from './structure.js';
import { shortRangeForceConstants } from './supercellMatrix.js';

const TAPER = [8, 9.8] as const;
const RHO = 0.317;
const B = 0.211;

export const saltPotential: PairTable = new Map([
  [
    'Na-Na',
    tapered(bornMayerHuggins({ A: 1.25 * B, sigma: 2.34, rho: RHO, C: 1.0486, D: 0.4993 }), ...TAPER),
  ],
  ['Cl-Na', tapered(bornMayerHuggins({ A: B, sigma: 2.755, rho: RHO, C: 6.9906, D: 8.6758 }), ...TAPER)],
  [
    'Cl-Cl',
    tapered(bornMayerHuggins({ A: 0.75 * B, sigma: 3.17, rho: RHO, C: 72.4022, D: 145.4285 }), ...TAPER),
  ],
]);

export const saltCharges = [1, -1];

/** The primitive cell with its first vector along x and its second in the xy plane. The only free parameter is a, in Å. */
function saltStructure([a]: readonly number[]): Structure {
  const edge = a / Math.SQRT2 / ANGSTROM_PER_BOHR;
  return {
    cellVectors: Float64Array.of(
      1,
      0,
      0,
      1 / 2,
      Math.sqrt(3 / 4),
      0,
      1 / 2,
      Math.sqrt(1 / 12),
      Math.sqrt(2 / 3),
    ).map((x) => x * edge),
    atomR: Float64Array.of(0, 0, 0, 0.5, 0.5, 0.5),
    atomType: ['Na', 'Cl'],
  };
}

export function saltEnergy(structure: Structure): EnergyAndForces {
  return sum(shortRangeEnergy(structure, saltPotential), coulombEnergy(structure, saltCharges));
}

export function sodiumChloride(): ForceConstants {
  const { parameters } = relax(saltStructure, [5.64], saltEnergy);
  const structure = saltStructure(parameters.map(rounded));
  const supercell = new Supercell([5, 0, 0, 0, 5, 0, 0, 0, 5]);
  const forceConstants = shortRangeForceConstants(structure, saltPotential, supercell);
  return model(structure, supercell, forceConstants, rigidIons(structure, saltCharges));
}
