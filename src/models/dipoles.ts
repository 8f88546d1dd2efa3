/**
 * Takes the dipole–dipole part out of total force constants, so that they become what a model holds: the short-range part.
 *
 * The part is that of the supercell repeated periodically, without a macroscopic field, as a calculation of forces in the
 * supercell contains it: Gonze & Lee, Phys. Rev. B 55, 10355 (1997), eqs 71–75, at the q-points that fit into the
 * supercell. It does not depend on how Ewald's method splits it.
 */
import { erfc } from './erfc.js';
import type { ForceConstantsContent } from './forceConstants.js';
import {
  determinant,
  inverse,
  pairsWithin,
  reciprocal,
  rowTimes,
  Supercell,
  type Vector,
  volume,
} from './lattice.js';

/** Both halves end where their terms have fallen to e^{−x²} with this x: 2e-17. */
const REACH = 6.2;

/** Real-space terms are cheap here: the splitting parameter is this part of the one with two equally long halves. */
const REAL_SHARE = 0.6;

/** The content of a polar crystal with total force constants → the same with short-range ones; the input is not changed. */
export function withoutDipoles(total: ForceConstantsContent): ForceConstantsContent {
  const { born, dielectric, forceConstants } = total;
  if (!born || !dielectric) return total;
  const dipoles = dipoleForceConstants(total, born, dielectric);
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
  const density = n / volume(crystal.cellVectors) ** 2;
  // distances are shortened by about √ε
  const scale = determinant(dielectric) ** (1 / 6);
  const splitting = REAL_SHARE * Math.sqrt(Math.PI) * density ** (1 / 6) * scale;
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
  // no eigenvalue of ε is larger than its largest row sum
  const rowSums = [0, 3, 6].map((a) =>
    dielectric.subarray(a, a + 3).reduce((sum, x) => sum + Math.abs(x), 0),
  );
  const cutoff = (REACH / splitting) * Math.sqrt(Math.max(...rowSums));
  const H = new Float64Array(9);
  for (const { i, j, cell, d } of pairsWithin(crystal, cutoff)) {
    const delta = [0, 3, 6].map(
      (a) => inverseDielectric[a] * d[0] + inverseDielectric[a + 1] * d[1] + inverseDielectric[a + 2] * d[2],
    );
    const D = splitting * Math.sqrt(delta[0] * d[0] + delta[1] * d[1] + delta[2] * d[2]);
    if (D > REACH) continue;
    const gauss = (2 / Math.sqrt(Math.PI)) * Math.exp(-D * D);
    const far = splitting ** 2 * ((3 * erfc(D)) / D ** 5 + gauss * (3 / D ** 4 + 2 / D ** 2));
    const near = erfc(D) / D ** 3 + gauss / D ** 2;
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

/** Σ_K u uᴴ with u_{κa} = √w (Z_κ K)_a e^{iK·r_κ} at each q that fits into the supercell, transformed to its cells. */
function addReciprocal(
  result: Float64Array,
  { crystal }: ForceConstantsContent,
  born: Float64Array,
  dielectric: Float64Array,
  supercell: Supercell,
  splitting: number,
): void {
  const size = crystal.atomR.length;
  const { nCells, origins } = supercell;
  for (const q of commensurate(supercell)) {
    const re = new Float64Array(size * size);
    const im = new Float64Array(size * size);
    for (const u of waves(crystal, born, dielectric, q, splitting)) {
      for (let row = 0; row < size; row++) {
        const [x, y] = [u[2 * row], u[2 * row + 1]];
        for (let column = 0; column < size; column++) {
          const [v, w] = [u[2 * column], u[2 * column + 1]];
          re[size * row + column] += x * v + y * w;
          im[size * row + column] += y * v - x * w;
        }
      }
    }
    for (let c = 0; c < nCells; c++) {
      const phase =
        2 * Math.PI * (q[0] * origins[3 * c] + q[1] * origins[3 * c + 1] + q[2] * origins[3 * c + 2]);
      const [cos, sin] = [Math.cos(phase) / nCells, Math.sin(phase) / nCells];
      const block = size * size * c;
      for (let k = 0; k < size * size; k++) result[block + k] += re[k] * cos + im[k] * sin;
    }
  }
}

/** The vectors u at q, real and imaginary parts in turn; valid until the next one. K = 0 is left out. */
function* waves(
  { cellVectors, atomR }: ForceConstantsContent['crystal'],
  born: Float64Array,
  dielectric: Float64Array,
  q: Vector,
  splitting: number,
): Generator<Float64Array> {
  const size = atomR.length;
  const u = new Float64Array(2 * size);
  const b = reciprocal(cellVectors);
  // K·ε·K ≤ (2Λ·reach)² is an ellipsoid: K·a_i ≤ 2Λ·reach·√(a_i·ε⁻¹·a_i)
  const inverseDielectric = inverse(dielectric);
  const bounds = [0, 3, 6].map((k) => {
    const edge = cellVectors.subarray(k, k + 3);
    const image = rowTimes(edge, inverseDielectric);
    const square = edge[0] * image[0] + edge[1] * image[1] + edge[2] * image[2];
    return (splitting * REACH * Math.sqrt(square)) / Math.PI;
  });
  const from = bounds.map((bound, k) => Math.ceil(-bound - q[k]));
  const to = bounds.map((bound, k) => Math.floor(bound - q[k]));
  for (let g = from[0]; g <= to[0]; g++) {
    for (let h = from[1]; h <= to[1]; h++) {
      for (let l = from[2]; l <= to[2]; l++) {
        const k: Vector = [q[0] + g, q[1] + h, q[2] + l];
        const K = rowTimes(k, b);
        const eK = rowTimes(K, dielectric);
        const KeK = K[0] * eK[0] + K[1] * eK[1] + K[2] * eK[2];
        const exponent = KeK / (4 * splitting ** 2);
        if (k.every((x) => Math.abs(x) < 1e-9) || exponent > REACH ** 2) continue;
        const root = Math.sqrt(((4 * Math.PI) / volume(cellVectors)) * (Math.exp(-exponent) / KeK));
        for (let row = 0; row < size; row++) {
          const i = row - (row % 3);
          const ZK = born[3 * row] * K[0] + born[3 * row + 1] * K[1] + born[3 * row + 2] * K[2];
          const phase = 2 * Math.PI * (k[0] * atomR[i] + k[1] * atomR[i + 1] + k[2] * atomR[i + 2]);
          u[2 * row] = root * ZK * Math.cos(phase);
          u[2 * row + 1] = root * ZK * Math.sin(phase);
        }
        yield u;
      }
    }
  }
}

/** The q-points, one modulo reciprocal-lattice vectors, with q·S integer for every supercell vector. */
function commensurate({ matrix, nCells }: Supercell): Vector[] {
  const transposed = matrix.map((_, k) => matrix[3 * (k % 3) + Math.floor(k / 3)]);
  const points = new Supercell(transposed).origins;
  const toQ = inverse(transposed);
  return Array.from({ length: nCells }, (_, m) => rowTimes(points.subarray(3 * m, 3 * m + 3), toQ));
}
