import assert from 'node:assert/strict';
import { normalIntegral } from '../../src/spectra/normal.js';

describe('the integral of the normal distribution', () => {
  it('has the values of tables, and is symmetric', () => {
    // Abramowitz & Stegun, table 26.1, and asymptotically
    for (const [x, p] of [
      [0, 0.5],
      [1, 0.841344746068543],
      [2, 0.977249868051821],
      [4, 0.999968328758167],
      [-6, 9.865876450376981e-10],
      [-8, 6.220960574271785e-16],
    ]) {
      assert.ok(Math.abs(normalIntegral(x) - p) <= 1e-14);
      if (x < 0) assert.ok(Math.abs(normalIntegral(x) / p - 1) < 1e-10);
      assert.ok(Math.abs(normalIntegral(x) + normalIntegral(-x) - 1) < 1e-15);
    }
  });

  it('has no step where one way of calculating it follows the other', () => {
    const at = 3 * Math.SQRT2;
    const step = normalIntegral(at * (1 + 1e-12)) - normalIntegral(at * (1 - 1e-12));
    assert.ok(Math.abs(step) < 1e-14);
  });
});
