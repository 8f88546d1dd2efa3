/** Exit codes of the command line; that of `run` when another daemon holds the lock is in protocol/limits.ts. */
export const EXIT_OK = 0;
export const EXIT_ERROR = 1;
export const EXIT_USAGE = 2;
/** `status`: no daemon is alive. */
export const EXIT_NOT_RUNNING = 3;
