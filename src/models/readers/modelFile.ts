import type { ForceConstants } from '../forceConstants.js';

/** What a reader gives. */
export interface ModelFile {
  /** checked; a model as it stands unless `isTotal` */
  content: ForceConstants;
  /** the force constants of a polar crystal are total ones: they hold their dipole–dipole part as well */
  isTotal: boolean;
  /** absolute path and format, such as `/data/quartz.castep_bin (CASTEP 19.100)` */
  source: string;
  /** sentences for the user: what was assumed, what is unusual */
  notes: string[];
}

/** Born charges and dielectric tensor, where there are both: one alone is of no use, which a note says. */
export function polarPair<T>(
  born: T | undefined,
  dielectric: T | undefined,
  notes: string[],
): { born?: T; dielectric?: T } {
  if (born && dielectric) return { born, dielectric };
  const [found, missing] = born
    ? ['Born charges', 'dielectric tensor']
    : ['a dielectric tensor', 'Born charges'];
  if (born || dielectric) notes.push(`The file has ${found} but no ${missing}: it is read as non-polar.`);
  return {};
}
