/** Limits and times of the daemon, by name. */

/** Models and their plans in memory; the least recently used are dropped beyond it, and re-sent by clients on demand. */
export const MODEL_STORE_BYTES = 2 ** 30;

/** A job without a request for this long is closed. */
export const JOB_IDLE_MS = 10 * 60_000;

/** Debye–Waller tensors that are kept: one for each model, its options, grid and temperature. */
export const MAX_DEBYE_WALLER_RESULTS = 64;

/** Debye–Waller grids that are worked on at the same time; others wait for their turn. */
export const MAX_DEBYE_WALLER_RUNNING = 4;

/** Open jobs of all clients. */
export const MAX_JOBS = 1000;

/** Results that wait in ZeroMQ for one client: whole messages. What goes beyond waits here and counts as under way. */
export const WORK_SEND_HIGH_WATER_MARK = 4;

/** When ZeroMQ takes no more for a client, it is offered again after this time. */
export const SEND_RETRY_MS = 2;

/** ZeroMQ's heartbeats: a peer that was suspended for less than the timeout is still there afterwards. */
export const HEARTBEAT_INTERVAL_MS = 10_000;
export const HEARTBEAT_TIMEOUT_MS = 90_000;

/** Messages of one socket that are handled before the event loop gets its turn. */
export const MESSAGES_PER_TURN = 8;

/** The thread that reads files ends after being idle for this long, and its memory with it. */
export const READER_IDLE_MS = 10_000;

/** Time that answers have to leave when the daemon ends. */
export const DRAIN_MS = 1000;

/** A log file is renamed to `….1` at this size; only one such is kept. */
export const MAX_LOG_BYTES = 4 * 2 ** 20;

/** A daemon whose connection file has gone can be found by nobody: it looks this often, and ends then. */
export const CONNECTION_CHECK_MS = 10_000;
