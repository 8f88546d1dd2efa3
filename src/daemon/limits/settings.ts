/** Limits and times of the daemon, by name. */

/** Share of the machine's memory, or of the container's, that a daemon may use unless told otherwise. */
export const MEMORY_SHARE = 0.5;

/** What the process needs before it has done anything: not counted by estimates, but within the limit. */
export const RUNTIME_BYTES = 128 * 2 ** 20;

/** A daemon with less could do next to nothing. */
export const MIN_MEMORY_BYTES = 192 * 2 ** 20;

/** Models and their plans in memory, and their share of the daemon's: the least recently used are dropped beyond it, and re-sent by clients on demand. */
export const MODEL_STORE_BYTES = 2 ** 30;
export const MODEL_STORE_SHARE = 0.5;

/** Memory for reading a file, by its bytes when uncompressed, and for a model that came as frames. */
export const READ_BYTES_PER_FILE_BYTE = 4;
export const PUT_BYTES_PER_FRAME_BYTE = 3;

/** A daemon that nobody has asked for anything but its state for this long ends. */
export const DEFAULT_IDLE_END_MS = 3 * 86_400_000;

/** Connections to both sockets; a MATLAB session has two. More are turned away while there are so many. */
export const MAX_CONNECTIONS = 500;

/** Requests of one client that have not been answered yet, on one socket. */
export const MAX_REQUESTS_PER_CLIENT = 2048;

/** Answers that wait for one client: beyond it they are dropped, as a client that reads none of them deserves. */
export const MAX_WAITING_ANSWERS = 2 * MAX_REQUESTS_PER_CLIENT;

/** Share of the daemon's memory for requests that are being handled, all clients together. */
export const REQUEST_SHARE = 0.5;

/** Results of a job that one request opens, computes and closes; larger ones are cut into chunks, which overlap. */
export const MAX_RUN_BYTES = 2 * 2 ** 20;

/** A job without a request for this long is closed. */
export const JOB_IDLE_MS = 10 * 60_000;

/** What is kept of q-points for other line shapes is forgotten when it has not been used for this long. */
export const KEPT_IDLE_MS = 60 * 60_000;

/** Debye–Waller tensors that are kept: one for each model, its options, grid and temperature. */
export const MAX_DEBYE_WALLER_RESULTS = 64;

/** Debye–Waller grids that are worked on at the same time; others wait for their turn. */
export const MAX_DEBYE_WALLER_RUNNING = 4;

/** Open jobs of all clients. */
export const MAX_JOBS = 1000;

/** Names of cancelled jobs that are remembered, so that their clients are told so. */
export const MAX_CANCELLED_JOBS = 1000;

/** Messages of one client that ZeroMQ takes ahead of the daemon; its sender waits then. */
export const RECEIVE_HIGH_WATER_MARK = 64;

/** Results that wait in ZeroMQ for one client: whole messages. What goes beyond waits here and counts as under way. */
export const WORK_SEND_HIGH_WATER_MARK = 4;

/** When ZeroMQ takes no more for a client, it is offered again in so many turns of the event loop: short messages leave meanwhile. */
export const SEND_RETRIES = 20;
/** Then it is offered again after this time. */
export const SEND_RETRY_MS = 2;

/** ZeroMQ's heartbeats: a peer that was suspended for less than the timeout is still there afterwards. */
export const HEARTBEAT_INTERVAL_MS = 10_000;
export const HEARTBEAT_TIMEOUT_MS = 90_000;

/** A connection that has not shown by then that it may be there is ended. */
export const HANDSHAKE_TIMEOUT_MS = 30_000;

/** Messages of one socket that are handled before the event loop gets its turn. */
export const MESSAGES_PER_TURN = 8;

/** Reading a file, checking a model or finding its symmetry is stopped after this time. */
export const DEFAULT_READ_TIME_MS = 10 * 60_000;

/** The thread that reads files ends after being idle for this long, and its memory with it. */
export const READER_IDLE_MS = 10_000;

/** Time that answers have to leave when the daemon ends. */
export const DRAIN_MS = 2000;

/** Errors that `status` shows, the latest of each daemon. */
export const MAX_LAST_ERRORS = 20;

/** A daemon that is idle looks this often whether its time has come. */
export const IDLE_CHECK_MS = 60_000;

/** A daemon whose connection file has gone can be found by nobody: it looks this often, and ends then. */
export const CONNECTION_CHECK_MS = 10_000;

/** Spectra that are made at the same time, each in a thread of its own; others wait for their turn. */
export const MAX_SPECTRA_RUNNING = 4;

/** Memory of a thread that makes a spectrum, beside the q-points and results that it holds. */
export const SPECTRUM_THREAD_BYTES = 32 * 2 ** 20;

/** Powder averages that are kept for fits: one for each model, its options and range of |Q|. */
export const MAX_POWDER_RESULTS = 16;
