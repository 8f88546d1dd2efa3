/** Paths as users write them: labels `G M K G | A L`, or coordinates `0 0 0  1/2 0 0 | 1/3 1/3 0  0 0 1/2`. */
import { decimalNumber } from '../../base/decimal.js';
import { EuphonicError } from '../../base/errors.js';
import type { Vector } from '../../models/lattice.js';
import { isCoordinate, MAX_Q } from '../coordinates.js';
import type { LatticePath } from './latticePath.js';

/** A point where a line of the path begins or ends. */
export interface Corner {
  label: string;
  /** r.l.u. */
  q: Vector;
}

/** The corners of each unbroken part, two or more. */
export type Corners = Corner[][];

/** Labels of each part, as written. Throws `invalid_argument`. */
export function parseLabels(text: string): string[][] {
  return parts(text).map((part) => {
    const labels = part.split(/[\s,–—→-]+/).filter(Boolean);
    if (labels.length >= 2) return labels;
    throw broken(`The part '${part.trim()}' of the path '${text}' has fewer than two points.`);
  });
}

/** Coordinates of each part; fractions such as 1/3 are allowed. Throws `invalid_argument`. */
export function parseCoordinates(text: string): Vector[][] {
  return parts(text).map((part) => {
    const words = part.split(/[\s,]+/).filter(Boolean);
    const numbers = words.map(parseNumber);
    const wrong = numbers.findIndex((x) => !isCoordinate(x));
    if (wrong >= 0)
      throw broken(`'${words[wrong]}' in '${text}' is not a number between -${MAX_Q} and ${MAX_Q}.`);
    if (numbers.length < 6 || numbers.length % 3 !== 0)
      throw broken(`The part '${part.trim()}' has ${numbers.length} numbers.`);
    return Array.from({ length: numbers.length / 3 }, (_, i) => numbers.slice(3 * i, 3 * i + 3) as Vector);
  });
}

/** r.l.u. */
const SAME_COORDINATE = 1e-6;

const parts = (text: string) => text.split('|');

/** Also of a fraction; NaN for other texts. */
function parseNumber(word: string): number {
  const [numerator, denominator = '1', ...rest] = word.split('/');
  return rest.length === 0 ? decimalNumber(numerator) / decimalNumber(denominator) : Number.NaN;
}

function broken(message: string): EuphonicError {
  return new EuphonicError('invalid_argument', message, {
    expected:
      "two or more points for each part, | between parts: labels as in 'G M K | A L', or three numbers for each point as in '0 0 0  1/2 0 0'",
  });
}

/** The points that labels name: as in the tables, or with G or Γ, Σ0, s_0. Throws `invalid_argument` for unknown ones. */
export function labelledCorners(
  labels: string[][],
  { bravais, points }: Pick<LatticePath, 'bravais' | 'points'>,
): Corners {
  const known = new Map([...points.keys()].map((label) => [plain(label), label]));
  return labels.map((part) =>
    part.map((word) => {
      const label = known.get(plain(word)) ?? (plain(word) === 'G' ? 'GAMMA' : undefined);
      if (label !== undefined) return { label, q: points.get(label)! };
      throw new EuphonicError('invalid_argument', `The lattice ${bravais} has no point '${word}'.`, {
        expected: `one of ${[...points.keys()].join(' ')}`,
      });
    }),
  );
}

/** Corners at coordinates, labelled as in the tables where they are points of these, else by the coordinates. */
export function coordinateCorners(coordinates: Vector[][], { points }: Pick<LatticePath, 'points'>): Corners {
  const same = (q: Vector, p: Vector) => q.every((x, k) => Math.abs(x - p[k]) < SAME_COORDINATE);
  return coordinates.map((part) =>
    part.map((q) => {
      const [label] = [...points].find(([, p]) => same(q, p)) ?? [q.map(fraction).join(' ')];
      return { label, q };
    }),
  );
}

/** A number as people write it: 1/3, or 0.1237. */
function fraction(x: number): string {
  for (let denominator = 1; denominator <= 12; denominator++) {
    const numerator = Math.round(x * denominator);
    if (Math.abs(numerator / denominator - x) < SAME_COORDINATE)
      return denominator === 1 ? `${numerator}` : `${numerator}/${denominator}`;
  }
  return `${Number(x.toFixed(4))}`;
}

const GREEK: Readonly<Record<string, string>> = { Γ: 'GAMMA', Δ: 'DELTA', Λ: 'LAMBDA', Σ: 'SIGMA' };

/** A label without what people write differently: case, Greek letters, subscripts, underscores, TeX's backslash. */
function plain(label: string): string {
  return label
    .normalize('NFKD')
    .toUpperCase()
    .replace(/[ΓΔΛΣ]/g, (letter) => GREEK[letter])
    .replace(/[_\\{}$]/g, '');
}
