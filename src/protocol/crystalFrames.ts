/** The frames of a crystal, as `model.put` takes them and `model.info` and `model.content` give them. */
import { float64Frame, int32Frame } from './arrays.js';
import type { ArrayFrame } from './messages.js';

interface CrystalArrays {
  /** [3,3] Å */
  cellVectors: Float64Array;
  /** [n,3] fractional */
  atomR: Float64Array;
  /** [n] amu */
  atomMass: Float64Array;
  /** [3,3] */
  scMatrix: Int32Array;
  /** [n,3,3] e, and [3,3]: both or neither */
  born?: Float64Array;
  dielectric?: Float64Array;
}

export function crystalFrames(arrays: CrystalArrays): ArrayFrame[] {
  const { cellVectors, atomR, atomMass, scMatrix, born, dielectric } = arrays;
  const n = atomMass.length;
  return [
    float64Frame('cell_vectors', [3, 3], cellVectors),
    float64Frame('atom_r', [n, 3], atomR),
    float64Frame('atom_mass', [n], atomMass),
    int32Frame('sc_matrix', [3, 3], scMatrix),
    ...(born && dielectric
      ? [float64Frame('born', [n, 3, 3], born), float64Frame('dielectric', [3, 3], dielectric)]
      : []),
  ];
}
