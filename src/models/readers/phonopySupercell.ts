/** Sorts phonopy's force constants, between atoms of a supercell, into primitive cells. */
import { EuphonicError } from '../../base/errors.js';
import { determinant, inverse, rowTimes, Supercell, times, type Vector } from '../lattice.js';
import type { PhonopyCell, PhonopyForceConstants } from './phonopyData.js';

/** Elements of the supercell matrix found from the two lattices may be this far from integers. */
const MATRIX_TOLERANCE = 1e-3;
/** An atom of the supercell may be this far from the primitive atom it is a copy of, in the file's unit of length. */
const POSITION_TOLERANCE = 0.01;

interface SortedForceConstants {
  scMatrix: Int32Array;
  cellOrigins: Int32Array;
  /** [nCells,3n,3n] in the file's unit */
  forceConstants: Float64Array;
}

/**
 * Finds for each atom of the supercell the primitive atom at the same place but for a lattice vector, and the cell it lies in.
 * `name` is the file that messages name.
 */
export class AtomMap {
  readonly scMatrix: Int32Array;
  private readonly supercell: Supercell;
  private readonly primitive: PhonopyCell;
  private readonly name: string;
  private readonly tolerance: number;
  /** for each atom of the supercell: its primitive atom, and the lattice vector of its cell */
  private readonly atom: Int32Array;
  private readonly cell: Vector[] = [];
  /** for each primitive atom: the atom of the supercell that stands for it */
  private readonly representative: Int32Array;

  /** `tolerance`: how far copies may be, if phonopy was told to find them farther away than usual. */
  constructor(primitive: PhonopyCell, supercell: PhonopyCell, name: string, tolerance = 0) {
    this.name = name;
    this.tolerance = Math.max(POSITION_TOLERANCE, tolerance);
    this.primitive = primitive;
    this.scMatrix = this.matrix(primitive.lattice, supercell.lattice);
    const count = supercell.symbols.length;
    const n = primitive.symbols.length;
    this.atom = new Int32Array(count);
    for (let j = 0; j < count; j++) this.place(supercell, j);

    this.representative = new Int32Array(n).fill(-1);
    const { reducedTo } = supercell;
    for (let j = count - 1; j >= 0; j--) {
      if (!reducedTo || reducedTo[j] === j) this.representative[this.atom[j]] = j;
    }
    // before its cells are counted through
    const nCells = Math.abs(determinant(this.scMatrix));
    if (count !== n * nCells || this.representative.includes(-1)) {
      this.damaged('supercell', `${count} atoms in the supercell are not ${nCells} copies of ${n} atoms`);
    }
    this.supercell = new Supercell(this.scMatrix, this.origins());
  }

  /** Blocks (κ in its cell, κ' in the cell c away) as stored: rows are the representatives, or all atoms. */
  sort(
    { shape: [rows, columns], elements, rowAtoms }: PhonopyForceConstants,
    name: string,
  ): SortedForceConstants {
    const n = this.primitive.symbols.length;
    const count = this.atom.length;
    if (columns !== count || (rows !== n && rows !== count)) {
      this.damaged(
        'shape',
        `the force constants are between ${rows} and ${columns} atoms`,
        `${n} or ${count}, and ${count}`,
        name,
      );
    }
    if (rowAtoms && (rowAtoms.length !== rows || rowAtoms.some((i) => i < 0 || i >= count))) {
      this.damaged('rows', 'the numbers of the atoms in rows do not fit the supercell', undefined, name);
    }
    const rowAtom = (row: number) => rowAtoms?.[row] ?? (rows === count ? row : this.representative[row]);
    const size = 3 * n;
    const { nCells, origins } = this.supercell;
    const forceConstants = new Float64Array(nCells * size * size);
    const done = new Set<number>();
    for (let row = 0; row < rows; row++) {
      const i = rowAtom(row);
      const atom = this.atom[i];
      if (done.has(atom) || (rows === count && i !== this.representative[atom])) continue;
      done.add(atom);
      for (let j = 0; j < count; j++) {
        const c = this.supercell.indexOf([0, 1, 2].map((k) => this.cell[j][k] - this.cell[i][k]));
        const target = size * (size * c + 3 * atom) + 3 * this.atom[j];
        const source = 9 * (columns * row + j);
        for (let k = 0; k < 9; k++)
          forceConstants[target + size * Math.floor(k / 3) + (k % 3)] = elements[source + k];
      }
    }
    if (done.size !== n)
      this.damaged('rows', `the rows belong to ${done.size} of ${n} primitive atoms`, undefined, name);
    return { scMatrix: this.scMatrix, cellOrigins: origins, forceConstants };
  }

  /** Number of atoms in the supercell. */
  get count(): number {
    return this.atom.length;
  }

  /** Tensors [count,3,3] of the supercell's atoms → [n,3,3], those of the representatives. */
  tensorsOfPrimitive(tensors: Float64Array): Float64Array {
    return Float64Array.from(
      [...this.representative].flatMap((j) => [...tensors.subarray(9 * j, 9 * j + 9)]),
    );
  }

  /** [n] the masses that each atom's copies in the supercell have, undefined if they differ. */
  massesOfPrimitive({ masses }: PhonopyCell): Float64Array | undefined {
    const isOne = masses.every((mass, j) => {
      const other = masses[this.representative[this.atom[j]]];
      return Math.abs(mass - other) <= 1e-9 * other;
    });
    return isOne ? Float64Array.from(this.representative, (j) => masses[j]) : undefined;
  }

  private matrix(primitive: Float64Array, supercell: Float64Array): Int32Array {
    const ratio = times(supercell, inverse(primitive));
    if (!ratio.every((x) => Math.abs(x - Math.round(x)) < MATRIX_TOLERANCE)) {
      this.damaged(
        'supercell.lattice',
        `the supercell is [${[...ratio].map((x) => x.toFixed(4))}] times the primitive cell`,
        'integers',
      );
    }
    return Int32Array.from(ratio, Math.round);
  }

  private place(supercell: PhonopyCell, j: number): void {
    const { lattice, positions, symbols } = this.primitive;
    const at = rowTimes(supercell.positions.subarray(3 * j, 3 * j + 3), this.scMatrix);
    let best = Number.POSITIVE_INFINITY;
    for (let i = 0; i < symbols.length; i++) {
      if (symbols[i] !== supercell.symbols[j]) continue;
      const apart = [0, 1, 2].map((k) => at[k] - positions[3 * i + k]);
      const cell = apart.map(Math.round) as Vector;
      const distance = Math.hypot(
        ...rowTimes(
          [0, 1, 2].map((k) => apart[k] - cell[k]),
          lattice,
        ),
      );
      if (distance >= best) continue;
      best = distance;
      this.atom[j] = i;
      this.cell[j] = cell;
    }
    if (best > this.tolerance) {
      this.damaged(
        `supercell.points[${j}]`,
        `no primitive atom is nearer than ${best.toFixed(3)} to a copy of it`,
        'a copy',
      );
    }
  }

  /** Cells in the order in which the copies of the first primitive atom come, each moved into the supercell's box. */
  private origins(): Int32Array {
    const toSupercell = inverse(this.scMatrix);
    const home = this.cell[this.representative[0]] ?? [0, 0, 0];
    const origins: number[] = [];
    for (let j = 0; j < this.atom.length; j++) {
      if (this.atom[j] !== 0) continue;
      const cell = [0, 1, 2].map((k) => this.cell[j][k] - home[k]);
      const box = rowTimes(cell, toSupercell).map((x) => Math.floor(x + 1e-6));
      const shift = rowTimes(box, this.scMatrix);
      origins.push(...cell.map((x, k) => x - shift[k]));
    }
    return Int32Array.from(origins);
  }

  private damaged(place: string, what: string, expected?: string, name = this.name): never {
    throw new EuphonicError('file_damaged', `${name}: ${what}.`, { where: `${name}, ${place}`, expected });
  }
}
