/** Lattices: 3×3 matrices (row-major, vectors in rows), pairs of atoms in periodic crystals, supercells. */

export type Vector = [number, number, number];

/** Where an element of a symmetric 3×3 matrix, row-major, is among its elements 00 01 02 11 12 22. */
export const SYMMETRIC_ELEMENTS = [0, 1, 2, 1, 3, 4, 2, 4, 5] as const;

/** Row vector times row-major 3×3 matrix. */
export function rowTimes(v: ArrayLike<number>, m: ArrayLike<number>): Vector {
  return [0, 1, 2].map((j) => v[0] * m[j] + v[1] * m[3 + j] + v[2] * m[6 + j]) as Vector;
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

/** All ordered pairs nearer than `cutoff` (bohr), an atom and itself left out, in a fixed order. */
export function* pairsWithin(
  { cellVectors, atomR }: { cellVectors: Float64Array; atomR: Float64Array },
  cutoff: number,
): Generator<Pair> {
  const n = atomR.length / 3;
  const b = reciprocal(cellVectors);
  const spacing = [0, 3, 6].map((k) => (2 * Math.PI) / Math.hypot(b[k], b[k + 1], b[k + 2]));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const s = [0, 1, 2].map((k) => atomR[3 * j + k] - atomR[3 * i + k]);
      const low = spacing.map((h, k) => Math.ceil(-cutoff / h - s[k]));
      const high = spacing.map((h, k) => Math.floor(cutoff / h - s[k]));
      for (let u = low[0]; u <= high[0]; u++) {
        for (let v = low[1]; v <= high[1]; v++) {
          for (let w = low[2]; w <= high[2]; w++) {
            if (i === j && u === 0 && v === 0 && w === 0) continue;
            const d = rowTimes([s[0] + u, s[1] + v, s[2] + w], cellVectors);
            const r = Math.hypot(d[0], d[1], d[2]);
            if (r < cutoff) yield { i, j, cell: [u, v, w], d, r };
          }
        }
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
  readonly #adjugate: number[];
  readonly #index = new Map<string, number>();

  /** `origins` [nCells,3] are distinct modulo the supercell; those chosen here have 0 0 0 first, first index fastest. */
  constructor(matrix: ArrayLike<number>, origins?: Int32Array) {
    this.matrix = Int32Array.from(matrix);
    this.nCells = Math.abs(determinant(this.matrix));
    this.#adjugate = cofactorsTransposed(this.matrix);
    this.origins = origins ?? this.#choose();
    for (let c = 0; c < this.nCells; c++)
      this.#index.set(this.#key(this.origins.subarray(3 * c, 3 * c + 3)), c);
  }

  /** Index of the cell that is equivalent to the one at lattice vector `cell`. */
  indexOf(cell: ArrayLike<number>): number {
    return this.#index.get(this.#key(cell)) as number;
  }

  /** [3,3] supercell vectors (rows), bohr. */
  vectors(cellVectors: Float64Array): Float64Array {
    return Float64Array.from([0, 3, 6].flatMap((k) => rowTimes(this.matrix.subarray(k, k + 3), cellVectors)));
  }

  /** cell·S⁻¹ modulo 1, times n_cells: integers that equivalent cells share. */
  #key(cell: ArrayLike<number>): string {
    return rowTimes(cell, this.#adjugate)
      .map((x) => ((x % this.nCells) + this.nCells) % this.nCells)
      .join();
  }

  #choose(): Int32Array {
    const origins: number[] = [];
    const seen = new Set<string>();
    // a row of cells ends where it meets itself, a plane of rows likewise
    for (let w = 0; seen.size < this.nCells; w++) {
      for (let v = 0; !seen.has(this.#key([0, v, w])); v++) {
        for (let u = 0; !seen.has(this.#key([u, v, w])); u++) {
          seen.add(this.#key([u, v, w]));
          origins.push(u, v, w);
        }
      }
    }
    return Int32Array.from(origins);
  }
}
