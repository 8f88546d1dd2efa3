/** Gauges of eigenvectors. */
import type { Evaluation } from './evaluation.js';

/**
 * Eigenvectors [2,3,nAtoms,nModes,nPoints] of the dynamical matrix whose phases are e^{2πi q·d}, d = R + r' − r the displacement
 * from atom to atom, from those of an evaluation of `modes`, whose phases are e^{2πi q·R}, R a lattice vector: each atom's part is
 * multiplied by e^{−2πi q·r}. They do not depend on the cells that atoms are called in. `qpts` is [3,nPoints],
 * `atomR` [nAtoms,3] fractional.
 */
export function inAtomGauge(
  { eigenvectors, nModes, nPoints }: Evaluation,
  qpts: Float64Array,
  atomR: Float64Array,
): Float64Array {
  if (!eigenvectors) throw new TypeError('the evaluation has no eigenvectors: its quantity must be modes');
  const nAtoms = atomR.length / 3;
  const half = eigenvectors.length / 2;
  const result = new Float64Array(eigenvectors.length);
  for (let atom = 0; atom < nAtoms; atom++) {
    for (let point = 0; point < nPoints; point++) {
      const turns = [0, 1, 2].reduce((sum, k) => sum + qpts[k * nPoints + point] * atomR[3 * atom + k], 0);
      const [c, s] = [Math.cos(2 * Math.PI * turns), -Math.sin(2 * Math.PI * turns)];
      for (let axis = 0; axis < 3; axis++) {
        for (let mode = 0; mode < nModes; mode++) {
          const at = ((axis * nAtoms + atom) * nModes + mode) * nPoints + point;
          const [re, im] = [eigenvectors[at], eigenvectors[half + at]];
          result[at] = c * re - s * im;
          result[half + at] = s * re + c * im;
        }
      }
    }
  }
  return result;
}
