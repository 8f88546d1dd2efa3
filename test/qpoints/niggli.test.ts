import assert from 'node:assert/strict';
import fc from 'fast-check';
import { determinant, dot, rowsOf, times } from '../../src/models/lattice.js';
import { niggliReduction } from '../../src/qpoints/paths/niggli.js';

/** The lower triangle L, row-major, with L·Lᵀ = m of a symmetric positive-definite 3×3 matrix. */
function choleskyFactor(m: Float64Array): Float64Array {
  const a = Math.sqrt(m[0]);
  const [b, d] = [m[3] / a, m[6] / a];
  const c = Math.sqrt(m[4] - b * b);
  const e = (m[7] - d * b) / c;
  return Float64Array.of(a, 0, 0, b, c, 0, d, e, Math.sqrt(m[8] - d * d - e * e));
}

/** Lattices of high symmetry, in which many lengths and angles are equal, and others in which they are not. */
const LATTICES: Record<string, ArrayLike<number>> = {
  cubic: [3, 0, 0, 0, 3, 0, 0, 0, 3],
  'face-centred cubic': [0, 2, 2, 2, 0, 2, 2, 2, 0],
  'body-centred cubic': [-2, 2, 2, 2, -2, 2, 2, 2, -2],
  hexagonal: [3, 0, 0, -1.5, 1.5 * Math.sqrt(3), 0, 0, 0, 4],
  'body-centred tetragonal': [-2, 2, 3, 2, -2, 3, 2, 2, -3],
  rhombohedral: [2, 0.3, 0.3, 0.3, 2, 0.3, 0.3, 0.3, 2],
  'obtuse rhombohedral': [2, -0.4, -0.4, -0.4, 2, -0.4, -0.4, -0.4, 2],
  'face-centred orthorhombic': [0, 2, 3, 1.5, 0, 3, 1.5, 2, 0],
  'body-centred orthorhombic': [-1.5, 1.8, 2, 1.5, -1.8, 2, 1.5, 1.8, -2],
  'body-centred orthorhombic, less long': [-1.9, 1.8, 2, 1.9, -1.8, 2, 1.9, 1.8, -2],
  monoclinic: [3, 0, 0, 0, 5, 0, -1, 0, 4],
  // (a + b + c)² = c², and 2(a² + c·a) + a·b > 0: the last of Niggli's special conditions
  'with equal diagonals': choleskyFactor(Float64Array.of(4, -1, -1.25, -1, 5, -2.25, -1.25, -2.25, 6)),
  triclinic: [3, 0, 0, 0.7, 4, 0, -1.1, 0.4, 5],
};

/** Squared lengths and products of the vectors. */
const products = (basis: Float64Array) => {
  const [a, b, c] = rowsOf(basis);
  return [dot(a, a), dot(b, b), dot(c, c), dot(b, c), dot(c, a), dot(a, b)] as const;
};

describe("Niggli's reduced cell", () => {
  const unimodular = fc
    .array(fc.tuple(fc.constantFrom(0, 1, 2), fc.constantFrom(1, 2), fc.constantFrom(-2, -1, 1, 2)), {
      maxLength: 8,
    })
    .map((steps) => {
      const rows = [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
      ];
      for (const [to, further, factor] of steps) {
        const from = rows[(to + further) % 3];
        rows[to] = rows[to].map((x, k) => x + factor * from[k]);
      }
      return rows.flat();
    });

  for (const [name, lattice] of Object.entries(LATTICES)) {
    it(`is one and the same for every basis of a lattice: ${name}`, () => {
      const expected = products(times(niggliReduction(Float64Array.from(lattice)), lattice));
      fc.assert(
        fc.property(unimodular, (matrix) => {
          const basis = times(matrix, lattice);
          const reduction = niggliReduction(basis);
          assert.equal(Math.abs(determinant(reduction)), 1);
          const found = products(times(reduction, basis));
          for (const [i, x] of found.entries()) {
            assert.ok(Math.abs(x - expected[i]) < 1e-9, `${found} in place of ${expected}`);
          }
        }),
        { numRuns: 200, seed: 3 },
      );
      const [a, b, c, bc, ca, ab] = expected;
      const rounding = 1e-9;
      assert.ok(a <= b + rounding && b <= c + rounding);
      assert.ok(2 * Math.abs(bc) <= b + rounding);
      assert.ok(2 * Math.abs(ca) <= a + rounding);
      assert.ok(2 * Math.abs(ab) <= a + rounding);
      assert.ok(2 * (bc + ca + ab) + a + b >= -rounding);
      const acute = [bc, ca, ab].map((x) => x > rounding);
      assert.ok(acute.every(Boolean) || !acute.some(Boolean));
    });
  }
});
