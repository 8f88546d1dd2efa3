/** Thermodynamic functions into files, in the form that the name asks for. */
import type { Provenance } from '../../spectra/spectrum.js';
import type { Thermodynamics } from '../../spectra/thermo.js';
import { type PictureFlags, pictureOptions } from '../options/pictureOptions.js';
import { type Output, PICTURES, writeFiles } from './spectrumFile.js';

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
  await writeFiles(
    files,
    (figure, forms) => figure.thermoPictures(found, provenance, pictureOptions(flags), forms),
    (form) => (form === '.csv' ? table() : `${JSON.stringify(json)}\n`),
  );
}
