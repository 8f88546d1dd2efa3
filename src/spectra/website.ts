/** Modes along a path for the phonon website (https://henriquemiranda.github.io/phononwebsite), which animates them. */
import { atomicNumber, elementOf } from '../models/elements.js';
import { rowsOf, rowTimes } from '../models/lattice.js';
import type { SampledPath } from '../qpoints/paths/sample.js';
import { type PathModes, stretches } from './connect.js';
import { pointLabel } from './labels.js';
import { perMeV } from './units.js';

interface WebsiteCrystal {
  /** [3,3] Å */
  cellVectors: Float64Array;
  /** [n,3] fractional */
  atomR: Float64Array;
  /** [n] */
  atomType: readonly string[];
  /** [n] amu */
  atomMass: Float64Array;
}

/** Cells that are shown by themselves, along each axis. */
const REPETITIONS = [3, 3, 3];

/**
 * The website's own form. Frequencies in 1/cm; displacements e/√M, each mode's of length 1, which are those of the first cell: in
 * cell R they are times e^{2πi q·R}. `order` [nModes,nPoints] says which mode each line has. Line breaks are [from, to).
 */
export function websiteJson(
  name: string,
  crystal: WebsiteCrystal,
  path: SampledPath,
  modes: PathModes,
  order?: Int32Array,
) {
  const { cellVectors, atomR, atomType } = crystal;
  const elements = atomType.map(elementOf);
  const { distances, qpts } = path;
  const nPoints = distances.length;
  const lines = Array.from({ length: 3 * atomType.length }, (_, line) => line);
  const points = Array.from(distances, (_, point) => point);
  const modeOf = (line: number, point: number) => (order ? order[line * nPoints + point] : line);
  const perCm = perMeV('1/cm');
  const positions = Array.from(atomType, (_, i) => [...atomR.subarray(3 * i, 3 * i + 3)]);
  return {
    name,
    natoms: atomType.length,
    lattice: rowsOf(cellVectors),
    atom_types: elements,
    atom_numbers: elements.map(atomicNumber),
    formula: formulaOf(elements),
    repetitions: REPETITIONS,
    atom_pos_car: positions.map((r) => rowTimes(r, cellVectors)),
    atom_pos_red: positions,
    highsym_qpts: labelsOf(path),
    qpoints: points.map((i) => [qpts[i], qpts[nPoints + i], qpts[2 * nPoints + i]]),
    distances: [...distances],
    eigenvalues: points.map((i) =>
      lines.map((line) => perCm * modes.frequencies[modeOf(line, i) * nPoints + i]),
    ),
    vectors: points.map((i) =>
      lines.map((line) => displacements(modes, crystal, nPoints, modeOf(line, i), i)),
    ),
    line_breaks: stretches(path).map(({ first, last }) => [first, last + 1]),
  };
}

/** [nAtoms][3][re, im] */
function displacements(
  { eigenvectors }: PathModes,
  { atomMass }: WebsiteCrystal,
  nPoints: number,
  mode: number,
  point: number,
): number[][][] {
  const nAtoms = atomMass.length;
  const vector = Array.from(atomMass, (mass, atom) =>
    [0, 1, 2].map((axis) => {
      const at = ((axis * nAtoms + atom) * 3 * nAtoms + mode) * nPoints + point;
      return [eigenvectors[at], eigenvectors[at + eigenvectors.length / 2]].map((x) => x / Math.sqrt(mass));
    }),
  );
  const length = Math.hypot(...vector.flat(2));
  return vector.map((atom) => atom.map((parts) => parts.map((x) => x / length)));
}

/** [index, label] of corners; the website finds them by their distance, at which a break has two. */
function labelsOf({ lines, distances }: SampledPath): [number, string][] {
  const labels = new Map<number, string>();
  for (const { first, last, from, to } of lines) {
    labels.set(first, pointLabel(from));
    labels.set(last, pointLabel(to));
  }
  return [...labels].map(([index, label]) => {
    const beside = [index - 1, index + 1].find(
      (other) => distances[other] === distances[index] && labels.get(other) !== label,
    );
    if (beside === undefined || !labels.has(beside)) return [index, label];
    return [index, beside < index ? `${labels.get(beside)}|${label}` : `${label}|${labels.get(beside)}`];
  });
}

function formulaOf(symbols: readonly string[]): string {
  const kinds = [...new Set(symbols)].sort();
  return kinds
    .map((kind) => {
      const count = symbols.filter((symbol) => symbol === kind).length;
      return count === 1 ? kind : `${kind}${count}`;
    })
    .join('');
}
