/** `euphonicd powder`: powder averages of S(Q,ω), or of densities of states, with the error that their sampling has. */
import { calculatePowder, type PowderWanted } from '../../spectra/calculation/powder.js';
import type { PowderRequest, PowderWeighting, samplingFigures } from '../../spectra/powder.js';
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
import { EXIT_OK } from '../terminal/exitCodes.js';
import { calculatorOf } from './calculatorOf.js';
import { report } from './report.js';
import { withModel } from './session.js';

export interface PowderCommandFlags
  extends CalculationFlags,
    ModelFlags,
    EnergyFlags,
    GridFlags,
    PowderFlags,
    OutputFlags {
  weighting: PowderWeighting;
  /** of which the density of states is */
  pdos?: string;
}

export async function powder(modelPath: string, flags: PowderCommandFlags): Promise<number> {
  const calculation = calculationOptions(flags);
  const request = partOfRequest(flags);
  const directions = samplingOf(flags);
  const { weighting, bose, pdos } = flags;
  const words = describe(flags, request, calculation.asr ?? 'none');
  const files = outputs(flags, modelPath, 'powder');
  return withModel(modelPath, flags, async (session) => {
    const start = performance.now();
    const grid = gridOf(flags, session.crystal.cellVectors);
    const species = pdos === undefined ? {} : { species: pdos };
    const wanted = { weighting, ...species, request, directions, grid, bose, words };
    const found = await calculatePowder(calculatorOf(session, 'powder'), calculation, wanted);
    const { spectrum, figures, notes, spheres, sampling } = found;
    await writeSpectrum(spectrum, flags, files);
    report(session, flags, files, figures, {
      what: `${spheres} spheres, ${sampling.totalDirections} directions${errorWords(sampling)}`,
      seconds: (performance.now() - start) / 1000,
      notes,
      figures: { n_spheres: spheres, ...sampling },
    });
    return EXIT_OK;
  });
}

/** What flags say without the crystal. Throws UsageError. */
function partOfRequest(flags: PowderCommandFlags): PowderWanted['request'] {
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

function describe(
  { weighting, pdos, energyUnit, eIncident, eFinal, angleRange, sampling }: PowderCommandFlags,
  { width, qWidth }: Partial<PowderRequest>,
  asr: string,
) {
  return {
    asr,
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

const percent = (x: number) => `${(100 * x).toPrecision(2)} %`;

function errorWords({ medianError, worstError }: ReturnType<typeof samplingFigures>): string {
  if (medianError === undefined) return '';
  return `, error of a sphere ${percent(medianError)} (median) to ${percent(worstError!)} (largest)`;
}
