/** Finds atoms of a crystal by where they are. */
import type { Crystal } from './crystal.js';
import { length, rowsOf, rowTimes } from './lattice.js';

/** An atom this near to the place that was asked for, bohr along each edge of the cell, is the only one of its kind there. */
const SAME_PLACE = 0.1;

export class AtomFinder {
  readonly crystal: Crystal;
  /** along each edge of the cell */
  private readonly boxes: number;
  /** SAME_PLACE in fractional coordinates, or less */
  private readonly near: number;
  /** of each kind the atoms in each box, those near its border also in the box beyond */
  private readonly atoms = new Map<string, number[][]>();

  constructor(crystal: Crystal) {
    this.crystal = crystal;
    const { atomR, atomType, cellVectors } = crystal;
    this.near = SAME_PLACE / Math.max(...rowsOf(cellVectors).map(length));
    this.boxes = Math.max(1, Math.floor(Math.cbrt(atomType.length)));
    atomType.forEach((type, i) => {
      const boxes = this.atoms.get(type) ?? Array.from({ length: this.boxes ** 3 }, (): number[] => []);
      this.atoms.set(type, boxes);
      const near = [0, 1, 2].map((k) => {
        const around = [-this.near, 0, this.near].map((x) => this.box(atomR[3 * i + k] + x));
        return [...new Set(around)];
      });
      for (const u of near[0]) {
        for (const v of near[1]) for (const w of near[2]) boxes[this.index(u, v, w)].push(i);
      }
    });
  }

  /** The atom of a kind at a fractional position, modulo the lattice; −1 if there is none. */
  at(type: string, x: number, y: number, z: number): number {
    const box = this.atoms.get(type)?.[this.index(this.box(x), this.box(y), this.box(z))] ?? [];
    const { atomR } = this.crystal;
    for (const j of box) {
      const apart = Math.max(
        fromInteger(x - atomR[3 * j]),
        fromInteger(y - atomR[3 * j + 1]),
        fromInteger(z - atomR[3 * j + 2]),
      );
      if (apart < this.near) return j;
    }
    return -1;
  }

  /** The atom of a kind nearest to a fractional position, modulo the lattice; −1 if the crystal has none. */
  nearest(type: string, x: number, y: number, z: number): number {
    const there = this.at(type, x, y, z);
    if (there >= 0) return there;
    const { atomR, atomType } = this.crystal;
    // not where an atom is: all are compared
    let best = -1;
    let shortest = Number.POSITIVE_INFINITY;
    atomType.forEach((other, j) => {
      if (other !== type) return;
      const d = [x - atomR[3 * j], y - atomR[3 * j + 1], z - atomR[3 * j + 2]];
      const distance = Math.hypot(
        ...rowTimes(
          d.map((component) => component - Math.round(component)),
          this.crystal.cellVectors,
        ),
      );
      if (distance < shortest) [best, shortest] = [j, distance];
    });
    return best;
  }

  private box(x: number): number {
    return Math.floor((x - Math.floor(x)) * this.boxes) % this.boxes;
  }

  private index(u: number, v: number, w: number): number {
    return (u * this.boxes + v) * this.boxes + w;
  }
}

function fromInteger(x: number): number {
  return Math.abs(x - Math.round(x));
}
