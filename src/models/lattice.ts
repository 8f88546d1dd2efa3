/** Lattices: 3×3 matrices (row-major, vectors in rows), pairs of atoms in periodic crystals, supercells. */

export type Vector = [number, number, number];

/** Where an element of a symmetric 3×3 matrix, row-major, is among its elements 00 01 02 11 12 22. */
export const SYMMETRIC_ELEMENTS = [0, 1, 2, 1, 3, 4, 2, 4, 5] as const;

/** Row vector times row-major 3×3 matrix. */
export function rowTimes(v: ArrayLike<number>, m: ArrayLike<number>): Vector {
  return [0, 1, 2].map((j) => v[0] * m[j] + v[1] * m[3 + j] + v[2] * m[6 + j]) as Vector;
}

/** Vectors of a row-major 3×3 matrix. */
export function rowsOf(m: ArrayLike<number>): [Vector, Vector, Vector] {
  return [0, 3, 6].map((k) => [m[k], m[k + 1], m[k + 2]]) as [Vector, Vector, Vector];
}

export function dot(v: Vector, w: Vector): number {
  return v[0] * w[0] + v[1] * w[1] + v[2] * w[2];
}

export function length(v: Vector): number {
  return Math.hypot(v[0], v[1], v[2]);
}

/** Product of row-major 3×3 matrices. */
export function times(m: ArrayLike<number>, n: ArrayLike<number>): Float64Array {
  return Float64Array.from(rowsOf(m).flatMap((row) => rowTimes(row, n)));
}

/** Symmetric part of a row-major 3×3 matrix. */
export function symmetrised(m: Float64Array): Float64Array {
  return m.map((x, k) => (x + m[3 * (k % 3) + Math.floor(k / 3)]) / 2);
}

/** Determinant of a row-major 3×3 matrix. */
export function determinant(m: Float64Array | Int32Array): number {
  const c = cofactorsTransposed(m);
  return m[0] * c[0] + m[1] * c[3] + m[2] * c[6];
}

/** Adjugate of a row-major 3×3 matrix: its inverse times its determinant. */
export function cofactorsTransposed(m: Float64Array | Int32Array): number[] {
  const minor = (i: number, j: number) => {
    const [p, q] = [(i + 1) % 3, (i + 2) % 3];
    const [r, s] = [(j + 1) % 3, (j + 2) % 3];
    return m[3 * p + r] * m[3 * q + s] - m[3 * p + s] * m[3 * q + r];
  };
  return Array.from({ length: 9 }, (_, k) => minor(k % 3, Math.floor(k / 3)));
}

export function inverse(m: Float64Array | Int32Array): Float64Array {
  const det = determinant(m);
  return Float64Array.from(cofactorsTransposed(m), (cofactor) => cofactor / det);
}

export function volume(cellVectors: Float64Array): number {
  return Math.abs(determinant(cellVectors));
}

/** Rows are the reciprocal vectors b_i with a_i·b_j = 2π δ_ij. */
export function reciprocal(cellVectors: Float64Array): Float64Array {
  const inv = inverse(cellVectors);
  return inv.map((_, k) => 2 * Math.PI * inv[3 * (k % 3) + Math.floor(k / 3)]);
}

export interface Pair {
  /** atom i in the cell at 0 0 0, atom j in the cell at `cell` */
  i: number;
  j: number;
  cell: Vector;
  /** from i to j, bohr */
  d: Vector;
  /** |d| */
  r: number;
}

/** A lattice vector and, with an offset added to it, what it is in space. */
interface Reached {
  cell: Vector;
  d: Vector;
  /** |d| */
  r: number;
}

/**
 * Finds the integer vectors (u, v, w) for which d = (u + offset_0, v + offset_1, w + offset_2)·basis is not longer than
 * `reach`; w changes fastest. The ranges of v and w follow from what u, and v, have left of the reach, so that slanted bases
 * take no longer than there are planes, lines and points within it. No vector of the basis may be shorter than 1e-9 of the reach.
 */
export function latticeSearch(
  basis: ArrayLike<number>,
): (offset: ArrayLike<number>, reach: number) => Generator<Reached> {
  const [a, b, c] = rowsOf(basis);
  // lines along c in planes along b and c: steps from line to line, and from plane to plane
  const lineStep = without(b, c);
  const planeStep = without(without(a, c), lineStep);
  const [planeSquare, lineSquare, pointSquare] = [planeStep, lineStep, c].map((step) => dot(step, step));
  const [aOnLine, aOnC, bOnC] = [along(a, lineStep), along(a, c), along(b, c)];
  return function* (offset, reach) {
    // rounding shall not lose a vector whose length is the reach
    const square = reach ** 2 * (1 + 1e-9);
    const uHalf = Math.sqrt(square / planeSquare);
    const uTo = Math.floor(uHalf - offset[0]);
    for (let u = Math.ceil(-uHalf - offset[0]); u <= uTo; u++) {
      const x = u + offset[0];
      const inPlane = Math.max(0, square - x ** 2 * planeSquare);
      const onB = x * aOnLine;
      const vHalf = Math.sqrt(inPlane / lineSquare);
      const vTo = Math.floor(vHalf - onB - offset[1]);
      for (let v = Math.ceil(-vHalf - onB - offset[1]); v <= vTo; v++) {
        const y = v + offset[1];
        const onLine = Math.max(0, inPlane - (y + onB) ** 2 * lineSquare);
        const wHalf = Math.sqrt(onLine / pointSquare);
        const centre = offset[2] + x * aOnC + y * bOnC;
        const wTo = Math.floor(wHalf - centre);
        for (let w = Math.ceil(-wHalf - centre); w <= wTo; w++) {
          const d = rowTimes([x, y, w + offset[2]], basis);
          const r = length(d);
          if (r <= reach) yield { cell: [u, v, w], d, r };
        }
      }
    }
  };
}

/** How many times the axis is in v. */
function along(v: Vector, axis: Vector): number {
  return dot(v, axis) / dot(axis, axis);
}

/** v without its part along an axis. */
function without(v: Vector, axis: Vector): Vector {
  const part = along(v, axis);
  return [v[0] - part * axis[0], v[1] - part * axis[1], v[2] - part * axis[2]];
}

/** All ordered pairs nearer than `cutoff` (bohr), an atom and itself left out, in a fixed order. */
export function* pairsWithin(
  { cellVectors, atomR }: { cellVectors: Float64Array; atomR: Float64Array },
  cutoff: number,
): Generator<Pair> {
  const n = atomR.length / 3;
  const vectorsWithin = latticeSearch(cellVectors);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const apart = [0, 1, 2].map((k) => atomR[3 * j + k] - atomR[3 * i + k]);
      for (const { cell, d, r } of vectorsWithin(apart, cutoff)) {
        if (r < cutoff && (i !== j || cell.some((x) => x !== 0))) yield { i, j, cell, d, r };
      }
    }
  }
}

/** The cells of a supercell: one representative of each class of lattice vectors. */
export class Supercell {
  /** [3,3] supercell vectors (rows) in units of the cell vectors */
  readonly matrix: Int32Array;
  readonly nCells: number;
  /** [nCells,3] */
  readonly origins: Int32Array;
  private readonly adjugate: number[];
  private readonly index = new Map<string, number>();

  /** `origins` [nCells,3] are distinct modulo the supercell; those chosen here have 0 0 0 first, first index fastest. */
  constructor(matrix: ArrayLike<number>, origins?: Int32Array) {
    this.matrix = Int32Array.from(matrix);
    this.nCells = Math.abs(determinant(this.matrix));
    this.adjugate = cofactorsTransposed(this.matrix);
    this.origins = origins ?? this.choose();
    for (let c = 0; c < this.nCells; c++)
      this.index.set(this.key(this.origins.subarray(3 * c, 3 * c + 3)), c);
  }

  /** Index of the cell that is equivalent to the one at lattice vector `cell`. */
  indexOf(cell: ArrayLike<number>): number {
    return this.index.get(this.key(cell)) as number;
  }

  /** [3,3] supercell vectors (rows), bohr. */
  vectors(cellVectors: Float64Array): Float64Array {
    return times(this.matrix, cellVectors);
  }

  /** cell·S⁻¹ modulo 1, times n_cells: integers that equivalent cells share. */
  private key(cell: ArrayLike<number>): string {
    return rowTimes(cell, this.adjugate)
      .map((x) => ((x % this.nCells) + this.nCells) % this.nCells)
      .join();
  }

  private choose(): Int32Array {
    const origins: number[] = [];
    const seen = new Set<string>();
    // a row of cells ends where it meets itself, a plane of rows likewise
    for (let w = 0; seen.size < this.nCells; w++) {
      for (let v = 0; !seen.has(this.key([0, v, w])); v++) {
        for (let u = 0; !seen.has(this.key([u, v, w])); u++) {
          seen.add(this.key([u, v, w]));
          origins.push(u, v, w);
        }
      }
    }
    return Int32Array.from(origins);
  }
}
