/** The conditions that a model must meet; the native core relies on all of them. */

import type { ForceConstantsContent } from './crystal.js';
import {
  cofactorsTransposed,
  determinant,
  latticeSearch,
  length,
  pairsWithin,
  rowsOf,
  symmetrised,
} from './lattice.js';
import { ELECTRON_MASS_PER_AMU } from './units.js';

/** Largest |element| of a supercell matrix: determinants and cofactors stay exact in double precision. */
const MAX_SUPERCELL_ELEMENT = 32767;
/** Largest |component| of a cell origin, for the same reason. */
const MAX_CELL_ORIGIN = 1 << 20;
/** A cell counts as flat when its volume is less than this part of the product of its edges. */
const MIN_RELATIVE_VOLUME = 1e-6;

// Ranges far beyond those of crystals. Outside them a file is damaged or in other units, sums over the lattice would not end in
// any useful time, and results would overflow.

/** Longest cell edge, bohr. */
const MAX_CELL_EDGE = 5000;
/** Shortest lattice vector, bohr. */
const MIN_LATTICE_VECTOR = 0.5;
/** Least distance of two atoms with Born charges, bohr. */
const MIN_POLAR_DISTANCE = 0.1;
/** Largest |fractional coordinate|. */
const MAX_FRACTIONAL = 1000;
/** Masses, electron masses: also those by which people hold atoms still. */
const MASSES = [1, 1e20] as const;
/** Largest |element| of the force constants, hartree/bohr². */
const MAX_FORCE_CONSTANT = 1e6;
/** Largest |element| of the Born charges, e. */
const MAX_BORN_CHARGE = 1e4;
/** Eigenvalues of the dielectric tensor. */
const DIELECTRIC = [0.1, 1e5] as const;

/** Reports a violated condition; does not return. */
type Fail = (message: string, expected: string, advice?: string) => never;

const OTHER_UNITS = 'Is the file damaged, or in other units than it says?';

/** Calls `fail` at the first condition that does not hold. */
export function checkForceConstants(content: ForceConstantsContent, fail: Fail): void {
  const { crystal, scMatrix, cellOrigins, forceConstants, born, dielectric } = content;
  const n = crystal.atomMass.length;
  if (n === 0) fail('The crystal has no atoms.', 'at least one atom');
  if (crystal.atomType.length !== n) {
    fail(
      `There are ${crystal.atomType.length} atom types and ${n} atom masses.`,
      'one type and one mass for each atom',
    );
  }
  crystal.atomType.forEach((type, i) => {
    if (!/^[^\s\p{C}]{1,64}$/u.test(type)) {
      fail(`The type of atom ${i} is ${JSON.stringify(type)}.`, 'an element symbol without blanks');
    }
  });
  checkArray('The cell vectors', crystal.cellVectors, [3, 3], fail);
  checkArray('The positions', crystal.atomR, [n, 3], fail, { most: MAX_FRACTIONAL, unit: 'cell vectors' });
  checkArray('The masses', crystal.atomMass, [n], fail);
  crystal.atomMass.forEach((mass, i) => {
    if (!isWithin(mass, MASSES)) {
      const expected = `MASSES = ${MASSES.join(' to ')} electron masses, of which an amu has ${ELECTRON_MASS_PER_AMU}`;
      fail(`The mass of atom ${i} is ${mass} electron masses.`, expected, OTHER_UNITS);
    }
  });
  checkCell(crystal.cellVectors, fail);
  checkSupercell(scMatrix, cellOrigins, fail);
  const shape = [cellOrigins.length / 3, 3 * n, 3 * n];
  checkArray('The force constants', forceConstants, shape, fail, {
    most: MAX_FORCE_CONSTANT,
    unit: 'hartree/bohr²',
  });
  if (!born !== !dielectric) {
    fail(
      `There are ${born ? 'Born charges but no dielectric tensor' : 'a dielectric tensor but no Born charges'}.`,
      'both or neither',
    );
  }
  if (born && dielectric) {
    checkArray('The Born charges', born, [n, 3, 3], fail, { most: MAX_BORN_CHARGE, unit: 'e' });
    checkArray('The dielectric tensor', dielectric, [3, 3], fail);
    checkDielectric(dielectric, fail);
    for (const { i, j, r } of pairsWithin(crystal, MIN_POLAR_DISTANCE)) {
      fail(
        `Atoms ${i} and ${j}, which have Born charges, are ${r} bohr apart.`,
        `at least MIN_POLAR_DISTANCE = ${MIN_POLAR_DISTANCE} bohr`,
        'Atoms that share a site cannot have a dipole–dipole part: take away the Born charges.',
      );
    }
  }
}

function isWithin(x: number, [least, most]: readonly [number, number]): boolean {
  return x >= least && x <= most;
}

function checkArray(
  name: string,
  array: Float64Array | Int32Array,
  shape: readonly number[],
  fail: Fail,
  { most, unit }: { most: number; unit: string } = { most: Number.MAX_VALUE, unit: '' },
): void {
  const size = shape.reduce((product, length) => product * length, 1);
  if (array.length !== size) {
    fail(`${name} have ${array.length} numbers.`, `${size}, of shape [${shape.join(', ')}]`);
  }
  const bad = array.findIndex((value) => !(Math.abs(value) <= most));
  if (bad < 0) return;
  let rest = bad;
  const index = [...shape].reverse().map((length) => {
    const i = rest % length;
    rest = (rest - i) / length;
    return i;
  });
  const message = `${name} hold ${array[bad]} at index [${index.reverse().join(', ')}].`;
  if (Number.isFinite(array[bad])) fail(message, `at most ${most} ${unit}`, OTHER_UNITS);
  fail(message, 'finite numbers');
}

function checkCell(cellVectors: Float64Array, fail: Fail): void {
  const edges = rowsOf(cellVectors).map(length);
  if (!edges.every((edge) => isWithin(edge, [MIN_LATTICE_VECTOR, MAX_CELL_EDGE]))) {
    fail(
      `The cell has edges of ${edges.join(', ')} bohr.`,
      `MIN_LATTICE_VECTOR = ${MIN_LATTICE_VECTOR} to MAX_CELL_EDGE = ${MAX_CELL_EDGE} bohr`,
      OTHER_UNITS,
    );
  }
  const product = edges.reduce((a, b) => a * b, 1);
  const volume = Math.abs(determinant(cellVectors));
  if (!(volume > MIN_RELATIVE_VOLUME * product)) {
    fail(
      `The cell has a volume of ${volume} bohr³ with edges of ${edges.join(', ')} bohr.`,
      `three independent cell vectors, with more than MIN_RELATIVE_VOLUME = ${MIN_RELATIVE_VOLUME} of their product as volume`,
    );
  }
  // edges of a slanted cell may be long and their differences short
  const shortest = [...latticeSearch(cellVectors)([0, 0, 0], MIN_LATTICE_VECTOR)]
    .filter(({ r }) => r > 0 && r < MIN_LATTICE_VECTOR)
    .sort((v, w) => v.r - w.r)[0];
  if (shortest) {
    fail(
      `The lattice vector [${shortest.cell.join(', ')}] has a length of ${shortest.r} bohr.`,
      `at least MIN_LATTICE_VECTOR = ${MIN_LATTICE_VECTOR} bohr`,
      OTHER_UNITS,
    );
  }
}

function checkSupercell(scMatrix: Int32Array, cellOrigins: Int32Array, fail: Fail): void {
  checkArray('The supercell matrix', scMatrix, [3, 3], fail);
  const nCells = cellOrigins.length / 3;
  if (nCells === 0 || !Number.isInteger(nCells)) {
    fail(`The cell origins have ${cellOrigins.length} numbers.`, 'three for each cell of the supercell');
  }
  if (scMatrix.some((m) => Math.abs(m) > MAX_SUPERCELL_ELEMENT)) {
    fail(`The supercell matrix is [${scMatrix.join(', ')}].`, `elements of at most ${MAX_SUPERCELL_ELEMENT}`);
  }
  const det = determinant(scMatrix);
  if (Math.abs(det) !== nCells) {
    fail(
      `The supercell matrix has determinant ${det}, and there are ${nCells} cell origins.`,
      `${Math.abs(det)} cell origins`,
    );
  }
  // o and o' are the same cell modulo the supercell when (o − o')·S⁻¹ is integer; S⁻¹ = adj(S)/det
  const adjugate = cofactorsTransposed(scMatrix);
  const seen = new Map<string, number>();
  for (let c = 0; c < nCells; c++) {
    const origin = cellOrigins.subarray(3 * c, 3 * c + 3);
    if (origin.some((o) => Math.abs(o) > MAX_CELL_ORIGIN)) {
      fail(`Cell origin ${c} is [${origin.join(', ')}].`, `components of at most ${MAX_CELL_ORIGIN}`);
    }
    const key = [0, 1, 2]
      .map((j) => {
        const projected = [0, 1, 2].reduce((sum, i) => sum + origin[i] * adjugate[3 * i + j], 0);
        return ((projected % nCells) + nCells) % nCells;
      })
      .join();
    const twin = seen.get(key);
    if (twin !== undefined) {
      fail(
        `Cell origins ${twin} and ${c} are the same cell of the supercell.`,
        'origins that differ modulo the supercell',
      );
    }
    seen.set(key, c);
  }
}

/** The eigenvalues of a tensor are between two numbers when it, shifted by each of them, is positive and negative definite. */
function checkDielectric(tensor: Float64Array, fail: Fail): void {
  const [least, most] = DIELECTRIC;
  const isPositive = (m: (i: number, j: number) => number) => {
    const matrix = Float64Array.from({ length: 9 }, (_, k) => m(Math.floor(k / 3), k % 3));
    return [m(0, 0), m(0, 0) * m(1, 1) - m(0, 1) ** 2, determinant(matrix)].every((minor) => minor > 0);
  };
  const symmetric = symmetrised(tensor);
  const above = (bound: number) => (i: number, j: number) => symmetric[3 * i + j] - (i === j ? bound : 0);
  if (!isPositive(above(least)) || !isPositive((i, j) => -above(most)(i, j))) {
    fail(
      `The dielectric tensor is [${tensor.join(', ')}].`,
      `a positive-definite tensor with eigenvalues in DIELECTRIC = ${least} to ${most}`,
      OTHER_UNITS,
    );
  }
}
