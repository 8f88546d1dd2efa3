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
