/** Force constants on a supercell: of short-range pair interactions, and of point charges. */

import { pairsWithin, rowTimes, type Supercell, volume } from '../src/models/lattice.js';
import { erfc } from './erfc.js';
import { balancedLambda, REACH, reciprocalVectors } from './ewald.js';
import { type PairTable, pairKey } from './potential.js';
import { atomCount, inscribedRadius, type Structure } from './structure.js';

/**
 * Force constants are integer multiples of this, in hartree/bohr²: the same numbers on every machine, and a sum rule
 * that holds to the last digit, since the self terms are sums of such multiples.
 */
const QUANTUM = 1e-13;

/**
 * Second derivatives of a pair's energy, along the line between two atoms (φ″) and across it (φ′/r), hartree/bohr², for
 * two atom types at a distance in bohr.
 */
export type PairLaw = (a: string, b: string, r: number) => readonly [along: number, across: number];

/** Interactions between different atoms, summed over the images by supercell vectors; the self terms come last. */
export class SupercellMatrix {
  private readonly structure: Structure;
  private readonly supercell: Supercell;
  /** [nCells,3n,3n] */
  private readonly elements: Float64Array;

  constructor(structure: Structure, supercell: Supercell) {
    this.structure = structure;
    this.supercell = supercell;
    this.elements = new Float64Array(supercell.nCells * structure.atomR.length ** 2);
  }

  /**
   * A pair interaction up to `cutoff` (bohr). The number of images in reach is not limited: they are added up, as they
   * are in a calculation of forces in the supercell.
   */
  addPairs(law: PairLaw, cutoff: number): this {
    const { atomType } = this.structure;
    for (const { i, j, cell, d, r } of pairsWithin(this.structure, cutoff)) {
      const [along, across] = law(atomType[i], atomType[j], r);
      if (along !== 0 || across !== 0)
        this.addTensor(i, j, this.supercell.indexOf(cell), d, (across - along) / r ** 2, -across);
    }
    return this;
  }

  /** Point charges (e) in the supercell's periodicity, without a macroscopic field. */
  addCharges(charges: readonly number[], ewaldLambda = balancedLambda(this.structure)): this {
    for (const { i, j, cell, d, r } of pairsWithin(this.structure, REACH / ewaldLambda)) {
      const y = ewaldLambda * r;
      const gauss = (2 / Math.sqrt(Math.PI)) * Math.exp(-y * y) * y;
      const qq = (charges[i] * charges[j]) / r ** 3;
      const across = -qq * (erfc(y) + gauss);
      const along = 2 * qq * (erfc(y) + gauss * (1 + y * y));
      this.addTensor(i, j, this.supercell.indexOf(cell), d, (across - along) / r ** 2, -across);
    }
    const { atomR, cellVectors } = this.structure;
    const { nCells, origins } = this.supercell;
    const large = this.supercell.vectors(cellVectors);
    const n = atomCount(this.structure);
    for (const { G } of reciprocalVectors(large, 2 * ewaldLambda * REACH)) {
      const square = G[0] ** 2 + G[1] ** 2 + G[2] ** 2;
      const weight = (4 * Math.PI * Math.exp(-square / (4 * ewaldLambda ** 2))) / square / volume(large);
      const angle = (r: ArrayLike<number>) => {
        const x = rowTimes(r, cellVectors);
        return G[0] * x[0] + G[1] * x[1] + G[2] * x[2];
      };
      const atoms = Array.from({ length: n }, (_, i) => angle(atomR.subarray(3 * i, 3 * i + 3)));
      for (let c = 0; c < nCells; c++) {
        const shift = angle(origins.subarray(3 * c, 3 * c + 3));
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < n; j++) {
            const strength = weight * charges[i] * charges[j] * Math.cos(atoms[i] - atoms[j] - shift);
            this.addTensor(i, j, c, G, strength, 0);
          }
        }
      }
    }
    return this;
  }

  /** [nCells,3n,3n] hartree/bohr², symmetric, multiples of `QUANTUM`, each atom's self term minus the sum of its row. */
  forceConstants(): Float64Array {
    const { nCells, origins } = this.supercell;
    const size = this.structure.atomR.length;
    const multiples = new Float64Array(this.elements.length);
    for (let c = 0; c < nCells; c++) {
      const opposite = this.supercell.indexOf(origins.subarray(3 * c, 3 * c + 3).map((x) => -x));
      for (let row = 0; row < size; row++) {
        for (let column = 0; column < size; column++) {
          const here = size * (size * c + row) + column;
          const there = size * (size * opposite + column) + row;
          // the self term of an atom is not an interaction with another one
          if (c === 0 && Math.floor(row / 3) === Math.floor(column / 3)) continue;
          multiples[here] = here <= there ? Math.round(this.elements[here] / QUANTUM) : multiples[there];
        }
      }
    }
    for (let index = multiples.length - 1; index >= 0; index--) {
      const row = Math.floor(index / size) % size;
      const column = index % size;
      const self = size * row + row - (row % 3) + (column % 3);
      if (index !== self) multiples[self] -= multiples[index];
    }
    return multiples.map((m) => (m + 0) * QUANTUM); // + 0: no negative zeros
  }

  /** Adds factor·d_a·d_b + diagonal·δ_ab. */
  private addTensor(
    i: number,
    j: number,
    c: number,
    d: ArrayLike<number>,
    factor: number,
    diagonal: number,
  ): void {
    const size = this.structure.atomR.length;
    for (let a = 0; a < 3; a++) {
      const row = size * (size * c + 3 * i + a) + 3 * j;
      for (let b = 0; b < 3; b++) this.elements[row + b] += factor * d[a] * d[b];
      this.elements[row + a] += diagonal;
    }
  }
}

/**
 * Force constants of pair potentials that end inside the Wigner–Seitz cell of the supercell: then each pair of atoms
 * interacts through one image only, and these are the force constants of the infinite crystal exactly.
 */
export function shortRangeForceConstants(
  structure: Structure,
  table: PairTable,
  supercell: Supercell,
): Float64Array {
  const limit = inscribedRadius(supercell.vectors(structure.cellVectors));
  for (const [key, { cutoff }] of table) {
    if (cutoff >= limit) throw new Error(`${key} reaches ${cutoff} bohr, the supercell holds ${limit} bohr`);
  }
  return new SupercellMatrix(structure, supercell).addPairs(lawOf(table), reachOf(table)).forceConstants();
}

/** The second derivatives of tabulated potentials. */
export function lawOf(table: PairTable): PairLaw {
  return (a, b, r) => {
    const potential = table.get(pairKey(a, b));
    if (!potential) return [0, 0];
    const [, slope, curvature] = potential.evaluate(r);
    return [curvature, slope / r];
  };
}

export function reachOf(table: PairTable): number {
  return Math.max(...[...table.values()].map((potential) => potential.cutoff));
}
