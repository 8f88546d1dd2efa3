/**
 * Messages between gateway and workers: requests and responses as in PROTOCOL.md, their parts in one buffer: lengths, array frames,
 * header. So frames of doubles that come first lie at multiples of eight bytes.
 */
import { EuphonicError } from '../base/errors.js';
import { float64Frame, int32Frame, toFloat64Array, toInt32Array } from '../protocol/arrays.js';
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from '../protocol/codec.js';
import type { ArrayFrame } from '../protocol/messages.js';

/** What is sent: a tree of maps, numbers, texts and arrays of numbers. */
type Tree = Record<string, unknown>;

/** Bytes of a length, and of the number of parts. */
const LENGTH_BYTES = 4;
/** Bytes of all of them. */
const lengthsBytes = (parts: number) => 8 * Math.ceil((LENGTH_BYTES * (1 + parts)) / 8);

export function encodeMessage(method: string, content: Tree): Uint8Array {
  const frames: ArrayFrame[] = [];
  const params = withoutArrays(content, '', frames) as Tree;
  return Buffer.concat(withLengths(encodeRequest({ id: 0, method, params, frames })));
}

/** Throws `bad_message` for what is none, and `protocol_version`. */
export function decodeMessage<T>(bytes: Uint8Array, method: string): T {
  const decoded = decodeRequest(split(bytes));
  if ('error' in decoded) throw decoded.error;
  const { request } = decoded;
  if (request.method !== method) throw bad(`A message ${request.method} came in place of ${method}.`);
  return withArrays(request.params, request.frames) as T;
}

export function encodeAnswer(content: Tree): Uint8Array {
  return Buffer.concat(partsOf(content));
}

/** What `encodeAnswer` gives, in pieces that are not copied: for models, which are long. */
export function partsOf(content: Tree): Uint8Array[] {
  const frames: ArrayFrame[] = [];
  const result = withoutArrays(content, '', frames) as Tree;
  return withLengths(encodeResponse({ id: 0, result, frames }));
}

export function encodeRefusal(error: EuphonicError): Uint8Array {
  return Buffer.concat(withLengths(encodeResponse({ id: 0, error: error.toBody() })));
}

/** Throws what the other side threw, and `bad_message`. */
export function decodeAnswer<T>(bytes: Uint8Array): T {
  const response = decodeResponse(split(bytes));
  if ('error' in response) throw EuphonicError.fromBody(response.error);
  return withArrays(response.result as Tree, response.frames) as T;
}

/** The tree with its arrays of numbers taken out, into frames that are named by their place in it. */
function withoutArrays(value: unknown, path: string, frames: ArrayFrame[]): unknown {
  if (value instanceof Float64Array) {
    frames.push(float64Frame(path, [value.length], value));
    return null;
  }
  if (value instanceof Int32Array) {
    frames.push(int32Frame(path, [value.length], value));
    return null;
  }
  if (value instanceof Uint8Array) {
    frames.push({ name: path, dtype: '|u1', shape: [value.length], order: 'C', bytes: value });
    return null;
  }
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== undefined && typeof item !== 'function');
  return Object.fromEntries(
    kept.map(([key, item]) => [key, withoutArrays(item, path === '' ? key : `${path}.${key}`, frames)]),
  );
}

/** Arrays stay where the message lies, but for numbers at an address that does not suit them. */
const ARRAYS = {
  '<f8': (frame: ArrayFrame) => {
    const { buffer, byteOffset, length } = frame.bytes;
    return byteOffset % 8 === 0 ? new Float64Array(buffer, byteOffset, length / 8) : toFloat64Array(frame);
  },
  '<i4': toInt32Array,
  '|u1': ({ bytes }: ArrayFrame) => bytes,
};

function withArrays(tree: Tree, frames: readonly ArrayFrame[]): Tree {
  for (const frame of frames) {
    const keys = frame.name.split('.');
    const last = keys.pop()!;
    let place = tree;
    for (const key of keys) {
      const next = Object.hasOwn(place, key) ? place[key] : undefined;
      if (typeof next !== 'object' || next === null) throw bad(`The array ${frame.name} has no place.`);
      place = next as Tree;
    }
    if (!Object.hasOwn(place, last)) throw bad(`The array ${frame.name} has no place.`);
    place[last] = ARRAYS[frame.dtype](frame);
  }
  return tree;
}

function withLengths(parts: readonly Uint8Array[]): Uint8Array[] {
  const lengths = Buffer.alloc(lengthsBytes(parts.length));
  lengths.writeUInt32LE(parts.length, 0);
  parts.forEach((part, i) => {
    lengths.writeUInt32LE(part.length, LENGTH_BYTES * (i + 1));
  });
  const [header, ...frames] = parts;
  return [lengths, ...frames, header];
}

function split(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = bytes.length < LENGTH_BYTES ? 0 : view.getUint32(0, true);
  let start = lengthsBytes(count);
  if (count === 0 || start > bytes.length) throw bad('The message has no parts.');
  const next = (i: number) => {
    const end = start + view.getUint32(LENGTH_BYTES * (i + 1), true);
    if (end > bytes.length) throw bad('The message is cut off.');
    const part = bytes.subarray(start, end);
    start = end;
    return part;
  };
  const frames = Array.from({ length: count - 1 }, (_, i) => next(i + 1));
  const header = next(0);
  if (start !== bytes.length) throw bad('The message is longer than its parts.');
  return [header, ...frames];
}

function bad(message: string): EuphonicError {
  return new EuphonicError('bad_message', message, {
    expected: 'a message of a worker or a gateway of this version',
  });
}
