/** Which atoms are coupled strongly, how far apart they are, and which atoms are near each other. */
import type { Crystal } from './crystal.js';
import type { ForceConstants } from './forceConstants.js';
import { inverse, latticeSearch, rowTimes, Supercell, type Vector } from './lattice.js';

/** Force constants between an atom i in the first cell and an atom j in a cell. */
export interface Coupling {
  i: number;
  j: number;
  /** index of the cell of j */
  cell: number;
  /** Frobenius norm of the 3×3 block, hartree/bohr² */
  strength: number;
}

/**
 * The `count` strongest couplings of atom i to others, strongest first, that are not weaker than `part` of the strongest. `home`
 * is the index of the first cell.
 */
export function couplingsOf(
  fc: ForceConstants,
  i: number,
  home: number,
  part: number,
  count: number,
): Coupling[] {
  let strongest = 0;
  const kept: Coupling[] = [];
  for (let cell = 0; cell < fc.nCells; cell++) {
    for (let j = 0; j < fc.nAtoms; j++) {
      if (i === j && cell === home) continue;
      const strength = strengthOf(fc, i, j, cell);
      if (strength === 0 || strength < part * strongest) continue;
      strongest = Math.max(strongest, strength);
      kept.push({ i, j, cell, strength });
    }
  }
  const strong = kept.filter(({ strength }) => strength >= part * strongest);
  return strong.sort((a, b) => b.strength - a.strength).slice(0, count);
}

/** Where a 3×3 block begins among the force constants; its rows are 3n apart. */
function blockStart({ nAtoms }: ForceConstants, i: number, j: number, cell: number): number {
  return 3 * nAtoms * (3 * nAtoms * cell + 3 * i) + 3 * j;
}

/** Frobenius norm of the 3×3 block, hartree/bohr². */
export function strengthOf(fc: ForceConstants, i: number, j: number, cell: number): number {
  const start = blockStart(fc, i, j, cell);
  let sum = 0;
  for (let row = start; row < start + 9 * fc.nAtoms; row += 3 * fc.nAtoms) {
    for (let k = row; k < row + 3; k++) sum += fc.forceConstants[k] ** 2;
  }
  return Math.sqrt(sum);
}

/** [3,3] */
export function blockOf(fc: ForceConstants, i: number, j: number, cell: number): Float64Array {
  const block = new Float64Array(9);
  const start = blockStart(fc, i, j, cell);
  for (let row = 0; row < 3; row++) {
    const from = start + 3 * fc.nAtoms * row;
    block.set(fc.forceConstants.subarray(from, from + 3), 3 * row);
  }
  return block;
}

/** Gives the distance of a coupling's atoms, bohr: the shortest one modulo the supercell. */
export function distanceFinder(fc: ForceConstants): (coupling: Coupling) => number {
  const { crystal, cellOrigins, scMatrix } = fc;
  const supercellVectors = new Supercell(scMatrix, cellOrigins).vectors(crystal.cellVectors);
  const toSupercell = inverse(scMatrix);
  const vectorsWithin = latticeSearch(supercellVectors);
  return ({ i, j, cell }) => {
    const apart = fractional(crystal, i, j).map((x, k) => x + cellOrigins[3 * cell + k]);
    const offset = rowTimes(apart, toSupercell).map((x) => x - Math.round(x));
    let shortest = Math.hypot(...rowTimes(offset, supercellVectors));
    for (const { r } of vectorsWithin(offset, shortest)) shortest = Math.min(shortest, r);
    return shortest;
  };
}

/** An atom near another one. */
interface Neighbour {
  j: number;
  /** the cell that it is in */
  cell: Vector;
  /** bohr */
  r: number;
}

/** Gives the atoms within a reach (bohr) of an atom, in every cell, in no order. */
export function neighbourFinder(crystal: Crystal): (i: number, reach: number) => Neighbour[] {
  const n = crystal.atomMass.length;
  const vectorsWithin = latticeSearch(crystal.cellVectors);
  // distances of lattice planes: most atoms are farther away than the reach along one edge already
  const inverseCell = inverse(crystal.cellVectors);
  const spacings = [0, 1, 2].map(
    (k) => 1 / Math.hypot(inverseCell[k], inverseCell[3 + k], inverseCell[6 + k]),
  );
  return (i, reach) => {
    const found: Neighbour[] = [];
    for (let j = 0; j < n; j++) {
      const apart = fractional(crystal, i, j);
      if (apart.some((x, k) => Math.abs(x - Math.round(x)) * spacings[k] > reach)) continue;
      for (const { cell, r } of vectorsWithin(apart, reach)) {
        if (i !== j || cell.some((x) => x !== 0)) found.push({ j, cell, r });
      }
    }
    return found;
  };
}

function fractional({ atomR }: Crystal, i: number, j: number): Vector {
  return [
    atomR[3 * j] - atomR[3 * i],
    atomR[3 * j + 1] - atomR[3 * i + 1],
    atomR[3 * j + 2] - atomR[3 * i + 2],
  ];
}
