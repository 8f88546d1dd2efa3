/** Largest |coordinate| of a q-point, r.l.u.: beyond, rounding leaves nothing of the place in the zone. */
export const MAX_Q = 1e9;

export const isCoordinate = (x: unknown) => typeof x === 'number' && Math.abs(x) <= MAX_Q;
