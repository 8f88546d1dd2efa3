/** `euphonicd dos`: densities of states. */
import { sizeOf } from '../../qpoints/grid.js';
import { calculateDos, type DosWanted } from '../../spectra/calculation/dos.js';
import type { DosWeighting } from '../../spectra/dos.js';
import { outputs, writeSpectrum } from '../formats/spectrumFile.js';
import type { CalculationFlags } from '../options/calculationOptions.js';
import type { ModelFlags } from '../options/modelOptions.js';
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
import { planOptions } from './planOptions.js';
import { report } from './report.js';
import { withModel } from './session.js';

export interface DosFlags extends CalculationFlags, ModelFlags, EnergyFlags, GridFlags, OutputFlags {
  weighting: DosWeighting;
  pdos?: true | string[];
  adaptive?: boolean;
  adaptiveScale: number;
}

export async function dos(modelPath: string, flags: DosFlags): Promise<number> {
  const plan = planOptions(flags);
  const given = partOfRequest(flags);
  const files = outputs(flags, modelPath, 'dos');
  return withModel(modelPath, flags, async (session) => {
    const start = performance.now();
    const wanted = { grid: gridOf(flags, session.crystal.cellVectors), ...given };
    const found = await calculateDos(calculatorOf(session, 'dos'), plan, wanted);
    const { spectrum, figures, notes, grid, points, area } = found;
    await writeSpectrum(spectrum, flags, files);
    report(session, flags, files, figures, {
      what: `${sizeOf(grid)} q-points, ${points} by time reversal`,
      seconds: (performance.now() - start) / 1000,
      notes,
      figures: { grid, area },
    });
    return EXIT_OK;
  });
}

/** What flags say without the crystal. Throws UsageError. */
function partOfRequest(flags: DosFlags): Omit<DosWanted, 'grid'> {
  const width = broadeningWidth(flags);
  return {
    ...energyRange(flags),
    bins: flags.ebins,
    ...(width && { width }),
    ...(flags.adaptive && { adaptiveScale: flags.adaptiveScale }),
    weighting: flags.weighting,
    ...(flags.pdos && { partial: flags.pdos === true ? 'all' : flags.pdos }),
  };
}
