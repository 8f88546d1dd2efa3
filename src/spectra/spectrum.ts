/** A spectrum: numbers over one axis or two, with all that a reader or a picture of it must know. Energies in meV, Q in 1/Å with 2π. */

/** What is measured; its unit follows. Lattice units are multiples of an axis's direction. */
export type Measured = 'energy' | 'wavevector' | 'lattice_units' | 'per_energy' | 'cross_section_per_energy';

export interface Axis {
  measured: Measured;
  of: 'points' | 'bins';
  /** in ascending order: points, or the edges of bins, one more than these */
  values: Float64Array;
  /** labels of some of the values */
  ticks?: readonly Tick[];
  /** of an axis in lattice units */
  direction?: Direction;
}

type Hkl = readonly [number, number, number];

/** A line through reciprocal space: q = origin + x hkl, r.l.u. */
export interface Direction {
  origin: Hkl;
  hkl: Hkl;
  /** |hkl|, 1/Å */
  length: number;
}

interface Tick {
  index: number;
  /** as in tables of points: GAMMA, X_1; or any other text */
  label: string;
}

/** What one of several rows of numbers over the same axis belongs to. */
export interface Line {
  label?: string;
  /** of atoms that it stands for */
  species?: string;
}

/** How it came about: names and values for people. */
export type Provenance = Readonly<Record<string, string | number>>;

export interface Spectrum {
  x: Axis;
  /** for maps only */
  y?: Axis;
  measured: Measured;
  /** [lines, along x], or of a map [along x, along y] */
  data: Float64Array;
  /** none for a map */
  lines: readonly Line[];
  provenance: Provenance;
}

/** How many numbers lie along an axis. */
const countOf = ({ values, of }: Axis) => (of === 'bins' ? values.length - 1 : values.length);

/** The numbers of each line, or of a map for each point or bin along x. */
export function rowsOf({ data, lines, x, y }: Spectrum): Float64Array[] {
  const rows = y ? countOf(x) : lines.length;
  const length = data.length / rows;
  return Array.from({ length: rows }, (_, i) => data.subarray(i * length, (i + 1) * length));
}

/** The same with all intensities multiplied by a factor, which its provenance names. */
export function scaledSpectrum(spectrum: Spectrum, scale: number): Spectrum {
  const { data, provenance } = spectrum;
  return { ...spectrum, data: data.map((x) => scale * x), provenance: { ...provenance, scale } };
}

/** The line that is the sum of some lines of a spectrum with weights. */
export function weightedSum(rows: readonly Float64Array[], weights: readonly number[]): Float64Array {
  const sum = new Float64Array(rows[0].length);
  rows.forEach((row, i) => {
    for (let k = 0; k < row.length; k++) sum[k] += weights[i] * row[k];
  });
  return sum;
}

/** Edges of equal bins, as the kernel places them. */
export function edges(min: number, max: number, bins: number): Float64Array {
  const step = (max - min) / bins;
  return Float64Array.from({ length: bins + 1 }, (_, k) => (k === bins ? max : min + k * step));
}
