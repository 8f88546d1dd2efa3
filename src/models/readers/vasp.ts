/**
 * VASP's vaspout.h5 of a calculation of phonons (IBRION 5 to 8), with a primitive cell (results/phonons/primitive, written
 * when phonons were interpolated) or without, when the supercell is the cell. The matrix is the derivative of forces, so its
 * sign is turned; it is total, so the dipole part is taken out where there are Born charges.
 */
import { EuphonicError } from '../../base/errors.js';
import type { Crystal } from '../crystal.js';
import { makeForceConstants } from '../forceConstants.js';
import { determinant } from '../lattice.js';
import { toAtomicUnits } from '../units.js';
import { Hdf5File } from './hdf5.js';
import { type ModelFile, polarPair } from './modelFile.js';
import { KNOWN_FILES } from './otherFiles.js';
import type { PhonopyCell } from './phonopyData.js';
import { AtomMap } from './phonopySupercell.js';
import { incarValues, readVaspMasses } from './vaspMasses.js';

const RESPONSE = 'results/linear_response';
const CELLS = ['results/positions/lattice_vectors', 'input/poscar/lattice_vectors'];
const INCAR = 'original/incar/content';
const IBRION = 'input/incar/IBRION';

/** The dataset that most of the memory is for. */
export const VASP_FORCE_CONSTANTS = `${RESPONSE}/force_constants`;

export async function readVasp(path: string): Promise<ModelFile> {
  const file = new Hdf5File(path);
  try {
    return await read(file);
  } finally {
    await file.close();
  }
}

async function read(file: Hdf5File): Promise<ModelFile> {
  const notes: string[] = [];
  const matrix = await file.describe(VASP_FORCE_CONSTANTS);
  if (!matrix) throw await notForceConstants(file);
  const supercell = await readCell(
    file,
    (await file.describe('results/positions/lattice_vectors')) ? 'results/positions' : 'input/poscar',
  );
  const masses = await readVaspMasses(file, supercell.elements, notes);
  supercell.masses.set(
    supercell.counts.flatMap((count, type) => new Array<number>(count).fill(masses[type])),
  );
  const count = supercell.symbols.length;
  if (matrix.shape[0] < 3 * count) throw notOfAllIons(file.path, matrix.shape[0], 3 * count);
  const { primitive, map, amu } = await readPrimitive(file, supercell, notes);
  const crystal: Crystal = {
    cellVectors: primitive.lattice.map((x) => x * toAtomicUnits('angstrom', 'length')),
    atomR: primitive.positions,
    atomType: primitive.symbols,
    atomMass: amu.map((mass) => mass * toAtomicUnits('AMU', 'mass')),
  };
  const rows = await file.numbers(VASP_FORCE_CONSTANTS, [3 * count, 3 * count]);
  const unit = toAtomicUnits('eV/angstrom^2', 'force constant');
  const elements = rows.map((_, k) => {
    const [pair, element] = [Math.floor(k / 9), k % 9];
    const [i, j] = [Math.floor(pair / count), pair % count];
    return -unit * rows[3 * count * (3 * i + Math.floor(element / 3)) + 3 * j + (element % 3)];
  });
  const sorted = map.sort({ shape: [count, count], elements }, file.path);
  const polar = await readPolar(file, map, notes);
  const content = makeForceConstants({ crystal, ...sorted, ...polar }, file.path, 'file_damaged');
  return { content, isTotal: true, source: `${file.path} (VASP${await version(file)})`, notes };
}

/** The primitive cell, or the supercell where there is none, or where isotopes differ among copies of an atom. */
async function readPrimitive(file: Hdf5File, supercell: PhonopyCell, notes: string[]) {
  const group = 'results/phonons/primitive';
  if (await file.describe(`${group}/lattice_vectors`)) {
    const primitive = await readCell(file, group);
    const map = new AtomMap(primitive, supercell, file.path);
    const amu = map.massesOfPrimitive(supercell);
    if (amu) return { primitive, map, amu };
    notes.push('Copies of one atom have different masses: the supercell is taken for the cell.');
  } else {
    notes.push('The file names no primitive cell: its supercell is taken for the cell.');
  }
  return { primitive: supercell, map: new AtomMap(supercell, supercell, file.path), amu: supercell.masses };
}

/** Types of ions and how many of each; `elements` without what a type is labelled with. */
interface VaspCell extends PhonopyCell {
  elements: string[];
  counts: number[];
}

/** Masses are 0: VASP has them elsewhere. */
async function readCell(file: Hdf5File, group: string): Promise<VaspCell> {
  const types = await file.text(`${group}/ion_types`);
  const counts = [...(await file.numbers(`${group}/number_ion_types`, [types.length]))];
  if (!counts.every((n) => Number.isSafeInteger(n) && n > 0))
    file.damaged(
      `${group}/number_ion_types`,
      `there are ${counts.join(' ')} ions of each type`,
      'positive integers',
    );
  const count = counts.reduce((a, b) => a + b, 0);
  const positions = await file.numbers(`${group}/position_ions`, [count, 3]);
  const lattice = await file.numbers(`${group}/lattice_vectors`, [3, 3]);
  const scale = await file.describe(`${group}/scale`);
  const factors = scale ? await file.numbers(`${group}/scale`, scale.shape) : [1];
  const direct = (await file.describe(`${group}/direct_coordinates`))
    ? (await file.numbers(`${group}/direct_coordinates`, []))[0]
    : 1;
  if (direct !== 1)
    file.damaged(`${group}/position_ions`, 'the positions are Cartesian', 'direct coordinates');
  const elements = types.map(withoutPotential);
  const symbols = elements.flatMap((element, k) => new Array<string>(counts[k]).fill(element));
  const masses = new Float64Array(count);
  return { lattice: scaled(lattice, factors), positions, symbols, masses, elements, counts };
}

/** As POSCAR has it: one factor, one for each Cartesian direction, or the volume with a minus sign. */
function scaled(lattice: Float64Array, factors: ArrayLike<number>): Float64Array {
  const [x] = Array.from(factors);
  if (factors.length === 3) return lattice.map((component, k) => component * factors[k % 3]);
  const factor = x < 0 ? Math.cbrt(-x / Math.abs(determinant(lattice))) : x;
  return lattice.map((component) => component * factor);
}

/** Types may carry a name for their pseudopotential: Ga_d, As_h, H.5, H1.25. */
function withoutPotential(type: string): string {
  return type.replace(/^([A-Z][a-z]?)([_/.]|\d*\.\d).*$/, '$1');
}

async function readPolar(file: Hdf5File, map: AtomMap, notes: string[]) {
  const charges = await file.describe(`${RESPONSE}/born_charges`);
  const tensor = await file.describe(`${RESPONSE}/electron_dielectric_tensor`);
  if (!polarPair(charges, tensor, notes).born) return {};
  const all = await file.numbers(`${RESPONSE}/born_charges`, [map.count, 3, 3]);
  const dielectric = await file.numbers(`${RESPONSE}/electron_dielectric_tensor`, [3, 3]);
  // first index electric field, second displacement; a model has them the other way round
  const born = map
    .tensorsOfPrimitive(all)
    .map((_, k, z) => z[k - (k % 9) + 3 * (k % 3) + Math.floor((k % 9) / 3)]);
  return { born, dielectric };
}

async function version(file: Hdf5File): Promise<string> {
  const parts: number[] = [];
  for (const part of ['major', 'minor', 'patch']) {
    if (!(await file.describe(`version/${part}`))) return '';
    parts.push(...(await file.numbers(`version/${part}`, [])));
  }
  return ` ${parts.join('.')}`;
}

function notOfAllIons(path: string, found: number, all: number): EuphonicError {
  const message = `${path} has force constants of ${found} of ${all} degrees of freedom: VASP holds the others still in selective dynamics.`;
  return new EuphonicError('no_force_constants', message, {
    where: `${path}, ${VASP_FORCE_CONSTANTS}`,
    expected: `a matrix of shape [${all}, ${all}]`,
    advice: 'Calculate phonons without selective dynamics.',
  });
}

/** What an HDF5 file without force constants is, by some of its datasets. */
async function notForceConstants(file: Hdf5File): Promise<EuphonicError> {
  const where = file.path;
  const hasAny = async (names: string[]) => {
    for (const name of names) if (await file.describe(name)) return true;
    return false;
  };
  if (await hasAny(['force_constants', 'fc2'])) {
    return new EuphonicError('file_format', `${where} has force constants of phonopy, but no crystal.`, {
      where,
      expected: 'the summary (phonopy.yaml) or the folder',
      advice: 'Give the path of the summary, and this file as fc_name.',
    });
  }
  if (await hasAny(['frequency', 'frequencies', 'eigenvector', 'mesh'])) {
    return new EuphonicError('file_format', `${where} is a result of phonopy, without force constants.`, {
      where,
      expected: 'the summary (phonopy.yaml) or the folder',
    });
  }
  if (await hasAny(['version/major', ...CELLS, 'original/poscar/content', INCAR])) {
    const incar = (await file.describe(INCAR)) ? (await file.text(INCAR)).join('\n') : '';
    const ibrion = (await file.describe(IBRION))
      ? (await file.numbers(IBRION, []))[0]
      : incarValues(incar, 'IBRION')[0];
    const calculation = ibrion === undefined ? '' : `; it is of a calculation with IBRION = ${ibrion}`;
    return new EuphonicError(
      'no_force_constants',
      `${where} is VASP's, but has no force constants (${RESPONSE}/force_constants)${calculation}.`,
      {
        where,
        expected: VASP_FORCE_CONSTANTS,
        advice: 'Calculate phonons with VASP: IBRION 5, 6, 7 or 8.',
      },
    );
  }
  return new EuphonicError('file_format', `${where} is an HDF5 file, but not an output of VASP.`, {
    where,
    expected: KNOWN_FILES,
  });
}
