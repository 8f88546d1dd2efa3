/** Spectra into files, in the form that the name asks for: numbers or pictures. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { basename, dirname, extname } from 'node:path';
import type { PictureForm } from '../../figure/picture.js';
import { csv, euphonicText } from '../../spectra/files.js';
import { type Spectrum, scaledSpectrum } from '../../spectra/spectrum.js';
import type { EnergyUnit } from '../../spectra/units.js';
import { type PictureFlags, pictureOptions } from '../options/pictureOptions.js';
import { UsageError } from '../terminal/exitCodes.js';
import { isSameFile, outputFailure, writeOutput } from './outputFile.js';

const WRITERS = { '.json': euphonicText, '.csv': csv } as const;
type NumbersForm = keyof typeof WRITERS;

export const PICTURES: readonly PictureForm[] = ['.png', '.svg', '.html'];
const NEXUS = ['.h5', '.nxs'] as const;
export const FORMS: readonly Form[] = [...PICTURES, ...(Object.keys(WRITERS) as NumbersForm[]), ...NEXUS];
type Form = PictureForm | NumbersForm | (typeof NEXUS)[number];

export const isPicture = ({ form }: Output) => (PICTURES as readonly Form[]).includes(form);

export interface Output {
  path: string;
  form: Form;
}

/**
 * The files that flags name, of `forms`; without any, a picture and its numbers in the current folder, named after the first file that is
 * read and the command. Throws UsageError for another form, and for a file that is read; `file_unreadable` where one cannot be written.
 */
export function outputs(
  { saveTo = [], saveJson }: { saveTo?: string[]; saveJson?: string },
  inputs: string | readonly string[],
  command: string,
  forms: readonly Form[] = FORMS,
): Output[] {
  const read = [inputs].flat();
  const files = namedOutputs({ saveTo, ...(saveJson !== undefined && { saveJson }) }, read, forms);
  if (files.length > 0) return files;
  const name = `${stem(read[0])}-${command}`;
  return checked(
    [
      { path: `${name}.png`, form: '.png' },
      { path: `${name}.json`, form: '.json' },
    ],
    read,
  );
}

/** Those that flags name, of the forms that there are. Throws as `outputs` does. */
function namedOutputs(
  { saveTo = [], saveJson }: { saveTo?: string[]; saveJson?: string },
  read: readonly string[],
  forms: readonly Form[],
): Output[] {
  const files = saveTo.map((path): Output => {
    const form = forms.find((known) => known === extname(path).toLowerCase());
    if (form) return { path, form };
    throw new UsageError('invalid_argument', `The form of ${path} is not known.`, {
      where: '--save-to',
      expected: `a name that ends in one of ${forms.join(', ')}`,
    });
  });
  if (saveJson !== undefined) files.push({ path: saveJson, form: '.json' });
  return checked(files, read);
}

function checked(files: Output[], read: readonly string[]): Output[] {
  const overwriting = files.find(({ path }) => read.some((input) => isSameFile(path, input)));
  if (overwriting) {
    throw new UsageError('invalid_argument', `${overwriting.path} would be overwritten with the result.`, {
      where: '--save-to',
      expected: 'a file that nothing is read from',
    });
  }
  for (const { path } of files) checkWritable(path);
  return files;
}

/** The name without what says its form. */
export function stem(path: string): string {
  const name = basename(path).replace(/\.(gz|bz2|xz)$/i, '');
  return basename(name, extname(name)) || name;
}

/** Throws before anything is calculated for nothing. */
function checkWritable(path: string): void {
  try {
    const isThere = existsSync(path);
    if (isThere && statSync(path).isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    accessSync(isThere ? path : dirname(path), constants.W_OK);
  } catch (error) {
    throw outputFailure(path, error);
  }
}

/** Writes one, or draws another beside it, into all files. Throws `file_unreadable` where one cannot be written. */
export async function writeSpectrum(
  made: Spectrum,
  flags: { energyUnit: EnergyUnit; scale?: number } & PictureFlags,
  files: readonly Output[],
  beside?: Spectrum,
): Promise<void> {
  const spectrum = flags.scale === undefined ? made : scaledSpectrum(made, flags.scale);
  const unit = flags.energyUnit;
  await writeFiles(
    files,
    (figure, forms) => figure.pictures([spectrum, beside], unit, pictureOptions(flags), forms),
    async (form) =>
      form === '.json' || form === '.csv'
        ? WRITERS[form](spectrum, unit)
        : (await import('./nexusFile.js')).nexusFile(spectrum, unit),
  );
}

/** Writes each file: pictures, which are drawn together, and numbers. Throws `file_unreadable` where one cannot be written. */
export async function writeFiles(
  files: readonly Output[],
  draw: (
    figure: typeof import('../../figure/picture.js'),
    forms: readonly PictureForm[],
  ) => Promise<ReadonlyMap<PictureForm, string | Uint8Array>>,
  numbers: (form: Exclude<Form, PictureForm>) => Promise<string | Uint8Array> | string,
): Promise<void> {
  const wanted = PICTURES.filter((form) => files.some((file) => file.form === form));
  // what draws is loaded only where something is drawn
  const drawn = wanted.length > 0 ? await draw(await import('../../figure/picture.js'), wanted) : undefined;
  for (const { path, form } of files)
    await writeOutput(
      path,
      drawn?.get(form as PictureForm) ?? (await numbers(form as Exclude<Form, PictureForm>)),
    );
}
