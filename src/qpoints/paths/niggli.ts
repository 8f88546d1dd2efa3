/** Niggli's reduced cell: the one cell of a lattice that is shortest and least slanted. */
import { EuphonicError } from '../../base/errors.js';
import { determinant, dot, rowsOf, times } from '../../models/lattice.js';

/** Relative to the volume's cube root squared: lengths and products nearer than this are equal. Grosse-Kunstleve advises 1e-5. */
const TOLERANCE = 1e-5;
/** Steps of the reduction; a cell takes some tens. */
const MAX_STEPS = 1000;

const tolerance = (basis: Float64Array) => TOLERANCE * Math.abs(determinant(basis)) ** (2 / 3);

/** Whether all angles of a reduced cell are acute; else none is. */
export function isAcute(basis: Float64Array): boolean {
  const { bc, ca, ab } = gramElements(basis);
  return Math.min(bc, ca, ab) > tolerance(basis);
}

/**
 * The integer matrix N [3,3], determinant ±1, for which the rows of N·basis are the Niggli-reduced cell: all angles acute,
 * or none of them. Steps of Křivý & Gruber, Acta Cryst. A32 (1976) 297, compared with a tolerance as in Grosse-Kunstleve,
 * Sauter & Adams, Acta Cryst. A60 (2004) 1. Throws `internal` where the steps do not end.
 */
export function niggliReduction(basis: Float64Array): Float64Array {
  const eps = tolerance(basis);
  let n: Float64Array = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
  for (let i = 0; i < MAX_STEPS; i++) {
    const step = nextStep(gramElements(times(n, basis)), eps);
    if (step === undefined) return n;
    n = times(step, n);
  }
  throw new EuphonicError('internal', `Niggli's reduction did not end within ${MAX_STEPS} steps.`);
}

/** Squared lengths a·a, b·b, c·c, and twice the products: 2b·c, 2c·a, 2a·b. */
interface Gram {
  a: number;
  b: number;
  c: number;
  bc: number;
  ca: number;
  ab: number;
}

function gramElements(m: Float64Array): Gram {
  const [a, b, c] = rowsOf(m);
  return {
    a: dot(a, a),
    b: dot(b, b),
    c: dot(c, c),
    bc: 2 * dot(b, c),
    ca: 2 * dot(c, a),
    ab: 2 * dot(a, b),
  };
}

/** The first step of the list that applies, as a matrix on the rows; none for the reduced cell. */
function nextStep(g: Gram, eps: number): number[] | undefined {
  const less = (x: number, y: number) => x < y - eps;
  const same = (x: number, y: number) => Math.abs(x - y) <= eps;
  const { a, b, c, bc, ca, ab } = g;
  if (less(b, a) || (same(a, b) && less(Math.abs(ca), Math.abs(bc)))) return [0, -1, 0, -1, 0, 0, 0, 0, -1];
  if (less(c, b) || (same(b, c) && less(Math.abs(ab), Math.abs(ca)))) return [-1, 0, 0, 0, 0, -1, 0, -1, 0];
  const signs = sameSigns(g, eps);
  if (signs.some((sign) => sign < 0)) return [signs[0], 0, 0, 0, signs[1], 0, 0, 0, signs[2]];
  if (less(b, Math.abs(bc)) || (same(bc, b) && less(2 * ca, ab)) || (same(bc, -b) && less(ab, 0)))
    return [1, 0, 0, 0, 1, 0, 0, -Math.sign(bc), 1];
  if (less(a, Math.abs(ca)) || (same(ca, a) && less(2 * bc, ab)) || (same(ca, -a) && less(ab, 0)))
    return [1, 0, 0, 0, 1, 0, -Math.sign(ca), 0, 1];
  if (less(a, Math.abs(ab)) || (same(ab, a) && less(2 * bc, ca)) || (same(ab, -a) && less(ca, 0)))
    return [1, 0, 0, -Math.sign(ab), 1, 0, 0, 0, 1];
  const sum = bc + ca + ab + a + b;
  if (less(sum, 0) || (same(sum, 0) && less(0, 2 * (a + ca) + ab))) return [1, 0, 0, 0, 1, 0, 1, 1, 1];
  return undefined;
}

/** Signs of the three vectors that make all products positive, or none of them; +1 for each where it is so already. */
function sameSigns({ bc, ca, ab }: Gram, eps: number): number[] {
  const products = [bc, ca, ab].map((x) => (Math.abs(x) <= eps ? 0 : Math.sign(x)));
  const wanted = products[0] * products[1] * products[2] > 0 ? 1 : -1;
  const combinations = [
    [1, 1, 1],
    [1, -1, -1],
    [-1, 1, -1],
    [-1, -1, 1],
  ];
  return combinations.find((s) =>
    products.every((sign, k) => sign === 0 || sign * s[(k + 1) % 3] * s[(k + 2) % 3] === wanted),
  )!;
}
