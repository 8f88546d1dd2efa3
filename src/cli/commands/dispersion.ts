/** `euphonicd dispersion`: frequencies along a path through reciprocal space. */
import { basename } from 'node:path';
import { EuphonicError } from '../../base/errors.js';
import type { EvaluateOptions, Evaluation } from '../../client/evaluation.js';
import type { ChosenPath } from '../../qpoints/paths/chosenPath.js';
import { comparedDensities, comparedDispersions } from '../../spectra/compare.js';
import { connectedModes, inOrder } from '../../spectra/connect.js';
import { dispersionSpectrum, pathText } from '../../spectra/dispersion.js';
import { modeRange } from '../../spectra/range.js';
import type { Spectrum } from '../../spectra/spectrum.js';
import { websiteJson } from '../../spectra/website.js';
import { writeOutput } from '../formats/outputFile.js';
import { isPicture, outputs, stem, writeSpectrum } from '../formats/spectrumFile.js';
import { type CalculationFlags, splittingDirections } from '../options/calculationOptions.js';
import type { DispersionFlags } from '../options/dispersionOptions.js';
import type { ModelFlags } from '../options/modelOptions.js';
import type { PathFlags } from '../options/pathOptions.js';
import { broadeningWidth, energyRange, type OutputFlags } from '../options/spectrumOptions.js';
import { EXIT_OK, UsageError } from '../terminal/exitCodes.js';
import { chosenPath, pathFigures, pathWords } from './chosenPath.js';
import { densitiesBeside } from './densityBeside.js';
import { planOptions } from './planOptions.js';
import { provenanceOf, report } from './report.js';
import { type Session, withModels } from './session.js';

interface Flags extends CalculationFlags, ModelFlags, PathFlags, OutputFlags, DispersionFlags {}

/** Numbers of eigenvectors along a path, which lie in memory: 8 bytes each. */
const MAX_PATH_VECTOR_NUMBERS = 2 ** 27;

/** One crystal's curves. */
interface Curves {
  path: ChosenPath;
  evaluation: Evaluation;
  order?: Int32Array;
  spectrum: Spectrum;
}

export async function dispersion(modelPaths: string[], flags: Flags): Promise<number> {
  const plan = planOptions(flags);
  broadeningWidth(flags);
  energyRange(flags);
  checkAlone(modelPaths, flags);
  const isBeside = flags.dos || flags.pdos !== undefined;
  const files = outputs(flags, modelPaths, 'dispersion');
  // pictures hold both, files of numbers one
  const numbers = files.filter((file) => !isPicture(file));
  const densityFiles =
    isBeside && numbers.length > 0
      ? outputs({ saveTo: numbers.map(({ path, form }) => besideName(path, form)) }, modelPaths, 'dispersion')
      : [];
  if (flags.saveWebJson !== undefined) outputs({ saveJson: flags.saveWebJson }, modelPaths, 'dispersion');
  return withModels(modelPaths, flags, async (sessions) => {
    const start = performance.now();
    const all: Curves[] = [];
    for (const session of sessions) all.push(await curvesOf(session, plan, flags, all[0]?.path));
    const names = namesOf(modelPaths);
    const named = <T>(spectra: T[]) => spectra.map((spectrum, i) => ({ name: names[i], spectrum }));
    const [{ path, evaluation, order, spectrum: first }] = all;
    const spectrum = all.length === 1 ? first : comparedDispersions(named(all.map((one) => one.spectrum)));
    let density: Spectrum | undefined;
    if (isBeside) {
      const onPaths = all.map((one) => modeRange(one.evaluation.frequencies, broadeningWidth(flags)));
      const densities = await densitiesBeside(sessions, plan, flags, onPaths);
      density = densities.length === 1 ? densities[0] : comparedDensities(named(densities));
    }
    await writeSpectrum(spectrum, { ...flags, energyRange: [flags.eMin, flags.eMax] }, files, density);
    if (density) await writeSpectrum(density, flags, densityFiles);
    if (flags.saveWebJson !== undefined) {
      const modes = {
        ...evaluation,
        eigenvectors: evaluation.eigenvectors!,
        atomR: sessions[0].crystal.atomR,
      };
      const content = websiteJson(names[0], sessions[0].crystal, path.sampled, modes, order);
      await writeOutput(flags.saveWebJson, `${JSON.stringify(content)}\n`);
    }
    const web = flags.saveWebJson === undefined ? [] : [{ path: flags.saveWebJson, form: '.json' as const }];
    report(sessions[0], flags, [...files, ...densityFiles, ...web], evaluation, {
      what: pathWords(path),
      seconds: (performance.now() - start) / 1000,
      figures: pathFigures(path),
    });
    return EXIT_OK;
  });
}

/** Throws UsageError for what only one model can have. */
function checkAlone(modelPaths: readonly string[], flags: Flags): void {
  const flag = flags.saveWebJson !== undefined ? '--save-web-json' : flags.pdos ? '--pdos' : undefined;
  if (modelPaths.length === 1 || flag === undefined) return;
  throw new UsageError('invalid_argument', `There are ${modelPaths.length} models.`, {
    where: flag,
    expected: 'one model',
  });
}

/** Of a density of states, after the curves'. */
const besideName = (path: string, form: string) => `${path.slice(0, -form.length)}-dos${form}`;

/** Of files, or as they are given where two have one name. */
export function namesOf(paths: readonly string[]): string[] {
  const stems = paths.map(stem);
  if (new Set(stems).size === stems.length) return stems;
  const names = paths.map((path) => basename(path));
  return new Set(names).size === names.length ? names : [...paths];
}

/** Along the path of the first crystal, where there is one: through the same points, in as many steps. */
async function curvesOf(
  session: Session,
  plan: EvaluateOptions,
  flags: Flags,
  first: ChosenPath | undefined,
): Promise<Curves> {
  const path = await chosenPath(session.crystal, first ? sameWay(flags, first) : flags);
  const { qpts, distances, directions } = path.sampled;
  const needsVectors = flags.reorder || flags.saveWebJson !== undefined;
  if (needsVectors) checkVectors(session.crystal.atomType.length, distances.length);
  const evaluation = await session.evaluate(qpts, {
    ...plan,
    quantity: needsVectors ? 'modes' : 'frequencies',
    // each line of the path approaches a zone centre in its own direction
    directions: splittingDirections(flags, distances.length) ?? directions,
  });
  const { frequencies, eigenvectors } = evaluation;
  const order = flags.reorder
    ? connectedModes({ frequencies, eigenvectors: eigenvectors!, atomR: session.crystal.atomR }, path.sampled)
    : undefined;
  const provenance = provenanceOf(session, 'dispersion', {
    ...pathText(path, flags),
    asr: plan.asr ?? 'none',
    ...(order && { modes: 'connected by their eigenvectors' }),
  });
  const shown = order ? inOrder(frequencies, order, distances.length) : frequencies;
  return {
    path,
    evaluation,
    ...(order && { order }),
    spectrum: dispersionSpectrum(shown, path.sampled, provenance),
  };
}

function sameWay(flags: PathFlags, { corners, sampled }: ChosenPath): PathFlags {
  return {
    ...flags,
    ...(!flags.q && { path: corners.map((part) => part.map(({ label }) => label)) }),
    steps: sampled.lines.map(({ first, last }) => last - first),
  };
}

function checkVectors(nAtoms: number, nPoints: number): void {
  const count = 18 * nAtoms ** 2 * nPoints;
  if (count <= MAX_PATH_VECTOR_NUMBERS) return;
  throw new EuphonicError('too_large', `The eigenvectors of ${nPoints} q-points are ${count} numbers.`, {
    where: '--reorder, --save-web-json',
    expected: `at most MAX_PATH_VECTOR_NUMBERS = ${MAX_PATH_VECTOR_NUMBERS}`,
    advice: 'Take a larger --q-spacing, or a shorter path.',
  });
}
