import assert from 'node:assert/strict';
import { dot, length, rowsOf, times } from '../../src/models/lattice.js';
import { conventionalAxes } from '../../src/qpoints/paths/conventionalCell.js';

/** Lengths of the conventional axes of an orthorhombic group, for a cell in its standard setting. */
const axesOf = (number: number, a: number, b: number, c: number) => {
  const basis = Float64Array.of(a, 0, 0, 0, b, 0, 0, 0, c);
  return rowsOf(times(conventionalAxes(number, basis), basis)).map(length);
};

describe('the conventional cell', () => {
  it('has the axes of orthorhombic groups in ascending order, as far as the symbol allows', () => {
    for (const [name, number, axes] of [
      ['P222', 16, [4, 5, 6]],
      ['Imma', 74, [5, 6, 4]],
      ['Pbca', 61, [4, 6, 5]],
      ['Pnma', 62, [6, 5, 4]],
    ] as const) {
      assert.deepEqual(axesOf(number, 6, 5, 4), axes, name);
    }
    assert.deepEqual(axesOf(61, 6, 4, 5), [4, 5, 6]);
  });

  it('keeps the order of axes that are equal but for rounding', () => {
    assert.deepEqual(axesOf(16, 5 * (1 + 1e-10), 5, 4), [4, 5 * (1 + 1e-10), 5]);
  });

  it('has the shortest monoclinic axes that centring and glide allow, with an obtuse angle', () => {
    // any basis of the plane of a = (4, 0), c = (−1, 6): 2a + c and 3a + 2c
    const slanted = Float64Array.of(7, 0, 6, 0, 5, 0, 10, 0, 12);
    const [shortest, next] = [4, Math.hypot(1, 6)];
    const lengths = (number: number) => {
      const [a, b, c] = rowsOf(times(conventionalAxes(number, slanted), slanted));
      assert.equal(length(b), 5);
      assert.ok(dot(a, c) <= 0, 'the angle is obtuse');
      return [length(a), length(c)];
    };
    assert.deepEqual(lengths(10), [shortest, next]);
    // modulo 2 the first vector is c, the second one a
    assert.deepEqual(lengths(14), [next, shortest]);
    assert.deepEqual(lengths(12), [next, shortest]);
  });
});
