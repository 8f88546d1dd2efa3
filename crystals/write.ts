/** Writes models in the JSON form that Euphonic reads (`ForceConstants.from_json_file`). */
import { gzipSync } from 'node:zlib';
import type { ForceConstants } from '../src/models/forceConstants.js';
import { ANGSTROM_PER_BOHR, ELECTRON_MASS_PER_AMU } from '../src/models/units.js';
import { rounded } from './round.js';

/**
 * The text of the file. Real numbers always have a decimal point or an exponent: a reader in Python would make an array of
 * integers of them otherwise, which Euphonic hands to its C code as if they were real.
 */
export function toJson(fc: ForceConstants): string {
  const { crystal, nAtoms: n, nCells } = fc;
  const lengths = crystal.cellVectors.map((x) => rounded(x * ANGSTROM_PER_BOHR));
  const masses = crystal.atomMass.map((x) => rounded(x / ELECTRON_MASS_PER_AMU));
  const inCrystal = {
    cell_vectors: nested(lengths, real, 3),
    cell_vectors_unit: '"angstrom"',
    n_atoms: `${n}`,
    atom_r: nested(crystal.atomR, real, n),
    atom_type: JSON.stringify(crystal.atomType),
    atom_mass: nested(masses, real),
    atom_mass_unit: '"unified_atomic_mass_unit"',
  };
  const polar = fc.born &&
    fc.dielectric && {
      born: nested(fc.born, real, n, 3),
      born_unit: '"elementary_charge"',
      dielectric: nested(fc.dielectric, real, 3),
      dielectric_unit: '"elementary_charge ** 2 / bohr / hartree"',
    };
  return `${object({
    __euphonic_class__: '"ForceConstants"',
    crystal: object(inCrystal),
    n_cells_in_sc: `${nCells}`,
    sc_matrix: nested(fc.scMatrix, String, 3),
    cell_origins: nested(fc.cellOrigins, String, nCells),
    force_constants: nested(fc.forceConstants, real, nCells, 3 * n),
    force_constants_unit: '"hartree / bohr ** 2"',
    ...polar,
  })}\n`;
}

/** Compressed, without a time stamp. The bytes may differ between versions of zlib, what is in them does not. */
export function toGzippedJson(fc: ForceConstants): Buffer {
  return gzipSync(toJson(fc), { level: 9 });
}

/** A number in its shortest form; −0 is 0. */
function real(x: number): string {
  const text = String(x + 0);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

function object(members: Record<string, string>): string {
  return `{${Object.entries(members)
    .map(([key, text]) => `"${key}":${text}`)
    .join()}}`;
}

/** Nested arrays of the given leading dimensions; the last dimension follows from the length. */
function nested(array: Float64Array | Int32Array, write: (x: number) => string, ...shape: number[]): string {
  if (shape.length === 0) return `[${Array.from(array, write).join()}]`;
  const size = array.length / shape[0];
  const parts = Array.from({ length: shape[0] }, (_, i) =>
    nested(array.subarray(i * size, (i + 1) * size), write, ...shape.slice(1)),
  );
  return `[${parts.join()}]`;
}
