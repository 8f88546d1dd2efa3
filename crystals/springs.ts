/**
 * Crystals held together by springs between all pairs of atoms: stiff ones along bonds, weaker ones that fall off
 * exponentially and never end, so that every term of a supercell is there, as in force constants from first principles.
 * All springs pull along and across the line between two atoms with positive stiffness: the short-range part is stable by
 * construction, and the charges are small enough to leave it so.
 */
import type { ForceConstants } from '../src/models/forceConstants.js';
import { pairsWithin, type Supercell } from '../src/models/lattice.js';
import { ANGSTROM_PER_BOHR } from '../src/models/units.js';
import { model, type Polar } from './model.js';
import { seededRandom } from './random.js';
import { atomCount, type Structure } from './structure.js';
import { type PairLaw, SupercellMatrix } from './supercellMatrix.js';

interface Springs {
  /** hartree/bohr² along the line between neighbours at `length`, Å */
  stiffness: number;
  length: number;
  /** Å in which the stiffness of neighbours falls by e */
  decay: number;
  /** across the line, as a part of the stiffness along it */
  across: number;
}

/** Stiffness at no distance, hartree/bohr², and range, Å, of the springs that reach everywhere. */
const TAIL = { stiffness: 2e-4, range: 4 };

/** Neighbours up to this distance count, Å; at it the springs have fallen to 1e-7 hartree/bohr². */
const REACH = 30;

/** `bonds` for pairs that are chemically bound, which `isBond` tells from type and distance in Å. */
export function springLaw(
  neighbours: Springs,
  bonds?: { springs: Springs; isBond(a: string, b: string, r: number): boolean },
): PairLaw {
  return (a, b, distance) => {
    const r = distance * ANGSTROM_PER_BOHR;
    const { stiffness, length, decay, across } = bonds?.isBond(a, b, r) ? bonds.springs : neighbours;
    const along = stiffness * Math.exp((length - r) / decay) + TAIL.stiffness * Math.exp(-r / TAIL.range);
    return [along, across * along];
  };
}

export function springForceConstants(structure: Structure, law: PairLaw, supercell: Supercell): Float64Array {
  return new SupercellMatrix(structure, supercell).addPairs(law, REACH / ANGSTROM_PER_BOHR).forceConstants();
}

/**
 * Born charges: each ion's charge, made anisotropic by the directions of its neighbours within 3 Å, in a way that follows
 * the symmetry of the crystal; their sum is zero but for rounding.
 */
export function anisotropicCharges(
  structure: Structure,
  charges: readonly number[],
  dielectric: number[],
): Polar {
  const n = atomCount(structure);
  const born = Float64Array.from({ length: 9 * n }, (_, k) =>
    (k % 9) % 4 === 0 ? charges[Math.floor(k / 9)] : 0,
  );
  for (const { i, d, r } of pairsWithin(structure, 3 / ANGSTROM_PER_BOHR)) {
    const weight = 0.3 * charges[i] * Math.exp(-r * ANGSTROM_PER_BOHR);
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 3; b++)
        born[9 * i + 3 * a + b] += weight * ((d[a] * d[b]) / (r * r) - (a === b ? 1 / 3 : 0));
    }
  }
  for (let k = 0; k < 9; k++) {
    const sum = born.reduce((total, z, index) => (index % 9 === k ? total + z : total), 0);
    for (let i = 0; i < n; i++) born[9 * i + k] = roundedCharge(born[9 * i + k] - sum / n);
  }
  const [x, y, z] = dielectric;
  return { born, dielectric: Float64Array.of(x, 0, 0, 0, y, 0, 0, 0, z) };
}

/** Multiples of 1e-9 e: the same on every machine. */
function roundedCharge(z: number): number {
  return Math.round(z * 1e9) / 1e9;
}

/** Moves every atom by up to half of `distance` (Å) along each cell vector's direction: no symmetry is left. */
export function shaken(structure: Structure, distance: number, seed: number): Structure {
  const next = seededRandom(seed);
  const edges = [0, 3, 6].map(
    (k) => Math.hypot(...structure.cellVectors.subarray(k, k + 3)) * ANGSTROM_PER_BOHR,
  );
  return { ...structure, atomR: structure.atomR.map((r, k) => r + (distance * next()) / edges[k % 3]) };
}

export function springModel(
  structure: Structure,
  law: PairLaw,
  supercell: Supercell,
  polar: Polar,
): ForceConstants {
  return model(structure, supercell, springForceConstants(structure, law, supercell), polar);
}
