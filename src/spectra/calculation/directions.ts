/** How many directions a sphere of a powder average has. */
import type { Sampling } from '../shells.js';

/** Directions of one sphere of a powder average. */
export const MAX_DIRECTIONS = 2 ** 17;
/** Where the number of directions grows with Q², as in Euphonic's tool. */
export const DENSITY_MIN = 100;
export const DENSITY_MAX = 10_000;

export interface DirectionsWanted {
  /** to begin with, or in all */
  npts: number;
  /** times Q² in place of these */
  nptsDensity?: number;
  nptsMin?: number;
  nptsMax?: number;
  sampling: 'turned' | 'golden';
  converge: boolean;
  /** % */
  error: number;
}

export function directionsOf(wanted: DirectionsWanted): Omit<Sampling, 'mostAtOnce'> {
  const { npts, nptsDensity, nptsMin = DENSITY_MIN, nptsMax, sampling, converge, error } = wanted;
  const isGolden = sampling === 'golden';
  const isDoubled = converge && !isGolden;
  const most = nptsMax ?? (isDoubled ? MAX_DIRECTIONS : DENSITY_MAX);
  const byDensity = (radius: number) =>
    Math.min(Math.max(nptsMin, Math.round(nptsDensity! * radius ** 2)), most);
  return {
    count: nptsDensity === undefined ? () => npts : byDensity,
    isGolden,
    most,
    ...(isDoubled && { error: error / 100 }),
  };
}
