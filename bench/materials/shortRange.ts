/** Force constants of short-range pair potentials on a supercell. */
import { inscribedRadius, rowTimes, type Structure, type Supercell } from './lattice.js';
import { interactingPairs, type PairTable } from './potential.js';

/**
 * Force constants are integer multiples of this, in hartree/bohr²: the same numbers on every machine, and a sum rule
 * that holds to the last digit, since the self terms are sums of such multiples.
 */
export const QUANTUM = 1e-13;

/**
 * [nCells,3n,3n] hartree/bohr². The potentials must end inside the Wigner–Seitz cell of the supercell: then each pair
 * of atoms interacts through one image only, and the force constants are those of the infinite crystal exactly.
 */
export function shortRangeForceConstants(
  structure: Structure,
  table: PairTable,
  supercell: Supercell,
): Float64Array {
  const supercellVectors = Float64Array.from(
    [0, 1, 2].flatMap((i) => rowTimes(supercell.matrix.subarray(3 * i, 3 * i + 3), structure.cellVectors)),
  );
  const limit = inscribedRadius(supercellVectors);
  for (const [key, { cutoff }] of table) {
    if (cutoff >= limit) throw new Error(`${key} reaches ${cutoff} bohr, the supercell holds ${limit} bohr`);
  }
  const size = structure.atomR.length;
  const multiples = new Float64Array(supercell.nCells * size * size);
  for (const [{ i, j, cell, d, r }, potential] of interactingPairs(structure, table)) {
    const [, slope, curvature] = potential.evaluate(r);
    const block = size * size * supercell.indexOf(cell);
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 3; b++) {
        // −∂²φ/∂d_a∂d_b
        const along = ((curvature - slope / r) * d[a] * d[b]) / (r * r);
        const value = Math.round(-(along + (a === b ? slope / r : 0)) / QUANTUM);
        multiples[block + size * (3 * i + a) + 3 * j + b] += value;
        multiples[size * (3 * i + a) + 3 * i + b] -= value;
      }
    }
  }
  return multiples.map((m) => m * QUANTUM);
}
