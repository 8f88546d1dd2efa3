/** phonopy's separate files of force constants: FORCE_CONSTANTS (text) and force_constants.hdf5. */
import { EuphonicError } from '../../base/errors.js';
import type { Hdf5File } from './hdf5.js';
import { NotNumbers, scanNumbers } from './numbers.js';
import type { PhonopyForceConstants } from './phonopyData.js';

/**
 * FORCE_CONSTANTS: two numbers of atoms (older files: one, for both), then for each pair the two atoms (from 1) and nine
 * numbers. Throws `file_damaged` with the line.
 */
export function parseForceConstants(bytes: Buffer, name: string): PhonopyForceConstants {
  const firstLine = bytes.subarray(0, 200).toString('latin1').split('\n')[0];
  const sizes = firstLine.trim().split(/\s+/).map(Number);
  if (sizes.length > 2 || !sizes.every((size) => Number.isInteger(size) && size > 0)) {
    throw damaged(name, 1, 'The first line is not one or two numbers of atoms.');
  }
  const [rows, columns = rows] = sizes;
  let values: Float64Array;
  try {
    values = scanNumbers(bytes.subarray(firstLine.length), 11 * rows * columns);
  } catch (error) {
    throw error instanceof NotNumbers ? damaged(name, error.line, error.message) : error;
  }
  const elements = new Float64Array(9 * rows * columns);
  const rowAtoms = new Int32Array(rows);
  for (let pair = 0; pair < rows * columns; pair++) {
    const row = Math.floor(pair / columns);
    const [i, j] = [values[11 * pair], values[11 * pair + 1]];
    if (pair % columns === 0) rowAtoms[row] = i - 1;
    if (i - 1 !== rowAtoms[row] || j - 1 !== pair % columns) {
      throw damaged(
        name,
        4 * pair + 2,
        `The pair ${i} ${j} stands where ${rowAtoms[row] + 1} ${(pair % columns) + 1} belongs.`,
      );
    }
    elements.set(values.subarray(11 * pair + 2, 11 * pair + 11), 9 * pair);
  }
  return { shape: [rows, columns], elements, rowAtoms };
}

function damaged(name: string, line: number, what: string): EuphonicError {
  return new EuphonicError('file_damaged', `${name} is damaged at line ${line}. ${what}`, {
    where: `${name}, line ${line}`,
    expected: 'force constants as phonopy writes them',
  });
}

/** Names of the dataset in force_constants.hdf5, the newer first. */
export const PHONOPY_FORCE_CONSTANTS = ['force_constants', 'fc2'] as const;

/**
 * force_constants.hdf5: `force_constants` (older: `fc2`), perhaps `p2s_map` and `physical_unit`. `count` atoms are in the
 * supercell; a dataset of another shape is refused before it is read.
 */
export async function readForceConstantsHdf5(file: Hdf5File, count: number): Promise<PhonopyForceConstants> {
  const [newer, older] = PHONOPY_FORCE_CONSTANTS;
  const name = (await file.describe(newer)) ? newer : older;
  const found = await file.describe(name);
  if (!found) {
    throw new EuphonicError('no_force_constants', `${file.path} has no force constants.`, {
      where: file.path,
      expected: 'a dataset force_constants',
    });
  }
  const [rows = 0, columns = 0] = found.shape;
  if (rows > count) {
    file.damaged(name, `the force constants are between ${rows} and ${columns} atoms`, `at most ${count}`);
  }
  const elements = await file.numbers(name, [rows, count, 3, 3]);
  const map = await file.describe('p2s_map');
  // a full matrix may come with the map of its primitive atoms
  const rowAtoms =
    map?.shape[0] === rows ? Int32Array.from(await file.numbers('p2s_map', [rows])) : undefined;
  const unit = (await file.describe('physical_unit')) ? (await file.text('physical_unit'))[0] : undefined;
  return { shape: [rows, columns], elements, rowAtoms, unit };
}
