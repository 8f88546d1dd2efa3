/** Thermodynamic functions into files, in the form that the name asks for. */
import type { PictureForm } from '../../figure/picture.js';
import type { Provenance } from '../../spectra/spectrum.js';
import type { Thermodynamics } from '../../spectra/thermo.js';
import { type PictureFlags, pictureOptions } from '../options/pictureOptions.js';
import { writeOutput } from './outputFile.js';
import { type Output, PICTURES } from './spectrumFile.js';

export const THERMO_FORMS = [...PICTURES, '.json', '.csv'] as const;

/** Throws `file_unreadable` where one cannot be written. */
export async function writeThermo(
  files: readonly Output[],
  {
    found,
    json,
    table,
    provenance,
  }: { found: Thermodynamics; json: object; table: () => string; provenance: Provenance },
  flags: PictureFlags,
): Promise<void> {
  const forms = PICTURES.filter((form) => files.some((file) => file.form === form));
  // what draws is loaded only where something is drawn
  const pictures =
    forms.length > 0
      ? await (await import('../../figure/picture.js')).thermoPictures(
          found,
          provenance,
          pictureOptions(flags),
          forms,
        )
      : undefined;
  for (const { path, form } of files) {
    if (form === '.csv') await writeOutput(path, table());
    else if (form === '.json') await writeOutput(path, `${JSON.stringify(json)}\n`);
    else await writeOutput(path, pictures!.get(form as PictureForm)!);
  }
}
