/** `euphonicd powder`: powder averages of S(Q,ω), or of densities of states, with the error that their sampling has. */
import { EuphonicError } from '../../base/errors.js';
import type { EvaluateOptions, Evaluation } from '../../client/evaluation.js';
import type { Grid } from '../../qpoints/grid.js';
import { atomWeights, type DosWeighting } from '../../spectra/dos.js';
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
} from '../../spectra/powder.js';
import { averageShells, type Blocks, type Sampling, type Shell } from '../../spectra/shells.js';
import { weightedSum } from '../../spectra/spectrum.js';
import { outputs, writeSpectrum } from '../formats/spectrumFile.js';
import { type CalculationFlags, calculationOptions } from '../options/calculationOptions.js';
import type { ModelFlags } from '../options/modelOptions.js';
import { kinematicsOf, type PowderFlags, qBinsOf, samplingOf } from '../options/powderOptions.js';
import {
  broadeningWidth,
  type EnergyFlags,
  energyRange,
  type GridFlags,
  gridOf,
  type OutputFlags,
} from '../options/spectrumOptions.js';
import { EXIT_OK, fromCommandLine, UsageError } from '../terminal/exitCodes.js';
import { incoherentAverages } from './incoherentAverages.js';
import { modeEnergies } from './modeEnergies.js';
import { planOptions } from './planOptions.js';
import { provenanceOf, report } from './report.js';
import { type Session, withModel } from './session.js';
import { thermalFactors } from './thermalFactors.js';

export interface PowderCommandFlags
  extends CalculationFlags,
    ModelFlags,
    EnergyFlags,
    GridFlags,
    PowderFlags,
    OutputFlags {
  weighting: PowderWeighting;
}

/** Numbers of a powder map: spheres times bins of energy. */
const MAX_MAP_NUMBERS = 2 ** 24;
/** q-points of spheres that are calculated at a time. */
const MAX_POINTS_AT_ONCE = 2 ** 18;
/** Numbers of their sums, of which a block of so many q-points has its own. */
const MAX_SUMS_AT_ONCE = 2 ** 23;
const SMALL_BLOCK = 50;

export async function powder(modelPath: string, flags: PowderCommandFlags): Promise<number> {
  const calculation = calculationOptions(flags);
  const plan = { splitting: false, ...planOptions(flags) };
  const given = partOfRequest(flags);
  checkTemperature(flags.weighting, calculation.temperature);
  const files = outputs(flags, modelPath, 'powder');
  return withModel(modelPath, flags, async (session) => {
    const start = performance.now();
    const grid = gridOf(flags, session.crystal.cellVectors);
    const energies = energiesOf(await modeEnergies(session, plan, grid, given), flags.weighting, given);
    const request = limited({ ...energies, ...given });
    const axis = powderAxis(request);
    const is = fromCommandLine(() => measurable(axis, request));
    const thermal = thermalFactors(calculation, grid, {
      bose: flags.bose,
      isBelowZero: request.energyMin < 0,
    });
    const wanted = { weighting: flags.weighting, options: thermal.options, plan, grid, request, axis, is };
    const found = await averaged(session, samplingOf(flags), wanted);
    const said = samplingFigures(found.shells);
    const provenance = provenanceOf(session, 'powder', {
      ...describe(flags, request, calculation.asr ?? 'none'),
      ...thermal.words,
      ...(said.directions.length > 0 && {
        first_sphere_per_angstrom: axis.radii[0],
        directions_per_sphere: said.directions.join(' '),
      }),
      ...(said.errors.length > 0 && {
        relative_error_per_sphere: said.errors.map((x) => x.toPrecision(3)).join(' '),
      }),
    });
    const measured = flags.weighting === 'dos' ? 'per_energy' : 'cross_section_per_energy';
    const spectrum = powderSpectrum(found.averages, axis, request, is, measured, provenance);
    await writeSpectrum(spectrum, flags, files);
    report(session, flags, files, found.figures, {
      what: `${axis.radii.length} spheres, ${said.totalDirections} directions${errorWords(said)}`,
      seconds: (performance.now() - start) / 1000,
      notes: [...notesOf(flags, found.shells, remainingQ(axis, is, request.bins)), ...found.notes],
      figures: { n_spheres: axis.radii.length, ...said },
    });
    return EXIT_OK;
  });
}

/** Throws UsageError for incoherent scattering without a temperature, which its Debye–Waller factor must have. */
function checkTemperature(
  weighting: PowderWeighting,
  temperature: number | null | undefined,
): asserts temperature is number {
  const { isIncoherent, isMultiphonon } = partsOf(weighting);
  if (temperature != null || !(isIncoherent || isMultiphonon)) return;
  throw new UsageError('invalid_argument', `The weighting ${weighting} needs a temperature.`, {
    where: '--temperature',
    expected: 'kelvin, 0 or more',
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

type Figures = Pick<Evaluation, 'notes' | 'threads' | 'kernel_seconds' | 'imaginary'>;

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
  plan: EvaluateOptions;
  /** with thermal factors */
  options: EvaluateOptions;
  grid: Grid;
  axis: PowderAxis;
  request: PowderRequest;
  is: Measurable;
}

type DirectionsOf = Omit<Sampling, 'mostAtOnce'>;

/** All parts of what is wanted, added. */
async function averaged(session: Session, sampling: DirectionsOf, wanted: Wanted): Promise<Averaged> {
  const { weighting, plan, options, grid, axis, request } = wanted;
  const { isSampled, isIncoherent, isMultiphonon } = partsOf(weighting);
  const spheres = isSampled ? await sampled(session, sampling, wanted) : undefined;
  const shells = spheres?.shells ?? [];
  const averages = shells.map(({ average }) => average);
  if (!isIncoherent && !isMultiphonon) return { averages, shells, figures: spheres!.figures, notes: [] };
  const parts = { grid, temperature: options.temperature!, isIncoherent, isMultiphonon };
  const other = await incoherentAverages(session, plan, parts, request, axis.radii);
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

/** What flags say without the crystal. Throws UsageError. */
function partOfRequest(
  flags: PowderCommandFlags,
): Omit<PowderRequest, 'energyMin' | 'energyMax'> & Partial<PowderRequest> {
  const kinematics = kinematicsOf(flags);
  const width = broadeningWidth(flags);
  return {
    ...qBinsOf(flags),
    ...energyRange(flags),
    bins: flags.ebins,
    ...(width && { width }),
    ...(kinematics && { kinematics }),
  };
}

/** Throws `too_large` for a map that does not fit into memory. */
function limited(request: PowderRequest): PowderRequest {
  const numbers = request.bins * powderAxis(request).radii.length;
  if (numbers <= MAX_MAP_NUMBERS) return request;
  throw new EuphonicError('too_large', `The map would have ${numbers} numbers.`, {
    where: '--q-spacing, --ebins',
    expected: `at most MAX_MAP_NUMBERS = ${MAX_MAP_NUMBERS}`,
    advice: 'Take fewer bins.',
  });
}

/** How q-points are summed over energy, and what becomes of a sum. */
interface Counting {
  options: EvaluateOptions;
  histogram: NonNullable<EvaluateOptions['histogram']>;
  /** of a histogram */
  numbers: number;
  /** intensities [bins], per atom */
  combine(histogram: Float64Array): Float64Array;
}

function countingOf(
  { crystal }: Session,
  weighting: PowderCommandFlags['weighting'],
  { energyMin, energyMax, bins, width }: PowderRequest,
  options: EvaluateOptions,
): Counting {
  const common = { energy_min: energyMin, energy_max: energyMax, bins, ...(width && { width }) };
  if (!partsOf(weighting).isDos) {
    const histogram = { ...common, weight: 'structure_factor' } as const;
    return { options, histogram, numbers: bins, combine: (sum) => sum };
  }
  const n = crystal.atomType.length;
  if (weighting === 'dos') {
    return { options, histogram: common, numbers: bins, combine: (sum) => sum.map((x) => x / n) };
  }
  const weights = fromCommandLine(() => atomWeights(crystal, weighting as DosWeighting));
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
  session: Session,
  directions: DirectionsOf,
  { weighting, request, options: given, axis: { radii, first, edges }, is }: Wanted,
): Promise<Pick<Averaged, 'shells' | 'figures'>> {
  const { options, histogram, numbers, combine } = countingOf(session, weighting, request, given);
  const figures = { notes: [] as string[], threads: 0, kernel_seconds: 0, imaginary: 0 };
  const progress = session.progress();
  const sum = async ({ qpts, weights, blockPoints }: Blocks) => {
    const evaluation = await session.evaluate(
      qpts,
      { ...options, quantity: 'histogram', weights, histogram: { ...histogram, block_points: blockPoints } },
      progress,
    );
    figures.notes = evaluation.notes;
    figures.threads = evaluation.threads;
    figures.kernel_seconds += evaluation.kernel_seconds;
    figures.imaginary += evaluation.imaginary;
    const sums = evaluation.histogram!;
    return Array.from({ length: sums.length / numbers }, (_, k) =>
      combine(sums.subarray(k * numbers, (k + 1) * numbers)),
    );
  };
  const mostAtOnce = Math.min(MAX_POINTS_AT_ONCE, Math.ceil(MAX_SUMS_AT_ONCE / numbers) * SMALL_BLOCK);
  const nQ = edges.length - 1;
  // beyond the bins there is nothing to measure, but what reaches into them
  const isWanted = (shell: number, bin: number) => is(Math.min(Math.max(shell - first, 0), nQ - 1), bin);
  try {
    const sampling = { ...directions, mostAtOnce };
    return {
      shells: await averageShells(radii, session.crystal.cellVectors, sampling, sum, isWanted),
      figures,
    };
  } finally {
    progress.stop();
  }
}

function describe(
  { weighting, energyUnit, eIncident, eFinal, angleRange, sampling }: PowderCommandFlags,
  { width, qWidth }: PowderRequest,
  asr: string,
) {
  return {
    asr,
    weighting: weighting.replace(/-dos$/, ''),
    sampling,
    ...(width && { energy_broadening_fwhm_meV: width.join(' ') }),
    ...(qWidth && { q_broadening_fwhm_per_angstrom: qWidth.join(' ') }),
    ...(eIncident !== undefined && { incident_energy: `${eIncident} ${energyUnit}` }),
    ...(eFinal !== undefined && { final_energy: `${eFinal} ${energyUnit}` }),
    ...((eIncident ?? eFinal) !== undefined && { angle_range_degrees: angleRange.join(' ') }),
  };
}

const percent = (x: number) => `${(100 * x).toPrecision(2)} %`;

function errorWords({ medianError, worstError }: ReturnType<typeof samplingFigures>): string {
  if (medianError === undefined) return '';
  return `, error of a sphere ${percent(medianError)} (median) to ${percent(worstError!)} (largest)`;
}

function notesOf(
  { error, converge, sampling }: PowderFlags,
  shells: readonly Shell[],
  remaining: [number, number] | undefined,
): string[] {
  const missed = shells.filter((shell) => (shell.error ?? 0) > error / 100).length;
  return [
    ...(converge && missed > 0
      ? [
          `${missed} of ${shells.length} spheres have an error above ${error} % with the most directions allowed: --npts-max.`,
        ]
      : []),
    ...(sampling === 'golden' && shells.length > 0
      ? ['One set of directions has no error to tell: --sampling turned has.']
      : []),
    ...(remaining
      ? [`Of |Q| only ${remaining.map((q) => q.toPrecision(4)).join(' to ')} 1/Å is reached.`]
      : []),
  ];
}
