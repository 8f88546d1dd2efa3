/**
 * The cell that each atom of a CASTEP file is counted to. CASTEP moves atoms into the cell, coordinates in [0, 1), before it makes
 * the supercell, and writes positions as they came: force constants and cell origins belong to the moved ones.
 */
import type { Crystal } from '../crystal.js';
import type { ForceConstants } from '../forceConstants.js';
import { inverse, rowTimes, Supercell, times } from '../lattice.js';

/** Coordinates this near to an integer could have been moved to either end of the cell: the force constants decide. */
const EDGE = 1e-5;

/** How CASTEP may move a coordinate x within `EDGE` of the integer n: true if to the upper end of the cell, about 1. */
const RULES: ((x: number, n: number) => boolean)[] = [
  () => false,
  (x, n) => x < n,
  (x, n) => x < n || x === 1,
];

/** Couplings weaker than this part of the strongest between different atoms say nothing about distances. */
const WEAK = 0.01;

/** A rule is preferred to an earlier one where it makes the mean square distance of couplings smaller by this part. */
const NEARER = 0.01;

/**
 * The crystal with its atoms moved into the cell. What rounding may have put at either end of the cell goes where the couplings
 * are shortest; adds to `notes` where they do not tell.
 */
export function insideCell(fc: ForceConstants, notes: string[]): Crystal {
  const choices: Float64Array[] = [];
  for (const rule of RULES) {
    const atomR = moved(fc.crystal.atomR, rule);
    if (!choices.some((other) => isSame(fc, atomR, other))) choices.push(atomR);
  }
  let best = 0;
  if (choices.length > 1) {
    const distances = meanSquareDistances(fc, choices);
    const isNearer = (i: number, j: number) => distances[i] < (1 - NEARER) * distances[j];
    choices.forEach((_, i) => {
      if (isNearer(i, best)) best = i;
    });
    if (!choices.every((_, i) => i === best || isNearer(best, i))) notes.push(UNDECIDED);
  }
  return { ...fc.crystal, atomR: choices[best] };
}

const UNDECIDED =
  'Atoms lie at the border of the cell, and the force constants do not tell on which side: coordinates near 1 are taken for ones near 0.';

/** Whether positions are the same but for vectors of the supercell. */
function isSame(
  { nAtoms, scMatrix, cellOrigins }: ForceConstants,
  a: Float64Array,
  b: Float64Array,
): boolean {
  const supercell = new Supercell(scMatrix, cellOrigins);
  return Array.from({ length: nAtoms }).every((_, i) => {
    const shift = [0, 1, 2].map((k) => Math.round(a[3 * i + k] - b[3 * i + k]));
    return supercell.indexOf(shift) === supercell.indexOf([0, 0, 0]);
  });
}

function moved(atomR: Float64Array, isUpper: (x: number, n: number) => boolean): Float64Array {
  return atomR.map((x) => {
    const n = Math.round(x);
    if (Math.abs(x - n) >= EDGE) return x - Math.floor(x);
    return isUpper(x, n) ? x - n + 1 : x - n;
  });
}

/** For each choice of positions the mean of d² over strong couplings, weighted with the square of the force constants, bohr². */
function meanSquareDistances(fc: ForceConstants, choices: Float64Array[]): number[] {
  const couplings = strongCouplings(fc);
  const total = couplings.reduce((sum, { square }) => sum + square, 0);
  const toSupercell = inverse(fc.scMatrix);
  const supercell = times(fc.scMatrix, fc.crystal.cellVectors);
  const images = [-1, 0, 1].flatMap((u) =>
    [-1, 0, 1].flatMap((v) => [-1, 0, 1].map((w) => rowTimes([u, v, w], supercell))),
  );
  return choices.map((atomR) => {
    let sum = 0;
    for (const { i, j, cell, square } of couplings) {
      const apart = [0, 1, 2].map((k) => fc.cellOrigins[3 * cell + k] + atomR[3 * j + k] - atomR[3 * i + k]);
      const d = rowTimes(
        rowTimes(apart, toSupercell).map((x) => x - Math.round(x)),
        supercell,
      );
      sum +=
        square * Math.min(...images.map(([x, y, z]) => (d[0] + x) ** 2 + (d[1] + y) ** 2 + (d[2] + z) ** 2));
    }
    return sum / total;
  });
}

/** Couplings of an atom i in the first cell with another atom j in a cell, and the sum of their squares. */
function strongCouplings({ nAtoms, nCells, forceConstants }: ForceConstants) {
  const size = 3 * nAtoms;
  const squares = new Float64Array(nCells * nAtoms * nAtoms);
  forceConstants.forEach((x, k) => {
    const [row, column] = [Math.floor(k / size), k % size];
    const [cell, i, j] = [Math.floor(row / size), Math.floor((row % size) / 3), Math.floor(column / 3)];
    if (i !== j) squares[nAtoms * (nAtoms * cell + i) + j] += x * x;
  });
  const strongest = squares.reduce((most, square) => Math.max(most, square), 0);
  const couplings: { i: number; j: number; cell: number; square: number }[] = [];
  squares.forEach((square, k) => {
    if (square <= WEAK ** 2 * strongest) return;
    const [pair, j] = [Math.floor(k / nAtoms), k % nAtoms];
    couplings.push({ i: pair % nAtoms, j, cell: Math.floor(pair / nAtoms), square });
  });
  return couplings;
}
