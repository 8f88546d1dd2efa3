/** `euphonicd powder`: powder averages of S(Q,ω), or of densities of states, with the error that their sampling has. */
import { directionsOf } from '../../spectra/calculation/directions.js';
import { calculatePowder, type PowderWanted, powderWords } from '../../spectra/calculation/powder.js';
import type { PowderWeighting, samplingFigures } from '../../spectra/powder.js';
import { outputs, writeSpectrum } from '../formats/spectrumFile.js';
import { type CalculationFlags, calculationOptions } from '../options/calculationOptions.js';
import type { ModelFlags } from '../options/modelOptions.js';
import { kinematicsOf, type PowderFlags, qBinsOf } from '../options/powderOptions.js';
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
  const directions = directionsOf(flags);
  const { weighting, bose, pdos } = flags;
  const words = powderWords(calculation.asr, flags, request);
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

const percent = (x: number) => `${(100 * x).toPrecision(2)} %`;

function errorWords({ medianError, worstError }: ReturnType<typeof samplingFigures>): string {
  if (medianError === undefined) return '';
  return `, error of a sphere ${percent(medianError)} (median) to ${percent(worstError!)} (largest)`;
}
