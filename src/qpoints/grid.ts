/** Monkhorst–Pack grids of q-points. */
import { length, reciprocal, rowsOf } from '../models/lattice.js';

export type Grid = readonly [number, number, number];

/** Points of a grid that stand for all. */
export interface GridPart {
  count: number;
  /** points [offset, offset + count) of the part, [3,count] r.l.u. */
  points(offset: number, count: number): Float64Array;
  /** for how many points of the grid the k-th stands */
  weight(k: number): number;
}

/**
 * Points [offset, offset + count) of the grid, [3,count] r.l.u.: along each axis (2i − N − 1)/(2N), i = 1…N, the last
 * axis fastest. Point k and point N1 N2 N3 − 1 − k are q and −q; with an odd product the middle one is the zone centre.
 */
export function gridPoints(grid: Grid, offset: number, count: number): Float64Array {
  return columns(count, (k) => gridPoint(grid, offset + k));
}

/** One of them, r.l.u. */
export function gridPoint([n1, n2, n3]: Grid, index: number): [number, number, number] {
  const coordinate = (i: number, n: number) => (2 * i + 1 - n) / (2 * n);
  return [
    coordinate(Math.floor(index / (n2 * n3)), n1),
    coordinate(Math.floor(index / n3) % n2, n2),
    coordinate(index % n3, n3),
  ];
}

/** [3,count] of `count` points. */
export function columns(count: number, point: (k: number) => ArrayLike<number>): Float64Array {
  const all = new Float64Array(3 * count);
  for (let k = 0; k < count; k++) {
    const q = point(k);
    for (let axis = 0; axis < 3; axis++) all[count * axis + k] = q[axis];
  }
  return all;
}

export const sizeOf = ([a, b, c]: Grid): number => a * b * c;

/** The first half of a grid: q and −q have the same tensors. */
export function halfGrid(grid: Grid): GridPart {
  // the point that is its own negative; no integer where there is none
  const middle = (sizeOf(grid) - 1) / 2;
  return {
    count: Math.ceil(sizeOf(grid) / 2),
    points: (offset, count) => gridPoints(grid, offset, count),
    weight: (k) => (k === middle ? 1 : 2),
  };
}

/** All of its points [3,n] r.l.u. with their weights [n], the sum of which is the grid's size. */
export function weightedHalf(grid: Grid): { qpts: Float64Array; weights: Float64Array } {
  const half = halfGrid(grid);
  return {
    qpts: half.points(0, half.count),
    weights: Float64Array.from({ length: half.count }, (_, k) => half.weight(k)),
  };
}

/** A grid whose points are at most `spacing` apart along each reciprocal vector: 1/Å with 2π where `cellVectors` [3,3] are in Å. */
export function gridOfSpacing(cellVectors: Float64Array, spacing: number): Grid {
  const [n1, n2, n3] = rowsOf(reciprocal(cellVectors)).map((vector) => stepsWithin(length(vector), spacing));
  return [n1, n2, n3];
}

/** Steps of at most `spacing` that make a length, one at least. */
export function stepsWithin(length: number, spacing: number): number {
  // rounding shall not add one
  return Math.max(1, Math.ceil(length / spacing - 1e-9));
}
