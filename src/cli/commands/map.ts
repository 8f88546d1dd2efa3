/** `euphonicd map`: S(Q,ω), or modes per energy, along a path through reciprocal space. */
import { calculateMap } from '../../spectra/calculation/map.js';
import { thermalFactors } from '../../spectra/calculation/thermalFactors.js';
import { outputs, writeSpectrum } from '../formats/spectrumFile.js';
import {
  type CalculationFlags,
  calculationOptions,
  splittingDirections,
} from '../options/calculationOptions.js';
import type { ModelFlags } from '../options/modelOptions.js';
import type { PathFlags } from '../options/pathOptions.js';
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
import { chosenPath, pathFigures, pathWords } from './chosenPath.js';
import { report } from './report.js';
import { withModel } from './session.js';

export interface MapFlags
  extends CalculationFlags,
    ModelFlags,
    PathFlags,
    EnergyFlags,
    GridFlags,
    OutputFlags {
  weighting: 'coherent' | 'dos';
}

export async function map(modelPath: string, flags: MapFlags): Promise<number> {
  const calculation = calculationOptions(flags);
  const given = energyRange(flags);
  const width = broadeningWidth(flags);
  const files = outputs(flags, modelPath, 'map');
  return withModel(modelPath, flags, async (session) => {
    const start = performance.now();
    const { crystal } = session;
    const path = await chosenPath(crystal, flags);
    const grid = gridOf(flags, crystal.cellVectors);
    const thermal = thermalFactors(calculation, grid, {
      bose: flags.bose,
      energyMin: given.energyMin,
    });
    const directions = splittingDirections(flags, path.sampled.distances.length);
    const { spectrum, figures } = await calculateMap(
      calculatorOf(session, 'map'),
      { ...thermal.options, ...(directions && { directions }) },
      {
        path,
        weighting: flags.weighting,
        ...(flags.zone && { zone: flags.zone }),
        ...given,
        bins: flags.ebins,
        ...(width && { width }),
        words: thermal.words,
      },
    );
    await writeSpectrum(spectrum, flags, files);
    report(session, flags, files, figures, {
      what: `${pathWords(path)} × ${flags.ebins} bins`,
      seconds: (performance.now() - start) / 1000,
      figures: pathFigures(path),
    });
    return EXIT_OK;
  });
}
