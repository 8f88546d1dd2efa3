/** A powder average, or one of densities of states, with the error that its sampling has. */
import { EuphonicError } from '../../base/errors.js';
import type { Grid } from '../../qpoints/grid.js';
import { atomWeights, type DosWeighting, wantedSpecies } from '../dos.js';
import {
  type Measurable,
  measurable,
  type PowderAxis,
  type PowderRequest,
  type PowderWeighting,
  partsOf,
  powderAxis,
  powderSpectrum,
  remainingQ,
  samplingFigures,
} from '../powder.js';
import { averageShells, type Sampling, type Shell } from '../shells.js';
import { type Provenance, type Spectrum, weightedSum } from '../spectrum.js';
import { type Calculator, type Figures, planPart, type QpointOptions, reserveMap } from './calculator.js';
import { incoherentAverages } from './incoherentAverages.js';
import { modeEnergies } from './modeEnergies.js';
import { type Counting, summing } from './summing.js';
import { thermalFactors } from './thermalFactors.js';

type DirectionsOf = Omit<Sampling, 'mostAtOnce'>;

export interface PowderWanted {
  weighting: PowderWeighting;
  /** of which alone a density of states is */
  species?: string;
  /** without energies they are those of all modes, and twice as far for several phonons */
  request: Omit<PowderRequest, 'energyMin' | 'energyMax'> & Partial<PowderRequest>;
  directions: DirectionsOf;
  /** under densities of states, Debye–Waller factors and incoherent scattering */
  grid: Grid;
  bose: boolean | undefined;
  hasTensors?: boolean;
  /** what is said of the request */
  words: Provenance;
}

interface CalculatedPowder {
  spectrum: Spectrum;
  figures: Figures;
  /** sentences for the user */
  notes: string[];
  /** of all spheres, also those beyond the bins of Q */
  spheres: number;
  sampling: ReturnType<typeof samplingFigures>;
  /** 1/Å, of the spheres that were sampled */
  radii: readonly number[];
}

/** Rejects with `invalid_argument` where a temperature is missing or neutrons reach nothing, with `too_large`. */
export async function calculatePowder(
  calculator: Calculator,
  options: QpointOptions,
  { weighting, species, request: given, directions, grid, bose, hasTensors = false, words }: PowderWanted,
): Promise<CalculatedPowder> {
  const plan = { splitting: false, ...planPart(options) };
  calculator.asked(() => checkTemperature(weighting, options.temperature));
  calculator.asked(() => checkSpecies(weighting, species, calculator.crystal.atomType));
  const energies = energiesOf(await modeEnergies(calculator, plan, grid, given), weighting, given);
  const request = { ...energies, ...given };
  const axis = powderAxis(request);
  await reserveMap(calculator, request.bins * axis.radii.length, 'q_spacing, ebins');
  const is = calculator.asked(() => measurable(axis, request));
  const thermal = thermalFactors(options, grid, { bose, energyMin: request.energyMin, hasTensors });
  const wanted = { weighting, species, options: thermal.options, plan, grid, request, axis, is };
  const found = await averaged(calculator, directions, wanted);
  const sampling = samplingFigures(found.shells);
  const provenance = {
    ...calculator.provenance,
    ...words,
    ...thermal.words,
    ...(sampling.directions.length > 0 && {
      first_sphere_per_angstrom: axis.radii[0],
      directions_per_sphere: sampling.directions.join(' '),
    }),
    ...(sampling.errors.length > 0 && {
      relative_error_per_sphere: sampling.errors.map((x) => x.toPrecision(3)).join(' '),
    }),
  };
  const measured = weighting === 'dos' ? 'per_energy' : 'cross_section_per_energy';
  return {
    spectrum: powderSpectrum(found.averages, axis, request, is, measured, provenance),
    figures: found.figures,
    notes: [...notesOf(directions, found.shells, remainingQ(axis, is, request.bins)), ...found.notes],
    spheres: axis.radii.length,
    radii: found.shells.length > 0 ? axis.radii : [],
    sampling,
  };
}

/** Throws `invalid_argument` for incoherent scattering without a temperature, which its Debye–Waller factor must have. */
function checkTemperature(weighting: PowderWeighting, temperature: number | null | undefined): void {
  const { isIncoherent, isMultiphonon } = partsOf(weighting);
  if (temperature != null || !(isIncoherent || isMultiphonon)) return;
  throw new EuphonicError('invalid_argument', `The weighting ${weighting} needs a temperature.`, {
    where: 'temperature',
    expected: 'kelvin, 0 or more',
  });
}

/** Throws `invalid_argument` for a species that is not there, and where none can be told from the others. */
function checkSpecies(
  weighting: PowderWeighting,
  species: string | undefined,
  atomType: readonly string[],
): void {
  if (species === undefined) return;
  wantedSpecies(atomType, [species]);
  if (partsOf(weighting).isDos) return;
  throw new EuphonicError('invalid_argument', `The weighting ${weighting} has no part of a species.`, {
    where: 'pdos',
    expected: 'a density of states, such as dos',
  });
}

/** Energies by the modes' range: twice as far where several phonons are to be seen, and no further than neutrons can give. */
function energiesOf(
  { energyMin, energyMax }: { energyMin: number; energyMax: number },
  weighting: PowderWeighting,
  { energyMax: givenMax, kinematics }: Partial<PowderRequest>,
) {
  const wanted = partsOf(weighting).isMultiphonon && givenMax === undefined ? 2 * energyMax : energyMax;
  const most = kinematics && !kinematics.isFinal ? kinematics.energy : Number.POSITIVE_INFINITY;
  return { energyMin, energyMax: Math.min(wanted, most) };
}

interface Averaged {
  /** [bins] for each radius of the axis */
  averages: Float64Array[];
  /** of what was sampled */
  shells: Shell[];
  figures: Figures;
  notes: string[];
}

/** What is averaged, and how. */
interface Wanted {
  weighting: PowderWeighting;
  species: string | undefined;
  plan: QpointOptions;
  /** with thermal factors */
  options: QpointOptions;
  grid: Grid;
  axis: PowderAxis;
  request: PowderRequest;
  is: Measurable;
}

/** All parts of what is wanted, added. */
async function averaged(calculator: Calculator, sampling: DirectionsOf, wanted: Wanted): Promise<Averaged> {
  const { weighting, plan, options, grid, axis, request } = wanted;
  const { isSampled, isIncoherent, isMultiphonon } = partsOf(weighting);
  const spheres = isSampled ? await sampled(calculator, sampling, wanted) : undefined;
  const shells = spheres?.shells ?? [];
  const averages = shells.map(({ average }) => average);
  if (!isIncoherent && !isMultiphonon) return { averages, shells, figures: spheres!.figures, notes: [] };
  const parts = { grid, temperature: options.temperature!, isIncoherent, isMultiphonon };
  const other = await incoherentAverages(calculator, plan, parts, request, axis.radii);
  const { evaluation, notes } = other;
  return {
    averages: other.averages.map((row, i) => row.map((x, k) => x + (averages[i]?.[k] ?? 0))),
    shells,
    figures: {
      ...evaluation,
      kernel_seconds: evaluation.kernel_seconds + (spheres?.figures.kernel_seconds ?? 0),
      notes: [...new Set([...evaluation.notes, ...(spheres?.figures.notes ?? [])])],
    },
    notes,
  };
}

function countingOf(
  { crystal, asked }: Calculator,
  { weighting, species, request, options }: Wanted,
): Counting {
  const { energyMin, energyMax, bins, width } = request;
  const common = { energy_min: energyMin, energy_max: energyMax, bins, ...(width && { width }) };
  if (!partsOf(weighting).isDos) {
    const histogram = { ...common, weight: 'structure_factor' } as const;
    return { options, histogram, numbers: bins, combine: (sum) => sum };
  }
  const n = crystal.atomType.length;
  if (weighting === 'dos' && species === undefined) {
    return { options, histogram: common, numbers: bins, combine: (sum) => sum.map((x) => x / n) };
  }
  const weights = asked(() => atomWeights(crystal, weighting as DosWeighting)).map((weight, i) =>
    species === undefined || crystal.atomType[i] === species ? weight : 0,
  );
  return {
    options,
    histogram: { ...common, by_atom: true },
    numbers: (1 + n) * bins,
    combine: (sum) =>
      weightedSum(
        weights.map((_, i) => sum.subarray((1 + i) * bins, (2 + i) * bins)),
        weights.map((weight) => weight / n),
      ),
  };
}

/** Averages over the axis's spheres, and the figures of all evaluations together. */
async function sampled(
  calculator: Calculator,
  directions: DirectionsOf,
  wanted: Wanted,
): Promise<Pick<Averaged, 'shells' | 'figures'>> {
  const { radii, first, edges } = wanted.axis;
  const { sum, mostAtOnce, figures, stop } = summing(calculator, countingOf(calculator, wanted));
  const nQ = edges.length - 1;
  // beyond the bins there is nothing to measure, but what reaches into them
  const isWanted = (shell: number, bin: number) =>
    wanted.is(Math.min(Math.max(shell - first, 0), nQ - 1), bin);
  try {
    const isDenserAtBragg = !partsOf(wanted.weighting).isDos;
    const sampling = { ...directions, isDenserAtBragg, mostAtOnce };
    return {
      shells: await averageShells(radii, calculator.crystal.cellVectors, sampling, sum, isWanted),
      figures,
    };
  } finally {
    stop();
  }
}

/** That spheres keep a larger error than was wanted. */
export function missedNotes(shells: readonly Shell[], error: number | undefined): string[] {
  const missed = shells.filter((shell) => (shell.error ?? 0) > (error ?? Number.POSITIVE_INFINITY)).length;
  if (missed === 0) return [];
  const most = 'with the most directions allowed: npts_max';
  return [`${missed} of ${shells.length} spheres have an error above ${100 * error!} % ${most}.`];
}

function notesOf(
  { error, isGolden }: DirectionsOf,
  shells: readonly Shell[],
  remaining: [number, number] | undefined,
): string[] {
  return [
    ...missedNotes(shells, error),
    ...(isGolden && shells.length > 0
      ? ['One set of directions has no error to tell: the sampling turned has.']
      : []),
    ...(remaining
      ? [`Of |Q| only ${remaining.map((q) => q.toPrecision(4)).join(' to ')} 1/Å is reached.`]
      : []),
  ];
}

interface WordsOf {
  weighting: PowderWeighting;
  /** the species that is counted alone */
  pdos?: string;
  sampling: string;
  /** in this unit, as the user gave it */
  energyUnit: string;
  eIncident?: number;
  eFinal?: number;
  angleRange: readonly number[];
}

/** What is said of a request. */
export function powderWords(
  asr: QpointOptions['asr'],
  { weighting, pdos, sampling, energyUnit, eIncident, eFinal, angleRange }: WordsOf,
  { width, qWidth }: PowderWanted['request'],
): Provenance {
  return {
    asr: asr ?? 'none',
    weighting: weighting.replace(/-dos$/, ''),
    ...(pdos !== undefined && { species: pdos }),
    sampling,
    ...(width && { energy_broadening_fwhm_meV: width.join(' ') }),
    ...(qWidth && { q_broadening_fwhm_per_angstrom: qWidth.join(' ') }),
    ...(eIncident !== undefined && { incident_energy: `${eIncident} ${energyUnit}` }),
    ...(eFinal !== undefined && { final_energy: `${eFinal} ${energyUnit}` }),
    ...((eIncident ?? eFinal) !== undefined && { angle_range_degrees: angleRange.join(' ') }),
  };
}
