/** The conditions that a model must meet; the native core relies on all of them. */
import type { ForceConstantsContent } from './forceConstants.js';
import { cofactorsTransposed, determinant } from './lattice.js';

/** Largest |element| of a supercell matrix: determinants and cofactors stay exact in double precision. */
export const MAX_SUPERCELL_ELEMENT = 32767;
/** Largest |component| of a cell origin, for the same reason. */
export const MAX_CELL_ORIGIN = 1 << 20;
/** A cell counts as flat when its volume is less than this part of the product of its edges. */
export const MIN_RELATIVE_VOLUME = 1e-6;

/** Reports a violated condition; does not return. */
export type Fail = (message: string, expected: string) => never;

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
  checkArray('The positions', crystal.atomR, [n, 3], fail);
  checkArray('The masses', crystal.atomMass, [n], fail);
  crystal.atomMass.forEach((mass, i) => {
    if (mass <= 0) fail(`The mass of atom ${i} is ${mass} electron masses.`, 'positive masses');
  });
  checkVolume(crystal.cellVectors, fail);
  checkSupercell(scMatrix, cellOrigins, fail);
  checkArray('The force constants', forceConstants, [cellOrigins.length / 3, 3 * n, 3 * n], fail);
  if (!born !== !dielectric) {
    fail(
      `There are ${born ? 'Born charges but no dielectric tensor' : 'a dielectric tensor but no Born charges'}.`,
      'both or neither',
    );
  }
  if (born && dielectric) {
    checkArray('The Born charges', born, [n, 3, 3], fail);
    checkArray('The dielectric tensor', dielectric, [3, 3], fail);
    checkPositiveDefinite(dielectric, fail);
  }
}

function checkArray(
  name: string,
  array: Float64Array | Int32Array,
  shape: readonly number[],
  fail: Fail,
): void {
  const size = shape.reduce((product, length) => product * length, 1);
  if (array.length !== size) {
    fail(`${name} have ${array.length} numbers.`, `${size}, of shape [${shape.join(', ')}]`);
  }
  const bad = array.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  let rest = bad;
  const index = [...shape].reverse().map((length) => {
    const i = rest % length;
    rest = (rest - i) / length;
    return i;
  });
  fail(`${name} hold ${array[bad]} at index [${index.reverse().join(', ')}].`, 'finite numbers');
}

function checkVolume(cellVectors: Float64Array, fail: Fail): void {
  const edges = [0, 3, 6].map((i) => Math.hypot(...cellVectors.subarray(i, i + 3)));
  const product = edges.reduce((a, b) => a * b, 1);
  const volume = Math.abs(determinant(cellVectors));
  if (!(volume > MIN_RELATIVE_VOLUME * product) || !Number.isFinite(product)) {
    fail(
      `The cell has a volume of ${volume} bohr³ with edges of ${edges.join(', ')} bohr.`,
      'three independent cell vectors',
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

function checkPositiveDefinite(tensor: Float64Array, fail: Fail): void {
  const s = (i: number, j: number) => (tensor[3 * i + j] + tensor[3 * j + i]) / 2;
  const symmetric = Float64Array.from({ length: 9 }, (_, k) => s(Math.floor(k / 3), k % 3));
  const minors = [s(0, 0), s(0, 0) * s(1, 1) - s(0, 1) ** 2, determinant(symmetric)];
  if (!minors.every((minor) => minor > 0)) {
    fail(`The dielectric tensor is [${tensor.join(', ')}].`, 'a positive-definite tensor');
  }
}
