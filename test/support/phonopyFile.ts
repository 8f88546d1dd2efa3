/** Writes phonopy's files for a model, in any of the ways in which phonopy stores things. */
import type { ForceConstants } from '../../src/models/forceConstants.js';
import { inverse, rowTimes, Supercell } from '../../src/models/lattice.js';
import { ELECTRON_MASS_PER_AMU } from '../../src/models/units.js';

export interface PhonopyFileOptions {
  /** atomic units in the file's units, and their names; default atomic units */
  length?: [number, string];
  force?: [number, string];
  /** leave out physical_unit, and say which calculator it was */
  calculator?: string;
  /** of Born charges: in a section of their own, at the top level, or not there */
  nac?: 'section' | 'top' | 'none';
  nacFactor?: number;
  /** force constants between all atoms */
  full?: boolean;
  forceConstants?: boolean;
  /** leave out reduced_to */
  bare?: boolean;
}

/** The summary. Born charges are written with the electric field first, as phonopy has them. */
export function phonopySummary(fc: ForceConstants, options: PhonopyFileOptions = {}): string {
  const { length = [1, 'au'], force = [1, 'hartree/au^2'], nac = 'section' } = options;
  const { crystal, nAtoms: n, nCells } = fc;
  const lattice = crystal.cellVectors.map((x) => x / length[0]);
  const large = Float64Array.from(
    [0, 3, 6].flatMap((k) => rowTimes(fc.scMatrix.subarray(k, k + 3), lattice)),
  );
  const atoms = supercellAtoms(fc);
  const charges = fc.born && [
    'born_effective_charge:',
    ...Array.from({ length: n }, (_, i) => [
      '- # atom',
      ...rows(transposed(fc.born!.subarray(9 * i, 9 * i + 9)), '  '),
    ]).flat(),
    'dielectric_constant:',
    ...rows(fc.dielectric!, '  '),
  ];
  const factor = options.nacFactor === undefined ? [] : [`unit_conversion_factor: ${options.nacFactor}`];
  return [
    'phonopy:',
    '  version: "2.15.0"',
    ...(options.calculator ? [`  calculator: ${options.calculator}`] : []),
    ...(nac === 'top' ? factor.map((line) => `  nac_${line}`) : []),
    '',
    ...(options.calculator
      ? []
      : [
          'physical_unit:',
          '  atomic_mass: "AMU"',
          `  length: "${length[1]}"`,
          `  force_constants: "${force[1]}"`,
          '',
        ]),
    'primitive_cell:',
    '  lattice:',
    ...rows(lattice, '  '),
    '  points:',
    ...points([...crystal.atomType.keys()], crystal.atomR, fc),
    'supercell:',
    '  lattice:',
    ...rows(large, '  '),
    '  points:',
    ...points(
      atoms.map(({ atom }) => atom),
      atoms.flatMap(({ position }) => position),
      fc,
      options.bare ? undefined : nCells,
    ),
    ...(charges && nac === 'section' ? ['nac:', ...[...factor, ...charges].map((line) => `  ${line}`)] : []),
    ...(charges && nac === 'top' ? charges : []),
    ...(options.forceConstants === false ? [] : elements(fc, force[0], options.full ?? false)),
    '',
  ].join('\n');
}

/** FORCE_CONSTANTS in hartree/bohr². */
export function forceConstantsFile(fc: ForceConstants, full: boolean): string {
  const atoms = supercellAtoms(fc);
  const lines = [` ${full ? atoms.length : fc.nAtoms} ${atoms.length}`];
  for (const i of rowAtoms(fc, full)) {
    atoms.forEach((_, j) => {
      lines.push(`${i + 1} ${j + 1}`, ...matrixLines(block(fc, i, j)));
    });
  }
  return `${lines.join('\n')}\n`;
}

/** All copies of the first atom, then of the second, and so on. */
function supercellAtoms({ nAtoms, nCells, cellOrigins, crystal, scMatrix }: ForceConstants) {
  const s = Float64Array.from(scMatrix);
  const toSupercell = inverse(s);
  return Array.from({ length: nAtoms * nCells }, (_, k) => {
    const [atom, cell] = [Math.floor(k / nCells), k % nCells];
    const position = rowTimes(
      [0, 1, 2].map((c) => crystal.atomR[3 * atom + c] + cellOrigins[3 * cell + c]),
      toSupercell,
    );
    return { atom, cell, position };
  });
}

function rowAtoms({ nAtoms, nCells }: ForceConstants, full: boolean): number[] {
  return Array.from({ length: full ? nAtoms * nCells : nAtoms }, (_, row) => (full ? row : row * nCells));
}

/** Force constants between atoms i and j of the supercell. */
function block(fc: ForceConstants, i: number, j: number): number[] {
  const { nAtoms, nCells } = fc;
  const supercell = new Supercell(fc.scMatrix, fc.cellOrigins);
  const cell = [0, 1, 2].map(
    (k) => fc.cellOrigins[3 * (j % nCells) + k] - fc.cellOrigins[3 * (i % nCells) + k],
  );
  const [row, column] = [3 * Math.floor(i / nCells), 3 * Math.floor(j / nCells)];
  const n = 3 * nAtoms;
  const start = n * n * supercell.indexOf(cell);
  return Array.from(
    { length: 9 },
    (_, k) => fc.forceConstants[start + n * (row + Math.floor(k / 3)) + column + (k % 3)],
  );
}

function elements(fc: ForceConstants, unit: number, full: boolean): string[] {
  const count = fc.nAtoms * fc.nCells;
  const from = rowAtoms(fc, full);
  const lines = [
    'force_constants:',
    `  format: "${full ? 'full' : 'compact'}"`,
    `  shape: [ ${from.length}, ${count} ]`,
    '  elements:',
  ];
  for (const i of from) {
    for (let j = 0; j < count; j++) {
      lines.push(
        `  - # (${i + 1}, ${j + 1})`,
        ...rows(
          block(fc, i, j).map((x) => x / unit),
          '    ',
        ),
      );
    }
  }
  return lines;
}

function points(
  atoms: number[],
  positions: ArrayLike<number>,
  fc: ForceConstants,
  nCells?: number,
): string[] {
  return atoms.flatMap((atom, k) => [
    `  - symbol: ${fc.crystal.atomType[atom]} # ${k + 1}`,
    `    coordinates: [ ${positions[3 * k]}, ${positions[3 * k + 1]}, ${positions[3 * k + 2]} ]`,
    `    mass: ${fc.crystal.atomMass[atom] / ELECTRON_MASS_PER_AMU}`,
    ...(nCells ? [`    reduced_to: ${atom * nCells + 1}`] : []),
  ]);
}

function rows(m: ArrayLike<number>, indent: string): string[] {
  return [0, 3, 6].map((k) => `${indent}- [ ${m[k]}, ${m[k + 1]}, ${m[k + 2]} ] # row`);
}

function matrixLines(m: readonly number[]): string[] {
  return [0, 3, 6].map((k) => `  ${m[k]}  ${m[k + 1]}  ${m[k + 2]}`);
}

function transposed(m: ArrayLike<number>): number[] {
  return Array.from({ length: 9 }, (_, k) => m[3 * (k % 3) + Math.floor(k / 3)]);
}
