/** Powder averages: S(|Q|,ω), or modes per energy on spheres of q-points, in bins of Q and energy. */
import { EuphonicError } from '../base/errors.js';
import { PLAIN_DOS_WEIGHTINGS, type POWDER_WEIGHTINGS } from '../protocol/options.js';
import { type Kinematics, reachable } from './kinematics.js';
import { FWHM_PER_DEVIATION, fwhmAt, normalIntegral } from './normal.js';
import type { Shell } from './shells.js';
import { edges, type Provenance, type Spectrum } from './spectrum.js';

export type PowderWeighting = (typeof POWDER_WEIGHTINGS)[number];

/** What a weighting is the sum of. */
export function partsOf(weighting: PowderWeighting) {
  const isDos = PLAIN_DOS_WEIGHTINGS.some((name) => name === weighting);
  const isTotal = weighting === 'total';
  return {
    /** averages over spheres, of S or of modes */
    isSampled: isDos || isTotal || weighting.startsWith('coherent'),
    isIncoherent: isTotal || weighting === 'incoherent' || weighting === 'coherent-plus-incoherent',
    isMultiphonon: isTotal || weighting === 'multiphonon',
    isDos,
  };
}

export interface PowderRequest {
  /** 1/Å: bins of this width from `qMin` until `qMax` is reached */
  qMin: number;
  qMax: number;
  qSpacing: number;
  /** FWHM in 1/Å: ascending coefficients of a polynomial in Q; none: spheres at the centres of bins stand for these */
  qWidth?: number[];
  /** meV */
  energyMin: number;
  energyMax: number;
  bins: number;
  /** FWHM in meV: ascending coefficients of a polynomial in the energy */
  width?: number[];
  /** what cannot be measured is NaN */
  kinematics?: Kinematics;
}

/** A Gaussian in Q is cut off so many standard deviations from its middle, with 1e-3 of it. */
const TAIL = 3.3;

/** Edges of bins of Q, and spheres at their centres; with a resolution in Q also spheres beyond, from which it reaches into the bins. */
export interface PowderAxis {
  /** 1/Å */
  edges: Float64Array;
  /** radii, 1/Å; the one of bin 0 is at `first` */
  radii: number[];
  first: number;
}

export function powderAxis({ qMin, qMax, qSpacing, qWidth }: PowderRequest): PowderAxis {
  const bins = Math.max(1, Math.ceil((qMax - qMin) / qSpacing - 1e-9));
  const reach = (q: number) =>
    qWidth ? Math.ceil((TAIL * fwhmAt(qWidth, q)) / FWHM_PER_DEVIATION / qSpacing) : 0;
  // radii are positive
  const first = Math.max(0, Math.min(reach(qMin), Math.ceil(qMin / qSpacing - 0.5 - 1e-9)));
  const beyond = reach(qMin + bins * qSpacing);
  return {
    edges: Float64Array.from({ length: bins + 1 }, (_, k) => qMin + k * qSpacing),
    radii: Array.from({ length: first + bins + beyond }, (_, k) => qMin + (k - first + 0.5) * qSpacing),
    first,
  };
}

/** Whether a bin of Q and energy can be measured: what is reached at the energy's centre meets the bin of Q. */
export type Measurable = (qBin: number, energyBin: number) => boolean;

/** Throws `invalid_argument` where nothing can be measured. */
export function measurable({ edges: qEdges }: PowderAxis, request: PowderRequest): Measurable {
  const { kinematics, energyMin, energyMax, bins } = request;
  if (!kinematics) return () => true;
  const step = (energyMax - energyMin) / bins;
  const reached = Array.from({ length: bins }, (_, k) => reachable(kinematics, energyMin + (k + 0.5) * step));
  const is: Measurable = (i, k) => {
    const range = reached[k];
    return range !== undefined && range[0] <= qEdges[i + 1] && range[1] >= qEdges[i];
  };
  const nQ = qEdges.length - 1;
  const isAny = Array.from({ length: nQ }, (_, i) => i).some((i) => reached.some((_, k) => is(i, k)));
  if (isAny) return is;
  throw new EuphonicError('invalid_argument', 'The neutrons reach nothing of this map.', {
    where: kinematics.isFinal ? 'e_final' : 'e_incident',
    expected: reachedWords(reached, energyMin, energyMax),
  });
}

function reachedWords(reached: ([number, number] | undefined)[], from: number, to: number): string {
  const ranges = reached.filter((range) => range !== undefined);
  if (ranges.length === 0) return `an energy with which transfers from ${from} to ${to} meV are possible`;
  const low = Math.min(...ranges.map(([least]) => least));
  const high = Math.max(...ranges.map(([, most]) => most));
  return `Q between ${low.toPrecision(3)} and ${high.toPrecision(3)} 1/Å, which these neutrons reach`;
}

/** Bins of Q of which something can be measured, as a range in 1/Å; undefined where that is all of them. */
export function remainingQ(
  { edges: qEdges }: PowderAxis,
  is: Measurable,
  bins: number,
): [number, number] | undefined {
  const nQ = qEdges.length - 1;
  const some = Array.from({ length: nQ }, (_, i) => i).filter((i) =>
    Array.from({ length: bins }, (_, k) => k).some((k) => is(i, k)),
  );
  return some.length === nQ ? undefined : [qEdges[some[0]], qEdges[some.at(-1)! + 1]];
}

/**
 * The map of averages [bins of energy] over the axis's spheres, in what they count per meV. A resolution in Q is integrated over its bins.
 */
export function powderSpectrum(
  averages: readonly Float64Array[],
  axis: PowderAxis,
  request: PowderRequest,
  is: Measurable,
  measured: 'cross_section_per_energy' | 'per_energy',
  provenance: Provenance,
): Spectrum {
  const { energyMin, energyMax, bins } = request;
  const nQ = axis.edges.length - 1;
  const perEnergy = bins / (energyMax - energyMin);
  const rows = request.qWidth
    ? resolvedInQ(averages, axis, request.qWidth, bins)
    : averages.slice(axis.first, axis.first + nQ);
  const data = new Float64Array(nQ * bins);
  rows.forEach((row, i) => {
    for (let k = 0; k < bins; k++) data[i * bins + k] = is(i, k) ? perEnergy * row[k] : Number.NaN;
  });
  return {
    x: { measured: 'wavevector', of: 'bins', values: axis.edges },
    y: { measured: 'energy', of: 'bins', values: edges(energyMin, energyMax, bins) },
    measured,
    data,
    lines: [],
    provenance,
  };
}

/** Each sphere's average spread over the bins of Q by a Gaussian that is integrated over them. */
function resolvedInQ(
  averages: readonly Float64Array[],
  { edges: qEdges, radii }: PowderAxis,
  qWidth: readonly number[],
  bins: number,
): Float64Array[] {
  const rows = Array.from({ length: qEdges.length - 1 }, () => new Float64Array(bins));
  averages.forEach((average, shell) => {
    const deviation = fwhmAt(qWidth, radii[shell]) / FWHM_PER_DEVIATION;
    const below = (edge: number) => {
      const x = edge - radii[shell];
      return deviation > 0 ? normalIntegral(x / deviation) : x > 0 ? 1 : 0;
    };
    rows.forEach((row, i) => {
      const share = below(qEdges[i + 1]) - below(qEdges[i]);
      if (share < 1e-12) return;
      for (let k = 0; k < bins; k++) row[k] += share * average[k];
    });
  });
  return rows;
}

/** What is said of spheres: their directions and errors, and a summary. */
export function samplingFigures(shells: readonly Shell[]) {
  const errors = shells.flatMap(({ error }) => error ?? []);
  const directions = shells.map((shell) => shell.directions);
  const sorted = [...errors].sort((a, b) => a - b);
  return {
    directions,
    errors,
    totalDirections: directions.reduce((sum, n) => sum + n, 0),
    ...(sorted.length > 0 && {
      medianError: sorted[Math.floor(sorted.length / 2)],
      worstError: sorted.at(-1)!,
    }),
  };
}
