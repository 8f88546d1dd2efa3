/** Crystals whose only purpose is to be large. */
import { seededRandom } from '../../bench/materials/random.js';
import { type ForceConstants, makeForceConstants } from '../../src/models/forceConstants.js';

/** `n` hydrogen atoms in one cell without symmetry, not polar: 72 n² bytes of force constants. */
export function largeModel(n: number, seed = 1): ForceConstants {
  const next = seededRandom(seed);
  const forceConstants = new Float64Array(9 * n * n);
  for (let row = 0; row < 3 * n; row++) {
    forceConstants[row * 3 * n + row] = 0.1 + 0.01 * next();
    // a coupling of neighbours in the list keeps the matrix positive and the modes apart
    if (row >= 3) {
      const coupling = 0.01 * next();
      forceConstants[row * 3 * n + row - 3] = coupling;
      forceConstants[(row - 3) * 3 * n + row] = coupling;
    }
  }
  return makeForceConstants({
    crystal: {
      cellVectors: Float64Array.of(n, 0, 0, 0, 9, 0, 0, 0, 9),
      atomR: Float64Array.from({ length: 3 * n }, (_, i) => (i % 3 === 0 ? i / 3 / n : 0.2 * next())),
      atomType: Array.from({ length: n }, () => 'H'),
      atomMass: new Float64Array(n).fill(1837),
    },
    scMatrix: Int32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
    cellOrigins: Int32Array.of(0, 0, 0),
    forceConstants,
  });
}
