/**
 * Directions on a sphere |Q| = constant that are the denser, the nearer they come to a Bragg point: there S of acoustic modes grows with
 * 1/q², q being the distance from the point, and directions that are equally dense miss it.
 */
import { dot, length, reciprocal, rowTimes, type Vector, volume } from '../models/lattice.js';
import { goldenDirections, type Rotation, TURNS } from './spheres.js';

/** Around Bragg points directions are denser within this part of the edge of a cube that is as large as the Brillouin zone. */
const REACH = 1 / 4;
/** Of the reach: spheres that come closer to a point are treated as if they did not. */
const CLOSEST = 1e-3;
/** About so many Bragg points, those of the smallest Q, are looked at: where there are more, none of them counts for much. */
const MOST_POINTS = 1e5;

/** A reciprocal-lattice point but the origin. */
interface BraggPoint {
  /** of length 1 */
  direction: Vector;
  /** 1/Å */
  length: number;
}

interface BraggPoints {
  points: readonly BraggPoint[];
  /** 1/Å */
  reach: number;
}

/** What spheres of radii up to `most` (1/Å) may come near to. `cellVectors` [3,3] Å. */
export function braggPoints(cellVectors: Float64Array, most: number): BraggPoints {
  const reach = (REACH * 2 * Math.PI) / Math.cbrt(volume(cellVectors));
  const withMost = 2 * Math.PI * Math.cbrt((3 * MOST_POINTS) / (4 * Math.PI * volume(cellVectors)));
  const farthest = Math.min(most + reach, withMost);
  const points: BraggPoint[] = [];
  const b = reciprocal(cellVectors);
  // h is G · a / 2π
  const [nh, nk, nl] = [0, 3, 6].map((row) =>
    Math.floor((farthest * Math.hypot(...cellVectors.subarray(row, row + 3))) / (2 * Math.PI)),
  );
  for (let h = -nh; h <= nh; h++) {
    for (let k = -nk; k <= nk; k++) {
      for (let l = -nl; l <= nl; l++) {
        const g = rowTimes([h, k, l], b);
        const size = length(g);
        if (size > 0 && size <= farthest)
          points.push({ direction: g.map((x) => x / size) as Vector, length: size });
      }
    }
  }
  return { points, reach };
}

/** The part of a sphere within a distance from a Bragg point near to it. Distances squared are 1/Å². */
interface Cap {
  direction: Vector;
  /** of the sphere from the point */
  closest: number;
  /** of the cap's edge from the point, less `closest` */
  range: number;
  /** (1 - cosine of the angle to `direction`) per distance squared beyond `closest` */
  cosinePerSquare: number;
  /** natural logarithm of the largest density over the least one */
  steepness: number;
  /** its directions for one that the sphere as a whole has */
  share: number;
}

/**
 * Within a cap, directions are as dense as 1/q², down to the density of the sphere as a whole at its edge. With s = q² − closest,
 * which is 2QG(1 − cos), equal steps of s are equal solid angles.
 */
function capsOf(radius: number, { points, reach }: BraggPoints): Cap[] {
  return points
    .filter((point) => Math.abs(point.length - radius) < reach)
    .map((point) => {
      const product = 2 * radius * point.length;
      const closest = Math.max((point.length - radius) ** 2, (CLOSEST * reach) ** 2);
      const range = Math.min(reach ** 2, 2 * product);
      const steepness = Math.log1p(range / closest);
      const share = (steepness * (closest + range)) / (2 * product);
      return { direction: point.direction, closest, range, cosinePerSquare: 1 / product, steepness, share };
    });
}

export interface WeightedDirections {
  /** [3,n] Cartesian unit vectors */
  directions: Float64Array;
  /** [n] of sum n */
  weights: Float64Array;
}

/**
 * `count` directions: golden ones for the sphere as a whole, and more in each cap. A direction's weight is one over the density of all
 * directions there, whichever of them it is (Veach and Guibas, SIGGRAPH 95, 419, 10.1145/218380.218498: the balance heuristic).
 */
export function braggDirections(
  count: number,
  set: number,
  radius: number,
  bragg: BraggPoints,
): WeightedDirections {
  const turn = TURNS[set];
  const near = capsOf(radius, bragg);
  const perWhole = near.reduce((sum, { share }) => sum + share, 1);
  let wanted = 0;
  const caps = near
    .map((cap) => {
      const before = Math.floor(wanted);
      wanted += (count * cap.share) / perWhole;
      return { ...cap, count: Math.floor(wanted) - before };
    })
    .filter((cap) => cap.count > 0);
  const whole = count - caps.reduce((sum, cap) => sum + cap.count, 0);
  const directions = new Float64Array(3 * count);
  const golden = goldenDirections(whole, turn);
  for (let axis = 0; axis < 3; axis++)
    directions.set(golden.subarray(axis * whole, (axis + 1) * whole), axis * count);
  let at = whole;
  caps.forEach((cap, i) => {
    // steps of caps and sets against each other, so that no two see the same distances
    const offset = ((i + 0.5) / GOLDEN + set / 2) % 1;
    for (let k = 0; k < cap.count; k++, at++) {
      const s = cap.closest * Math.expm1((cap.steepness * (k + offset)) / cap.count);
      const v = aroundDirection(
        cap.direction,
        1 - s * cap.cosinePerSquare,
        (2 * Math.PI * at) / GOLDEN,
        turn,
      );
      for (let axis = 0; axis < 3; axis++) directions[axis * count + at] = v[axis];
    }
  });
  return { directions, weights: balancedWeights(directions, whole, caps) };
}

const GOLDEN = (1 + Math.sqrt(5)) / 2;

/** The unit vector at an angle of such a cosine to `direction`, at an azimuth (radians) that starts from an axis of the rotation. */
function aroundDirection(direction: Vector, cosine: number, azimuth: number, turn: Rotation): Vector {
  const axes = [0, 3, 6].map((k) => turn.slice(k, k + 3) as Vector);
  const [first] = axes.sort((a, b) => Math.abs(dot(a, direction)) - Math.abs(dot(b, direction)));
  const along = dot(first, direction);
  const across = first.map((x, i) => x - along * direction[i]) as Vector;
  const size = length(across);
  const x = across.map((value) => value / size) as Vector;
  const y = cross(direction, x);
  const sine = Math.sqrt(Math.max(0, 1 - cosine ** 2));
  return direction.map(
    (z, i) => cosine * z + sine * (Math.cos(azimuth) * x[i] + Math.sin(azimuth) * y[i]),
  ) as Vector;
}

function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

function balancedWeights(
  directions: Float64Array,
  whole: number,
  caps: readonly (Cap & { count: number })[],
): Float64Array {
  const count = directions.length / 3;
  // each direction meets each cap, which is by far the most that is done here: numbers in rows, not objects
  const row = 6;
  const rows = new Float64Array(row * caps.length);
  caps.forEach(({ direction, closest, range, cosinePerSquare, steepness, count: own }, i) => {
    const scale = cosinePerSquare;
    rows.set(
      direction.map((x) => x / scale),
      row * i,
    );
    rows.set([closest, range, (2 * own) / (scale * steepness)], row * i + 3);
  });
  const perCosine = Float64Array.from(caps, ({ cosinePerSquare }) => 1 / cosinePerSquare);
  const weights = new Float64Array(count);
  let sum = 0;
  for (let k = 0; k < count; k++) {
    const x = directions[k];
    const y = directions[count + k];
    const z = directions[2 * count + k];
    // directions per solid angle, times 4π
    let density = whole;
    for (let i = 0, at = 0; i < perCosine.length; i++, at += row) {
      const s = perCosine[i] - x * rows[at] - y * rows[at + 1] - z * rows[at + 2];
      if (s < rows[at + 4]) density += rows[at + 5] / (rows[at + 3] + Math.max(s, 0));
    }
    weights[k] = 1 / density;
    sum += weights[k];
  }
  return weights.map((weight) => (weight * count) / sum);
}
