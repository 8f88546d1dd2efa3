/** Dispersion curves: frequencies of all modes along a path. */
import { type ChosenPath, cornersText } from '../qpoints/paths/chosenPath.js';
import type { SampledPath } from '../qpoints/paths/sample.js';
import type { Axis, Provenance, Spectrum } from './spectrum.js';

/** `frequencies` [nModes,nPoints] meV, in ascending order at each q-point of the path. */
export function dispersionSpectrum(
  frequencies: Float64Array,
  path: SampledPath,
  provenance: Provenance,
): Spectrum {
  const nModes = frequencies.length / path.distances.length;
  return {
    x: pathAxis(path),
    measured: 'energy',
    data: frequencies,
    lines: Array.from({ length: nModes }, () => ({})),
    provenance,
  };
}

/** Distances along a path, with labels where its lines begin and end. Where it breaks, two points have one distance. */
export function pathAxis({ distances, lines }: SampledPath): Axis {
  const labels = new Map(
    lines.flatMap(({ first, from, last, to }): [number, string][] => [
      [first, from],
      [last, to],
    ]),
  );
  return {
    measured: 'wavevector',
    of: 'points',
    values: distances,
    ticks: [...labels].map(([index, label]) => ({ index, label })),
  };
}

/** What a spectrum says of its path. */
export function pathText({ lattice, corners, sampled }: ChosenPath, { zone }: { zone?: readonly number[] }) {
  return {
    ...(lattice && { lattice: lattice.bravais }),
    path: cornersText(corners),
    ...(zone && { zone: zone.join(' ') }),
    q_points: sampled.distances.length,
  };
}
