/**
 * α-quartz of rigid ions in the potential of B. W. H. van Beest, G. J. Kramer and R. A. van Santen, Phys. Rev. Lett. 64,
 * 1955 (1990) ("BKS"): charges +2.4 and −1.2, Buckingham potentials Si–O and O–O, no Si–Si.
 *
 * The published potential has an infinite dispersion term; here the Buckingham part is tapered to zero between 8.8 and 10.8 Å,
 * inside the Wigner–Seitz cell of the 5×5×4 supercell (10.9 Å), so that the force constants in the file are the whole
 * short-range part. The Coulomb part is described exactly by Born charges q·1 and a dielectric tensor of 1.
 */
import type { ForceConstants } from '../src/models/forceConstants.js';
import { Supercell } from '../src/models/lattice.js';
import { ANGSTROM_PER_BOHR } from '../src/models/units.js';
import { coulombEnergy } from './ewald.js';
import { model, rigidIons } from './model.js';
import {
  buckingham,
  type EnergyAndForces,
  type PairTable,
  shortRangeEnergy,
  sum,
  tapered,
} from './potential.js';
import { relax } from './relax.js';
import { rounded } from './round.js';
import { intoCell, type Structure } from './structure.js';
import { shortRangeForceConstants } from './supercellMatrix.js';

const TAPER = [8.8, 10.8] as const;

export const quartzPotential: PairTable = new Map([
  ['O-Si', tapered(buckingham({ A: 18003.7572, b: 4.87318, C: 133.5381 }), ...TAPER)],
  ['O-O', tapered(buckingham({ A: 1388.773, b: 2.76, C: 175 }), ...TAPER)],
]);

const TYPES = ['Si', 'Si', 'Si', 'O', 'O', 'O', 'O', 'O', 'O'];
export const quartzCharges = TYPES.map((type) => (type === 'Si' ? 2.4 : -1.2));

/** Space group P3₂21 (154): Si on 3a (u, 0, 2/3), O on 6c (x, y, z). Parameters a and c in Å, then u, x, y, z. */
export function quartzStructure([a, c, u, x, y, z]: readonly number[]): Structure {
  const half = (a * Math.sqrt(3)) / 2;
  return {
    cellVectors: Float64Array.of(a, 0, 0, -a / 2, half, 0, 0, 0, c).map(
      (length) => length / ANGSTROM_PER_BOHR,
    ),
    atomR: Float64Array.from(
      [
        [u, 0, 2 / 3],
        [0, u, 1 / 3],
        [-u, -u, 0],
        [x, y, z],
        [-y, x - y, z + 2 / 3],
        [y - x, -x, z + 1 / 3],
        [y, x, -z],
        [x - y, -y, 1 / 3 - z],
        [-x, y - x, 2 / 3 - z],
      ].flat(),
    ),
    atomType: TYPES,
  };
}

/** Measured structure (Levien, Prewitt & Weidner 1980), from which the relaxation starts. */
const START = [4.916, 5.4054, 0.4697, 0.4135, 0.2669, 0.1191 + 2 / 3];

export function quartzEnergy(structure: Structure): EnergyAndForces {
  return sum(shortRangeEnergy(structure, quartzPotential), coulombEnergy(structure, quartzCharges));
}

export function quartz(): ForceConstants {
  const { parameters } = relax(quartzStructure, START, quartzEnergy);
  const structure = intoCell(quartzStructure(parameters.map(rounded)));
  const supercell = new Supercell([5, 0, 0, 0, 5, 0, 0, 0, 4]);
  const forceConstants = shortRangeForceConstants(structure, quartzPotential, supercell);
  return model(structure, supercell, forceConstants, rigidIons(structure, quartzCharges));
}
