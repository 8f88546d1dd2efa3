/**
 * Every limit of the protocol, by name. Both sides check them before they allocate anything;
 * `hello` tells a client the ones that it has to respect.
 */

/** Version of the protocol that this program speaks. */
export const PROTOCOL_VERSION = 1;

/** Bytes of a header frame (one msgpack map). */
export const MAX_HEADER_BYTES = 1 << 20;

/** Nested maps and arrays in a header. */
export const MAX_HEADER_DEPTH = 8;

/** Array frames of one message. */
export const MAX_FRAMES = 16;

/** Bytes of one frame. ZeroMQ drops a peer that sends a larger one. */
export const MAX_FRAME_BYTES = 2 ** 30;

/** Dimensions of an array. */
export const MAX_DIMENSIONS = 8;

/** Characters of a name, a path or another single string of a request. */
export const MAX_STRING = 4096;

/** q-points of one job: 2^40 keeps every product with the bytes of a point an exact integer. */
export const MAX_POINTS = 2 ** 40;

/** q-points of a Debye–Waller grid; those that time reversal makes equal are counted. */
export const MAX_DEBYE_WALLER_POINTS = 2 ** 20;

/** Coefficients of a width's polynomial in the energy transfer. */
export const MAX_WIDTH_COEFFICIENTS = 8;

/** Weight of a q-point in a histogram: more than any symmetry makes equal, and such that sums of modes are exact. */
export const MAX_POINT_WEIGHT = 2 ** 16;

/** Numbers in a histogram: its bins times its rows. */
export const MAX_HISTOGRAM_NUMBERS = 2 ** 22;

/** q-points of a histogram's block, which one thread takes at a time while others wait. */
export const MAX_BLOCK_POINTS = 2 ** 16;

/** Threads that a request or the start of a daemon may name. */
export const MAX_THREADS = 4096;

/** Exit code of `euphonicd run` when another daemon holds the lock. */
export const EXIT_LOCKED = 5;

/** ZAP status with which a daemon turns away a client that has the secret: it has too many connections already. */
export const REFUSED_BUSY = 500;
