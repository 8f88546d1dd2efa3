/** Averages over spheres |Q| = constant, with as many directions as an error that is asked for needs. */
import { braggDirections, braggPoints, type WeightedDirections } from '../qpoints/braggCaps.js';
import { goldenDirections, placeSphere, TURNS } from '../qpoints/spheres.js';

export interface Sampling {
  /** directions of a sphere of radius Q (1/Å) to begin with */
  count(radius: number): number;
  /** Euphonic's one set of directions, from which no error follows; without it two sets, turned in two ways, of half as many each */
  isGolden: boolean;
  /** two sets that are denser near Bragg points, where S grows without bound */
  isDenserAtBragg?: boolean;
  /** relative: a sphere whose error is larger gets more directions, `most` at most */
  error?: number;
  most: number;
  /** q-points that are calculated at a time, unless one sphere has more */
  mostAtOnce: number;
}

export interface Shell {
  /** per direction */
  average: Float64Array;
  directions: number;
  /** from ‖A − B‖ / 2‖mean‖ of the averages over both sets, not below what fewer directions before let expect */
  error?: number;
}

/** A list of q-points, in blocks of which each has a sum of its own. */
export interface Blocks {
  /** [3,n] r.l.u. */
  qpts: Float64Array;
  /** [n], 0 where a block has points that do not count; of each set of directions their sum is their number */
  weights: Float64Array;
  blockPoints: number;
}

/** Sums over each block, one after the other. */
type SumBlocks = (blocks: Blocks) => Promise<Float64Array[]>;

/** q-points of a block, in which a thread is not interrupted for other jobs. */
const LARGEST_BLOCK = 256;
/** Errors fall with about this power of the number of directions, which says how often it is to be doubled at once. */
const CONVERGENCE = 0.75;
const DOUBLINGS_AT_ONCE = 4;
/** Two sets tell an error only roughly. With this factor it is seldom too small, and by no more than 1.4 on 74 spheres of Nb and quartz. */
const CAUTION = 1.4;

/**
 * Averages over spheres of radii (1/Å). `isWanted` says which numbers of a sphere's average its error is of. An error of 1 %
 * is one of 1 % of the root of the mean square.
 */
export async function averageShells(
  radii: readonly number[],
  cellVectors: Float64Array,
  sampling: Sampling,
  sum: SumBlocks,
  isWanted: (shell: number, number: number) => boolean,
): Promise<Shell[]> {
  const sets = sampling.isGolden ? 1 : 2;
  const perSet = radii.map((radius) => Math.ceil(sampling.count(radius) / sets));
  const smallest = Math.min(...perSet);
  const blockPoints = Math.ceil(smallest / Math.ceil(smallest / LARGEST_BLOCK));
  const isDenser = sampling.isDenserAtBragg && !sampling.isGolden;
  const bragg = isDenser ? braggPoints(cellVectors, Math.max(0, ...radii)) : undefined;
  const directionsOf = ({ radius, perSet: count }: Sphere, set: number) =>
    bragg
      ? braggDirections(count, set, radius, bragg)
      : evenDirections(count, sampling.isGolden ? undefined : set);
  const shells: Shell[] = [];
  const differences: Difference[][] = radii.map(() => []);
  let open = radii.map((_, shell) => shell);
  while (open.length > 0) {
    for (const part of portions(open, (shell) => sets * perSet[shell], sampling.mostAtOnce)) {
      const spheres = part.map((shell) => ({ radius: radii[shell], perSet: perSet[shell] }));
      const averages = await averageSpheres(spheres, cellVectors, { sets, blockPoints, directionsOf }, sum);
      part.forEach((shell, i) => {
        const found = shellOf(averages[i], perSet[shell], (k) => isWanted(shell, k));
        const { error, directions } = found;
        if (error !== undefined) differences[shell].push({ error, directions });
        shells[shell] = error === undefined ? found : { ...found, error: statedError(differences[shell]) };
      });
    }
    open = open.filter((shell) => {
      const { error = 0, directions } = shells[shell];
      if (!(error > (sampling.error ?? Infinity)) || 2 * directions > sampling.most) return false;
      const wanted = Math.floor(Math.log2((error / sampling.error!) ** (1 / CONVERGENCE)));
      const allowed = Math.floor(Math.log2(sampling.most / directions));
      perSet[shell] *= 2 ** Math.min(Math.max(wanted, 1), DOUBLINGS_AT_ONCE, allowed);
      return true;
    });
  }
  return shells;
}

/** What two sets of so many directions differed by. */
type Difference = Required<Pick<Shell, 'error' | 'directions'>>;

/**
 * The last error, or the root mean square of all, each as it were with the last number of directions, if that is larger, times
 * CAUTION. Two sets may miss a narrow peak alike, and more so where they end the search: the last error alone is too small by up to 1.6 on
 * an average.
 */
function statedError(differences: readonly Difference[]): number {
  const last = differences[differences.length - 1];
  const scaled = differences.map(
    ({ error, directions }) => error / (last.directions / directions) ** CONVERGENCE,
  );
  const mean = Math.sqrt(scaled.reduce((sum, x) => sum + x ** 2, 0) / scaled.length);
  return CAUTION * Math.max(last.error, mean);
}

/** Lists of some of the items, in their order, of a total size of `most` or of one item. */
function portions<T>(items: readonly T[], sizeOf: (item: T) => number, most: number): T[][] {
  const lists: T[][] = [];
  let room = 0;
  for (const item of items) {
    if (lists.length === 0 || sizeOf(item) > room) {
      lists.push([]);
      room = most;
    }
    lists.at(-1)!.push(item);
    room -= sizeOf(item);
  }
  return lists;
}

interface Sphere {
  /** 1/Å */
  radius: number;
  /** directions of each set */
  perSet: number;
}

interface Layout {
  sets: number;
  blockPoints: number;
  directionsOf(sphere: Sphere, set: number): WeightedDirections;
}

/** Directions of a set, or of Euphonic's only one. */
function evenDirections(count: number, set: number | undefined): WeightedDirections {
  const turn = set === undefined ? undefined : TURNS[set];
  return { directions: goldenDirections(count, turn), weights: new Float64Array(count).fill(1) };
}

/** Of each sphere the average over each set of directions. */
async function averageSpheres(
  spheres: readonly Sphere[],
  cellVectors: Float64Array,
  { sets, blockPoints, directionsOf }: Layout,
  sum: SumBlocks,
): Promise<Float64Array[][]> {
  const blocksOf = ({ perSet }: Sphere) => Math.ceil(perSet / blockPoints);
  const nPoints = spheres.reduce((n, sphere) => n + sets * blocksOf(sphere) * blockPoints, 0);
  const qpts = new Float64Array(3 * nPoints);
  const weights = new Float64Array(nPoints);
  let offset = 0;
  for (const sphere of spheres) {
    const columns = blocksOf(sphere) * blockPoints;
    for (let set = 0; set < sets; set++, offset += columns) {
      const { directions, weights: own } = directionsOf(sphere, set);
      placeSphere(qpts, offset, columns, directions, sphere.radius, cellVectors);
      weights.set(own, offset);
    }
  }
  const sums = await sum({ qpts, weights, blockPoints });
  let block = 0;
  return spheres.map((sphere) =>
    Array.from({ length: sets }, () => {
      const own = sums.slice(block, block + blocksOf(sphere));
      block += own.length;
      return own[0].map((_, k) => own.reduce((total, of) => total + of[k], 0) / sphere.perSet);
    }),
  );
}

function shellOf(
  [a, b]: readonly Float64Array[],
  perSet: number,
  isWanted: (number: number) => boolean,
): Shell {
  if (!b) return { average: a, directions: perSet };
  const average = a.map((x, k) => (x + b[k]) / 2);
  let [difference, norm] = [0, 0];
  for (let k = 0; k < a.length; k++) {
    if (!isWanted(k)) continue;
    difference += (a[k] - b[k]) ** 2;
    norm += average[k] ** 2;
  }
  return {
    average,
    directions: 2 * perSet,
    error: norm === 0 ? 0 : Math.sqrt(difference / norm) / 2,
  };
}
