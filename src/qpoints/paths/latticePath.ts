/** The path through the points of high symmetry of a crystal, in the basis of its given cell. */
import { EuphonicError } from '../../base/errors.js';
import type { Crystal } from '../../models/crystal.js';
import { determinant, dot, inverse, length, rowsOf, times, type Vector } from '../../models/lattice.js';
import { standardCell } from '../../models/symmetry.js';
import {
  bravaisLattice,
  type ConventionalCell,
  type ExtendedBravais,
  extendedBravais,
  triclinicBravais,
} from './bravais.js';
import { conventionalAxes } from './conventionalCell.js';
import { nearestAxes } from './nearestAxes.js';
import { latticeTable } from './tables.js';

export interface LatticePath {
  bravais: ExtendedBravais;
  /** 1 to 230, and its Hermann–Mauguin symbol */
  spaceGroup: { number: number; symbol: string };
  /** how many primitive cells the given cell holds */
  primitiveCells: number;
  /** r.l.u. of the given cell, by labels as GAMMA, X_1, SIGMA_0, in the order of the table */
  points: Map<string, Vector>;
  /** labels with spaces between them, and | where the path breaks */
  path: string;
}

/** Rows of P·conventional cell are the primitive cell (Hinuma et al. 2017, table 3). */
const PRIMITIVE: Readonly<Record<string, readonly number[]>> = {
  P: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  F: [0, 1, 1, 1, 0, 1, 1, 1, 0].map((x) => x / 2),
  I: [-1, 1, 1, 1, -1, 1, 1, 1, -1].map((x) => x / 2),
  R: [2, 1, 1, -1, 1, 1, -1, -2, 1].map((x) => x / 3),
  oC: [1, -1, 0, 1, 1, 0, 0, 0, 2].map((x) => x / 2),
  oA: [0, 1, -1, 0, 1, 1, 2, 0, 0].map((x) => x / 2),
  mC: [1, 1, 0, -1, 1, 0, 0, 0, 2].map((x) => x / 2),
};

/**
 * Hinuma's path for any cell of a crystal: primitive or not, in any setting and orientation. For a supercell it is the
 * path of the primitive cell, in r.l.u. of the supercell. Throws `invalid_argument` where no space group is found.
 */
export async function latticePath(crystal: Omit<Crystal, 'atomMass'>): Promise<LatticePath> {
  const { number, symbol, cellVectors, linear } = await standardCell(crystal).catch((error) => {
    throw new EuphonicError('invalid_argument', `No space group was found for the crystal: ${error}.`, {
      expected: 'atoms that do not lie on one another',
      advice: 'Give the path by coordinates.',
    });
  });
  const lattice = bravaisLattice(number, symbol);
  const axes = conventionalAxes(number, cellVectors);
  const conventional = times(axes, cellVectors);
  const cell = cellParameters(conventional);
  const bravais = lattice === 'aP' ? triclinicBravais(conventional) : extendedBravais(lattice, number, cell);
  const toPrimitive = PRIMITIVE[lattice] ?? PRIMITIVE[lattice[1]];
  const fromGiven = nearestAxes(lattice, number, times(axes, linear), toPrimitive, crystal.cellVectors);
  // the vectors of the given cell (rows) in multiples of the primitive ones: integers
  const given = inverse(times(toPrimitive, fromGiven)).map(Math.round);
  const { points, path } = latticeTable(bravais, cell);
  return {
    bravais,
    spaceGroup: { number, symbol },
    primitiveCells: Math.abs(determinant(given)),
    points: new Map([...points].map(([label, q]) => [label, inBasis(q, given)])),
    path,
  };
}

/** Of cell vectors in rows. */
function cellParameters(vectors: Float64Array): ConventionalCell {
  const [a, b, c] = rowsOf(vectors);
  return { a: length(a), b: length(b), c: length(c), cosBeta: dot(a, c) / (length(a) * length(c)) };
}

/** From r.l.u. of the primitive cell to those of the given one: q·a for each of its vectors a. */
function inBasis(q: Vector, given: Float64Array): Vector {
  // no -0
  return rowsOf(given).map((vector) => dot(q, vector) + 0) as Vector;
}
