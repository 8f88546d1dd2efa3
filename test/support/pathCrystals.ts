/** Crystals of every extended Bravais lattice with the paths that seekpath finds, and what makes two paths the same. */
import { readFileSync } from 'node:fs';
import { seededRandom } from '../../crystals/random.js';
import type { Crystal } from '../../src/models/crystal.js';
import { determinant, inverse, rowTimes, Supercell, times, type Vector } from '../../src/models/lattice.js';
import { ANGSTROM_PER_BOHR } from '../../src/models/units.js';
import type { ExtendedBravais } from '../../src/qpoints/paths/bravais.js';

/** As `test/golden/paths/make.py` describes it. */
export interface PathCrystal {
  bravais: ExtendedBravais;
  group: number;
  cell: number[];
  primitive: number[];
  positions: number[][];
  types: number[];
  rotations: number[][];
  views: { cell: number[]; points: Record<string, number[]> }[];
}

export const golden: { paths: Record<ExtendedBravais, string>; crystals: PathCrystal[] } = JSON.parse(
  readFileSync(new URL('../golden/paths/paths.json', import.meta.url), 'utf8'),
);

export type Cell = Omit<Crystal, 'atomMass'>;

/** The crystal by a cell whose vectors (rows) are multiples of the primitive ones, as a model file may hold it. */
export function seenBy({ cell, primitive, positions, types }: PathCrystal, view: ArrayLike<number>): Cell {
  const basis = times(primitive, cell).map((x) => x / ANGSTROM_PER_BOHR);
  const toView = inverse(Int32Array.from(view));
  const { origins } = new Supercell(view);
  const atoms = Array.from({ length: origins.length / 3 }, (_, c) =>
    origins.subarray(3 * c, 3 * c + 3),
  ).flatMap((origin) =>
    positions.map((r) =>
      rowTimes(
        [0, 1, 2].map((k) => r[k] + origin[k]),
        toView,
      ),
    ),
  );
  return {
    cellVectors: times(view, basis),
    atomR: Float64Array.from(atoms.flat()),
    atomType: atoms.map((_, i) => `X${types[i % types.length]}`),
  };
}

/** The same in another orientation in space. */
export function turned(crystal: Cell, seed: number): Cell {
  const next = seededRandom(seed);
  const [w, x, y, z] = normalised([next(), next(), next(), next()]) as [number, number, number, number];
  const rotation = [
    ...[1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
    ...[2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
    ...[2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
  ];
  return { ...crystal, cellVectors: times(crystal.cellVectors, rotation) };
}

const normalised = (v: number[]) => v.map((x) => x / Math.hypot(...v));

/** Points of a path seen by `view`, in r.l.u. of the primitive cell. */
export function inPrimitive(
  points: Iterable<[string, ArrayLike<number>]>,
  view: number[],
): Map<string, Vector> {
  // q = view·q_primitive, as columns
  const back = inverse(Int32Array.from(view));
  const transposed = back.map((_, k) => back[3 * (k % 3) + Math.floor(k / 3)]);
  return new Map([...points].map(([label, q]) => [label, rowTimes(q, transposed)]));
}

/** r.l.u. */
const SAME = 2e-6;

/**
 * Whether two straight lines have the same frequencies by symmetry: an operation of the crystal class, or one with time
 * reversal, takes one into the other but for a reciprocal lattice vector.
 */
function equivalentLines(rotations: number[][], one: [Vector, Vector], other: [Vector, Vector]): boolean {
  return rotations.some((rotation) =>
    [1, -1].some((sign) => {
      const [start, end] = one.map((q, i) => {
        const image = rowTimes(q, rotation);
        return [0, 1, 2].map((k) => sign * image[k] - other[i][k]);
      });
      return start.every((x, k) => Math.abs(x - Math.round(x)) < SAME && Math.abs(x - end[k]) < SAME);
    }),
  );
}

/** Lines that the tables tell apart but space groups do not: which of them is the first is anyone's choice. */
const EXCHANGEABLE: Partial<Record<ExtendedBravais, string[]>> = {
  cP1: ['X M', 'M X_1'],
  cF1: ['W X', 'X W_2'],
  hP1: ['H K', 'K H_2'],
};
/** Pa-3, whose setting says which axis is which. */
const PA_3 = 205;

/** Lines that are not equivalent in two versions of a crystal's path, with points in r.l.u. of the primitive cell. */
export function differentLines(
  { bravais, group, rotations }: PathCrystal,
  one: Map<string, Vector>,
  other: Map<string, Vector>,
  mayExchange = true,
): string[] {
  const exchangeable = mayExchange && group !== PA_3 ? (EXCHANGEABLE[bravais] ?? []) : [];
  const at = (points: Map<string, Vector>, labels: string[]) =>
    labels.map((label) => points.get(label)!) as [Vector, Vector];
  return linesOf(golden.paths[bravais])
    .filter((line) => {
      const candidates = exchangeable.includes(line.join(' '))
        ? exchangeable.flatMap((text) => [text.split(' '), text.split(' ').reverse()])
        : [line];
      return !candidates.some((labels) => equivalentLines(rotations, at(one, line), at(other, labels)));
    })
    .map((line) => line.join(' '));
}

/** Labels of points that are not equivalent in two versions of a crystal's path. */
export function differentPoints(
  { rotations }: PathCrystal,
  one: Map<string, Vector>,
  other: Map<string, Vector>,
): string[] {
  return [...one.keys()].filter((label) => {
    const [q, reference] = [one.get(label)!, other.get(label)!];
    return !equivalentLines(rotations, [q, q], [reference, reference]);
  });
}

/** Whether one operation of the crystal class takes all points of one version into those of the other, none into another zone. */
export function sameButTurned(
  { rotations }: PathCrystal,
  one: Map<string, Vector>,
  other: Map<string, Vector>,
): boolean {
  return rotations.some((rotation) =>
    [1, -1].some((sign) =>
      [...one].every(([label, q]) =>
        rowTimes(q, rotation).every((x, k) => Math.abs(sign * x - other.get(label)![k]) < SAME),
      ),
    ),
  );
}

/** Pairs of labels of a path such as `A B C|D E`. */
function linesOf(path: string): [string, string][] {
  return path.split('|').flatMap((part) => {
    const labels = part.split(' ');
    return labels.slice(1).map((end, i): [string, string] => [labels[i], end]);
  });
}

/** Whether q (r.l.u. of a primitive cell, metric b_i·b_j of its reciprocal vectors) is in the closed first Brillouin zone. */
export function inFirstZone(q: Vector, reciprocalVectors: Float64Array): boolean {
  const k = rowTimes(q, reciprocalVectors);
  const unit = Math.abs(determinant(reciprocalVectors)) ** (2 / 3);
  const range = [-2, -1, 0, 1, 2];
  return range.every((u) =>
    range.every((v) =>
      range.every((w) => {
        const g = rowTimes([u, v, w], reciprocalVectors);
        const projection = g.reduce((sum, x, i) => sum + x * (k[i] - x / 2), 0);
        return projection <= 1e-6 * unit;
      }),
    ),
  );
}
