/** Densities of states: g(E) = 1/n Σ_q w_q Σ_ν δ(E − ω_qν) for n atoms in the cell, of area 3 per atom; partial and neutron-weighted ones. */
import { EuphonicError } from '../base/errors.js';
import { crossSections } from '../models/crossSections.js';
import { volume } from '../models/lattice.js';
import { type Grid, sizeOf, weightedHalf } from '../qpoints/grid.js';
import { edges, type Line, type Provenance, type Spectrum, weightedSum } from './spectrum.js';

export const DOS_WEIGHTINGS = [
  'dos',
  'coherent-dos',
  'incoherent-dos',
  'coherent-plus-incoherent-dos',
] as const;
export type DosWeighting = (typeof DOS_WEIGHTINGS)[number];

/** A crystal in units of spectra. */
interface DosCrystal {
  /** [3,3] Å */
  cellVectors: Float64Array;
  /** [n] */
  atomType: readonly string[];
  /** [n] amu */
  atomMass: Float64Array;
}

export interface DosRequest {
  grid: Grid;
  /** meV */
  energyMin: number;
  energyMax: number;
  bins: number;
  /** FWHM in meV: ascending coefficients of a polynomial in the energy; none: bins alone */
  width?: number[];
  /** how far in Q the width of a mode reaches, in units of 1/π of the distance between q-points; none: fixed widths alone */
  adaptiveScale?: number;
  weighting: DosWeighting;
  /** a line for each of these species beside the total; `all` of the crystal's */
  partial?: readonly string[] | 'all';
}

/** Standard deviation of a mode over |dω/dQ|, 1/Å (Yates et al., PRB 75, 195121 (2007), III D, with a = 1/π as Euphonic has it). */
export function adaptiveLength(cellVectors: Float64Array, grid: Grid, scale: number): number {
  return ((scale / Math.PI) * 2 * Math.PI) / Math.cbrt(sizeOf(grid) * volume(cellVectors));
}

/** q-points of a grid: half of them lie in memory, and sums over their modes are exact. */
const MAX_DOS_POINTS = 2 ** 24;

/** What is to be counted: q and −q have the same modes, and are one point of weight 2. */
export function dosCounting(crystal: DosCrystal, request: DosRequest) {
  const { grid, energyMin, energyMax, bins, width, adaptiveScale, weighting, partial } = request;
  if (sizeOf(grid) > MAX_DOS_POINTS) {
    throw new EuphonicError('too_large', `The grid has ${sizeOf(grid)} q-points.`, {
      where: 'grid',
      expected: `at most MAX_DOS_POINTS = ${MAX_DOS_POINTS}`,
      advice: 'Take a coarser grid.',
    });
  }
  return {
    ...weightedHalf(grid),
    histogram: {
      energy_min: energyMin,
      energy_max: energyMax,
      bins,
      by_atom: weighting !== 'dos' || partial !== undefined,
      ...(width && { width }),
      ...(adaptiveScale !== undefined && {
        q_width: adaptiveLength(crystal.cellVectors, grid, adaptiveScale),
      }),
    },
  };
}

/** From what was counted, [1, or 1 + nAtoms; bins], to the density. Throws `invalid_argument` for a species that is not there. */
export function dosSpectrum(
  counts: Float64Array,
  crystal: DosCrystal,
  request: DosRequest,
  provenance: Provenance,
): Spectrum {
  const { grid, energyMin, energyMax, bins, weighting } = request;
  const { atomType } = crystal;
  const norm = bins / ((energyMax - energyMin) * sizeOf(grid) * atomType.length);
  const row = (k: number) => counts.subarray(k * bins, (k + 1) * bins);
  const atoms = atomType.map((_, i) => row(1 + i));
  const weights = atomWeights(crystal, weighting);
  const of = (isCounted: (i: number) => boolean) =>
    weightedSum(
      atoms,
      weights.map((weight, i) => (isCounted(i) ? norm * weight : 0)),
    );
  const total = weighting === 'dos' ? row(0).map((x) => norm * x) : of(() => true);
  const species = wantedSpecies(atomType, request.partial);
  const lines: Line[] = [
    request.partial ? { label: 'Total' } : {},
    ...species.map((name) => ({ label: name, species: name })),
  ];
  const rows = [total, ...species.map((name) => of((i) => atomType[i] === name))];
  return {
    x: { measured: 'energy', of: 'bins', values: edges(energyMin, energyMax, bins) },
    measured: weighting === 'dos' ? 'per_energy' : 'cross_section_per_energy',
    data: Float64Array.from(rows.flatMap((values) => [...values])),
    lines,
    provenance: {
      ...provenance,
      ...(weighting !== 'dos' && { weighting: weighting.replace(/-dos$/, '') }),
    },
  };
}

/** Modes per atom that the bins hold; all are 3. */
export function dosArea(counts: Float64Array, { atomType }: DosCrystal, { grid, bins }: DosRequest): number {
  return counts.subarray(0, bins).reduce((sum, x) => sum + x, 0) / (sizeOf(grid) * atomType.length);
}

/** σ_κ M̄/M_κ of each atom in mbarn, with the mean mass M̄; 1 without weighting. */
export function atomWeights({ atomType, atomMass }: DosCrystal, weighting: DosWeighting): number[] {
  if (weighting === 'dos') return atomType.map(() => 1);
  const mean = atomMass.reduce((sum, mass) => sum + mass, 0) / atomMass.length;
  const [isCoherent, isIncoherent] = [weighting.startsWith('coherent'), weighting.includes('incoherent')];
  return crossSections(atomType, atomMass).map(({ coherent, incoherent }, i) => {
    const sigma = (isCoherent ? coherent : 0) + (isIncoherent ? incoherent : 0);
    return (sigma * mean) / atomMass[i];
  });
}

function wantedSpecies(atomType: readonly string[], partial: DosRequest['partial']): string[] {
  const all = [...new Set(atomType)];
  if (partial === undefined || partial === 'all') return partial ? all : [];
  const unknown = partial.find((name) => !all.includes(name));
  if (unknown === undefined) return [...partial];
  throw new EuphonicError('invalid_argument', `The crystal has no atoms of type ${unknown}.`, {
    where: 'pdos',
    expected: `one or more of ${all.join(', ')}`,
  });
}
