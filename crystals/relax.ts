/** Relaxes a crystal within its space group: Newton's method in the few parameters that the symmetry leaves free. */

import { inverse, rowTimes } from '../src/models/lattice.js';
import type { EnergyAndForces } from './potential.js';
import { atomCount, type Structure } from './structure.js';

/** Builds the crystal from its free parameters; cell vectors and positions must be linear in them. */
type Parametrised = (parameters: readonly number[]) => Structure;

interface Relaxed {
  parameters: number[];
  structure: Structure;
  /** largest |dE/dp| left, hartree per unit of the parameter */
  gradient: number;
  iterations: number;
}

const MAX_ITERATIONS = 100;
/** Of each parameter's own size, for the finite differences of the gradient that make the Hessian. */
const DIFFERENCE = 1e-5;
/** No parameter changes by more than this part of its size in one step. */
const MAX_STEP = 0.02;

/**
 * Finds the parameters at which the energy is stationary. Energy derivatives are analytic, the Hessian is differenced
 * from them; the iteration ends when rounding errors are all that is left, and fails if it does not get there.
 */
export function relax(
  build: Parametrised,
  start: readonly number[],
  energy: (structure: Structure) => EnergyAndForces,
): Relaxed {
  const parameters = [...start];
  const derivative = (p: readonly number[]) => gradient(build, p, energy(build(p)));
  const size = parameters.map((p) => Math.max(Math.abs(p), 0.1));
  let best = Number.POSITIVE_INFINITY;
  for (let iterations = 1; iterations <= MAX_ITERATIONS; iterations++) {
    const g = derivative(parameters);
    const norm = Math.max(...g.map(Math.abs));
    if (norm < 1e-9 && norm > 0.5 * best)
      return { parameters, structure: build(parameters), gradient: norm, iterations };
    best = Math.min(best, norm);
    const hessian = parameters.map((_, k) => {
      const step = DIFFERENCE * size[k];
      const shifted = (h: number) => derivative(parameters.map((p, i) => (i === k ? p + h : p)));
      const [up, down] = [shifted(step), shifted(-step)];
      return up.map((x, i) => (x - down[i]) / (2 * step));
    });
    const move = solve(hessian, g);
    const scale = Math.min(1, ...move.map((m, k) => (MAX_STEP * size[k]) / Math.max(Math.abs(m), 1e-300)));
    for (let k = 0; k < parameters.length; k++) parameters[k] -= scale * move[k];
  }
  throw new Error(`no stationary point in ${MAX_ITERATIONS} steps; the gradient is still ${best}`);
}

/** dE/dp from forces and virial: dE = Σ_ab W_ab ε_ab − Σ_i F_i·(ds_i h), with ε = h⁻¹ dh and h the cell vectors. */
function gradient(
  build: Parametrised,
  parameters: readonly number[],
  { forces, virial }: EnergyAndForces,
): number[] {
  const here = build(parameters);
  const inverseCell = inverse(here.cellVectors);
  return parameters.map((_, k) => {
    // linear, so a unit step gives the derivative but for rounding
    const there = build(parameters.map((p, i) => (i === k ? p + 1 : p)));
    const dCell = there.cellVectors.map((x, i) => x - here.cellVectors[i]);
    let slope = 0;
    for (let a = 0; a < 3; a++) {
      const strain = rowTimes(inverseCell.subarray(3 * a, 3 * a + 3), dCell);
      for (let b = 0; b < 3; b++) slope += virial[3 * a + b] * strain[b];
    }
    for (let i = 0; i < atomCount(here); i++) {
      const ds = [0, 1, 2].map((c) => there.atomR[3 * i + c] - here.atomR[3 * i + c]);
      const dx = rowTimes(ds, here.cellVectors);
      for (let a = 0; a < 3; a++) slope -= forces[3 * i + a] * dx[a];
    }
    return slope;
  });
}

/** Solves m x = y by Gaussian elimination with row pivoting. */
export function solve(m: readonly (readonly number[])[], y: readonly number[]): number[] {
  const rows = m.map((row, i) => [...row, y[i]]);
  const n = rows.length;
  for (let k = 0; k < n; k++) {
    const pivot = rows.reduce((p, row, i) => (i >= k && Math.abs(row[k]) > Math.abs(rows[p][k]) ? i : p), k);
    [rows[k], rows[pivot]] = [rows[pivot], rows[k]];
    for (let i = k + 1; i < n; i++) {
      const factor = rows[i][k] / rows[k][k];
      for (let j = k; j <= n; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let k = n - 1; k >= 0; k--) {
    const known = rows[k].slice(k + 1, n).reduce((s, value, j) => s + value * x[k + 1 + j], 0);
    x[k] = (rows[k][n] - known) / rows[k][k];
  }
  return x;
}
