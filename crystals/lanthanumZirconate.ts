/**
 * La₂Zr₂O₇, pyrochlore structure, of rigid ions of full charge in the Buckingham potentials of L. Minervini, R. W. Grimes
 * and K. E. Sickafus, J. Am. Ceram. Soc. 83, 1873 (2000), tapered to zero between 10 and 12 Å.
 *
 * The force constants are the total ones of the conventional cell (4 primitive cells, 88 atoms) repeated periodically,
 * Coulomb part included, and the model has no Born charges: what a calculation in that supercell gives when nobody asks
 * for the polarisation. Frequencies are those of the potential where q fits into the supercell, interpolated elsewhere.
 */
import type { ForceConstants } from '../src/models/forceConstants.js';
import { inverse, rowTimes, Supercell } from '../src/models/lattice.js';
import { ANGSTROM_PER_BOHR } from '../src/models/units.js';
import { coulombEnergy } from './ewald.js';
import { model } from './model.js';
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
import { lawOf, reachOf, SupercellMatrix } from './supercellMatrix.js';

const TAPER = [10, 12] as const;

export const zirconatePotential: PairTable = new Map([
  ['O-O', tapered(buckingham({ A: 9547.96, b: 1 / 0.2192, C: 32 }), ...TAPER)],
  ['La-O', tapered(buckingham({ A: 2088.79, b: 1 / 0.346, C: 23.25 }), ...TAPER)],
  ['O-Zr', tapered(buckingham({ A: 1502.11, b: 1 / 0.3477, C: 5.1 }), ...TAPER)],
]);

const CHARGES: Readonly<Record<string, number>> = { La: 3, Zr: 4, O: -2 };
export const zirconateCharges = (structure: Structure) => structure.atomType.map((type) => CHARGES[type]);

/** Primitive cell vectors of the face-centred lattice in units of a. */
const PRIMITIVE = Float64Array.of(0, 0.5, 0.5, 0.5, 0, 0.5, 0.5, 0.5, 0);

/** Fd3̄m (227), origin at 3̄m: Zr 16c, La 16d, O 8b and 48f (x, 1/8, 1/8). Parameters: a in Å, x. */
function zirconateStructure([a, x]: readonly number[]): Structure {
  const e = 1 / 8;
  const chain = [
    [x, e, e],
    [0.75 - x, e, 5 * e],
    [e, x, e],
    [5 * e, 0.75 - x, e],
    [e, e, x],
    [e, 5 * e, 0.75 - x],
  ];
  const oxygen = [
    ...chain,
    ...chain.map((r) => r.map((c) => -c)),
    [3 * e, 3 * e, 3 * e],
    [5 * e, 5 * e, 5 * e],
  ];
  const zirconium = [
    [0, 0, 0],
    [0.75, 0.25, 0.5],
    [0.25, 0.5, 0.75],
    [0.5, 0.75, 0.25],
  ];
  const lanthanum = zirconium.map((r) => r.map((c) => c + 0.5));
  const toPrimitive = inverse(PRIMITIVE);
  return {
    cellVectors: PRIMITIVE.map((edge) => (edge * a) / ANGSTROM_PER_BOHR),
    atomR: Float64Array.from(
      [...oxygen, ...zirconium, ...lanthanum].flatMap((r) => rowTimes(r, toPrimitive)),
    ),
    atomType: [...oxygen.map(() => 'O'), ...zirconium.map(() => 'Zr'), ...lanthanum.map(() => 'La')],
  };
}

export function zirconateEnergy(structure: Structure): EnergyAndForces {
  return sum(
    shortRangeEnergy(structure, zirconatePotential),
    coulombEnergy(structure, zirconateCharges(structure)),
  );
}

export function lanthanumZirconate(): ForceConstants {
  const { parameters } = relax(zirconateStructure, [10.79, 0.333], zirconateEnergy);
  const structure = intoCell(zirconateStructure(parameters.map(rounded)));
  const supercell = new Supercell([-1, 1, 1, 1, -1, 1, 1, 1, -1]);
  const forceConstants = new SupercellMatrix(structure, supercell)
    .addPairs(lawOf(zirconatePotential), reachOf(zirconatePotential))
    .addCharges(zirconateCharges(structure))
    .forceConstants();
  return model(structure, supercell, forceConstants);
}
