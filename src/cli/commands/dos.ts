/** `euphonicd dos`: densities of states. */
import type { PDOS_PARTS } from '../../protocol/options.js';
import { type Grid, sizeOf } from '../../qpoints/grid.js';
import { calculateDos, type DosWanted } from '../../spectra/calculation/dos.js';
import { checkMeanQ, type DosRequest, type DosWeighting, debyeWallerExponents } from '../../spectra/dos.js';
import { outputs, writeSpectrum } from '../formats/spectrumFile.js';
import { type CalculationFlags, calculationOptions } from '../options/calculationOptions.js';
import type { ModelFlags } from '../options/modelOptions.js';
import {
  broadeningWidth,
  type EnergyFlags,
  energyRange,
  type GridFlags,
  gridOf,
  type OutputFlags,
} from '../options/spectrumOptions.js';
import { EXIT_OK, fromCommandLine } from '../terminal/exitCodes.js';
import { calculatorOf } from './calculatorOf.js';
import { planOptions } from './planOptions.js';
import { report } from './report.js';
import { type Session, withModel } from './session.js';

export interface DosFlags extends CalculationFlags, ModelFlags, EnergyFlags, GridFlags, OutputFlags {
  weighting: DosWeighting;
  pdos?: true | string[];
  pdosBy: (typeof PDOS_PARTS)[number];
  /** 1/Å */
  qMean?: number;
  adaptive?: boolean;
  adaptiveScale: number;
}

export async function dos(modelPath: string, flags: DosFlags): Promise<number> {
  const plan = planOptions(flags);
  const given = partOfRequest(flags);
  const isHot = typeof flags.temperature === 'number';
  fromCommandLine(() => checkMeanQ({ ...flags, isHot }, MEAN_Q));
  const files = outputs(flags, modelPath, 'dos');
  return withModel(modelPath, flags, async (session) => {
    const start = performance.now();
    const isIdle = flags.temperature !== undefined && flags.qMean === undefined;
    const grid = gridOf(flags, session.crystal.cellVectors);
    const debyeWaller = await debyeWallerOf(session, flags, grid);
    const wanted = { grid, ...given, ...(debyeWaller && { debyeWaller }) };
    const found = await calculateDos(calculatorOf(session, 'dos'), plan, wanted);
    const { spectrum, figures, notes, points, area } = found;
    await writeSpectrum(spectrum, flags, files);
    report(session, flags, files, figures, {
      what: `${sizeOf(grid)} q-points, ${points} by time reversal`,
      seconds: (performance.now() - start) / 1000,
      notes: [
        ...notes,
        ...(isIdle ? ['The temperature has no effect on a density of states without --q-mean.'] : []),
      ],
      figures: { grid, area },
    });
    return EXIT_OK;
  });
}

const MEAN_Q = { where: '--q-mean', both: '--temperature <kelvin> and --q-mean <1/Å>' };

/** 2W of each atom at the mean Q. */
async function debyeWallerOf(
  { client, model, signal }: Session,
  flags: DosFlags,
  grid: Grid,
): Promise<DosRequest['debyeWaller']> {
  if (flags.qMean === undefined) return undefined;
  const { asr, dipole, dipole_parameter, debye_waller_grid } = calculationOptions(flags);
  const temperature = Number(flags.temperature);
  const options = {
    asr,
    ...(dipole !== undefined && { dipole }),
    ...(dipole_parameter !== undefined && { dipole_parameter }),
    temperature,
    grid: debye_waller_grid ?? [...grid],
  };
  const { tensors } = await client.debyeWaller(model, options, signal);
  return { temperature, q: flags.qMean, exponents: debyeWallerExponents(tensors, flags.qMean) };
}

/** What flags say without the crystal. Throws UsageError. */
function partOfRequest(flags: DosFlags): Omit<DosWanted, 'grid'> {
  const width = broadeningWidth(flags);
  const pdos = flags.pdos ?? (flags.pdosBy === 'species' ? undefined : true);
  return {
    ...energyRange(flags),
    bins: flags.ebins,
    ...(width && { width }),
    ...(flags.adaptive && { adaptiveScale: flags.adaptiveScale }),
    weighting: flags.weighting,
    ...(pdos && {
      partial: pdos === true ? ('all' as const) : pdos,
      partialBy: flags.pdosBy,
    }),
  };
}
