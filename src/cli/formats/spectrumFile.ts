/** Spectra into files, in the form that the name asks for. */
import { basename, extname } from 'node:path';
import { csv, euphonicJson } from '../../spectra/files.js';
import type { Spectrum } from '../../spectra/spectrum.js';
import type { EnergyUnit } from '../../spectra/units.js';
import { UsageError } from '../terminal/exitCodes.js';
import { isSameFile, writeOutput } from './outputFile.js';

const WRITERS = {
  '.json': (spectrum: Spectrum, unit: EnergyUnit) => `${JSON.stringify(euphonicJson(spectrum, unit))}\n`,
  '.csv': csv,
} as const;
type Extension = keyof typeof WRITERS;

export interface Output {
  path: string;
  form: Extension;
}

/**
 * The files that flags name; without any, JSON in the current folder, named after the model's file and the command. Throws
 * UsageError for another form, and for a file that is read.
 */
export function outputs(
  { saveTo = [], saveJson }: { saveTo?: string[]; saveJson?: string },
  modelPath: string,
  command: string,
): Output[] {
  const files = saveTo.map((path): Output => {
    const form = extname(path).toLowerCase();
    if (Object.hasOwn(WRITERS, form)) return { path, form: form as Extension };
    throw new UsageError('invalid_argument', `The form of ${path} is not known.`, {
      where: '--save-to',
      expected: `a name that ends in one of ${Object.keys(WRITERS).join(', ')}`,
    });
  });
  if (saveJson !== undefined) files.push({ path: saveJson, form: '.json' });
  if (files.length === 0) {
    const name = basename(modelPath, extname(modelPath));
    files.push({ path: `${name}-${command}.json`, form: '.json' });
  }
  const read = files.find(({ path }) => isSameFile(path, modelPath));
  if (!read) return files;
  throw new UsageError('invalid_argument', `${read.path} would be overwritten with the result.`, {
    where: '--save-to',
    expected: 'a file that nothing is read from',
  });
}

/** Throws `file_unreadable` where a file cannot be written. */
export async function writeSpectrum(
  spectrum: Spectrum,
  unit: EnergyUnit,
  files: readonly Output[],
): Promise<void> {
  for (const { path, form } of files) await writeOutput(path, WRITERS[form](spectrum, unit));
}
