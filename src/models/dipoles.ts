/**
 * Takes the dipole–dipole part out of total force constants, so that they become what a model holds: the short-range part.
 *
 * The part is that of the supercell repeated periodically, without a macroscopic field, as a calculation of forces in the
 * supercell contains it: Gonze & Lee, Phys. Rev. B 55, 10355 (1997), eqs 71–75, at the q-points that fit into the
 * supercell. It does not depend on how Ewald's method splits it.
 */

import type { ForceConstantsContent } from './crystal.js';
import { erfc } from './erfc.js';
import { balancedSplitting, EWALD_REACH, ewaldLattices } from './ewaldLattices.js';
import { type ForceConstants, makeForceConstants } from './forceConstants.js';
import {
  determinant,
  inverse,
  latticeSearch,
  pairsWithin,
  reciprocal,
  rowTimes,
  Supercell,
  SYMMETRIC_ELEMENTS,
  symmetrised,
  type Vector,
  volume,
} from './lattice.js';

/** How much longer a pair of atoms at a distance takes than a wave K for a pair of atoms of the cell. */
const REAL_COST = 100;

/**
 * The model of a file's total force constants. Throws `file_damaged`, also where what is left without the dipole part
 * is no model.
 */
export function makeFromTotal(total: ForceConstantsContent, file: string): ForceConstants {
  // checked before the dipole part is calculated from it
  const checked = makeForceConstants(total, file, 'file_damaged');
  if (!checked.born) return checked;
  const where = `${file}, after its dipole–dipole part has been taken out`;
  return makeForceConstants(withoutDipoles(total), where, 'file_damaged');
}

/** The content of a polar crystal with total force constants → the same with short-range ones; the input is not changed. */
export function withoutDipoles(total: ForceConstantsContent): ForceConstantsContent {
  const { born, dielectric, forceConstants } = total;
  if (!born || !dielectric) return total;
  // only the symmetric part enters K·ε·K
  const dipoles = dipoleForceConstants(total, born, symmetrised(dielectric));
  return { ...total, forceConstants: forceConstants.map((value, k) => value - dipoles[k]) };
}

/** [nCells,3n,3n] hartree/bohr² */
function dipoleForceConstants(
  model: ForceConstantsContent,
  born: Float64Array,
  dielectric: Float64Array,
): Float64Array {
  const { crystal, scMatrix, cellOrigins } = model;
  const supercell = new Supercell(scMatrix, cellOrigins);
  const n = crystal.atomMass.length;
  // balanced are as many distances as waves; here they shall take the same time, a wave half of the pairs and of the q-points
  const balanced = balancedSplitting(crystal.cellVectors, dielectric);
  const splitting = balanced * ((4 * REAL_COST) / supercell.nCells) ** (1 / 6);
  const result = new Float64Array(model.forceConstants.length);
  addReal(result, model, born, dielectric, supercell, splitting);
  addReciprocal(result, model, born, dielectric, supercell, splitting);

  // each atom's own block loses the symmetrised sum of its row: a translation of the crystal costs nothing
  const size = 3 * n;
  const sums = new Float64Array(3 * size);
  for (let k = 0; k < result.length; k++) sums[3 * (Math.floor(k / size) % size) + (k % 3)] += result[k];
  const home = size * size * supercell.indexOf([0, 0, 0]);
  for (let i = 0; i < n; i++) {
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 3; b++) {
        result[home + size * (3 * i + a) + 3 * i + b] -=
          (sums[9 * i + 3 * a + b] + sums[9 * i + 3 * b + a]) / 2;
      }
    }
  }
  return result;
}

/** Pairs of atoms at their distances: −Λ³/√det ε Z H(Λd) Zᵀ. */
function addReal(
  result: Float64Array,
  { crystal }: ForceConstantsContent,
  born: Float64Array,
  dielectric: Float64Array,
  supercell: Supercell,
  splitting: number,
): void {
  const size = crystal.atomR.length;
  const inverseDielectric = inverse(dielectric);
  const factor = -(splitting ** 3) / Math.sqrt(determinant(dielectric));
  const { distances, root } = ewaldLattices(crystal.cellVectors, dielectric);
  const stretched = { cellVectors: distances, atomR: crystal.atomR };
  const H = new Float64Array(9);
  for (const { i, j, cell, d, r } of pairsWithin(stretched, EWALD_REACH / splitting)) {
    const D = splitting * r;
    const gauss = (2 / Math.sqrt(Math.PI)) * Math.exp(-D * D);
    const far = splitting ** 2 * ((3 * erfc(D)) / D ** 5 + gauss * (3 / D ** 4 + 2 / D ** 2));
    const near = erfc(D) / D ** 3 + gauss / D ** 2;
    // ε⁻¹ times the distance in space
    const delta = [0, 3, 6].map((a) => root[a] * d[0] + root[a + 1] * d[1] + root[a + 2] * d[2]);
    for (let k = 0; k < 9; k++) {
      H[k] = factor * (far * delta[Math.floor(k / 3)] * delta[k % 3] - near * inverseDielectric[k]);
    }
    const block = size * (size * supercell.indexOf(cell) + 3 * i) + 3 * j;
    for (let a = 0; a < 3; a++) {
      const ZH = [0, 1, 2].map((f) =>
        [0, 1, 2].reduce((sum, e) => sum + born[9 * i + 3 * a + e] * H[3 * e + f], 0),
      );
      for (let b = 0; b < 3; b++) {
        const charge = 9 * j + 3 * b;
        result[block + size * a + b] +=
          ZH[0] * born[charge] + ZH[1] * born[charge + 1] + ZH[2] * born[charge + 2];
      }
    }
  }
}

/**
 * Σ_K w Z_κ K (Z_κ' K)ᵀ e^{iK·(r_κ − r_κ')} at each q that fits into the supercell, transformed to its cells. q and −q have
 * the same part in that.
 */
function addReciprocal(
  result: Float64Array,
  { crystal }: ForceConstantsContent,
  born: Float64Array,
  dielectric: Float64Array,
  supercell: Supercell,
  splitting: number,
): void {
  const size = crystal.atomR.length;
  const n = size / 3;
  const { nCells, origins } = supercell;
  const cos = new Float64Array(nCells);
  const sin = new Float64Array(nCells);
  for (const { q, weight } of commensurate(supercell)) {
    const waves = wavesAt(crystal, dielectric, q, splitting);
    // where q and −q are the same, every e^{2πiq·R} is 1 or −1
    const real = weight === 1;
    for (let c = 0; c < nCells; c++) {
      const phase =
        2 * Math.PI * (q[0] * origins[3 * c] + q[1] * origins[3 * c + 1] + q[2] * origins[3 * c + 2]);
      cos[c] = (weight * Math.cos(phase)) / nCells;
      sin[c] = (weight * Math.sin(phase)) / nCells;
    }
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        const [even, odd] = pairSums(waves, i, j, !real).map((sums) => charged(sums, born, i, j));
        for (let c = 0; c < nCells; c++) {
          const ij = size * (size * c + 3 * i) + 3 * j;
          const ji = size * (size * c + 3 * j) + 3 * i;
          for (let a = 0; a < 3; a++) {
            for (let b = 0; b < 3; b++) {
              const [x, y] = [even[3 * a + b] * cos[c], odd[3 * a + b] * sin[c]];
              result[ij + size * a + b] += x + y;
              if (i !== j) result[ji + size * b + a] += x - y;
            }
          }
        }
      }
    }
  }
}

interface Waves {
  count: number;
  /** [6][count]: w K_a K_b, elements 00 01 02 11 12 22; w = 4π/V e^{−KεK/4Λ²} / KεK */
  moments: Float64Array;
  /** [n][count]: of e^{iK·r} */
  cos: Float64Array;
  sin: Float64Array;
  /** [count]: scratch of pairSums */
  apartCos: Float64Array;
  apartSin: Float64Array;
}

/** Σ_K of the moments times cos and, if wanted, sin of K·(r_i − r_j): [6] each. */
function pairSums(waves: Waves, i: number, j: number, withSin: boolean): [Float64Array, Float64Array] {
  const { count, moments, cos, sin, apartCos, apartSin } = waves;
  const [atI, atJ] = [count * i, count * j];
  for (let k = 0; k < count; k++) {
    apartCos[k] = cos[atI + k] * cos[atJ + k] + sin[atI + k] * sin[atJ + k];
    apartSin[k] = sin[atI + k] * cos[atJ + k] - cos[atI + k] * sin[atJ + k];
  }
  const even = new Float64Array(6);
  const odd = new Float64Array(6);
  for (let m = 0; m < 6; m++) {
    const moment = moments.subarray(count * m, count * (m + 1));
    even[m] = dot(moment, apartCos);
    if (withSin) odd[m] = dot(moment, apartSin);
  }
  return [even, odd];
}

/** In two sums, as one would take the latency of its chain of additions. */
function dot(x: Float64Array, y: Float64Array): number {
  let [even, odd] = [0, 0];
  const pairs = x.length - (x.length % 2);
  for (let k = 0; k < pairs; k += 2) {
    even += x[k] * y[k];
    odd += x[k + 1] * y[k + 1];
  }
  if (pairs < x.length) even += x[pairs] * y[pairs];
  return even + odd;
}

/** Z_i T Z_jᵀ [3,3] of a symmetric T [6]. */
function charged(T: Float64Array, born: Float64Array, i: number, j: number): Float64Array {
  return new Float64Array(9).map((_, k) => {
    const [a, b] = [Math.floor(k / 3), k % 3];
    let sum = 0;
    for (let e = 0; e < 9; e++)
      sum +=
        born[9 * i + 3 * a + Math.floor(e / 3)] * T[SYMMETRIC_ELEMENTS[e]] * born[9 * j + 3 * b + (e % 3)];
    return sum;
  });
}

/** The K = q + G within reach but K = 0. */
function wavesAt(
  { cellVectors, atomR }: ForceConstantsContent['crystal'],
  dielectric: Float64Array,
  q: Vector,
  splitting: number,
): Waves {
  const b = reciprocal(cellVectors);
  const basis = ewaldLattices(cellVectors, dielectric).waves;
  const found: { k: Vector; moments: number[] }[] = [];
  for (const { cell, r } of latticeSearch(basis)(q, 2 * splitting * EWALD_REACH)) {
    const k: Vector = [q[0] + cell[0], q[1] + cell[1], q[2] + cell[2]];
    if (k.every((component) => Math.abs(component) < 1e-9)) continue;
    const [x, y, z] = rowTimes(k, b);
    const w = ((4 * Math.PI) / volume(cellVectors)) * (Math.exp(-((r / (2 * splitting)) ** 2)) / r ** 2);
    found.push({ k, moments: [w * x * x, w * x * y, w * x * z, w * y * y, w * y * z, w * z * z] });
  }
  const count = found.length;
  const moments = Float64Array.from({ length: 6 * count }, (_, m) => {
    return found[m % count].moments[Math.floor(m / count)];
  });
  const cos = new Float64Array((atomR.length / 3) * count);
  const sin = new Float64Array(cos.length);
  for (let at = 0; at < cos.length; at++) {
    const { k } = found[at % count];
    const i = 3 * Math.floor(at / count);
    const phase = 2 * Math.PI * (k[0] * atomR[i] + k[1] * atomR[i + 1] + k[2] * atomR[i + 2]);
    cos[at] = Math.cos(phase);
    sin[at] = Math.sin(phase);
  }
  const apartCos = new Float64Array(count);
  const apartSin = new Float64Array(count);
  return { count, moments, cos, sin, apartCos, apartSin };
}

/**
 * The q-points, one modulo reciprocal-lattice vectors, with q·S integer for every supercell vector; of q and −q one, with
 * weight 2 where they are not the same.
 */
function commensurate({ matrix, nCells }: Supercell): { q: Vector; weight: number }[] {
  const transposed = matrix.map((_, k) => matrix[3 * (k % 3) + Math.floor(k / 3)]);
  const cells = new Supercell(transposed);
  const toQ = inverse(transposed);
  const points: { q: Vector; weight: number }[] = [];
  for (let m = 0; m < nCells; m++) {
    const point = cells.origins.subarray(3 * m, 3 * m + 3);
    const opposite = cells.indexOf([-point[0], -point[1], -point[2]]);
    if (opposite >= m) points.push({ q: rowTimes(point, toQ), weight: opposite === m ? 1 : 2 });
  }
  return points;
}
