/** `euphonicd replot`: draws spectra of files again, or writes them in other forms, without calculating. */
import { readFile } from 'node:fs/promises';
import { EuphonicError } from '../../base/errors.js';
import { systemReason } from '../../runtime/files.js';
import { comparedDispersions } from '../../spectra/compare.js';
import { readSpectrum } from '../../spectra/read.js';
import type { Spectrum } from '../../spectra/spectrum.js';
import { outputs, stem, writeSpectrum } from '../formats/spectrumFile.js';
import type { OutputFlags } from '../options/spectrumOptions.js';
import { EXIT_OK, fromCommandLine, UsageError } from '../terminal/exitCodes.js';
import { print, printJson } from '../terminal/output.js';
import { namesOf } from './dispersion.js';

export async function replot(paths: string[], flags: OutputFlags): Promise<number> {
  const isNamed = flags.saveTo !== undefined || flags.saveJson !== undefined;
  const files = outputs(isNamed ? flags : { saveTo: [`${stem(paths[0])}.png`] }, paths, 'replot');
  const found = await Promise.all(paths.map(read));
  const { spectrum, beside } = together(
    paths,
    found.map(({ spectrum }) => spectrum),
  );
  await writeSpectrum(spectrum, { energyUnit: found[0].unit, ...flags }, files, beside);
  const written = files.map((file) => file.path);
  if (flags.json) printJson({ outputs: written });
  else print(`written to ${written.join(', ')}`);
  return EXIT_OK;
}

const isDispersion = ({ measured, x }: Spectrum) => measured === 'energy' && x.measured === 'wavevector';
const isDensity = ({ x, y }: Spectrum) => !y && x.measured === 'energy';

/** Several dispersions in one picture, and a density of states beside them. Throws UsageError for others. */
function together(paths: readonly string[], spectra: readonly Spectrum[]) {
  const curves = spectra.filter(isDispersion);
  const [beside, ...more] = spectra.slice(curves.length);
  if (spectra.length === 1) return { spectrum: spectra[0] };
  const isOrdered = curves.length > 0 && spectra.slice(0, curves.length).every(isDispersion);
  if (!isOrdered || more.length > 0 || (beside && !isDensity(beside))) {
    throw new UsageError('invalid_argument', 'These spectra do not stand beside one another.', {
      where: paths.join(', '),
      expected: 'dispersions first, and then a density of states, or none',
    });
  }
  if (curves.length === 1) return { spectrum: curves[0], beside };
  const names = namesOf(paths.slice(0, curves.length));
  const spectrum = fromCommandLine(() =>
    comparedDispersions(curves.map((spectrum, i) => ({ name: names[i], spectrum }))),
  );
  return { spectrum, beside };
}

async function read(path: string) {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new EuphonicError('file_unreadable', `The file cannot be read: ${systemReason(error)}.`, {
      where: path,
      expected: 'a spectrum in JSON',
    });
  }
  return readSpectrum(text, path);
}
