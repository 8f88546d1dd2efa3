/** What a trial is: something that is done to real daemons, and the figure that must come out. */
import type { World } from './support/world.js';

export interface Outcome {
  /** what was measured, with its unit */
  measured: string;
  /** whether it is what is required; undefined: it could not be tried here, and `measured` says why */
  passed: boolean | undefined;
}

export interface Trial {
  /** as the command line takes it */
  name: string;
  /** what is done, in a few words */
  what: string;
  /** the figure that must come out */
  required: string;
  run(world: World): Promise<Outcome>;
}

/** Of a trial that needs what this machine or this user does not have. */
export const skipped = (reason: string): Outcome => ({ measured: `skipped: ${reason}`, passed: undefined });
