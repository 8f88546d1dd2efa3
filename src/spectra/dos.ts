/** Densities of states: g(E) = 1/n Σ_q w_q Σ_ν δ(E − ω_qν) for n atoms in the cell, of area 3 per atom; partial and neutron-weighted ones. */
import { EuphonicError } from '../base/errors.js';
import { crossSections } from '../models/crossSections.js';
import { volume } from '../models/lattice.js';
import { type DOS_WEIGHTINGS, NEUTRON_WEIGHTED, type PDOS_PARTS } from '../protocol/options.js';
import { type Grid, sizeOf, weightedHalf } from '../qpoints/grid.js';
import { edges, type Line, type Provenance, type Spectrum, weightedSum } from './spectrum.js';

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
  /** a line for each of these species, for each of their atoms, or for each Cartesian direction of a species' motion */
  partialBy?: (typeof PDOS_PARTS)[number];
  /** of which the weight of each atom has its factor e^(−2W) */
  debyeWaller?: DebyeWaller;
}

interface DebyeWaller {
  /** K */
  temperature: number;
  /** 1/Å */
  q: number;
  /** 2W of each atom */
  exponents: readonly number[];
}

interface MeanQ {
  weighting: DosWeighting;
  /** 1/Å */
  qMean?: number | undefined;
  isHot: boolean;
}

/**
 * Throws `invalid_argument` for a Debye–Waller factor of which something is missing, or where nothing has one. `where` and `both` name
 * the mean |Q|, and this and the temperature.
 */
export function checkMeanQ(
  { weighting, qMean, isHot }: MeanQ,
  { where, both }: { where: string; both: string },
): void {
  const isDos = weighting === 'dos';
  if (qMean === undefined ? weighting !== NEUTRON_WEIGHTED : isHot && !isDos) return;
  const words = isDos ? 'has no' : 'needs both numbers of a';
  throw new EuphonicError('invalid_argument', `The weighting ${weighting} ${words} Debye–Waller factor.`, {
    where,
    expected: isDos ? 'a weighting of neutrons' : `${both}, the mean |Q| of the measurement`,
  });
}

/** 2W of each atom, (2/3) Q² tr W: of tensors W [n,3,3] in Å², averaged over the directions of Q (1/Å). */
export function debyeWallerExponents(tensors: Float64Array, q: number): number[] {
  return Array.from({ length: tensors.length / 9 }, (_, i) => {
    const trace = [0, 4, 8].reduce((sum, k) => sum + tensors[9 * i + k], 0);
    return (2 / 3) * q * q * trace;
  });
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
      by_direction: isByDirection(request),
      ...(width && { width }),
      ...(adaptiveScale !== undefined && {
        q_width: adaptiveLength(crystal.cellVectors, grid, adaptiveScale),
      }),
    },
  };
}

/** From what was counted, [1 + nAtoms · shares; bins], to the density. Throws `invalid_argument` for a species that is not there. */
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
  const perAtom = isByDirection(request) ? 3 : 1;
  const shares = Array.from({ length: perAtom * atomType.length }, (_, k) => row(1 + k));
  const weights = atomWeights(crystal, weighting).map(
    (weight, i) => weight / Math.exp(request.debyeWaller?.exponents[i] ?? 0),
  );
  const of = (isCounted: (atom: number, axis: number) => boolean) =>
    weightedSum(
      shares,
      shares.map((_, k) => {
        const atom = Math.floor(k / perAtom);
        return isCounted(atom, k % perAtom) ? norm * weights[atom] : 0;
      }),
    );
  const total = weighting === 'dos' ? row(0).map((x) => norm * x) : of(() => true);
  const parts = partsOf(atomType, request);
  const lines: Line[] = [
    request.partial ? { label: 'Total' } : {},
    ...parts.map(({ label, species }) => ({ label, species })),
  ];
  const rows = [total, ...parts.map(({ holds }) => of(holds))];
  return {
    x: { measured: 'energy', of: 'bins', values: edges(energyMin, energyMax, bins) },
    measured: weighting === 'dos' ? 'per_energy' : 'cross_section_per_energy',
    data: Float64Array.from(rows.flatMap((values) => [...values])),
    lines,
    provenance: {
      ...provenance,
      ...(request.debyeWaller && {
        temperature_K: request.debyeWaller.temperature,
        debye_waller_q_per_angstrom: request.debyeWaller.q,
      }),
      ...(weighting !== 'dos' && { weighting: weighting.replace(/-dos$/, '') }),
    },
  };
}

/** Whether |e_κ|² of an atom is counted by its Cartesian components. */
const isByDirection = ({ partial, partialBy }: DosRequest) =>
  partial !== undefined && partialBy === 'direction';

/** What is drawn beside the total, and which shares of atoms are in it. */
function partsOf(atomType: readonly string[], { partial, partialBy }: DosRequest) {
  return wantedSpecies(atomType, partial).flatMap((species) => {
    const own = atomType.flatMap((type, i) => (type === species ? [i] : []));
    const part = (suffix: string, holds: (atom: number, axis: number) => boolean) => ({
      label: species + suffix,
      species,
      holds,
    });
    const isOwn = (atom: number) => own.includes(atom);
    if (partialBy === 'atom') return own.map((i, k) => part(`${k + 1}`, (atom) => atom === i));
    if (partialBy === 'direction')
      return ['x', 'y', 'z'].map((name, c) => part(` ${name}`, (atom, axis) => isOwn(atom) && axis === c));
    return [part('', isOwn)];
  });
}

/** Modes per atom that the bins hold; all are 3. */
export function dosArea(counts: Float64Array, { atomType }: DosCrystal, { grid, bins }: DosRequest): number {
  return counts.subarray(0, bins).reduce((sum, x) => sum + x, 0) / (sizeOf(grid) * atomType.length);
}

/** σ_κ M̄/M_κ of each atom in mbarn, with the mean mass M̄; 1 without weighting. */
export function atomWeights({ atomType, atomMass }: DosCrystal, weighting: DosWeighting): number[] {
  if (weighting === 'dos') return atomType.map(() => 1);
  const mean = atomMass.reduce((sum, mass) => sum + mass, 0) / atomMass.length;
  const isAll = weighting === NEUTRON_WEIGHTED;
  const isCoherent = isAll || weighting.startsWith('coherent');
  const isIncoherent = isAll || weighting.includes('incoherent');
  return crossSections(atomType, atomMass).map(({ coherent, incoherent }, i) => {
    const sigma = (isCoherent ? coherent : 0) + (isIncoherent ? incoherent : 0);
    return (sigma * mean) / atomMass[i];
  });
}

/** Throws `invalid_argument` for a species that is not there. */
export function wantedSpecies(atomType: readonly string[], partial: DosRequest['partial']): string[] {
  const all = [...new Set(atomType)];
  if (partial === undefined || partial === 'all') return partial ? all : [];
  const unknown = partial.find((name) => !all.includes(name));
  if (unknown === undefined) return [...partial];
  throw new EuphonicError('invalid_argument', `The crystal has no atoms of type ${unknown}.`, {
    where: 'pdos',
    expected: `one or more of ${all.join(', ')}`,
  });
}
