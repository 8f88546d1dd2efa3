/** How far a model is from having the symmetry of its crystal: then frequencies are the same at q and at all its images. */
import { blockOf, type Coupling } from './couplings.js';
import type { ForceConstants } from './forceConstants.js';
import { Supercell } from './lattice.js';
import { generators, type PointOperation, pointOperations, turned } from './pointOperations.js';
import { turnedTensor } from './symmetry.js';

/** Largest differences of what an operation takes to each other, each relative to the largest tensor of its kind. */
interface SymmetryDifferences {
  forceConstants: number;
  born: number;
  dielectric: number;
}

/**
 * Of the couplings, strongest first, of the Born charges and of the dielectric tensor. Only operations count that the supercell
 * has as well, since force constants from another one are less symmetric, rightly.
 */
export function symmetryDifferences(fc: ForceConstants, couplings: readonly Coupling[]): SymmetryDifferences {
  const supercell = new Supercell(fc.scMatrix, fc.cellOrigins);
  const home = supercell.indexOf([0, 0, 0]);
  const isOfSupercell = ({ lattice }: PointOperation) =>
    [0, 3, 6].every((k) => supercell.indexOf(turned(lattice, fc.scMatrix, k)) === home);
  const operations = generators(pointOperations(fc.crystal).filter(isOfSupercell));
  const largest = (difference: (operation: PointOperation) => number, norm: number) =>
    operations.reduce((most, operation) => Math.max(most, difference(operation) / norm), 0);
  const { born, dielectric } = fc;
  return {
    forceConstants: largest(
      (operation) => ofForceConstants(fc, supercell, couplings, operation),
      couplings[0]?.strength ?? 1,
    ),
    born: born ? largest((operation) => ofBornCharges(born, operation), largestNorm(born)) : 0,
    dielectric: dielectric
      ? largest(({ rotation }) => difference(dielectric, rotation, dielectric), largestNorm(dielectric))
      : 0,
  };
}

function ofForceConstants(
  fc: ForceConstants,
  supercell: Supercell,
  couplings: readonly Coupling[],
  { lattice, rotation, atoms, cells }: PointOperation,
): number {
  let most = 0;
  for (const { i, j, cell } of couplings) {
    const origin = turned(lattice, fc.cellOrigins, 3 * cell);
    const image = supercell.indexOf(origin.map((x, k) => x + cells[3 * j + k] - cells[3 * i + k]));
    const there = blockOf(fc, atoms[i], atoms[j], image);
    most = Math.max(most, difference(blockOf(fc, i, j, cell), rotation, there));
  }
  return most;
}

function ofBornCharges(born: Float64Array, { rotation, atoms }: PointOperation): number {
  const of = (atom: number) => born.subarray(9 * atom, 9 * atom + 9);
  return atoms.reduce((most, image, i) => Math.max(most, difference(of(i), rotation, of(image))), 0);
}

/** Frobenius norm of R T Rᵀ − T′. */
function difference(tensor: Float64Array, rotation: Float64Array, image: Float64Array): number {
  const expected = turnedTensor(rotation, tensor);
  let sum = 0;
  for (let k = 0; k < 9; k++) sum += (expected[k] - image[k]) ** 2;
  return Math.sqrt(sum);
}

/** Of tensors [n,3,3]. */
function largestNorm(tensors: Float64Array): number {
  let most = 0;
  for (let k = 0; k < tensors.length; k += 9)
    most = Math.max(most, Math.hypot(...tensors.subarray(k, k + 9)));
  return most || 1;
}
