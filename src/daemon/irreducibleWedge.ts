/**
 * Points of a Monkhorst–Pack grid that stand for all: one of those that space group and time reversal relate.
 *
 * The tensors U of mean-square displacement at q and at the point S q, to which an operation takes it, are related by
 * U_{S(κ)}(S q) = R U_κ(q) Rᵀ as far as the force constants have the crystal's symmetry. An average over the group, of the
 * points that stand for all, is then the average over the whole grid.
 */
import type { Operation } from '../models/symmetry.js';
import type { Grid, GridPart } from './monkhorstPack.js';

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

/** How an operation takes r.l.u. to r.l.u.: W⁻ᵀ [3,3] for W on fractional positions, whose determinant is 1 or −1. */
function reciprocalRotation(w: Int32Array): Int32Array {
  const cofactors = Int32Array.from({ length: 9 }, (_, k) => {
    const [a, b] = [Math.floor(k / 3), k % 3];
    const at = (i: number, j: number) => w[3 * ((a + i) % 3) + ((b + j) % 3)]!;
    return at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1);
  });
  const determinant = w[0]! * cofactors[0]! + w[1]! * cofactors[1]! + w[2]! * cofactors[2]!;
  return cofactors.map((x) => x * determinant);
}

const turned = (rotation: Int32Array, q: ArrayLike<number>) =>
  [0, 3, 6].map((k) => rotation[k]! * q[0]! + rotation[k + 1]! * q[1]! + rotation[k + 2]! * q[2]!);

/** The points at which tensors are compared, [3,count]: the probes, each followed by its images. */
export function probePoints(operations: readonly Operation[]): Float64Array {
  const points = PROBES.flatMap((q) => [
    [...q],
    ...operations.map(({ lattice }) => turned(reciprocalRotation(lattice), q)),
  ]);
  return Float64Array.from({ length: 3 * points.length }, (_, k) => {
    return points[k % points.length]![Math.floor(k / points.length)]!;
  });
}

/** Whether the displacements [n,6,count] at the probe points are related as the operations say. */
export function isSymmetric(displacements: Float64Array, operations: readonly Operation[]): boolean {
  const count = PROBES.length * (operations.length + 1);
  const n = displacements.length / 6 / count;
  const elements = [0, 1, 2, 1, 3, 4, 2, 4, 5];
  const at = (atom: number, k: number, point: number) =>
    displacements[(6 * atom + elements[k]!) * count + point]!;
  const largest = displacements.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return PROBES.every((_, probe) => {
    const q = probe * (operations.length + 1);
    return operations.every(({ rotation: r, atoms }, s) => {
      for (let atom = 0; atom < n; atom++) {
        for (let k = 0; k < 9; k++) {
          const [a, b] = [Math.floor(k / 3), k % 3];
          let sum = 0;
          for (let e = 0; e < 9; e++)
            sum += r[3 * a + Math.floor(e / 3)]! * at(atom, e, q) * r[3 * b + (e % 3)]!;
          // a NaN is no symmetry
          if (!(Math.abs(at(atoms[atom]!, k, q + 1 + s) - sum) <= PROBE_TOLERANCE * largest)) return false;
        }
      }
      return true;
    });
  });
}

export interface Wedge {
  operations: Operation[];
  /** of the points in the grid */
  indices: Int32Array;
  /** for how many points of the grid each stands */
  weights: Int32Array;
}

/** One point of each set of points of the grid that operations and time reversal relate. Takes half a second at most. */
export function irreducibleWedge(grid: Grid, operations: Operation[]): Wedge {
  const [n1, n2, n3] = grid;
  const rotations = new Map(
    operations.map(({ lattice }) => {
      const rotation = reciprocalRotation(lattice);
      return [rotation.join(), rotation];
    }),
  );
  const seen = new Uint8Array(n1 * n2 * n3);
  const indices: number[] = [];
  const weights: number[] = [];
  for (let index = 0; index < seen.length; index++) {
    if (seen[index]) continue;
    const q = pointOf(index, grid);
    let weight = 0;
    for (const rotation of rotations.values()) {
      const image = turned(rotation, q);
      for (const sign of [1, -1]) {
        const other = indexOf(
          image.map((x) => sign * x),
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
  return { operations, indices: Int32Array.from(indices), weights: Int32Array.from(weights) };
}

export function wedgePart(grid: Grid, { indices, weights }: Wedge): GridPart {
  return {
    count: indices.length,
    points: (offset, count) => {
      const points = Array.from({ length: count }, (_, k) => pointOf(indices[offset + k]!, grid));
      return Float64Array.from({ length: 3 * count }, (_, k) => points[k % count]![Math.floor(k / count)]!);
    },
    weight: (k) => weights[k]!,
  };
}

function pointOf(index: number, [n1, n2, n3]: Grid): [number, number, number] {
  const coordinate = (i: number, n: number) => (2 * i + 1 - n) / (2 * n);
  return [
    coordinate(Math.floor(index / (n2 * n3)), n1),
    coordinate(Math.floor(index / n3) % n2, n2),
    coordinate(index % n3, n3),
  ];
}

/** Of the point modulo 1; undefined where the grid has none: it need not have the crystal's symmetry. */
function indexOf(q: readonly number[], grid: Grid): number | undefined {
  let index = 0;
  for (let axis = 0; axis < 3; axis++) {
    const n = grid[axis]!;
    const exact = (2 * n * q[axis]! + n - 1) / 2;
    const i = Math.round(exact);
    if (Math.abs(exact - i) > 1e-6) return undefined;
    index = n * index + (((i % n) + n) % n);
  }
  return index;
}
