/**
 * Which of the cells that a space group's standard setting leaves open is the conventional one: the one with the shortest
 * axes, in ascending order. The tables of points hold for it, and labels depend on it.
 */
import { dot, length, reciprocal, rowsOf, times, type Vector } from '../../models/lattice.js';
import { niggliReduction } from './niggli.js';

/** Lengths that differ by less than this part of them are equal, and their order stays as it is. */
const EQUAL = 1e-7;

const MONOCLINIC_CENTRED = [5, 8, 9, 12, 15];
const MONOCLINIC_WITH_GLIDE = [7, 13, 14];
/** Orthorhombic groups whose standard symbol holds with the axes in any order, */
const ANY_ORDER = [16, 19, 22, 23, 24, 47, 48, 69, 70, 71, 73];
/** with a and b exchanged, */
const A_AND_B_EXCHANGED = [
  ...[17, 18, 20, 21, 25, 27, 32, 34, 35, 37, 42, 43, 44, 45, 49, 50],
  ...[55, 56, 58, 59, 65, 66, 67, 68, 72, 74],
];
/** or in any cyclic order: Pbca. */
const CYCLIC_ORDER = [61];

/**
 * The integer matrix M [3,3] for which the rows of M·basis are the conventional cell of a space group, where those of
 * `basis` are any cell in its standard setting (unique axis b, first choice of the cell). For triclinic lattices it is the
 * cell whose reciprocal is Niggli's reduced cell, with a* and b* nearest to a right angle. Handedness may change.
 */
export function conventionalAxes(number: number, basis: Float64Array): Float64Array {
  if (number <= 2) return triclinicAxes(basis);
  if (number <= 15) return monoclinicAxes(number, basis);
  return permutation(axisOrder(number, rowsOf(basis).map(length)));
}

function triclinicAxes(basis: Float64Array): Float64Array {
  const reciprocalBasis = reciprocal(basis);
  const reduction = niggliReduction(reciprocalBasis);
  const [a, b, c] = rowsOf(times(reduction, reciprocalBasis));
  const products = [dot(b, c), dot(c, a), dot(a, b)].map(Math.abs);
  // the first of those that differ by rounding only
  const smallest = Math.min(...products) + EQUAL * dot(a, a);
  const last = products.findIndex((product) => product <= smallest);
  // the inverse, transposed: what the reduction of the reciprocal vectors does to the direct ones
  const direct = reciprocal(reduction).map((x) => Math.round(x / (2 * Math.PI)));
  return times(permutation([(last + 1) % 3, (last + 2) % 3, last]), direct);
}

/**
 * In the plane across b the three shortest vectors, one of them the sum of the others, are one each of the kinds a, c and
 * a + c modulo 2. Centring fixes the kind of a, a glide that of c.
 */
function monoclinicAxes(number: number, basis: Float64Array): Float64Array {
  const [a, , c] = rowsOf(basis);
  const vectors = shortestInPlane(a, c);
  let [newA, newC] = vectors;
  if (MONOCLINIC_CENTRED.includes(number)) {
    newA = vectors.find(({ u, v }) => isOdd(u) && !isOdd(v))!;
    newC = shortest(vectors.filter((vector) => vector !== newA));
  } else if (MONOCLINIC_WITH_GLIDE.includes(number)) {
    newC = vectors.find(({ u, v }) => !isOdd(u) && isOdd(v))!;
    newA = shortest(vectors.filter((vector) => vector !== newC));
  }
  // β is obtuse
  const sign = dot(newA.d, newC.d) > 0 ? -1 : 1;
  return Float64Array.of(newA.u, 0, newA.v, 0, 1, 0, sign * newC.u, 0, sign * newC.v);
}

/** u·a + v·c, which is d in space. */
interface PlaneVector {
  u: number;
  v: number;
  d: Vector;
}

/** Of the plane lattice of a and c the shortest vector, the shortest across it, and their shorter sum or difference. */
function shortestInPlane(a: Vector, c: Vector): [PlaneVector, PlaneVector, PlaneVector] {
  const plus = (v: PlaneVector, n: number, w: PlaneVector): PlaneVector => ({
    u: v.u + n * w.u,
    v: v.v + n * w.v,
    d: [0, 1, 2].map((k) => v.d[k] + n * w.d[k]) as Vector,
  });
  let [first, second]: PlaneVector[] = [
    { u: 1, v: 0, d: a },
    { u: 0, v: 1, d: c },
  ];
  // Gauss's reduction
  for (;;) {
    if (shortest([first, second]) === second) [first, second] = [second, first];
    const nearer = plus(second, -Math.round(dot(first.d, second.d) / dot(first.d, first.d)), first);
    if (shortest([second, nearer]) === second) break;
    second = nearer;
  }
  return [first, second, plus(first, dot(first.d, second.d) > 0 ? -1 : 1, second)];
}

function shortest(vectors: PlaneVector[]): PlaneVector {
  return vectors.reduce((best, other) => (isLonger(length(best.d), length(other.d)) ? other : best));
}

/** Positions of the axes in the order in which they are a, b and c. */
function axisOrder(number: number, lengths: number[]): number[] {
  if (ANY_ORDER.includes(number)) return ascending(lengths);
  if (A_AND_B_EXCHANGED.includes(number)) return [...ascending(lengths.slice(0, 2)), 2];
  if (CYCLIC_ORDER.includes(number)) {
    const first = ascending(lengths)[0];
    return [first, (first + 1) % 3, (first + 2) % 3];
  }
  return [0, 1, 2];
}

function ascending(lengths: number[]): number[] {
  return [...lengths.keys()].sort((i, j) =>
    isLonger(lengths[i], lengths[j]) ? 1 : isLonger(lengths[j], lengths[i]) ? -1 : i - j,
  );
}

const isLonger = (x: number, y: number) => x > y * (1 + EQUAL);
const isOdd = (x: number) => x % 2 !== 0;

/** The matrix whose product with a basis has its rows in another order. */
function permutation(order: number[]): Float64Array {
  return Float64Array.from(order.flatMap((from) => [0, 1, 2].map((k) => Number(k === from))));
}
