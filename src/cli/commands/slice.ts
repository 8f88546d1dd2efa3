/** `euphonicd slice`: S(Q,ω) over a plane of Q at constant energy, or over a line of Q and energy, averaged as data are cut. */
import { calculateSlice } from '../../spectra/calculation/slice.js';
import type { Cut } from '../../spectra/slice.js';
import { type EnergyUnit, perMeV } from '../../spectra/units.js';
import { outputs, writeSpectrum } from '../formats/spectrumFile.js';
import { type CalculationFlags, calculationOptions } from '../options/calculationOptions.js';
import type { ModelFlags } from '../options/modelOptions.js';
import { energyCutOf, qCutsOf, type SliceFlags } from '../options/sliceOptions.js';
import {
  broadeningWidth,
  type GridFlags,
  gridOf,
  type OutputFlags,
  type WidthFlags,
} from '../options/spectrumOptions.js';
import { EXIT_OK } from '../terminal/exitCodes.js';
import { calculatorOf } from './calculatorOf.js';
import { report } from './report.js';
import { withModel } from './session.js';

export interface SliceCommandFlags
  extends CalculationFlags,
    ModelFlags,
    SliceFlags,
    WidthFlags,
    GridFlags,
    OutputFlags {}

export async function slice(modelPath: string, flags: SliceCommandFlags): Promise<number> {
  const calculation = calculationOptions(flags);
  const { u, v, origin, qSpacing: spacing, energyUnit } = flags;
  const [cuts, energy, width] = [qCutsOf(flags), energyCutOf(flags), broadeningWidth(flags)];
  const files = outputs(flags, modelPath, 'slice');
  return withModel(modelPath, flags, async (session) => {
    const start = performance.now();
    const grid = gridOf(flags, session.crystal.cellVectors);
    const wanted = { origin, u, v, cuts, energy, spacing, width, grid, bose: flags.bose };
    const found = await calculateSlice(calculatorOf(session, 'slice'), calculation, wanted);
    const { nBins, binPoints } = found.slice;
    await writeSpectrum(found.spectrum, { title: titleOf(energy, energyUnit), ...flags }, files);
    report(session, flags, files, found.figures, {
      what: `${nBins} bins of Q, ${nBins * binPoints} q-points`,
      seconds: (performance.now() - start) / 1000,
      figures: { n_bins: nBins, n_qpts: nBins * binPoints },
    });
    return EXIT_OK;
  });
}

/** Of a plane of Q its energies. */
function titleOf(energy: Cut | undefined, unit: EnergyUnit): string | undefined {
  if (!energy || energy.isAxis) return undefined;
  const [from, to] = [energy.from, energy.to].map((x) => Number((x * perMeV(unit)).toPrecision(6)));
  return `${from} to ${to} ${unit}`;
}
