/** Which modes of q-points after one another belong together: those whose eigenvectors are most alike. */
import type { SampledPath } from '../qpoints/paths/sample.js';

/** meV: modes that are closer have no eigenvectors of their own, but a space of them. */
const DEGENERATE = 1e-3;

/** Modes along a path: frequencies [nModes,nPoints] in ascending order, eigenvectors [2,3,nAtoms,nModes,nPoints] as the daemon gives them. */
export interface PathModes {
  frequencies: Float64Array;
  eigenvectors: Float64Array;
  /** [nAtoms,3] fractional */
  atomR: ArrayLike<number>;
}

/** The q-points between which nothing connects modes: breaks, and zone centres, which have two points with a splitting each. */
export function stretches({ lines }: SampledPath): { first: number; last: number }[] {
  const found: { first: number; last: number }[] = [];
  for (const { first, last } of lines) {
    const before = found.at(-1);
    if (before?.last === first) before.last = last;
    else found.push({ first, last });
  }
  return found;
}

/**
 * [nModes,nPoints] the mode that is each line's at each q-point. A stretch begins with ascending frequencies. Each line goes on to
 * the mode that its eigenvector overlaps with most, the greatest overlaps first. Of degenerate modes all count together, and the
 * line goes on with its own vector's projection on their space, since theirs are arbitrary.
 */
export function connectedModes(modes: PathModes, path: SampledPath): Int32Array {
  const nPoints = path.distances.length;
  const nModes = modes.frequencies.length / nPoints;
  const order = new Int32Array(nModes * nPoints);
  for (const { first, last } of stretches(path)) {
    let lines = vectorsAt(modes, path, first);
    for (let i = 0; i < nModes; i++) order[i * nPoints + first] = i;
    for (let point = first + 1; point <= last; point++) {
      const vectors = vectorsAt(modes, path, point);
      const energies = vectors.map((_, mode) => modes.frequencies[mode * nPoints + point]);
      const found = nextModes(lines, vectors, energies);
      found.order.forEach((mode, i) => {
        order[i * nPoints + point] = mode;
      });
      lines = found.lines;
    }
  }
  return order;
}

/** [lines,nPoints] what belongs to each line. */
export function inOrder(values: Float64Array, order: Int32Array, nPoints: number): Float64Array {
  return values.map((_, k) => values[order[k] * nPoints + (k % nPoints)]);
}

/** Of each mode, real and imaginary parts in turns, with phases from atom to atom, which change least from point to point. */
function vectorsAt(
  { frequencies, eigenvectors, atomR }: PathModes,
  { qpts, distances }: SampledPath,
  point: number,
): Float64Array[] {
  const nPoints = distances.length;
  const nModes = frequencies.length / nPoints;
  const nAtoms = nModes / 3;
  const phases = Array.from({ length: nAtoms }, (_, atom) =>
    [0, 1, 2].reduce((sum, k) => sum - 2 * Math.PI * qpts[k * nPoints + point] * atomR[3 * atom + k], 0),
  );
  return Array.from({ length: nModes }, (_, mode) => {
    const vector = new Float64Array(2 * nModes);
    for (let axis = 0; axis < 3; axis++) {
      for (let atom = 0; atom < nAtoms; atom++) {
        const at = ((axis * nAtoms + atom) * nModes + mode) * nPoints + point;
        const [re, im] = [eigenvectors[at], eigenvectors[at + eigenvectors.length / 2]];
        const [c, s] = [Math.cos(phases[atom]), Math.sin(phases[atom])];
        vector[2 * (3 * atom + axis)] = re * c - im * s;
        vector[2 * (3 * atom + axis) + 1] = re * s + im * c;
      }
    }
    return vector;
  });
}

type Complex = [re: number, im: number];

/** ⟨a|b⟩ */
function overlap(a: Float64Array, b: Float64Array): Complex {
  let [re, im] = [0, 0];
  for (let k = 0; k < a.length; k += 2) {
    re += a[k] * b[k] + a[k + 1] * b[k + 1];
    im += a[k] * b[k + 1] - a[k + 1] * b[k];
  }
  return [re, im];
}

/** Adds a multiple of a vector to another. */
function add(to: Float64Array, [re, im]: Complex, vector: Float64Array): void {
  for (let k = 0; k < to.length; k += 2) {
    to[k] += re * vector[k] - im * vector[k + 1];
    to[k + 1] += re * vector[k + 1] + im * vector[k];
  }
}

/** Modes in ascending order, those together that are degenerate. */
function degenerateSets(energies: readonly number[]): number[][] {
  const sets: number[][] = [];
  energies.forEach((energy, mode) => {
    if (mode > 0 && energy - energies[mode - 1] < DEGENERATE) sets[sets.length - 1].push(mode);
    else sets.push([mode]);
  });
  return sets;
}

function nextModes(
  lines: readonly Float64Array[],
  vectors: readonly Float64Array[],
  energies: readonly number[],
): { order: number[]; lines: Float64Array[] } {
  const overlaps = lines.map((line) => vectors.map((vector) => overlap(line, vector)));
  const sets = degenerateSets(energies);
  const pairs = overlaps.flatMap((row, line) =>
    sets.map((set) => ({
      line,
      set,
      part: set.reduce((sum, mode) => sum + Math.hypot(...row[mode]) ** 2, 0),
    })),
  );
  // the order of lines decides between equal ones, so that the result is always the same
  pairs.sort((a, b) => b.part - a.part || a.line - b.line);
  const order: number[] = new Array(lines.length).fill(-1);
  const taken = new Map<number[], number[]>();
  for (const { line, set } of pairs) {
    const linesOfSet = taken.get(set) ?? [];
    if (order[line] >= 0 || linesOfSet.length === set.length) continue;
    order[line] = set[linesOfSet.length];
    taken.set(set, [...linesOfSet, line]);
  }
  const next = order.map((mode) => vectors[mode]);
  for (const [set, linesOfSet] of taken) {
    if (set.length > 1) project(linesOfSet, set, overlaps, vectors, next);
  }
  return { order, lines: next };
}

/** A projection shorter than this says nothing of a direction. */
const SHORT = 1e-6;

/** Vectors of lines within a degenerate space: their projections on it, made orthonormal one after another. */
function project(
  linesOfSet: readonly number[],
  set: readonly number[],
  overlaps: readonly (readonly Complex[])[],
  vectors: readonly Float64Array[],
  next: Float64Array[],
): void {
  const done: Float64Array[] = [];
  for (const line of linesOfSet) {
    const vector = new Float64Array(vectors[0].length);
    for (const mode of set) {
      const [re, im] = overlaps[line][mode];
      add(vector, [re, -im], vectors[mode]);
    }
    for (const other of done) {
      const [re, im] = overlap(other, vector);
      add(vector, [-re, -im], other);
    }
    const norm = Math.sqrt(overlap(vector, vector)[0]);
    next[line] = norm > SHORT ? vector.map((x) => x / norm) : next[line];
    done.push(next[line]);
  }
}
