import { seededRandom } from '../../crystals/random.js';

/** Half the width of the cube of q-points, r.l.u.: several Brillouin zones, as in a measured S(Q,ω). */
const HALF_WIDTH = 3;
const SEED = 20_240_521;

/** [3,count] random q-points in [−3, 3]³: all h, all k, all l. The first ones are the same for every count. */
export function randomPoints(count: number): Float64Array {
  const random = seededRandom(SEED);
  const qpts = new Float64Array(3 * count);
  for (let i = 0; i < count; i++)
    for (let axis = 0; axis < 3; axis++) qpts[axis * count + i] = 2 * HALF_WIDTH * random();
  return qpts;
}

/** The first `count` columns of a [3,n] array. */
export function firstPoints(qpts: Float64Array, count: number): Float64Array {
  const n = qpts.length / 3;
  const some = new Float64Array(3 * count);
  for (let axis = 0; axis < 3; axis++) some.set(qpts.subarray(axis * n, axis * n + count), axis * count);
  return some;
}

/** [3,count] as h k l of each point in turn. */
export function pointwise(qpts: Float64Array): Uint8Array {
  const count = qpts.length / 3;
  const rows = Float64Array.from({ length: 3 * count }, (_, k) => qpts[(k % 3) * count + Math.floor(k / 3)]);
  return new Uint8Array(rows.buffer);
}
