/** Space groups, by the library of spglib's authors. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import init, { analyze_cell, type MoyoDataset } from '@spglib/moyo-wasm';
import { AtomFinder } from './atomFinder.js';
import type { Crystal } from './crystal.js';
import { determinant, inverse } from './lattice.js';

/** Atoms may be this far from where symmetry puts them, bohr: 1e-5 Å, as phonopy takes by default. */
export const SYMMETRY_TOLERANCE = 1.889726e-5;

export interface Operation {
  /** [3,3] Cartesian: a vector v (a column) goes to R v */
  rotation: Float64Array;
  /** [3,3] the same on fractional positions */
  lattice: Int32Array;
  /** for each atom the atom that it goes to */
  atoms: Int32Array;
}

export interface SpaceGroup {
  /** 1 to 230 */
  number: number;
  /** Hermann–Mauguin */
  symbol: string;
  operations: Operation[];
  /** for each atom the first of the atoms that are equivalent to it */
  orbits: Int32Array;
}

/** A cell in the standard setting of the space group: unique axis b, second origin, hexagonal axes. */
interface StandardCell extends Pick<SpaceGroup, 'number' | 'symbol'> {
  /** [3,3] bohr, one cell vector a row; turned to its own axes */
  cellVectors: Float64Array;
  /** [3,3] the same vectors (rows) in multiples of the crystal's cell vectors */
  linear: Float64Array;
}

let loaded: Promise<unknown> | undefined;

/** What the library finds. Throws `Error` if it finds no space group, as for overlapping atoms. */
async function analyse(
  crystal: Omit<Crystal, 'atomMass'>,
  tolerance = SYMMETRY_TOLERANCE,
): Promise<MoyoDataset> {
  loaded ??= readFile(createRequire(import.meta.url).resolve('@spglib/moyo-wasm/moyo_wasm_bg.wasm')).then(
    (bytes) => init({ module_or_path: bytes }),
  );
  await loaded;
  const types = [...new Set(crystal.atomType)];
  const cell = {
    lattice: { basis: [...crystal.cellVectors] },
    positions: crystal.atomType.map((_, i) => [...crystal.atomR.subarray(3 * i, 3 * i + 3)]),
    numbers: crystal.atomType.map((type) => types.indexOf(type) + 1),
  };
  return analyze_cell(JSON.stringify(cell), tolerance, 'Standard');
}

/** Throws `Error` if the library finds no space group, which is so for overlapping atoms. */
export async function standardCell(crystal: Omit<Crystal, 'atomMass'>): Promise<StandardCell> {
  const { number, hm_symbol, std_cell, std_linear } = await analyse(crystal);
  return {
    number,
    symbol: hm_symbol,
    cellVectors: Float64Array.from(std_cell.lattice.basis),
    // given column by column, for vectors in columns
    linear: Float64Array.from(std_linear),
  };
}

/** Space group of a crystal. Throws `Error` if the library finds none, which it does for overlapping atoms. */
export async function spaceGroup(crystal: Crystal, tolerance = SYMMETRY_TOLERANCE): Promise<SpaceGroup> {
  const dataset = await analyse(crystal, tolerance);
  const atoms = new AtomFinder(crystal);
  const operations = dataset.operations.map(({ rotation, translation }) => {
    // the library gives matrices column by column
    const rows = rotation.map((_, k) => rotation[3 * (k % 3) + Math.floor(k / 3)]);
    return {
      rotation: cartesian(rows, crystal.cellVectors),
      lattice: Int32Array.from(rows),
      atoms: images(rows, translation, atoms),
    };
  });
  return {
    number: dataset.number,
    symbol: dataset.hm_symbol,
    operations,
    orbits: orbitsOf(operations, crystal.atomType.length),
  };
}

/** Fractional r → W r (columns) in Cartesian coordinates: with cell vectors in rows A, x = Aᵀ r, so R = Aᵀ W A⁻ᵀ. */
export function cartesian(w: ArrayLike<number>, cellVectors: Float64Array): Float64Array {
  const inverseCell = inverse(cellVectors);
  return Float64Array.from({ length: 9 }, (_, k) => {
    const [a, b] = [Math.floor(k / 3), k % 3];
    let sum = 0;
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) sum += cellVectors[3 * i + a] * w[3 * i + j] * inverseCell[3 * b + j];
    }
    return sum;
  });
}

/** For each atom the one to which an operation with the fractional rotation w and translation t takes it. */
function images(w: ArrayLike<number>, t: ArrayLike<number>, atoms: AtomFinder): Int32Array {
  const { atomR, atomType } = atoms.crystal;
  return Int32Array.from(atomType, (type, i) => {
    const [x, y, z] = [atomR[3 * i], atomR[3 * i + 1], atomR[3 * i + 2]];
    return atoms.nearest(
      type,
      t[0] + w[0] * x + w[1] * y + w[2] * z,
      t[1] + w[3] * x + w[4] * y + w[5] * z,
      t[2] + w[6] * x + w[7] * y + w[8] * z,
    );
  });
}

function orbitsOf(operations: Operation[], n: number): Int32Array {
  return Int32Array.from({ length: n }, (_, i) => Math.min(i, ...operations.map(({ atoms }) => atoms[i])));
}

/**
 * The operations that keep the magnetic moments of the atoms, or turn all of them round: what charges and displacements cannot tell
 * apart. Moments are numbers, which operations leave alone, or Cartesian axial vectors: det(R) R m; `tolerance` in their unit.
 */
export function magneticSubgroup(
  { operations }: Pick<SpaceGroup, 'operations'>,
  moments: readonly (readonly number[])[],
  tolerance: number,
): Pick<SpaceGroup, 'operations' | 'orbits'> {
  const kept = operations.filter(({ rotation, atoms }) => {
    const sign = determinant(rotation) < 0 ? -1 : 1;
    const images = moments.map((m) =>
      m.length === 3
        ? [0, 3, 6].map((k) => sign * (rotation[k] * m[0] + rotation[k + 1] * m[1] + rotation[k + 2] * m[2]))
        : m,
    );
    return [1, -1].some((time) =>
      images.every((image, i) =>
        image.every((x, k) => Math.abs(time * x - moments[atoms[i]][k]) <= tolerance),
      ),
    );
  });
  return { operations: kept, orbits: orbitsOf(kept, moments.length) };
}

/**
 * Tensors [n,3,3] of the atoms, Cartesian, averaged over the group: W_S(κ) = mean over S of R W_κ Rᵀ. The group's
 * operations are a group only up to the crystal's own rounding, and so is the result's symmetry.
 */
export function symmetrisedTensors(
  tensors: Float64Array,
  { operations }: Pick<SpaceGroup, 'operations'>,
): Float64Array {
  const out = new Float64Array(tensors.length);
  for (const { rotation, atoms } of operations) {
    for (const [from, to] of atoms.entries()) {
      const turned = turnedTensor(rotation, tensors.subarray(9 * from, 9 * from + 9));
      for (let k = 0; k < 9; k++) out[9 * to + k] += turned[k] / operations.length;
    }
  }
  return out;
}

/** R T Rᵀ [3,3] */
export function turnedTensor(r: Float64Array, tensor: ArrayLike<number>): Float64Array {
  const half = new Float64Array(9);
  const out = new Float64Array(9);
  for (let a = 0; a < 3; a++) {
    for (let j = 0; j < 3; j++) {
      for (let i = 0; i < 3; i++) half[3 * a + j] += r[3 * a + i] * tensor[3 * i + j];
    }
    for (let b = 0; b < 3; b++) {
      for (let j = 0; j < 3; j++) out[3 * a + b] += half[3 * a + j] * r[3 * b + j];
    }
  }
  return out;
}
