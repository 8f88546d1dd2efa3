/** `euphonicd sqw`: structure factors at the q-points of a file. */
import { isSameFile } from '../formats/outputFile.js';
import { readQFile } from '../formats/qFile.js';
import { FORMS } from '../formats/spectrumFile.js';
import { writeStructureFactor } from '../formats/structureFactorFile.js';
import {
  type CalculationFlags,
  calculationOptions,
  splittingDirections,
} from '../options/calculationOptions.js';
import { withFlags } from '../options/flagNames.js';
import { type ModelFlags, modelOptions } from '../options/modelOptions.js';
import { EXIT_OK, UsageError } from '../terminal/exitCodes.js';
import { note, print, printJson } from '../terminal/output.js';
import { withModel } from './session.js';

export interface SqwFlags extends CalculationFlags, ModelFlags {
  qFile: string;
  output: string;
  json?: boolean;
}

export async function sqw(modelPath: string, flags: SqwFlags): Promise<number> {
  const calculation = calculationOptions(flags);
  // before anything is done
  modelOptions(flags);
  for (const input of [modelPath, flags.qFile]) {
    if (!isSameFile(input, flags.output)) continue;
    throw new UsageError('invalid_argument', `${flags.output} would be overwritten with the result.`, {
      where: '--output',
      expected: 'a file that nothing is read from',
    });
  }
  if (FORMS.some((form) => form !== '.json' && flags.output.toLowerCase().endsWith(form))) {
    throw new UsageError('invalid_argument', `${flags.output} is named as a file of another form.`, {
      where: '--output',
      expected: 'the name of a JSON file, which is what sqw writes',
    });
  }
  const qpts = await readQFile(flags.qFile);
  const directions = splittingDirections(flags, qpts.length / 3);
  return withModel(modelPath, flags, async ({ model, crystal, evaluate }) => {
    const start = performance.now();
    const evaluation = await evaluate(qpts, {
      ...calculation,
      ...(directions && { directions }),
      quantity: 'structure_factor',
    });
    const seconds = (performance.now() - start) / 1000;
    await writeStructureFactor(flags.output, crystal, qpts, evaluation, calculation.temperature ?? null);
    const notes = [...model.notes, ...evaluation.notes].map(withFlags);
    if (calculation.temperature != null && !calculation.bose && !calculation.debye_waller_grid) {
      notes.push('The temperature has no effect without --bose or --debye-waller-grid.');
    }
    if (evaluation.imaginary > 0) {
      notes.push(
        `${evaluation.imaginary} modes are imaginary: their frequencies are given as negative numbers.`,
      );
    }
    const { nPoints, nModes, nSurfaces, kernel_seconds, threads, imaginary } = evaluation;
    if (flags.json) {
      printJson({
        output: flags.output,
        model: model.model,
        n_qpts: nPoints,
        n_modes: nModes,
        n_surfaces: nSurfaces,
        seconds,
        kernel_seconds,
        threads,
        imaginary,
        notes,
      });
    } else {
      for (const sentence of notes) note(sentence);
      const perPoint = ((1e6 * seconds) / nPoints).toFixed(1);
      print(
        `${nPoints} q-points, ${nModes} modes: ${seconds.toFixed(3)} s (${perPoint} µs per q-point, ${threads} threads)`,
      );
      print(`written to ${flags.output}`);
    }
    return EXIT_OK;
  });
}
