/** Crystals whose only purpose is to be large. */
import { seededRandom } from '../../crystals/random.js';
import { type ForceConstants, makeForceConstants } from '../../src/models/forceConstants.js';

/** `n` hydrogen atoms in one cell without symmetry, each coupled to all, not polar: 72 n² bytes of force constants. */
export function largeModel(n: number, seed = 1): ForceConstants {
  const next = seededRandom(seed);
  const size = 3 * n;
  const forceConstants = new Float64Array(size * size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < row; column++) {
      const coupling = 0.001 * (next() - 0.5);
      forceConstants[row * size + column] = coupling;
      forceConstants[column * size + row] = coupling;
    }
    forceConstants[row * size + row] = 0.1 + 0.01 * next();
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
