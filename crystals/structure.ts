/** Crystals without force constants, from which the generators start. */
import { rowTimes } from '../src/models/lattice.js';

/** Lengths in bohr. */
export interface Structure {
  /** [3,3], one cell vector a row */
  cellVectors: Float64Array;
  /** [n,3] fractional */
  atomR: Float64Array;
  /** [n] */
  atomType: readonly string[];
}

export function atomCount(structure: Structure): number {
  return structure.atomR.length / 3;
}

/** Fractional coordinates are multiples of this: sums and differences of them are exact, so an inversion centre is too. */
const COORDINATE_QUANTUM = 2 ** -40;

/** The same crystal with all fractional coordinates in [0, 1), rounded to multiples of `COORDINATE_QUANTUM`. */
export function intoCell(structure: Structure): Structure {
  const multiple = (r: number) => Math.round(r / COORDINATE_QUANTUM) * COORDINATE_QUANTUM;
  return { ...structure, atomR: structure.atomR.map((r) => multiple(r) - Math.floor(multiple(r))) };
}

/** Radius of the largest sphere inside the Wigner–Seitz cell of a lattice: half its shortest vector. */
export function inscribedRadius(latticeVectors: Float64Array): number {
  let shortest = Number.POSITIVE_INFINITY;
  const range = [-2, -1, 0, 1, 2];
  for (const u of range) {
    for (const v of range) {
      for (const w of range) {
        if (u || v || w) shortest = Math.min(shortest, Math.hypot(...rowTimes([u, v, w], latticeVectors)));
      }
    }
  }
  return shortest / 2;
}
