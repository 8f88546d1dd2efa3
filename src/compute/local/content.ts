/** The content of a model in the form that the addon takes. */
import type { ForceConstants } from '../../models/forceConstants.js';
import type { NativeModelContent } from './native.js';

/** The arrays as the addon wants them: the same memory, not a copy. */
export function nativeContent(fc: ForceConstants): NativeModelContent {
  const { crystal, nAtoms, nCells, scMatrix, cellOrigins, forceConstants, born, dielectric } = fc;
  const { cellVectors, atomR, atomMass } = crystal;
  const polar = born && dielectric ? { born, dielectric } : {};
  return { nAtoms, nCells, cellVectors, atomR, atomMass, scMatrix, cellOrigins, forceConstants, ...polar };
}
