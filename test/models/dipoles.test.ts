import assert from 'node:assert/strict';
import { withoutDipoles } from '../../src/models/dipoles.js';
import { makeForceConstants } from '../../src/models/forceConstants.js';
import type { Vector } from '../../src/models/lattice.js';
import { dynamicalMatrix } from '../support/dynamicalMatrix.js';
import { arbitraryContent } from '../support/models.js';

describe('total force constants', () => {
  const total = {
    ...arbitraryContent(5),
    dielectric: Float64Array.of(2.5, 0.3, -0.2, 0.3, 2.2, 0.4, -0.2, 0.4, 3),
  };

  it('are what the short-range part and the dipole term add up to, at each q that fits into the supercell', () => {
    const shortRange = makeForceConstants(withoutDipoles(total));
    const { born, dielectric, ...rest } = total;
    const plain = makeForceConstants(rest);
    // S = (2 0 0; 1 3 0; 0 0 1)
    for (const q of [
      [0, 0, 0],
      [0.5, -1 / 6, 0],
      [0, 1 / 3, 0],
      [0.5, 1 / 6, 1],
      [1, -2 / 3, 0],
    ] as Vector[]) {
      const expected = dynamicalMatrix(plain, q, 0);
      const actual = dynamicalMatrix(shortRange, q, 0.31);
      for (let k = 0; k < 81; k++) {
        assert.ok(Math.abs(actual.re[k] - expected.re[k]) < 1e-18, `${q}: ${actual.re[k]} ${expected.re[k]}`);
        assert.ok(Math.abs(actual.im[k] - expected.im[k]) < 1e-18, `${q}: ${actual.im[k]} ${expected.im[k]}`);
      }
    }
  });

  it('contain the same dipole part with every splitting, also in an anisotropic dielectric in a slanted cell', () => {
    const { crystal } = total;
    const slanted = {
      ...total,
      crystal: { ...crystal, cellVectors: Float64Array.of(7, 0.5, 0, 21.25, 9.5, -1, -13, 0, 9.5) },
      // its antisymmetric part has no effect
      dielectric: Float64Array.of(1.5, 1.3, 0, -0.7, 60, 0.4, 0, 0.4, 9),
    };
    const { born, dielectric, ...rest } = slanted;
    const plain = makeForceConstants(rest);
    const shortRange = makeForceConstants(withoutDipoles(slanted));
    const symmetric = Float64Array.of(1.5, 0.3, 0, 0.3, 60, 0.4, 0, 0.4, 9);
    for (const splitting of [0.5, 0.7]) {
      for (const q of [
        [0, 0, 0],
        [0.5, -1 / 6, 0],
      ] as Vector[]) {
        const expected = dynamicalMatrix(plain, q, 0);
        const actual = dynamicalMatrix({ ...shortRange, dielectric: symmetric }, q, splitting);
        for (let k = 0; k < 81; k++) {
          assert.ok(
            Math.abs(actual.re[k] - expected.re[k]) < 1e-18,
            `${q}: ${actual.re[k]} ${expected.re[k]}`,
          );
          assert.ok(
            Math.abs(actual.im[k] - expected.im[k]) < 1e-18,
            `${q}: ${actual.im[k]} ${expected.im[k]}`,
          );
        }
      }
    }
  });

  it('keep their row sums, so that the sum rule is as broken as it was', () => {
    const { forceConstants } = withoutDipoles(total);
    for (let row = 0; row < 9; row++) {
      for (let column = 0; column < 3; column++) {
        let difference = 0;
        for (let c = 0; c < 6; c++) {
          for (let j = 0; j < 3; j++) {
            const k = 81 * c + 9 * row + 3 * j + column;
            difference += forceConstants[k] - total.forceConstants[k];
          }
        }
        // symmetrised for each atom, as in the dipole term itself
        if (row % 3 === column) assert.ok(Math.abs(difference) < 1e-13, `${row} ${column}: ${difference}`);
      }
    }
  });

  it('stay as they are without Born charges', () => {
    const { born, dielectric, ...rest } = total;
    assert.equal(withoutDipoles(rest), rest);
  });
});
