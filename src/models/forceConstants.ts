/**
 * A crystal with its force constants: what every reader gives and every calculation starts from.
 * Atomic units (bohr, electron masses, hartree/bohr²); arrays are row-major and are never written to once made.
 */
import { createHash } from 'node:crypto';
import { endianness } from 'node:os';
import { type ErrorCode, EuphonicError } from '../base/errors.js';
import type { ForceConstantsContent } from './crystal.js';
import { Supercell } from './lattice.js';
import { checkForceConstants } from './validate.js';

export interface ForceConstants extends ForceConstantsContent {
  readonly nAtoms: number;
  readonly nCells: number;
}

/**
 * Checks the content and makes a model of it; the arrays become the model's.
 * Throws `code` (default `invalid_argument`) with a sentence that names the array, what was found and what was
 * expected; `where` is the file or message it came from.
 */
export function makeForceConstants(
  content: ForceConstantsContent,
  where?: string,
  code: ErrorCode = 'invalid_argument',
): ForceConstants {
  checkForceConstants(content, (message, expected, advice) => {
    throw new EuphonicError(code, message, { where, expected, advice });
  });
  return Object.freeze({
    ...content,
    crystal: Object.freeze({ ...content.crystal, atomType: Object.freeze([...content.crystal.atomType]) }),
    nAtoms: content.crystal.atomMass.length,
    nCells: content.cellOrigins.length / 3,
  });
}

/** The same model with its atoms counted to other cells: `atomR` differs by integers, so what was checked still holds. */
export function inOtherCells(fc: ForceConstants, atomR: Float64Array): ForceConstants {
  return Object.freeze({ ...fc, crystal: Object.freeze({ ...fc.crystal, atomR }) });
}

/** First bytes of the canonical form; another number when the form changes. */
const CANONICAL_TAG = 'euphonic-model-1\n';

/**
 * Name of a model: SHA-256, 64 hexadecimal digits, of its canonical form. That is, with all numbers little-endian and
 * all arrays row-major in the units of `ForceConstantsContent`:
 *
 *  1. the ASCII bytes `euphonic-model-1\n`
 *  2. three uint32: n atoms, n_cells, 1 if Born charges follow, else 0
 *  3. for each atom its type: uint32 length in bytes, UTF-8 bytes
 *  4. float64: cell vectors, positions, masses
 *  5. int32: supercell matrix, cell origins
 *  6. float64: force constants, then Born charges and dielectric tensor if there are any
 *
 * Two models have the same name when every number in them has the same bits.
 */
export function modelId(fc: ForceConstants): string {
  const hash = createHash('sha256').update(CANONICAL_TAG);
  const sizes = Buffer.alloc(12);
  [fc.nAtoms, fc.nCells, fc.born ? 1 : 0].forEach((size, i) => {
    sizes.writeUInt32LE(size, 4 * i);
  });
  hash.update(sizes);
  for (const type of fc.crystal.atomType) {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(Buffer.byteLength(type));
    hash.update(length).update(type, 'utf8');
  }
  const { cellVectors, atomR, atomMass } = fc.crystal;
  const arrays = [cellVectors, atomR, atomMass, fc.scMatrix, fc.cellOrigins, fc.forceConstants];
  if (fc.born && fc.dielectric) arrays.push(fc.born, fc.dielectric);
  for (const array of arrays) hash.update(littleEndianBytes(array));
  return hash.digest('hex');
}

function littleEndianBytes(array: Float64Array | Int32Array): Buffer {
  const bytes = Buffer.from(array.buffer, array.byteOffset, array.byteLength);
  if (endianness() === 'LE') return bytes;
  return array.BYTES_PER_ELEMENT === 8 ? Buffer.from(bytes).swap64() : Buffer.from(bytes).swap32();
}

/**
 * How far the force constants are from symmetric: the largest |Φ(0κ,cκ') − Φ(0κ',−cκ)ᵀ|, relative to the largest element. Programs
 * that do not symmetrise leave 1e-6 to 1e-3; of each pair of blocks the one with κ ≤ κ' counts.
 */
export function asymmetry({ scMatrix, cellOrigins, forceConstants, nAtoms, nCells }: ForceConstants): number {
  const supercell = new Supercell(scMatrix, cellOrigins);
  const n = 3 * nAtoms;
  let largest = 0;
  let difference = 0;
  for (let c = 0; c < nCells; c++) {
    const opposite = supercell.indexOf([0, 1, 2].map((k) => -cellOrigins[3 * c + k]));
    if (opposite < c) continue;
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const [here, there] = [n * (n * c + i) + j, n * (n * opposite + j) + i];
        largest = Math.max(largest, Math.abs(forceConstants[here]), Math.abs(forceConstants[there]));
        difference = Math.max(difference, Math.abs(forceConstants[here] - forceConstants[there]));
      }
    }
  }
  return largest === 0 ? 0 : difference / largest;
}
