import assert from 'node:assert/strict';
import { thermodynamics } from '../../src/spectra/thermo.js';

/** J/(mol K) */
const GAS = 8.31446261815324;
const near = (x: number, y: number, tolerance: number) =>
  assert.ok(Math.abs(x - y) <= tolerance * Math.max(Math.abs(y), 1e-300), `${x} ${y}`);

describe('thermodynamics', () => {
  // one atom, two q-points of weights 1 and 2
  const frequencies = Float64Array.of(10, 20, 11, 21, 12, 22);
  const weights = Float64Array.of(1, 2);
  const at = (...temperatures: number[]) => thermodynamics(frequencies, weights, temperatures);

  it('has the limits of Dulong and Petit, and of the zero-point energy', () => {
    const { heatCapacity, entropy, freeEnergy, internalEnergy } = at(0, 1, 1e5);
    assert.deepEqual([heatCapacity[0], entropy[0]], [0, 0]);
    assert.ok(heatCapacity[1] < 1e-30);
    near(heatCapacity[2], 3 * GAS, 1e-5);
    // (33 + 2 · 63) / 3 / 2 meV
    near(freeEnergy[0], (26.5 * 96.48533212) / 1000, 1e-9);
    near(internalEnergy[0], freeEnergy[0], 1e-15);
    near(internalEnergy[2], (3 * GAS * 1e5) / 1000, 1e-3);
  });

  it('is consistent: S = −dF/dT, Cv = dU/dT, U = F + TS', () => {
    for (const t of [20, 100, 700]) {
      const { heatCapacity, entropy, freeEnergy, internalEnergy } = at(t - 0.01, t, t + 0.01);
      near(entropy[1], (-1000 * (freeEnergy[2] - freeEnergy[0])) / 0.02, 1e-6);
      near(heatCapacity[1], (1000 * (internalEnergy[2] - internalEnergy[0])) / 0.02, 1e-6);
      near(internalEnergy[1], freeEnergy[1] + (t * entropy[1]) / 1000, 1e-12);
    }
  });

  it('leaves out modes of nothing and imaginary ones, and says how many', () => {
    const { leftOut, freeEnergy } = thermodynamics(Float64Array.of(-5, 0.001, 10), Float64Array.of(1), [0]);
    assert.equal(leftOut, 2);
    near(freeEnergy[0], (5 * 96.48533212) / 1000, 1e-9);
  });
});
