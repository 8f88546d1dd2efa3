/** Array frames ⇄ typed arrays. */
import { endianness } from 'node:os';
import { EuphonicError } from '../base/errors.js';
import { MAX_FRAME_BYTES } from './limits.js';
import type { ArrayFrame } from './messages.js';

if (endianness() !== 'LE')
  throw new Error('euphonic-bridge needs a little-endian machine: arrays travel as they lie in memory.');

function bytesOf(array: ArrayBufferView): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** The array's own memory as a frame: it must not change until the message has been received. */
export function float64Frame(name: string, shape: number[], array: Float64Array): ArrayFrame {
  return { name, dtype: '<f8', shape, order: 'C', bytes: bytesOf(array) };
}

/** As `float64Frame`. */
export function int32Frame(name: string, shape: number[], array: Int32Array): ArrayFrame {
  return { name, dtype: '<i4', shape, order: 'C', bytes: bytesOf(array) };
}

/** Throws `too_large` for a frame that no receiver takes. */
export function checkFrameBytes({ name, bytes }: ArrayFrame): void {
  if (bytes.length <= MAX_FRAME_BYTES) return;
  throw new EuphonicError('too_large', `The array ${name} has ${bytes.length} bytes.`, {
    where: name,
    expected: `at most max_frame_bytes = ${MAX_FRAME_BYTES}`,
  });
}

/** A copy, since the bytes of a received frame may lie at any address. */
export function toFloat64Array(frame: ArrayFrame): Float64Array {
  const array = new Float64Array(frame.bytes.length / 8);
  bytesOf(array).set(frame.bytes);
  return array;
}

/** As `toFloat64Array`. */
export function toInt32Array(frame: ArrayFrame): Int32Array {
  const array = new Int32Array(frame.bytes.length / 4);
  bytesOf(array).set(frame.bytes);
  return array;
}

/** Columns [from, to) of [rows,n], as an array of their own. */
export function columnsOf(array: Float64Array, n: number, from: number, to: number): Float64Array {
  const rows = array.length / n;
  const own = new Float64Array(rows * (to - from));
  for (let row = 0; row < rows; row++)
    own.set(array.subarray(row * n + from, row * n + to), row * (to - from));
  return own;
}

/** Index of the first value that is NaN or infinite, or -1. */
export function firstNotFinite(array: Float64Array): number {
  // a sum over a block stays finite unless something in it is not, and costs less than a test for each value
  const block = 4096;
  for (let start = 0; start < array.length; start += block) {
    const end = Math.min(start + block, array.length);
    let sum = 0;
    for (let i = start; i < end; i++) sum += array[i] * 0;
    if (sum === 0) continue;
    for (let i = start; i < end; i++) if (!Number.isFinite(array[i])) return i;
  }
  return -1;
}
