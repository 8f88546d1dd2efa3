/**
 * The cell that each atom of a CASTEP file is counted to. CASTEP moves atoms into the cell, coordinates in [0, 1), before it makes
 * the supercell, and writes positions as they came: force constants and cell origins belong to the moved ones.
 */
import { type Coupling, distanceFinder, strengthOf } from '../couplings.js';
import { type ForceConstants, inOtherCells } from '../forceConstants.js';
import { Supercell } from '../lattice.js';

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
 * The model with its atoms moved into the cell. What rounding may have put at either end of the cell goes where the couplings
 * are shortest; adds to `notes` where they do not tell.
 */
export function insideCell(fc: ForceConstants, notes: string[]): ForceConstants {
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
  return inOtherCells(fc, choices[best]);
}

const UNDECIDED =
  'Atoms lie at the border of the cell, and the force constants do not tell on which side: coordinates near 1 are taken for ones near 0.';

/** Whether positions are the same but for vectors of the supercell, and a lattice vector by which all atoms are moved. */
function isSame(
  { nAtoms, scMatrix, cellOrigins }: ForceConstants,
  a: Float64Array,
  b: Float64Array,
): boolean {
  const supercell = new Supercell(scMatrix, cellOrigins);
  const shift = (i: number) => [0, 1, 2].map((k) => Math.round(a[3 * i + k] - b[3 * i + k]));
  const first = shift(0);
  return Array.from({ length: nAtoms }).every((_, i) => {
    const relative = shift(i).map((x, k) => x - first[k]);
    return supercell.indexOf(relative) === supercell.indexOf([0, 0, 0]);
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
  const mean = (value: (coupling: Coupling) => number) =>
    couplings.reduce((sum, coupling) => sum + coupling.strength ** 2 * value(coupling), 0) /
    couplings.reduce((sum, { strength }) => sum + strength ** 2, 0);
  return choices.map((atomR) => {
    const distanceOf = distanceFinder(inOtherCells(fc, atomR));
    return mean((coupling) => distanceOf(coupling) ** 2);
  });
}

/** Couplings of an atom in the first cell with another atom in any cell. */
function strongCouplings(fc: ForceConstants): Coupling[] {
  let strongest = 0;
  for (const { strength } of couplingsOfDifferentAtoms(fc)) strongest = Math.max(strongest, strength);
  return [...couplingsOfDifferentAtoms(fc, WEAK * strongest)];
}

function* couplingsOfDifferentAtoms(fc: ForceConstants, weakest = 0): Generator<Coupling> {
  for (let cell = 0; cell < fc.nCells; cell++) {
    for (let i = 0; i < fc.nAtoms; i++) {
      for (let j = 0; j < fc.nAtoms; j++) {
        const strength = i === j ? 0 : strengthOf(fc, i, j, cell);
        if (strength > weakest) yield { i, j, cell, strength };
      }
    }
  }
}
