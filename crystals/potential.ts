/** Short-range pair potentials of ionic crystals. Atomic units: hartree and bohr. */

import { type Pair, pairsWithin } from '../src/models/lattice.js';
import { ANGSTROM_PER_BOHR, EV_PER_HARTREE } from '../src/models/units.js';
import { atomCount, type Structure } from './structure.js';

interface PairPotential {
  /** zero, with two derivatives, from here on; bohr */
  readonly cutoff: number;
  /** φ(r), φ′(r), φ″(r) */
  evaluate(r: number): readonly [number, number, number];
}

/** Unordered pair of atom types, as `O-Si` (in alphabetical order) → potential. Pairs that are missing do not interact. */
export type PairTable = ReadonlyMap<string, PairPotential>;

export function pairKey(a: string, b: string): string {
  return a < b ? `${a}-${b}` : `${b}-${a}`;
}

/** A potential without an end: φ, φ′, φ″ at r in bohr. */
type Untapered = (r: number) => readonly [number, number, number];

/** A e^{−b r} − C/r⁶ with A in eV, b in 1/Å, C in eV Å⁶. */
export function buckingham({ A, b, C }: { A: number; b: number; C: number }): Untapered {
  return exponentialAndPowers(A, b, [[6, -C]]);
}

/** A e^{(σ − r)/ρ} − C/r⁶ − D/r⁸ with A in eV, σ and ρ in Å, C in eV Å⁶, D in eV Å⁸. */
export function bornMayerHuggins(p: {
  A: number;
  sigma: number;
  rho: number;
  C: number;
  D: number;
}): Untapered {
  return exponentialAndPowers(p.A * Math.exp(p.sigma / p.rho), 1 / p.rho, [
    [6, -p.C],
    [8, -p.D],
  ]);
}

/** A e^{−b r} + Σ C_n/rⁿ with A in eV, b in 1/Å, C_n in eV Åⁿ. */
function exponentialAndPowers(A: number, b: number, powers: readonly [n: number, C: number][]): Untapered {
  const a = A / EV_PER_HARTREE;
  const beta = b * ANGSTROM_PER_BOHR;
  return (r) => {
    const repulsion = a * Math.exp(-beta * r);
    let [value, slope, curvature] = [repulsion, -beta * repulsion, beta * beta * repulsion];
    for (const [n, C] of powers) {
      const power = C / EV_PER_HARTREE / (ANGSTROM_PER_BOHR * r) ** n;
      value += power;
      slope -= (n * power) / r;
      curvature += (n * (n + 1) * power) / r ** 2;
    }
    return [value, slope, curvature];
  };
}

/**
 * A potential times a taper that falls from 1 at `from` to 0 at `to` (both Å) as 1 − 10 t³ + 15 t⁴ − 6 t⁵. The taper has
 * two continuous derivatives, so energy, forces and force constants all go to zero smoothly, and what the force constants
 * of a finite supercell hold is the whole potential, not a truncation of it.
 */
export function tapered(potential: Untapered, from: number, to: number): PairPotential {
  const start = from / ANGSTROM_PER_BOHR;
  const cutoff = to / ANGSTROM_PER_BOHR;
  const width = cutoff - start;
  return {
    cutoff,
    evaluate(r) {
      if (r >= cutoff) return [0, 0, 0];
      const f = potential(r);
      if (r <= start) return f;
      const t = (r - start) / width;
      const s = 1 - t ** 3 * (10 - 15 * t + 6 * t * t);
      const s1 = (-30 * t * t * (1 - t) ** 2) / width;
      const s2 = (-60 * t * (1 - t) * (1 - 2 * t)) / width ** 2;
      return [f[0] * s, f[1] * s + f[0] * s1, f[2] * s + 2 * f[1] * s1 + f[0] * s2];
    },
  };
}

/** Energy of a cell with its first derivatives. */
export interface EnergyAndForces {
  /** hartree per cell */
  energy: number;
  /** [n,3] hartree/bohr, minus the derivative by the atom's Cartesian position */
  forces: Float64Array;
  /** [3,3] hartree, derivative by the strain ε with x → x(1 + ε): volume times stress */
  virial: Float64Array;
}

/** Pairs that a table makes interact. */
function interactingPairs(structure: Structure, table: PairTable): [Pair, PairPotential][] {
  const cutoff = Math.max(...[...table.values()].map((potential) => potential.cutoff));
  const { atomType } = structure;
  return [...pairsWithin(structure, cutoff)].flatMap((pair): [Pair, PairPotential][] => {
    const potential = table.get(pairKey(atomType[pair.i], atomType[pair.j]));
    return potential && pair.r < potential.cutoff ? [[pair, potential]] : [];
  });
}

export function shortRangeEnergy(structure: Structure, table: PairTable): EnergyAndForces {
  const result = zero(atomCount(structure));
  for (const [{ i, d, r }, potential] of interactingPairs(structure, table)) {
    const [value, slope] = potential.evaluate(r);
    result.energy += value / 2;
    for (let a = 0; a < 3; a++) {
      // both orders of a pair occur: the force on i is not halved, energy and virial are
      result.forces[3 * i + a] += (slope * d[a]) / r;
      for (let b = 0; b < 3; b++) result.virial[3 * a + b] += (slope * d[a] * d[b]) / r / 2;
    }
  }
  return result;
}

export function zero(n: number): EnergyAndForces {
  return { energy: 0, forces: new Float64Array(3 * n), virial: new Float64Array(9) };
}

export function sum(...terms: EnergyAndForces[]): EnergyAndForces {
  const result = zero(terms[0].forces.length / 3);
  for (const { energy, forces, virial } of terms) {
    result.energy += energy;
    for (let k = 0; k < forces.length; k++) result.forces[k] += forces[k];
    for (let k = 0; k < 9; k++) result.virial[k] += virial[k];
  }
  return result;
}
