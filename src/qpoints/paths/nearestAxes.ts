/**
 * Symmetry fixes the conventional axes up to operations of the lattice. Of these axes the ones nearest to the given cell
 * vectors are taken, so that a cell that is conventional or primitive keeps its axes, and points are where tables have them.
 *
 * All choices give the same frequencies along the path, but in cP1, cF1 and hP1 they may exchange two inequivalent lines
 * of a kind: X–M and M–X_1, W–X and X–W_2, H–K and K–H_2. The space group does not say which is the first one.
 */
import { dot, length, rowsOf, times, type Vector } from '../../models/lattice.js';
import type { Bravais } from './bravais.js';

/** Sums of cosines that differ by less are equal. */
const EQUAL = 1e-6;

const TWOFOLD_Y = [-1, 0, 0, 0, 1, 0, 0, 0, -1];
const TWOFOLD_Z = [-1, 0, 0, 0, -1, 0, 0, 0, 1];
const FOURFOLD_Z = [0, 1, 0, -1, 0, 0, 0, 0, 1];
const THREEFOLD_111 = [0, 1, 0, 0, 0, 1, 1, 0, 0];
/** Of hexagonal axes: twofold between a and b. */
const EXCHANGED = [0, 1, 0, 1, 0, 0, 0, 0, -1];
const THREEFOLD_Z = [0, 1, 0, -1, -1, 0, 0, 0, 1];
/** On the rows a, b and c, in each crystal family. */
const ROTATIONS = {
  a: [],
  m: [TWOFOLD_Y],
  o: [TWOFOLD_Y, TWOFOLD_Z],
  t: [FOURFOLD_Z, TWOFOLD_Y],
  h: [THREEFOLD_Z, EXCHANGED, TWOFOLD_Z],
  c: [FOURFOLD_Z, THREEFOLD_111],
} as const;
/** Obverse rhombohedral centring leaves no twofold axis c. */
const RHOMBOHEDRAL = [THREEFOLD_Z, EXCHANGED];
/** Exchanging a and b in Pa-3 makes another setting of it. */
const PA_3 = 205;
const WITHOUT_FOURFOLD = [TWOFOLD_Y, TWOFOLD_Z, THREEFOLD_111];

/**
 * `axes` [3,3], the conventional cell (rows) in multiples of the given `cellVectors` (rows), turned by the operation of the
 * lattice that brings them, or the primitive vectors `toPrimitive`·axes, nearest to these.
 */
export function nearestAxes(
  lattice: Bravais,
  number: number,
  axes: Float64Array,
  toPrimitive: readonly number[],
  cellVectors: Float64Array,
): Float64Array {
  const given = rowsOf(cellVectors);
  const similarity = (candidate: Float64Array) =>
    given.reduce((sum, v, i) => sum + cosine(v, rowsOf(times(candidate, cellVectors))[i]), 0);
  let best = { axes, score: Number.NEGATIVE_INFINITY };
  for (const operation of operationsOf(lattice, number)) {
    const turned = times(operation, axes);
    const score = Math.max(similarity(turned), similarity(times(toPrimitive, turned)));
    if (score > best.score + EQUAL) best = { axes: turned, score };
  }
  return best.axes;
}

const cosine = (v: Vector, w: Vector) => dot(v, w) / (length(v) * length(w));

/** All products of the lattice's rotations and the inversion, each a matrix on the axes. */
function operationsOf(lattice: Bravais, number: number): number[][] {
  const family = ROTATIONS[lattice[0] as keyof typeof ROTATIONS];
  const rotations = number === PA_3 ? WITHOUT_FOURFOLD : lattice === 'hR' ? RHOMBOHEDRAL : family;
  const generators = [[-1, 0, 0, 0, -1, 0, 0, 0, -1], ...rotations];
  const operations = [[1, 0, 0, 0, 1, 0, 0, 0, 1]];
  const seen = new Set(operations.map(String));
  // the list grows while it is gone through
  for (const operation of operations) {
    for (const generator of generators) {
      // no -0
      const product = Array.from(times(generator, operation), (x) => x + 0);
      if (seen.has(String(product))) continue;
      seen.add(String(product));
      operations.push(product);
    }
  }
  return operations;
}
