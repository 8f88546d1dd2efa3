/** The rotations of a crystal's space group, found without the group: what crystals of any size can be asked for in milliseconds. */
import { AtomFinder } from './atomFinder.js';
import type { Crystal } from './crystal.js';
import { dot, latticeSearch, length, rowsOf, rowTimes, volume } from './lattice.js';
import { cartesian, SYMMETRY_TOLERANCE } from './symmetry.js';

/** A rotation with one of its translations. */
export interface PointOperation {
  /** [3,3] Cartesian: a vector v (a column) goes to R v */
  rotation: Float64Array;
  /** [3,3] the same on fractional positions */
  lattice: Int32Array;
  /** for each atom the atom that it goes to */
  atoms: Int32Array;
  /** [n,3] the cell in which that atom is found, seen from the cell 0 0 0 of the atom itself */
  cells: Int32Array;
}

/** Cells with more lattice vectors than this in a sphere of their longest edge are not searched. */
const MAX_VECTORS = 200_000;

/**
 * For each rotation of the space group one operation with it, the identity left out. Atoms that a pure translation takes to
 * others do not multiply them.
 */
export function pointOperations(crystal: Crystal): PointOperation[] {
  const { cellVectors, atomType } = crystal;
  const counts = new Map<string, number>();
  for (const type of atomType) counts.set(type, (counts.get(type) ?? 0) + 1);
  const [rarest] = [...counts].reduce((least, entry) => (entry[1] < least[1] ? entry : least));
  const candidates = [...atomType.keys()].filter((i) => atomType[i] === rarest);
  const finder = new AtomFinder(crystal);
  const found: PointOperation[] = [];
  for (const lattice of latticeRotations(cellVectors)) {
    if (lattice.every((x, k) => x === (k % 4 === 0 ? 1 : 0))) continue;
    for (const image of candidates) {
      const mapped = mappedAtoms(crystal, finder, lattice, candidates[0], image);
      if (!mapped) continue;
      found.push({ rotation: cartesian(lattice, cellVectors), lattice, ...mapped });
      break;
    }
  }
  return found;
}

/** Operations whose products are all of the operations, up to translations. */
export function generators(operations: readonly PointOperation[]): PointOperation[] {
  const known = new Map<string, Int32Array>();
  const kept: PointOperation[] = [];
  for (const operation of operations) {
    if (known.has(operation.lattice.join())) continue;
    kept.push(operation);
    // every product with one more generator, until there is no new one
    const queue = [operation.lattice];
    for (let next = queue.pop(); next; next = queue.pop()) {
      if (known.has(next.join())) continue;
      known.set(next.join(), next);
      for (const { lattice } of kept) queue.push(product(next, lattice));
      for (const other of known.values()) queue.push(product(other, next));
    }
  }
  return kept;
}

/** Integer matrix times a column, three numbers of an array. */
export function turned(w: Int32Array, columns: ArrayLike<number>, start: number): [number, number, number] {
  const [x, y, z] = [columns[start], columns[start + 1], columns[start + 2]];
  return [w[0] * x + w[1] * y + w[2] * z, w[3] * x + w[4] * y + w[5] * z, w[6] * x + w[7] * y + w[8] * z];
}

function product(w: Int32Array, v: Int32Array): Int32Array {
  return w.map((_, k) => {
    const [row, column] = [k - (k % 3), k % 3];
    return w[row] * v[column] + w[row + 1] * v[3 + column] + w[row + 2] * v[6 + column];
  });
}

/** Integer matrices W (on fractional columns) that leave the lattice as it is. */
function* latticeRotations(cellVectors: Float64Array): Generator<Int32Array> {
  const edges = rowsOf(cellVectors);
  const longest = Math.max(...edges.map(length));
  if (((4 / 3) * Math.PI * longest ** 3) / volume(cellVectors) > MAX_VECTORS) return;
  const reached = [...latticeSearch(cellVectors)([0, 0, 0], longest + SYMMETRY_TOLERANCE)];
  const isEqual = (x: number, y: number) => Math.abs(x - y) < 2 * SYMMETRY_TOLERANCE * longest;
  // the images of the cell vectors have their lengths and their scalar products
  const [as, bs, cs] = edges.map((edge) => reached.filter(({ d }) => isEqual(dot(d, d), dot(edge, edge))));
  for (const a of as) {
    for (const b of bs) {
      if (!isEqual(dot(a.d, b.d), dot(edges[0], edges[1]))) continue;
      for (const c of cs) {
        if (!isEqual(dot(a.d, c.d), dot(edges[0], edges[2]))) continue;
        if (!isEqual(dot(b.d, c.d), dot(edges[1], edges[2]))) continue;
        yield Int32Array.from([0, 1, 2].flatMap((k) => [a.cell[k], b.cell[k], c.cell[k]]));
      }
    }
  }
}

/** Where the rotation takes all atoms when it takes the one to the other; undefined unless each comes to an atom of its type. */
function mappedAtoms(
  { atomR, atomType, cellVectors }: Crystal,
  finder: AtomFinder,
  w: Int32Array,
  from: number,
  to: number,
): Pick<PointOperation, 'atoms' | 'cells'> | undefined {
  const start = turned(w, atomR, 3 * from);
  const shift = [0, 1, 2].map((k) => atomR[3 * to + k] - start[k]);
  const atoms: number[] = [];
  const cells: number[] = [];
  for (let i = 0; i < atomType.length; i++) {
    const [x, y, z] = turned(w, atomR, 3 * i).map((place, k) => place + shift[k]);
    const image = finder.at(atomType[i], x, y, z);
    if (image < 0) return undefined;
    const apart = [x, y, z].map((place, k) => place - atomR[3 * image + k]);
    const cell = apart.map(Math.round);
    const rest = rowTimes([apart[0] - cell[0], apart[1] - cell[1], apart[2] - cell[2]], cellVectors);
    if (Math.hypot(...rest) > SYMMETRY_TOLERANCE) return undefined;
    atoms.push(image);
    cells.push(...cell);
  }
  return { atoms: Int32Array.from(atoms), cells: Int32Array.from(cells) };
}
