/** Short-range pair potentials of ionic crystals. Atomic units: hartree and bohr. */
import { ANGSTROM_PER_BOHR, EV_PER_HARTREE } from '../../src/models/units.js';
import { atomCount, type Pair, pairsWithin, type Structure } from './lattice.js';

export interface PairPotential {
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

export interface Buckingham {
  /** A of A e^{−b r} − C/r⁶, eV */
  A: number;
  /** 1/Å */
  b: number;
  /** eV Å⁶ */
  C: number;
}

/**
 * A e^{−b r} − C/r⁶, times a taper that falls from 1 at `from` to 0 at `to` (both Å) as 1 − 10 t³ + 15 t⁴ − 6 t⁵. The taper
 * has two continuous derivatives, so energy, forces and force constants all go to zero smoothly, and what the force
 * constants of a finite supercell hold is the whole potential, not a truncation of it.
 */
export function taperedBuckingham({ A, b, C }: Buckingham, from: number, to: number): PairPotential {
  const a = A / EV_PER_HARTREE;
  const beta = b * ANGSTROM_PER_BOHR;
  const c = C / EV_PER_HARTREE / ANGSTROM_PER_BOHR ** 6;
  const start = from / ANGSTROM_PER_BOHR;
  const cutoff = to / ANGSTROM_PER_BOHR;
  const width = cutoff - start;
  return {
    cutoff,
    evaluate(r) {
      if (r >= cutoff) return [0, 0, 0];
      const repulsion = a * Math.exp(-beta * r);
      const dispersion = c / r ** 6;
      const f = [
        repulsion - dispersion,
        -beta * repulsion + (6 * dispersion) / r,
        beta * beta * repulsion - (42 * dispersion) / r ** 2,
      ] as const;
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
export function interactingPairs(structure: Structure, table: PairTable): [Pair, PairPotential][] {
  const cutoff = Math.max(...[...table.values()].map((potential) => potential.cutoff));
  const { atomType } = structure;
  return pairsWithin(structure, cutoff).flatMap((pair): [Pair, PairPotential][] => {
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
