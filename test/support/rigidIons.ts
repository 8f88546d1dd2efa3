/**
 * Two ways to the dynamical matrix of rigid ions that do not pass through force constants in a file: the direct lattice sum
 * at any q, and forces after small displacements in a supercell, for the q that fit into it.
 */

import { erfc } from '../../crystals/erfc.js';
import { type EnergyAndForces, type PairTable, pairKey } from '../../crystals/potential.js';
import type { Structure } from '../../crystals/structure.js';
import {
  pairsWithin,
  reciprocal,
  rowTimes,
  type Supercell,
  type Vector,
  volume,
} from '../../src/models/lattice.js';
import { phasesOf } from './dynamicalMatrix.js';
import { type Hermitian, massWeight, zeroHermitian } from './hermitian.js';

/**
 * Second derivatives of the total potential ψ(r) = φ(r) + q q'/r, the Coulomb part split at Λ = `ewaldLambda` (1/bohr) into
 * erfc(Λr)/r and a sum over reciprocal vectors; q = 0 terms on the diagonal from the invariance under translations.
 */
export function latticeSum(
  structure: Structure,
  table: PairTable,
  charges: readonly number[],
  masses: Float64Array,
  q: Vector,
  ewaldLambda: number,
): Hermitian {
  const n = structure.atomR.length;
  const d = zeroHermitian(n);
  const add = (i: number, j: number, a: number, b: number, re: number, im: number, atZero: number) => {
    d.re[n * (3 * i + a) + 3 * j + b] += re;
    d.im[n * (3 * i + a) + 3 * j + b] += im;
    d.re[n * (3 * i + a) + 3 * i + b] -= atZero;
  };
  const reach = 6.3;
  const longest = Math.max(reach / ewaldLambda, ...[...table.values()].map((potential) => potential.cutoff));
  for (const { i, j, cell, d: x, r } of pairsWithin(structure, longest)) {
    const short = table.get(pairKey(structure.atomType[i], structure.atomType[j]))?.evaluate(r) ?? [0, 0, 0];
    const y = ewaldLambda * r;
    const gauss = (2 / Math.sqrt(Math.PI)) * Math.exp(-y * y);
    const qq = charges[i] * charges[j];
    const slope = short[1] - (qq * (erfc(y) + gauss * y)) / r ** 2;
    const curvature = short[2] + (qq * (2 * erfc(y) + 2 * gauss * y * (1 + y * y))) / r ** 3;
    const phase = 2 * Math.PI * (q[0] * cell[0] + q[1] * cell[1] + q[2] * cell[2]);
    const [cos, sin] = [Math.cos(phase), Math.sin(phase)];
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 3; b++) {
        const value = -((curvature - slope / r) * x[a] * x[b]) / r ** 2 - (a === b ? slope / r : 0);
        add(i, j, a, b, value * cos, value * sin, value);
      }
    }
  }
  const lattice = reciprocal(structure.cellVectors);
  const cellVolume = volume(structure.cellVectors);
  const limit = 2 * ewaldLambda * reach + 2 * Math.hypot(...rowTimes(q, lattice));
  const bounds = [0, 3, 6].map((k) =>
    Math.ceil((limit * Math.hypot(...structure.cellVectors.subarray(k, k + 3))) / (2 * Math.PI)),
  );
  for (let u = -bounds[0]; u <= bounds[0]; u++) {
    for (let v = -bounds[1]; v <= bounds[1]; v++) {
      for (let w = -bounds[2]; w <= bounds[2]; w++) {
        for (const isQ of [true, false]) {
          const k: Vector = isQ ? [u + q[0], v + q[1], w + q[2]] : [u, v, w];
          const K = rowTimes(k, lattice);
          const square = K[0] ** 2 + K[1] ** 2 + K[2] ** 2;
          if (square < 1e-20 || square > limit ** 2) continue;
          const weight = (4 * Math.PI * Math.exp(-square / (4 * ewaldLambda ** 2))) / square / cellVolume;
          const { cos, sin } = phasesOf(structure.atomR, k);
          for (let i = 0; i < n / 3; i++) {
            for (let j = 0; j < n / 3; j++) {
              const qq = weight * charges[i] * charges[j];
              const re = qq * (cos[i] * cos[j] + sin[i] * sin[j]);
              const im = qq * (sin[i] * cos[j] - cos[i] * sin[j]);
              for (let a = 0; a < 3; a++) {
                for (let b = 0; b < 3; b++) {
                  const KK = K[a] * K[b];
                  if (isQ) add(i, j, a, b, re * KK, im * KK, 0);
                  else add(i, j, a, b, 0, 0, re * KK);
                }
              }
            }
          }
        }
      }
    }
  }
  massWeight(d, masses);
  return d;
}

/** Central differences of forces, bohr: fourth-order errors of the potential stay near 1e-9 of the force constants. */
const DISPLACEMENT = 1e-3;

/**
 * Displaces each atom of the first cell of a supercell in turn; gives a function of q, which must fit into the supercell.
 * `energy` must give the forces of the supercell as a crystal of its own.
 */
export function frozenPhonons(
  structure: Structure,
  supercell: Supercell,
  masses: Float64Array,
  energy: (structure: Structure) => EnergyAndForces,
): (q: Vector) => Hermitian {
  const { nCells, origins } = supercell;
  const n = structure.atomR.length;
  const inverseMatrix = [0, 4, 8].map((k) => 1 / supercell.matrix[k]);
  const large: Structure = {
    cellVectors: structure.cellVectors.map((x, k) => x / inverseMatrix[Math.floor(k / 3)]),
    atomR: Float64Array.from(
      { length: n * nCells },
      (_, k) => (structure.atomR[k % n] + origins[3 * Math.floor(k / n) + (k % 3)]) * inverseMatrix[k % 3],
    ),
    atomType: Array.from({ length: nCells }, () => structure.atomType).flat(),
  };
  const inverseCell = reciprocal(large.cellVectors).map((x) => x / (2 * Math.PI));
  const forces = (row: number, step: number) => {
    const atomR = large.atomR.slice();
    for (let c = 0; c < 3; c++) atomR[row - (row % 3) + c] += step * inverseCell[3 * c + (row % 3)];
    return energy({ ...large, atomR }).forces;
  };
  const rows = Array.from({ length: n }, (_, row) => {
    const [up, down] = [forces(row, DISPLACEMENT), forces(row, -DISPLACEMENT)];
    return up.map((f, k) => (down[k] - f) / (2 * DISPLACEMENT));
  });
  return (q) => {
    const d = zeroHermitian(n);
    rows.forEach((row, i) => {
      row.forEach((value, k) => {
        const origin = origins.subarray(3 * Math.floor(k / n), 3 * Math.floor(k / n) + 3);
        const phase = 2 * Math.PI * (q[0] * origin[0] + q[1] * origin[1] + q[2] * origin[2]);
        d.re[n * i + (k % n)] += value * Math.cos(phase);
        d.im[n * i + (k % n)] += value * Math.sin(phase);
      });
    });
    massWeight(d, masses);
    return d;
  };
}
