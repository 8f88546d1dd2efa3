import type { ForceConstants } from '../forceConstants.js';

/** What a reader gives. */
export interface ModelFile {
  fc: ForceConstants;
  /** absolute path and format, such as `/data/quartz.castep_bin (CASTEP 19.100)` */
  source: string;
  /** sentences for the user: what was assumed, what is unusual */
  notes: string[];
}
