/** `euphonicd replot`: draws spectra of files again, or writes them in other forms, without calculating. */
import { readFile } from 'node:fs/promises';
import { EuphonicError } from '../../base/errors.js';
import { systemReason } from '../../runtime/posix.js';
import { readSpectrum } from '../../spectra/read.js';
import { outputs, stem, writeSpectrum } from '../formats/spectrumFile.js';
import type { OutputFlags } from '../options/spectrumOptions.js';
import { EXIT_OK, UsageError } from '../terminal/exitCodes.js';
import { print, printJson } from '../terminal/output.js';

export async function replot(
  path: string,
  besidePath: string | undefined,
  flags: OutputFlags,
): Promise<number> {
  const paths = besidePath === undefined ? [path] : [path, besidePath];
  const isNamed = flags.saveTo !== undefined || flags.saveJson !== undefined;
  const files = outputs(isNamed ? flags : { saveTo: [`${stem(path)}.png`] }, paths, 'replot');
  const [{ spectrum, unit }, beside] = await Promise.all(paths.map(read));
  const isDispersion = spectrum.measured === 'energy' && spectrum.x.measured === 'wavevector';
  if (beside && !(isDispersion && !beside.spectrum.y && beside.spectrum.x.measured === 'energy')) {
    throw new UsageError('invalid_argument', 'These two spectra do not stand beside one another.', {
      where: paths.join(', '),
      expected: 'a dispersion first and then a density of states',
    });
  }
  await writeSpectrum(spectrum, { energyUnit: unit, ...flags }, files, beside?.spectrum);
  const written = files.map((file) => file.path);
  if (flags.json) printJson({ outputs: written });
  else print(`written to ${written.join(', ')}`);
  return EXIT_OK;
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
