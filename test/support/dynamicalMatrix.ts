/**
 * The dynamical matrix of a model by plain loops over the definition: force constants over Wigner–Seitz images, and the
 * dipole term of Gonze & Lee, Phys. Rev. B 55, 10355 (1997). Slow; independent of the native core.
 */
import { erfc } from '../../crystals/erfc.js';
import type { ForceConstants } from '../../src/models/forceConstants.js';
import {
  determinant,
  inverse,
  pairsWithin,
  reciprocal,
  rowTimes,
  type Vector,
  volume,
} from '../../src/models/lattice.js';
import { type Hermitian, massWeight, zeroHermitian } from './hermitian.js';

const TOLERANCE = 0.001;

/** Frequencies in hartree, imaginary ones negative, in ascending order. */
export function frequencies(squares: readonly number[]): number[] {
  return squares.map((square) => Math.sign(square) * Math.sqrt(Math.abs(square)));
}

/**
 * D(q), mass-weighted, hartree/(bohr² electron mass); `q` in r.l.u., `ewaldLambda` Λ in 1/bohr for polar models.
 */
export function dynamicalMatrix(fc: ForceConstants, q: Vector, ewaldLambda: number): Hermitian {
  const d = zeroHermitian(3 * fc.nAtoms);
  addForceConstants(d, fc, q);
  if (fc.born && fc.dielectric) addDipoles(d, fc, q, ewaldLambda);
  massWeight(d, fc.crystal.atomMass);
  return d;
}

function addForceConstants(out: Hermitian, fc: ForceConstants, q: Vector): void {
  const { nAtoms, nCells, cellOrigins } = fc;
  const n = 3 * nAtoms;
  const images = wignerSeitzImages(fc);
  for (let c = 0; c < nCells; c++) {
    const origin = cellOrigins.subarray(3 * c, 3 * c + 3);
    for (let i = 0; i < nAtoms; i++) {
      for (let j = 0; j < nAtoms; j++) {
        const shifts = images[(c * nAtoms + i) * nAtoms + j];
        for (const shift of shifts) {
          const phase = 2 * Math.PI * [0, 1, 2].reduce((sum, k) => sum + q[k] * (origin[k] + shift[k]), 0);
          const [cos, sin] = [Math.cos(phase) / shifts.length, Math.sin(phase) / shifts.length];
          for (let a = 0; a < 9; a++) {
            const k = n * (3 * i + Math.floor(a / 3)) + 3 * j + (a % 3);
            const value = fc.forceConstants[n * n * c + k];
            out.re[k] += value * cos;
            out.im[k] += value * sin;
          }
        }
      }
    }
  }
}

const knownImages = new WeakMap<ForceConstants, Vector[][]>();

/** The images over which each force constant is shared, for each cell and pair of atoms; found once for a model. */
export function wignerSeitzImages(fc: ForceConstants): Vector[][] {
  const { nAtoms, nCells, cellOrigins, scMatrix, crystal } = fc;
  const known = knownImages.get(fc);
  if (known) return known;
  const cell = new WignerSeitz(crystal.cellVectors, scMatrix);
  const images = Array.from({ length: nCells * nAtoms * nAtoms }, (_, index) => {
    const [c, i, j] = [Math.floor(index / nAtoms ** 2), Math.floor(index / nAtoms) % nAtoms, index % nAtoms];
    return cell.of(
      [0, 1, 2].map((k) => crystal.atomR[3 * j + k] - crystal.atomR[3 * i + k] + cellOrigins[3 * c + k]),
    );
  });
  knownImages.set(fc, images);
  return images;
}

/** Which images of a separation, by supercell vectors, lie in the Wigner–Seitz cell of the supercell. */
class WignerSeitz {
  private readonly cellVectors: Float64Array;
  /** supercell vectors within ±2: in units of the cell vectors, and in bohr */
  private readonly shifts: { cell: Vector; bohr: Vector }[] = [];
  /** neighbouring points of the supercell lattice, divided by their squared length */
  private readonly faces: Vector[] = [];

  constructor(cellVectors: Float64Array, scMatrix: Int32Array) {
    this.cellVectors = cellVectors;
    const range = [-2, -1, 0, 1, 2];
    for (const u of range) {
      for (const v of range) {
        for (const w of range) {
          const cell = rowTimes([u, v, w], scMatrix);
          const bohr = rowTimes(cell, cellVectors);
          this.shifts.push({ cell, bohr });
          if (Math.max(Math.abs(u), Math.abs(v), Math.abs(w)) !== 1) continue;
          const square = bohr[0] ** 2 + bohr[1] ** 2 + bohr[2] ** 2;
          this.faces.push([bohr[0] / square, bohr[1] / square, bohr[2] / square]);
        }
      }
    }
  }

  of(separation: readonly number[]): Vector[] {
    const d = rowTimes(separation, this.cellVectors);
    const inside = this.shifts.filter(({ bohr }) => {
      const [x, y, z] = [d[0] + bohr[0], d[1] + bohr[1], d[2] + bohr[2]];
      return this.faces.every((g) => Math.abs(x * g[0] + y * g[1] + z * g[2]) <= 0.5 + TOLERANCE);
    });
    return inside.map(({ cell }) => cell);
  }
}

function addDipoles(out: Hermitian, fc: ForceConstants, q: Vector, ewaldLambda: number): void {
  const { nAtoms } = fc;
  const born = fc.born as Float64Array;
  const atQ = dipoleTensors(fc, q, ewaldLambda);
  const atZero = dipoleTensorsAtZero(fc, ewaldLambda);
  const charged = (tensors: Hermitian, part: 're' | 'im', i: number, j: number, a: number, b: number) => {
    let sum = 0;
    for (let c = 0; c < 3; c++) {
      for (let e = 0; e < 3; e++) {
        sum +=
          born[9 * i + 3 * a + c] * tensors[part][out.n * (3 * i + c) + 3 * j + e] * born[9 * j + 3 * b + e];
      }
    }
    return sum;
  };
  for (let i = 0; i < nAtoms; i++) {
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 3; b++) {
        for (let j = 0; j < nAtoms; j++) {
          const k = out.n * (3 * i + a) + 3 * j + b;
          out.re[k] += charged(atQ, 're', i, j, a, b);
          out.im[k] += charged(atQ, 'im', i, j, a, b);
          const own = out.n * (3 * i + a) + 3 * i + b;
          out.re[own] -= (charged(atZero, 're', i, j, a, b) + charged(atZero, 're', i, j, b, a)) / 2;
        }
      }
    }
  }
}

const knownAtZero = new WeakMap<ForceConstants, Map<number, Hermitian>>();

/** Those at q = 0, which every q needs; found once for a model and a Λ. */
function dipoleTensorsAtZero(fc: ForceConstants, ewaldLambda: number): Hermitian {
  const known = knownAtZero.get(fc) ?? new Map<number, Hermitian>();
  knownAtZero.set(fc, known);
  const tensors = known.get(ewaldLambda) ?? dipoleTensors(fc, [0, 0, 0], ewaldLambda);
  known.set(ewaldLambda, tensors);
  return tensors;
}

/** exp(2πi k·r) of each atom, apart into real and imaginary parts; `k` in reciprocal lattice vectors. */
export function phasesOf(atomR: Float64Array, k: readonly number[]): { cos: number[]; sin: number[] } {
  const phases = Array.from(
    { length: atomR.length / 3 },
    (_, i) => 2 * Math.PI * (k[0] * atomR[3 * i] + k[1] * atomR[3 * i + 1] + k[2] * atomR[3 * i + 2]),
  );
  return { cos: phases.map(Math.cos), sin: phases.map(Math.sin) };
}

/** Interaction of unit dipoles, [3n,3n] at q, without Born charges and without the term K = 0. */
function dipoleTensors(fc: ForceConstants, q: Vector, ewaldLambda: number): Hermitian {
  const { crystal, nAtoms } = fc;
  const { cellVectors, atomR } = crystal;
  const epsilon = fc.dielectric as Float64Array;
  const inverseEpsilon = inverse(epsilon);
  const out = zeroHermitian(3 * nAtoms);
  const n = 3 * nAtoms;
  const reach = 6.5;

  // real half; ε⁻¹ shortens distances by the root of an eigenvalue of ε at most, which no row sum of ε falls short of
  const rowSums = [0, 3, 6].map((a) => epsilon.subarray(a, a + 3).reduce((sum, x) => sum + Math.abs(x), 0));
  const cutoff = (reach / ewaldLambda) * Math.sqrt(Math.max(...rowSums));
  const scale = ewaldLambda ** 3 / Math.sqrt(determinant(epsilon));
  for (const { i, j, cell, d } of pairsWithin(crystal, cutoff)) {
    const delta = [0, 1, 2].map((a) =>
      [0, 1, 2].reduce((sum, b) => sum + inverseEpsilon[3 * a + b] * d[b], 0),
    );
    const D = ewaldLambda * Math.sqrt(delta[0] * d[0] + delta[1] * d[1] + delta[2] * d[2]);
    const gauss = (2 / Math.sqrt(Math.PI)) * Math.exp(-D * D);
    const far = (3 * erfc(D)) / D ** 5 + gauss * (3 / D ** 4 + 2 / D ** 2);
    const near = erfc(D) / D ** 3 + gauss / D ** 2;
    const phase = 2 * Math.PI * (q[0] * cell[0] + q[1] * cell[1] + q[2] * cell[2]);
    const [re, im] = [scale * Math.cos(phase), scale * Math.sin(phase)];
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 3; b++) {
        const h = ewaldLambda ** 2 * delta[a] * delta[b] * far - inverseEpsilon[3 * a + b] * near;
        out.re[n * (3 * i + a) + 3 * j + b] -= h * re;
        out.im[n * (3 * i + a) + 3 * j + b] -= h * im;
      }
    }
  }

  // reciprocal half: terms fall to e^{−reach²} where K·ε·K = (2Λ·reach)²; no eigenvalue of ε is below its smallest disc
  const b = reciprocal(cellVectors);
  const smallest = Math.max(1, Math.min(...rowSums.map((sum, a) => 2 * epsilon[4 * a] - sum)));
  const limit = (2 * ewaldLambda * reach) / Math.sqrt(smallest) + Math.hypot(...rowTimes(q, b));
  const bounds = [0, 3, 6].map((k) =>
    Math.ceil((limit * Math.hypot(...cellVectors.subarray(k, k + 3))) / (2 * Math.PI)),
  );
  for (let u = -bounds[0]; u <= bounds[0]; u++) {
    for (let v = -bounds[1]; v <= bounds[1]; v++) {
      for (let w = -bounds[2]; w <= bounds[2]; w++) {
        const k = [q[0] + u, q[1] + v, q[2] + w];
        const K = rowTimes(k, b);
        const KeK = [0, 1, 2].reduce(
          (sum, a) =>
            sum + K[a] * (epsilon[3 * a] * K[0] + epsilon[3 * a + 1] * K[1] + epsilon[3 * a + 2] * K[2]),
          0,
        );
        const exponent = KeK / (4 * ewaldLambda ** 2);
        if (KeK < 1e-20 || exponent > reach ** 2) continue;
        const weight = ((4 * Math.PI) / volume(cellVectors)) * (Math.exp(-exponent) / KeK);
        const phases = phasesOf(atomR, k);
        for (let i = 0; i < nAtoms; i++) {
          for (let j = 0; j < nAtoms; j++) {
            const re = weight * (phases.cos[i] * phases.cos[j] + phases.sin[i] * phases.sin[j]);
            const im = weight * (phases.sin[i] * phases.cos[j] - phases.cos[i] * phases.sin[j]);
            for (let a = 0; a < 3; a++) {
              for (let c = 0; c < 3; c++) {
                out.re[n * (3 * i + a) + 3 * j + c] += re * K[a] * K[c];
                out.im[n * (3 * i + a) + 3 * j + c] += im * K[a] * K[c];
              }
            }
          }
        }
      }
    }
  }
  return out;
}
