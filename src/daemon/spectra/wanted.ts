/** What parameters of a request say of a spectrum, checked, as its calculation takes them. */
import { EuphonicError } from '../../base/errors.js';
import type { CheckedParams } from '../../protocol/messages.js';
import { type Grid, gridOfSpacing } from '../../qpoints/grid.js';
import { type ChosenPath, chosenPath, latticeForPath } from '../../qpoints/paths/chosenPath.js';
import { parseCoordinates, parseLabels } from '../../qpoints/paths/corners.js';
import type { QpointOptions, SpectrumCrystal } from '../../spectra/calculation/calculator.js';
import { directionsOf, MAX_DIRECTIONS } from '../../spectra/calculation/directions.js';
import type { DosWanted } from '../../spectra/calculation/dos.js';
import { type PowderWanted, powderWords } from '../../spectra/calculation/powder.js';

type Energies = Pick<CheckedParams<'spectrum.dos'>, 'e_min' | 'e_max' | 'ebins' | 'energy_broadening'>;
type Scattering = Omit<CheckedParams<'spectrum.map'>, keyof Energies | 'path' | 'q' | 'zone' | 'weighting'>;

function refused(message: string, where: string, expected: string): EuphonicError {
  return new EuphonicError('invalid_argument', message, { where, expected });
}

function checkWidth(coefficients: readonly number[], what: string, where: string): void {
  if (coefficients.some((x) => x !== 0) && coefficients[0] >= 0) return;
  const expected = 'an FWHM > 0, or its coefficients; without the option there is none';
  throw refused(`${what} is ${coefficients.join(' ')}.`, where, expected);
}

function energiesOf({ e_min, e_max, ebins, energy_broadening: width }: Energies) {
  if (e_min !== undefined && e_max !== undefined && e_min >= e_max)
    throw refused(`The energies would go from ${e_min} to ${e_max}.`, 'e_max', 'more than e_min');
  if (width) checkWidth(width, 'The broadening', 'energy_broadening');
  return {
    ...(e_min !== undefined && { energyMin: e_min }),
    ...(e_max !== undefined && { energyMax: e_max }),
    bins: ebins,
    ...(width && { width }),
  };
}

export function gridOf(
  { grid, grid_spacing }: { grid?: Grid | undefined; grid_spacing: number },
  { cellVectors }: SpectrumCrystal,
): Grid {
  return grid ?? gridOfSpacing(cellVectors, grid_spacing);
}

/** What decides dynamical matrices. */
export function planOf({
  asr,
  dipole,
  dipole_parameter,
  n_threads,
  splitting,
}: Omit<CheckedParams<'spectrum.dos'>, 'model'>): QpointOptions {
  return { asr, dipole, dipole_parameter, n_threads, splitting };
}

/** What decides S, too. */
export function scatteringOf(params: Omit<Scattering, 'model' | 'grid_spacing' | 'grid'>): QpointOptions {
  const { asr, dipole, dipole_parameter, n_threads, splitting } = params;
  const { temperature, bose, scattering_lengths, debye_waller_grid } = params;
  return {
    asr,
    dipole,
    dipole_parameter,
    n_threads,
    ...(splitting !== undefined && { splitting }),
    temperature,
    bose,
    scattering_lengths,
    ...(debye_waller_grid && { debye_waller_grid }),
  };
}

export function dosWanted(params: CheckedParams<'spectrum.dos'>, crystal: SpectrumCrystal): DosWanted {
  const { weighting, adaptive, adaptive_scale, pdos_by } = params;
  const pdos = params.pdos || pdos_by !== 'species';
  return {
    grid: gridOf(params, crystal),
    ...energiesOf(params),
    ...(adaptive && { adaptiveScale: adaptive_scale }),
    weighting,
    ...(pdos && { partial: pdos === true ? 'all' : pdos, partialBy: pdos_by }),
  };
}

export async function pathWanted(
  { path, q, zone, q_spacing }: CheckedParams<'spectrum.map'>,
  { cellVectors, atomR, atomType }: SpectrumCrystal,
): Promise<ChosenPath> {
  if (path !== undefined && q !== undefined)
    throw refused('The path is given by labels and by coordinates.', 'path, q', 'one of them');
  const wanted = {
    ...(path !== undefined && { path: parseLabels(path) }),
    ...(q !== undefined && { q: parseCoordinates(q) }),
    ...(zone && { zone }),
    ...(q_spacing !== undefined && { qSpacing: q_spacing }),
  };
  return chosenPath(await latticeForPath({ cellVectors, atomR, atomType }, wanted), cellVectors, wanted);
}

export const mapEnergies = energiesOf;

export function powderWanted(
  params: CheckedParams<'spectrum.powder'>,
  crystal: SpectrumCrystal,
): PowderWanted {
  const { weighting, pdos, q_min, q_max, q_spacing, q_broadening, sampling, bose, asr } = params;
  const { e_incident: eIncident, e_final: eFinal, angle_range: angleRange = [0, 180] } = params;
  if (q_min >= q_max) throw refused(`|Q| would go from ${q_min} to ${q_max}.`, 'q_max', 'more than q_min');
  if (q_broadening) checkWidth(q_broadening, 'The broadening in Q', 'q_broadening');
  if (eIncident !== undefined && eFinal !== undefined)
    throw refused('Both energies of the neutrons are fixed.', 'e_incident, e_final', 'one of them');
  const energy = eIncident ?? eFinal;
  const request = {
    qMin: q_min,
    qMax: q_max,
    qSpacing: q_spacing,
    ...(q_broadening && { qWidth: q_broadening }),
    ...energiesOf(params),
    ...(energy !== undefined && {
      kinematics: { energy, isFinal: eFinal !== undefined, angles: angleRange },
    }),
  };
  const said = {
    weighting,
    ...(pdos !== undefined && { pdos }),
    sampling,
    energyUnit: 'meV',
    angleRange,
    ...(eIncident !== undefined && { eIncident }),
    ...(eFinal !== undefined && { eFinal }),
  };
  return {
    weighting,
    ...(pdos !== undefined && { species: pdos }),
    request,
    directions: directionsWanted(params),
    grid: gridOf(params, crystal),
    bose,
    words: powderWords(asr, said, request),
  };
}

/** Directions of a sphere to begin with. */
const NPTS = 1000;

export function directionsWanted(
  params: Pick<CheckedParams<'spectrum.powder'>, 'npts' | 'npts_max' | 'error'> &
    Partial<Pick<CheckedParams<'spectrum.powder'>, 'npts_density' | 'npts_min' | 'sampling' | 'converge'>>,
): PowderWanted['directions'] {
  const { npts, npts_max, npts_min, npts_density, sampling, converge, error } = params;
  const largest = Math.max(npts ?? 0, npts_max ?? 0, npts_min ?? 0);
  if (largest > MAX_DIRECTIONS) {
    throw new EuphonicError('too_large', `A sphere would have ${largest} directions.`, {
      where: 'npts, npts_min, npts_max',
      expected: `at most MAX_DIRECTIONS = ${MAX_DIRECTIONS}`,
    });
  }
  return directionsOf({
    npts: npts ?? NPTS,
    ...(npts_density !== undefined && { nptsDensity: npts_density }),
    ...(npts_min !== undefined && { nptsMin: npts_min }),
    ...(npts_max !== undefined && { nptsMax: npts_max }),
    sampling: sampling ?? 'turned',
    converge: converge ?? true,
    error,
  });
}
