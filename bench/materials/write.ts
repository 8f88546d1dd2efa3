/** Writes models in the JSON form that Euphonic reads (`ForceConstants.from_json_file`). */
import { gzipSync } from 'node:zlib';
import type { ForceConstants } from '../../src/models/forceConstants.js';
import { ANGSTROM_PER_BOHR, ELECTRON_MASS_PER_AMU } from '../../src/models/units.js';
import { rounded } from './round.js';

/** The text of the file. Numbers of force constants are written as they are, in their shortest form. */
export function toJson(fc: ForceConstants): string {
  const { crystal, nAtoms: n, nCells } = fc;
  return `${JSON.stringify({
    __euphonic_class__: 'ForceConstants',
    crystal: {
      cell_vectors: nested(
        crystal.cellVectors.map((x) => rounded(x * ANGSTROM_PER_BOHR)),
        3,
      ),
      cell_vectors_unit: 'angstrom',
      n_atoms: n,
      atom_r: nested(crystal.atomR, n),
      atom_type: crystal.atomType,
      atom_mass: nested(crystal.atomMass.map((x) => rounded(x / ELECTRON_MASS_PER_AMU))),
      atom_mass_unit: 'unified_atomic_mass_unit',
    },
    n_cells_in_sc: nCells,
    sc_matrix: nested(fc.scMatrix, 3),
    cell_origins: nested(fc.cellOrigins, nCells),
    force_constants: nested(fc.forceConstants, nCells, 3 * n),
    force_constants_unit: 'hartree / bohr ** 2',
    ...(fc.born &&
      fc.dielectric && {
        born: nested(fc.born, n, 3),
        born_unit: 'elementary_charge',
        dielectric: nested(fc.dielectric, 3),
        dielectric_unit: 'elementary_charge ** 2 / bohr / hartree',
      }),
  })}\n`;
}

/** Compressed, without a time stamp. The bytes may differ between versions of zlib, what is in them does not. */
export function toGzippedJson(fc: ForceConstants): Buffer {
  return gzipSync(toJson(fc), { level: 9 });
}

/** Nested arrays of the given leading dimensions; the last dimension follows from the length. −0 becomes 0. */
function nested(array: ArrayLike<number>, ...shape: number[]): unknown[] {
  if (shape.length === 0) return Array.from(array, (x) => x + 0);
  const size = array.length / shape[0];
  return Array.from({ length: shape[0] }, (_, i) =>
    nested(Array.prototype.slice.call(array, i * size, (i + 1) * size), ...shape.slice(1)),
  );
}
