/** Directions that cover a sphere, for averages over the orientations of crystallites. */
import { rowTimes } from '../models/lattice.js';

/** A rotation as a row-major 3×3 matrix, which rows are multiplied by. */
export type Rotation = readonly number[];

/** Rotations by Euler angles that no axis or plane of a crystal has: one each for two sets of directions. */
export const TURNS: readonly Rotation[] = [eulerRotation(0.7, 1.1, 2.3), eulerRotation(2.9, 0.45, 1.7)];

/** Turns about z, then x, then z, in radians. */
function eulerRotation(first: number, second: number, third: number): Rotation {
  const aboutZ = (angle: number) => {
    const [c, s] = [Math.cos(angle), Math.sin(angle)];
    return [c, s, 0, -s, c, 0, 0, 0, 1];
  };
  const [c, s] = [Math.cos(second), Math.sin(second)];
  const aboutX = [1, 0, 0, 0, c, s, 0, -s, c];
  const rows = [0, 3, 6].map((k) => aboutZ(first).slice(k, k + 3));
  return rows.flatMap((row) => rowTimes(rowTimes(row, aboutX), aboutZ(third)));
}

/**
 * Unit vectors [3,count], Cartesian, on a golden spiral: heights z_k = 2(k + ½)/count − 1, azimuths 2πk/Φ (Marques et al.,
 * Comput. Graph. Forum 32 (2013) 134, 10.1111/cgf.12190).
 */
export function goldenDirections(count: number, turn?: Rotation): Float64Array {
  const perPoint = (2 * Math.PI) / ((1 + Math.sqrt(5)) / 2);
  const directions = new Float64Array(3 * count);
  for (let k = 0; k < count; k++) {
    const z = (2 * k + 1) / count - 1;
    const radius = Math.sqrt(1 - z * z);
    const v = [radius * Math.cos(perPoint * k), radius * Math.sin(perPoint * k), z];
    const [x, y, height] = turn ? rowTimes(v, turn) : v;
    directions[k] = x;
    directions[count + k] = y;
    directions[2 * count + k] = height;
  }
  return directions;
}

/**
 * Puts the q-points of such directions on a sphere of radius |Q| (1/Å with 2π) at columns from `offset` of `qpts`, [3,n] r.l.u.;
 * `cellVectors` [3,3] Å. Column k of the sphere's has direction k, the last one for all columns beyond it.
 */
export function placeSphere(
  qpts: Float64Array,
  offset: number,
  columns: number,
  directions: Float64Array,
  radius: number,
  cellVectors: Float64Array,
): void {
  const [n, count] = [qpts.length / 3, directions.length / 3];
  for (let axis = 0; axis < 3; axis++) {
    const [a, b, c] = [0, 1, 2].map((k) => (cellVectors[3 * axis + k] * radius) / (2 * Math.PI));
    for (let k = 0; k < columns; k++) {
      const at = Math.min(k, count - 1);
      qpts[axis * n + offset + k] =
        a * directions[at] + b * directions[count + at] + c * directions[2 * count + at];
    }
  }
}
