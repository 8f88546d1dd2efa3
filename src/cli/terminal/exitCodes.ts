/** Exit codes of the command line; that of `run` when another daemon holds the lock is in protocol/limits.ts. */
import { EuphonicError } from '../../base/errors.js';

export const EXIT_OK = 0;
/** The work failed: a file, the daemon, the computer. */
export const EXIT_ERROR = 1;
/** What was asked for on the command line cannot be: an unknown option, a value out of range. */
export const EXIT_USAGE = 2;
/** `status`: no daemon is alive. */
export const EXIT_NOT_RUNNING = 3;

/** Ends with `EXIT_USAGE`. */
export class UsageError extends EuphonicError {}

/** The result of `check`, whose errors are faults of the command line. */
export function fromCommandLine<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof EuphonicError) throw new UsageError(error.code, error.message, error);
    throw error;
  }
}
