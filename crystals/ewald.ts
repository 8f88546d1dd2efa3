/**
 * Coulomb energy of a crystal of point charges by Ewald's method: a sum over neighbours of erfc(Λr)/r, one over reciprocal
 * vectors of e^{−G²/4Λ²}/G² |Σ_i q_i e^{iG·r_i}|², and the self-energy of the screening charges.
 */
import { pairsWithin, reciprocal, rowTimes, volume } from '../src/models/lattice.js';
import { erfc } from './erfc.js';
import { type EnergyAndForces, zero } from './potential.js';
import { atomCount, type Structure } from './structure.js';

/** Both sums end where their terms have fallen to e^{−x²} with this x: 2e-17. */
export const REACH = 6.2;

/** Λ in 1/bohr with which both sums are about equally long. */
export function balancedLambda(structure: Structure): number {
  const v = volume(structure.cellVectors);
  return Math.sqrt(Math.PI) * (atomCount(structure) / v ** 2) ** (1 / 6);
}

/** `charges` [n] in e, of sum zero. */
export function coulombEnergy(
  structure: Structure,
  charges: readonly number[],
  ewaldLambda = balancedLambda(structure),
): EnergyAndForces {
  const total = charges.reduce((a, b) => a + b, 0);
  if (Math.abs(total) > 1e-9) throw new Error(`the cell has a charge of ${total} e`);
  const result = zero(atomCount(structure));
  addReal(result, structure, charges, ewaldLambda);
  addReciprocal(result, structure, charges, ewaldLambda);
  result.energy -= (ewaldLambda / Math.sqrt(Math.PI)) * charges.reduce((s, q) => s + q * q, 0);
  return result;
}

function addReal(
  result: EnergyAndForces,
  structure: Structure,
  charges: readonly number[],
  ewaldLambda: number,
): void {
  for (const { i, j, d, r } of pairsWithin(structure, REACH / ewaldLambda)) {
    const qq = charges[i] * charges[j];
    const screened = erfc(ewaldLambda * r) / r;
    const gauss = ((2 * ewaldLambda) / Math.sqrt(Math.PI)) * Math.exp(-((ewaldLambda * r) ** 2));
    const slope = (-qq * (screened + gauss)) / r;
    result.energy += (qq * screened) / 2;
    for (let a = 0; a < 3; a++) {
      result.forces[3 * i + a] += (slope * d[a]) / r;
      for (let b = 0; b < 3; b++) result.virial[3 * a + b] += (slope * d[a] * d[b]) / r / 2;
    }
  }
}

function addReciprocal(
  result: EnergyAndForces,
  structure: Structure,
  charges: readonly number[],
  ewaldLambda: number,
): void {
  const { cellVectors, atomR } = structure;
  const n = atomCount(structure);
  const prefactor = (2 * Math.PI) / volume(cellVectors);
  for (const { g, G } of reciprocalVectors(cellVectors, 2 * ewaldLambda * REACH)) {
    const phases = charges.map(
      (_, i) => 2 * Math.PI * (g[0] * atomR[3 * i] + g[1] * atomR[3 * i + 1] + g[2] * atomR[3 * i + 2]),
    );
    let re = 0;
    let im = 0;
    for (let i = 0; i < n; i++) {
      re += charges[i] * Math.cos(phases[i]);
      im += charges[i] * Math.sin(phases[i]);
    }
    const square = G[0] ** 2 + G[1] ** 2 + G[2] ** 2;
    const weight = (prefactor * Math.exp(-square / (4 * ewaldLambda ** 2))) / square;
    const energy = weight * (re * re + im * im);
    result.energy += energy;
    for (let i = 0; i < n; i++) {
      const pull = 2 * weight * charges[i] * (re * Math.sin(phases[i]) - im * Math.cos(phases[i]));
      for (let a = 0; a < 3; a++) result.forces[3 * i + a] += pull * G[a];
    }
    const anisotropy = 2 * (1 / square + 1 / (4 * ewaldLambda ** 2));
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 3; b++)
        result.virial[3 * a + b] += energy * (anisotropy * G[a] * G[b] - (a === b ? 1 : 0));
    }
  }
}

/** All reciprocal vectors with 0 < |G| < `limit` (1/bohr): integer components g and Cartesian G. */
export function reciprocalVectors(cellVectors: Float64Array, limit: number) {
  const vectors: { g: [number, number, number]; G: [number, number, number] }[] = [];
  const b = reciprocal(cellVectors);
  // |g_i| = |G·a_i|/2π ≤ |G| |a_i|/2π
  const [u, v, w] = [0, 3, 6].map((k) =>
    Math.floor((limit * Math.hypot(cellVectors[k], cellVectors[k + 1], cellVectors[k + 2])) / (2 * Math.PI)),
  );
  for (let i = -u; i <= u; i++) {
    for (let j = -v; j <= v; j++) {
      for (let k = -w; k <= w; k++) {
        const G = rowTimes([i, j, k], b);
        if ((i || j || k) && Math.hypot(...G) < limit) vectors.push({ g: [i, j, k], G });
      }
    }
  }
  return vectors;
}
