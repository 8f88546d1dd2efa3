/**
 * Points of a Monkhorst–Pack grid that stand for all: one of those that space group and time reversal relate.
 *
 * The tensors U of mean-square displacement at q and at the point S q, to which an operation takes it, are related by
 * U_{S(κ)}(S q) = R U_κ(q) Rᵀ as far as the force constants have the crystal's symmetry. An average over the group, of the
 * points that stand for all, is then the average over the whole grid.
 */
import { inverse, rowTimes, SYMMETRIC_ELEMENTS } from '../models/lattice.js';
import { type Operation, turnedTensor } from '../models/symmetry.js';
import { columns, type Grid, type GridPart, gridPoint, sizeOf } from './grid.js';

/**
 * Operations relate tensors to this part of the largest element, or the wedge is not used. Symmetric force constants
 * come to 1e-14 to 3e-10, by the digits of their file; those of calculations that were not symmetrised to 1e-5 and worse.
 */
const PROBE_TOLERANCE = 1e-9;

/** Two points without symmetry, r.l.u. */
const PROBES = [
  [0.1234, 0.3071, 0.0577],
  [0.4132, 0.0919, 0.2657],
] as const;

/** The point to which an operation takes q, r.l.u.: q W⁻¹ for W on fractional positions. */
const image = ({ lattice }: Operation, q: ArrayLike<number>) => rowTimes(q, inverse(lattice));

/** The points at which tensors are compared, [3,count]: the probes, each followed by its images. */
export function probePoints(operations: readonly Operation[]): Float64Array {
  const points = PROBES.flatMap((q) => [q, ...operations.map((operation) => image(operation, q))]);
  return columns(points.length, (k) => points[k]);
}

/** Whether the displacements [n,6,count] at the probe points are related as the operations say. */
export function isSymmetric(displacements: Float64Array, operations: readonly Operation[]): boolean {
  const count = PROBES.length * (operations.length + 1);
  const n = displacements.length / 6 / count;
  const tensor = (atom: number, point: number) =>
    SYMMETRIC_ELEMENTS.map((element) => displacements[(6 * atom + element) * count + point]);
  const largest = displacements.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return PROBES.every((_, probe) => {
    const q = probe * (operations.length + 1);
    return operations.every(({ rotation, atoms }, s) => {
      for (let atom = 0; atom < n; atom++) {
        const expected = turnedTensor(rotation, tensor(atom, q));
        const found = tensor(atoms[atom], q + 1 + s);
        // a NaN is no symmetry
        if (!found.every((x, k) => Math.abs(x - expected[k]) <= PROBE_TOLERANCE * largest)) return false;
      }
      return true;
    });
  });
}

export interface Wedge {
  /** of the points in the grid */
  indices: Int32Array;
  /** for how many points of the grid each stands */
  weights: Int32Array;
}

/** One point of each set of points of the grid that operations and time reversal relate. Takes half a second at most. */
export function irreducibleWedge(grid: Grid, operations: readonly Operation[]): Wedge {
  const rotations = new Map(
    operations.map(({ lattice }) => {
      const rotation = inverse(lattice);
      return [rotation.join(), rotation];
    }),
  );
  const seen = new Uint8Array(sizeOf(grid));
  const indices: number[] = [];
  const weights: number[] = [];
  for (let index = 0; index < seen.length; index++) {
    if (seen[index]) continue;
    const q = gridPoint(grid, index);
    let weight = 0;
    for (const rotation of rotations.values()) {
      const turned = rowTimes(q, rotation);
      for (const sign of [1, -1]) {
        const other = indexOf(
          turned.map((x) => sign * x),
          grid,
        );
        if (other === undefined || seen[other]) continue;
        seen[other] = 1;
        weight++;
      }
    }
    indices.push(index);
    weights.push(weight);
  }
  return { indices: Int32Array.from(indices), weights: Int32Array.from(weights) };
}

export function wedgePart(grid: Grid, { indices, weights }: Wedge): GridPart {
  return {
    count: indices.length,
    points: (offset, count) => columns(count, (k) => gridPoint(grid, indices[offset + k])),
    weight: (k) => weights[k],
  };
}

/** Of the point modulo 1; undefined where the grid has none: it need not have the crystal's symmetry. */
function indexOf(q: readonly number[], grid: Grid): number | undefined {
  let index = 0;
  for (let axis = 0; axis < 3; axis++) {
    const n = grid[axis];
    const exact = (2 * n * q[axis] + n - 1) / 2;
    const i = Math.round(exact);
    if (Math.abs(exact - i) > 1e-6) return undefined;
    index = n * index + (((i % n) + n) % n);
  }
  return index;
}
