import assert from 'node:assert/strict';
import { goldenDirections, placeSphere, TURNS } from '../../src/qpoints/spheres.js';

const near = (x: number, y: number, tolerance = 1e-14) =>
  assert.ok(Math.abs(x - y) <= tolerance, `${x}, ${y}`);

describe('directions', () => {
  it('lie on a golden spiral, evenly', () => {
    const n = 1000;
    const v = goldenDirections(n);
    near(v[2 * n], 1 / n - 1);
    near(v[2 * n + 499], -1 / n);
    // the second one is 2π/Φ = 222.49° further
    near(Math.atan2(v[n + 1], v[1]), 2 * Math.PI * (2 / (1 + Math.sqrt(5)) - 1), 1e-12);
    for (const turn of [undefined, ...TURNS]) {
      const turned = goldenDirections(n, turn);
      for (let i = 0; i < 3; i++) {
        for (let j = 0; j <= i; j++) {
          let mean = 0;
          for (let k = 0; k < n; k++) mean += (turned[i * n + k] * turned[j * n + k]) / n;
          near(mean, i === j ? 1 / 3 : 0, 2e-3);
        }
      }
      for (const k of [0, 1, 500]) near(Math.hypot(turned[k], turned[n + k], turned[2 * n + k]), 1);
    }
  });

  it('have two turns, by which no two of their points fall together', () => {
    const [a, b] = TURNS.map((turn) => goldenDirections(100, turn));
    for (let i = 0; i < 100; i++) {
      for (let k = 0; k < 100; k++) {
        const apart = Math.hypot(...[0, 1, 2].map((axis) => a[100 * axis + i] - b[100 * axis + k]));
        assert.ok(apart > 1e-3, `${i} ${k}`);
      }
    }
  });

  it('are q-points of a sphere in any cell', () => {
    const cell = Float64Array.of(4, 0, 0, -2, 3, 0, 1, 0.5, 6);
    const directions = goldenDirections(3);
    const qpts = new Float64Array(3 * 5);
    placeSphere(qpts, 1, 4, directions, 2.5, cell);
    for (let k = 0; k < 4; k++) {
      const at = Math.min(k, 2);
      for (let axis = 0; axis < 3; axis++) {
        // a·Q / 2π
        const along = [0, 1, 2].reduce((sum, c) => sum + cell[3 * axis + c] * directions[3 * c + at], 0);
        near(qpts[5 * axis + 1 + k], (2.5 * along) / (2 * Math.PI), 1e-13);
      }
    }
    assert.equal(qpts[0], 0);
  });
});
