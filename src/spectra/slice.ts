/**
 * Slices: S(Q,ω) in bins of two axes out of three of Q and the energy, averaged over ranges of the others, as data are cut. The axes of
 * Q are orthogonal: u, the part of v that is perpendicular to u, and w perpendicular to both.
 */
import { EuphonicError } from '../base/errors.js';
import { dot, inverse, length, reciprocal, rowTimes, type Vector } from '../models/lattice.js';
import type { Axis, Direction, Provenance, Spectrum } from './spectrum.js';

/** Bins of equal width between two ends: of an axis that is drawn, or one alone that is averaged over. */
export interface Cut {
  from: number;
  to: number;
  bins: number;
  isAxis: boolean;
}

export interface SliceRequest {
  /** r.l.u. */
  origin: Vector;
  u: Vector;
  v: Vector;
  /** of u, v and w, in their units */
  cuts: readonly [Cut, Cut, Cut];
  /** meV */
  energy: Cut;
  /** largest distance of q-points within a bin, 1/Å */
  spacing: number;
}

/** q-points that are calculated in one go: as many as there are, a bin has at least. */
const TOGETHER = 8;
/** q-points of one bin, which has a sum of its own. */
const MAX_BIN_POINTS = 2 ** 16;
const MAX_SLICE_POINTS = 2 ** 26;

/** Vectors closer to parallel span no plane: the sine of their angle. */
const PARALLEL = 1e-6;

/** Where the q-points of a slice lie. */
export interface Slice extends SliceRequest {
  /** of u, v and w */
  directions: readonly [Direction, Direction, Direction];
  /** q-points along each of them within a bin */
  samples: readonly number[];
  /** q-points of a bin of Q */
  binPoints: number;
  /** bins of Q */
  nBins: number;
}

/** Throws `invalid_argument` for vectors that span no plane and for other than two axes, `too_large` for more than can be calculated. */
export function sliceOf(request: SliceRequest, cellVectors: Float64Array): Slice {
  const { cuts, energy, spacing } = request;
  const nAxes = [...cuts, energy].filter(({ isAxis }) => isAxis).length;
  if (nAxes !== 2) {
    throw new EuphonicError('invalid_argument', `The slice would have ${nAxes} axes.`, {
      where: 'u_bin, v_bin, w_bin, e_bin',
      expected:
        'two axes, each of three numbers: the centre of the first bin, the step, that of the last; two numbers are a range that is averaged over',
    });
  }
  const directions = directionsOf(request, cellVectors);
  const steps = cuts.map((cut, i) => ((cut.to - cut.from) / cut.bins) * directions[i].length);
  const samples = steps.map((step) => Math.max(1, Math.ceil(step / spacing - 1e-9)));
  const binPoints = () => samples.reduce((n, x) => n * x, 1);
  while (binPoints() < TOGETHER && steps.some((step) => step > 0)) {
    const widest = steps.map((step, i) => step / samples[i]);
    samples[widest.indexOf(Math.max(...widest))] *= 2;
  }
  const nBins = cuts.reduce((n, { bins }) => n * bins, 1);
  checkSize(nBins, binPoints());
  return { ...request, directions, samples, binPoints: binPoints(), nBins };
}

function directionsOf({ u, v, origin }: SliceRequest, cellVectors: Float64Array): Slice['directions'] {
  const b = reciprocal(cellVectors);
  const [alongU, alongV] = [rowTimes(u, b), rowTimes(v, b)];
  const share = dot(alongU, alongV) / dot(alongU, alongU);
  const across = alongV.map((x, k) => x - share * alongU[k]) as Vector;
  if (!(length(across) > PARALLEL * length(alongV))) {
    throw new EuphonicError('invalid_argument', `u = ${u.join(' ')} and v = ${v.join(' ')} span no plane.`, {
      where: 'u, v',
      expected: 'two vectors that are neither zero nor parallel',
    });
  }
  const perpendicular = rowTimes(cross(alongU, across), inverse(b));
  // as data are cut: the largest index of w is 1
  const largest = Math.max(...perpendicular.map(Math.abs));
  const hkls = [u, v.map((x, k) => x - share * u[k]), perpendicular.map((x) => x / largest)];
  return hkls.map((hkl) => ({
    hkl: hkl.map(withoutNoise) as Vector,
    origin,
    length: length(rowTimes(hkl, b)),
  })) as unknown as Slice['directions'];
}

/** Indices that should be whole or simple, without the last digits of arithmetic. */
const withoutNoise = (x: number) => Number(x.toFixed(12)) + 0;

const cross = (a: Vector, b: Vector): Vector => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];

function checkSize(nBins: number, binPoints: number): void {
  const refuse = (what: string, limit: string, value: number, advice: string) => {
    throw new EuphonicError('too_large', `The slice would have ${what}.`, {
      where: 'u_bin, v_bin, w_bin, e_bin',
      expected: `at most ${limit} = ${value}`,
      advice,
    });
  };
  const nPoints = nBins * binPoints;
  if (binPoints > MAX_BIN_POINTS)
    refuse(`${binPoints} q-points in each bin`, 'MAX_BIN_POINTS', MAX_BIN_POINTS, 'Take a larger q_spacing.');
  if (nPoints > MAX_SLICE_POINTS)
    refuse(`${nPoints} q-points`, 'MAX_SLICE_POINTS', MAX_SLICE_POINTS, 'Take larger steps.');
}

/** The q-points [3, count · binPoints] r.l.u. of bins [first, first + count): those of u change slowest, and so within a bin. */
export function slicePoints(slice: Slice, first: number, count: number): Float64Array {
  const { origin, cuts, samples, directions, binPoints } = slice;
  const n = count * binPoints;
  const qpts = new Float64Array(3 * n);
  const inBin = [binPoints / samples[0], samples[2], 1];
  const ofBins = [cuts[1].bins * cuts[2].bins, cuts[2].bins, 1];
  for (let at = 0; at < n; at++) {
    const bin = first + Math.floor(at / binPoints);
    for (let axis = 0; axis < 3; axis++) {
      const { from, to, bins } = cuts[axis];
      const sample = Math.floor((at % binPoints) / inBin[axis]) % samples[axis];
      const place = (Math.floor(bin / ofBins[axis]) % bins) + (sample + 0.5) / samples[axis];
      const along = from + ((to - from) * place) / bins;
      for (let k = 0; k < 3; k++) qpts[k * n + at] += along * directions[axis].hkl[k];
    }
    for (let k = 0; k < 3; k++) qpts[k * n + at] += origin[k];
  }
  return qpts;
}

/** Of sums over the q-points of each bin of Q, [nBins, bins of energy] mbarn per atom, the averages per energy. */
export function sliceSpectrum(sums: Float64Array, slice: Slice, provenance: Provenance): Spectrum {
  const { cuts, energy, directions, binPoints } = slice;
  const perEnergy = energy.bins / ((energy.to - energy.from) * binPoints);
  const ofQ = cuts.flatMap((cut, i): Axis[] =>
    cut.isAxis
      ? [{ measured: 'lattice_units', of: 'bins', values: edgesOf(cut), direction: directions[i] }]
      : [],
  );
  const [x, y] = [...ofQ, { measured: 'energy', of: 'bins', values: edgesOf(energy) } as const];
  return {
    x,
    y,
    measured: 'cross_section_per_energy',
    data: sums.map((sum) => perEnergy * sum),
    lines: [],
    provenance: {
      ...provenance,
      ...(!energy.isAxis && { energy_from_meV: energy.from, energy_to_meV: energy.to }),
    },
  };
}

const edgesOf = ({ from, to, bins }: Cut) =>
  Float64Array.from({ length: bins + 1 }, (_, k) => from + ((to - from) * k) / bins);
