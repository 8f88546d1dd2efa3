/** q-points along a path. */
import { EuphonicError } from '../../base/errors.js';
import { reciprocal, rowTimes, type Vector } from '../../models/lattice.js';
import { ANGSTROM_PER_BOHR } from '../../models/units.js';
import { columns, stepsWithin } from '../grid.js';
import type { Corner, Corners } from './corners.js';

/** More q-points than this in a path are taken for a mistake in the spacing. */
export const MAX_PATH_POINTS = 1_000_000;

/** A straight line of the path, both its ends included. */
interface PathLine {
  /** labels of its ends */
  from: string;
  to: string;
  /** q-points at its ends */
  first: number;
  last: number;
  /** 1/Å */
  length: number;
  /** of the unbroken parts, from 0 */
  part: number;
}

export interface SampledPath {
  /** [3,n] r.l.u.: all h, then all k, then all l */
  qpts: Float64Array;
  /** [3,n] r.l.u.: at zone centres the direction of the point's own line, for LO–TO splitting; NaN elsewhere */
  directions: Float64Array;
  /** [n] 1/Å along the path, with 2π; breaks have no length */
  distances: Float64Array;
  /** Lines after one another share a point, but at a zone centre each has its own. */
  lines: PathLine[];
}

/**
 * Equally spaced q-points on the lines between corners, `spacing` 1/Å or less apart. `cellVectors` [3,3] bohr; `zone` r.l.u.
 * is added to each point; `steps` are between the ends of each line, in place of those that the spacing asks for. Throws `invalid_argument` for a line without length, `too_large` for too many points.
 */
export function samplePath(
  corners: Corners,
  cellVectors: Float64Array,
  spacing: number,
  zone: Vector = [0, 0, 0],
  steps?: readonly number[],
): SampledPath {
  const lines = linesBetween(corners, cellVectors, spacing).map((line, i) => ({
    ...line,
    ...(steps && { steps: steps[i] }),
  }));
  const points: { q: Vector; direction: Vector; distance: number }[] = [];
  let distance = 0;
  const placed = lines.map(({ start, end, steps, length, part }, i): PathLine => {
    const step = start.q.map((x, k) => end.q[k] - x) as Vector;
    const at = (t: number): Vector =>
      // the ends exactly
      (t === 1 ? end.q : start.q.map((x, k) => x + t * step[k])).map((x, k) => x + zone[k]) as Vector;
    const shared = lines[i - 1]?.part === part && !isZoneCentre(at(0));
    for (let n = shared ? 1 : 0; n <= steps; n++) {
      const q = at(n / steps);
      const direction: Vector = isZoneCentre(q) ? step : [Number.NaN, Number.NaN, Number.NaN];
      points.push({
        q,
        direction,
        distance: n === steps ? distance + length : distance + (length * n) / steps,
      });
    }
    // at a break and at a zone centre two points have exactly one distance
    distance += length;
    const last = points.length - 1;
    return { from: start.label, to: end.label, first: last - steps, last, length, part };
  });
  return {
    qpts: columns(points.length, (k) => points[k].q),
    directions: columns(points.length, (k) => points[k].direction),
    distances: Float64Array.from(points, (point) => point.distance),
    lines: placed,
  };
}

interface Line {
  start: Corner;
  end: Corner;
  /** between q-points */
  steps: number;
  length: number;
  part: number;
}

function linesBetween(corners: Corners, cellVectors: Float64Array, spacing: number): Line[] {
  const basis = reciprocal(cellVectors);
  const lines = corners.flatMap((part, index) =>
    part.slice(1).map((end, i): Line => {
      const start = part[i];
      const apart = rowTimes(
        start.q.map((x, k) => end.q[k] - x),
        basis,
      );
      const length = Math.hypot(...apart) / ANGSTROM_PER_BOHR;
      if (length === 0)
        throw new EuphonicError(
          'invalid_argument',
          `The path goes from ${start.label} to ${end.label}, which are the same point.`,
        );
      return { start, end, steps: stepsWithin(length, spacing), length, part: index };
    }),
  );
  const total = lines.reduce((sum, { steps }) => sum + steps + 1, 0);
  if (total <= MAX_PATH_POINTS) return lines;
  throw new EuphonicError('too_large', `With a spacing of ${spacing} 1/Å the path has ${total} q-points.`, {
    expected: `at most MAX_PATH_POINTS = ${MAX_PATH_POINTS}`,
    advice: 'take a larger spacing',
  });
}

/** As the kernel decides it: each component within 1e-10 of an integer. */
function isZoneCentre(q: Vector): boolean {
  return q.every((x) => Math.abs(x - Math.round(x)) <= 1e-10);
}
