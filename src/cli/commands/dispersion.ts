/** `euphonicd dispersion`: frequencies along a path through reciprocal space. */
import { dispersionSpectrum, pathText } from '../../spectra/dispersion.js';
import { outputs, writeSpectrum } from '../formats/spectrumFile.js';
import { type CalculationFlags, splittingDirections } from '../options/calculationOptions.js';
import type { ModelFlags } from '../options/modelOptions.js';
import type { PathFlags } from '../options/pathOptions.js';
import type { OutputFlags, UnitFlags } from '../options/spectrumOptions.js';
import { EXIT_OK } from '../terminal/exitCodes.js';
import { chosenPath, pathFigures, pathWords } from './chosenPath.js';
import { planOptions } from './planOptions.js';
import { provenanceOf, report } from './report.js';
import { withModel } from './session.js';

export async function dispersion(
  modelPath: string,
  flags: CalculationFlags & ModelFlags & PathFlags & UnitFlags & OutputFlags,
): Promise<number> {
  const plan = planOptions(flags);
  const files = outputs(flags, modelPath, 'dispersion');
  return withModel(modelPath, flags, async (session) => {
    const start = performance.now();
    const path = await chosenPath(session.crystal, flags);
    const { qpts, distances, directions } = path.sampled;
    const evaluation = await session.evaluate(qpts, {
      ...plan,
      quantity: 'frequencies',
      // each line of the path approaches a zone centre in its own direction
      directions: splittingDirections(flags, distances.length) ?? directions,
    });
    const provenance = provenanceOf(session, 'dispersion', {
      ...pathText(path, flags),
      asr: plan.asr ?? 'none',
    });
    const spectrum = dispersionSpectrum(evaluation.frequencies, path.sampled, provenance);
    await writeSpectrum(spectrum, flags, files);
    report(session, flags, files, evaluation, {
      what: pathWords(path),
      seconds: (performance.now() - start) / 1000,
      figures: pathFigures(path),
    });
    return EXIT_OK;
  });
}
