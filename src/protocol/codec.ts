/**
 * Messages ⇄ ZeroMQ frames. This file alone knows msgpack.
 *
 * A header is scanned before it is unpacked, so that a hostile one costs no more memory than it has bytes; array
 * frames are compared with their descriptions before anything is made of them.
 */
import { isUtf8 } from 'node:buffer';
import { Packr } from 'msgpackr';
import { asEuphonicError, type ErrorBody, EuphonicError } from '../base/errors.js';
import {
  MAX_DIMENSIONS,
  MAX_FRAME_BYTES,
  MAX_FRAMES,
  MAX_HEADER_BYTES,
  MAX_HEADER_DEPTH,
  PROTOCOL_VERSION,
} from './limits.js';
import { type ArrayFrame, ITEM_BYTES, type Request, type Response } from './messages.js';

// plain msgpack only: no record extensions, integers of 53 bits as numbers ('auto' is missing in the library's types)
const packr = new Packr({
  useRecords: false,
  variableMapSize: true,
  encodeUndefinedAsNil: true,
  int64AsType: 'auto' as 'number',
});

/** The id of a response to a message whose own id could not be read. */
export const NO_ID = -1;

type Header = Record<string, unknown>;

// -- encoding --------------------------------------------------------------------------------------------------------

/** `version` is another than this side's only for what all versions have in common: `ping`, `status` and `shutdown`. */
export function encodeRequest(request: Request, version = PROTOCOL_VERSION): Uint8Array[] {
  const { id, method, params, frames } = request;
  return encode({ v: version, id, method, params }, frames);
}

export function encodeResponse(response: Response): Uint8Array[] {
  if ('error' in response) return encode({ v: PROTOCOL_VERSION, id: response.id, error: response.error }, []);
  return encode({ v: PROTOCOL_VERSION, id: response.id, result: response.result }, response.frames);
}

function encode(header: Header, frames: readonly ArrayFrame[]): Uint8Array[] {
  if (frames.length > 0) {
    header.frames = frames.map(({ name, dtype, shape, order }) => ({ name, dtype, shape, order }));
  }
  const packed = packr.pack(header);
  if (packed.length > MAX_HEADER_BYTES) {
    throw new EuphonicError('too_large', `The header would have ${packed.length} bytes.`, {
      expected: `at most ${MAX_HEADER_BYTES} bytes`,
    });
  }
  for (const { name, bytes } of frames) {
    if (bytes.length <= MAX_FRAME_BYTES) continue;
    throw new EuphonicError('too_large', `The array ${name} has ${bytes.length} bytes.`, {
      where: name,
      expected: `at most ${MAX_FRAME_BYTES} bytes`,
    });
  }
  return [packed, ...frames.map((frame) => frame.bytes)];
}

// -- decoding --------------------------------------------------------------------------------------------------------

/** A request, or the error that refuses it and the id to answer to. */
type DecodedRequest = { id: number; request: Request } | { id: number; error: EuphonicError };

/** Never throws: every fault of the frames is `bad_message`, `protocol_version` or `too_large`. */
export function decodeRequest(parts: readonly Uint8Array[]): DecodedRequest {
  let id = NO_ID;
  try {
    const header = decodeHeader(parts);
    if (isId(header.id) && header.id >= 0) id = header.id;
    checkVersion(header.v, 'client', 'daemon');
    checkKeys(header, ['v', 'id', 'method', 'params', 'frames']);
    if (id === NO_ID) throw bad('The id is not an integer ≥ 0.', 'id');
    const { method, params } = header;
    if (typeof method !== 'string') throw bad('The method is not a string.', 'method');
    if (!isMap(params)) throw bad('The params are not a map.', 'params');
    return { id, request: { id, method, params, frames: describedFrames(header.frames, parts) } };
  } catch (thrown) {
    return { id, error: asEuphonicError(thrown) };
  }
}

/** Throws `bad_message`, `protocol_version` or `too_large` for anything that is not a response of this protocol. */
export function decodeResponse(parts: readonly Uint8Array[], version = PROTOCOL_VERSION): Response {
  const header = decodeHeader(parts);
  if (header.v !== version) checkVersion(header.v, 'daemon', 'client');
  checkKeys(header, ['v', 'id', 'result', 'error', 'frames']);
  const { id, result, error } = header;
  if (!isId(id)) throw bad('The id is not an integer ≥ -1.', 'id');
  if ((result === undefined) === (error === undefined)) {
    throw bad('A response has either a result or an error.', 'result');
  }
  if (error !== undefined) {
    if (parts.length > 1) throw bad('An error has no array frames.', 'frames');
    return { id, error: checkErrorBody(error) };
  }
  if (!isMap(result)) throw bad('The result is not a map.', 'result');
  return { id, result, frames: describedFrames(header.frames, parts) };
}

function decodeHeader(parts: readonly Uint8Array[]): Header {
  const first = parts[0];
  if (first === undefined || first.length === 0) throw bad('The message is empty.', 'header');
  if (first.length > MAX_HEADER_BYTES) {
    throw new EuphonicError('too_large', `The header has ${first.length} bytes.`, {
      where: 'header',
      expected: `at most ${MAX_HEADER_BYTES} bytes`,
    });
  }
  if (parts.length - 1 > MAX_FRAMES) {
    throw new EuphonicError('too_large', `The message has ${parts.length - 1} array frames.`, {
      where: 'frames',
      expected: `at most ${MAX_FRAMES}`,
    });
  }
  new HeaderScan(first).run();
  return packr.unpack(first) as Header;
}

function checkVersion(version: unknown, sender: string, receiver: string): void {
  if (version === PROTOCOL_VERSION) return;
  if (typeof version !== 'number' || !Number.isInteger(version))
    throw bad('The version is not an integer.', 'v');
  throw versionError(version, sender, receiver);
}

/** The error that names the side to update: the one that speaks the older version. */
export function versionError(version: number, sender: string, receiver: string): EuphonicError {
  const older = version < PROTOCOL_VERSION ? sender : receiver;
  return new EuphonicError(
    'protocol_version',
    `The ${sender} speaks protocol ${version}, the ${receiver} protocol ${PROTOCOL_VERSION}: update the ${older}.`,
    { where: 'v', expected: `protocol ${PROTOCOL_VERSION}`, advice: `Update the ${older}, then restart it.` },
  );
}

function checkKeys(header: Header, known: readonly string[]): void {
  for (const key of Object.keys(header)) {
    if (!known.includes(key))
      throw bad(`The header has the key ${JSON.stringify(key.slice(0, 80))}.`, 'header');
  }
}

function checkErrorBody(error: unknown): ErrorBody {
  if (!isMap(error)) throw bad('The error is not a map.', 'error');
  checkKeys(error, ['code', 'message', 'where', 'expected', 'advice']);
  if (typeof error.code !== 'string' || typeof error.message !== 'string') {
    throw bad('The error has no code or no message.', 'error');
  }
  for (const value of Object.values(error)) {
    if (typeof value !== 'string') throw bad('The fields of an error are not all strings.', 'error');
  }
  return error as unknown as ErrorBody;
}

function describedFrames(descriptions: unknown, parts: readonly Uint8Array[]): ArrayFrame[] {
  const list = descriptions ?? [];
  if (!Array.isArray(list)) throw bad('The descriptions of the frames are not an array.', 'frames');
  if (list.length !== parts.length - 1) {
    throw bad(`${list.length} array frames are described, ${parts.length - 1} came.`, 'frames');
  }
  return list.map((description, i) => describedFrame(description, parts[i + 1], `frames[${i}]`));
}

function describedFrame(description: unknown, bytes: Uint8Array, where: string): ArrayFrame {
  if (!isMap(description)) throw bad('The description of a frame is not a map.', where);
  checkKeys(description, ['name', 'dtype', 'shape', 'order']);
  const { name, dtype, shape, order } = description;
  if (typeof name !== 'string' || name.length === 0) throw bad('The frame has no name.', where);
  if (typeof dtype !== 'string' || !Object.hasOwn(ITEM_BYTES, dtype)) {
    throw bad('The dtype is not one of <f8, <i4, |u1.', where);
  }
  if (order !== 'C') throw bad('The order is not C.', where);
  if (!Array.isArray(shape) || shape.length > MAX_DIMENSIONS) {
    throw bad(`The shape is not an array of at most ${MAX_DIMENSIONS} integers.`, where);
  }
  let expected = ITEM_BYTES[dtype as ArrayFrame['dtype']];
  for (const size of shape) {
    if (!Number.isSafeInteger(size) || size < 0) throw bad('The shape is not made of integers ≥ 0.', where);
    // a zero anywhere makes the product zero, so the limit is only applied to what would be held
    expected *= size;
  }
  if (!(expected <= MAX_FRAME_BYTES)) {
    throw new EuphonicError('too_large', `The shape [${shape.join(', ')}] describes ${expected} bytes.`, {
      where,
      expected: `at most ${MAX_FRAME_BYTES} bytes`,
    });
  }
  if (bytes.length !== expected) {
    throw bad(`The frame has ${bytes.length} bytes, its shape and dtype say ${expected}.`, where);
  }
  return { name, dtype: dtype as ArrayFrame['dtype'], shape, order, bytes };
}

function isId(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= NO_ID;
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bad(message: string, where: string): EuphonicError {
  return new EuphonicError('bad_message', message, {
    where,
    expected: 'a message as PROTOCOL.md describes it',
  });
}

/**
 * Walks over the bytes of a header without making anything of them. Throws `bad_message` unless they are exactly one
 * map of nil, booleans, numbers, strings, arrays and maps: no binary, no extension type, integers of 53 bits, valid
 * UTF-8, string keys, each once in its map, nested no deeper than the limit, nothing cut off and nothing left over.
 */
class HeaderScan {
  private at = 0;
  private readonly view: DataView;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  run(): void {
    const type = this.bytes[0];
    if (!((type & 0xf0) === 0x80 || type === 0xde || type === 0xdf))
      throw bad('The header is not a map.', 'header');
    this.value(1);
    if (this.at !== this.bytes.length) throw this.fault('bytes are left over');
  }

  private value(depth: number): void {
    if (depth > MAX_HEADER_DEPTH) throw this.fault(`values are nested deeper than ${MAX_HEADER_DEPTH}`);
    const type = this.bytes[this.skip(1)];
    if (type <= 0x7f || type >= 0xe0) return;
    if (type <= 0x8f) this.map(type & 0x0f, depth);
    else if (type <= 0x9f) this.array(type & 0x0f, depth);
    else if (type <= 0xbf) this.string(type & 0x1f);
    else this.sized(type, depth);
  }

  /** The types whose length or value follows the type byte. */
  private sized(type: number, depth: number): void {
    const { view } = this;
    switch (type) {
      case 0xc0: // nil
      case 0xc2: // false
      case 0xc3: // true
        return;
      case 0xca: // float 32
        this.skip(4);
        return;
      case 0xcb: // float 64
        this.skip(8);
        return;
      case 0xcc: // uint 8, 16, 32
      case 0xcd:
      case 0xce:
        this.skip(1 << (type - 0xcc));
        return;
      case 0xd0: // int 8, 16, 32
      case 0xd1:
      case 0xd2:
        this.skip(1 << (type - 0xd0));
        return;
      case 0xcf: // uint 64
        this.integer(view.getBigUint64(this.skip(8)));
        return;
      case 0xd3: // int 64
        this.integer(view.getBigInt64(this.skip(8)));
        return;
      case 0xd9:
        this.string(view.getUint8(this.skip(1)));
        return;
      case 0xda:
        this.string(view.getUint16(this.skip(2)));
        return;
      case 0xdb:
        this.string(view.getUint32(this.skip(4)));
        return;
      case 0xdc:
        this.array(view.getUint16(this.skip(2)), depth);
        return;
      case 0xdd:
        this.array(view.getUint32(this.skip(4)), depth);
        return;
      case 0xde:
        this.map(view.getUint16(this.skip(2)), depth);
        return;
      case 0xdf:
        this.map(view.getUint32(this.skip(4)), depth);
        return;
      default:
        throw this.fault(`a value has type 0x${type.toString(16)}, which is not used here`);
    }
  }

  private integer(value: bigint): void {
    if (value > BigInt(Number.MAX_SAFE_INTEGER) || value < BigInt(Number.MIN_SAFE_INTEGER)) {
      throw this.fault('an integer has more than 53 bits');
    }
  }

  /** Returns the string's bytes as they stand, one character each: enough to tell keys apart. */
  private string(length: number): string {
    const start = this.skip(length);
    const bytes = this.bytes.subarray(start, start + length);
    if (!isUtf8(bytes)) throw this.fault('a string is not UTF-8');
    return length <= 256 ? Buffer.from(bytes.buffer, bytes.byteOffset, length).toString('latin1') : '';
  }

  private array(length: number, depth: number): void {
    for (let i = 0; i < length; i++) this.value(depth + 1);
  }

  private map(length: number, depth: number): void {
    const keys = new Set<string>();
    for (let i = 0; i < length; i++) {
      const key = this.key();
      if (keys.has(key)) throw this.fault('a map has the same key twice');
      keys.add(key);
      this.value(depth + 1);
    }
  }

  private key(): string {
    const type = this.bytes[this.skip(1)];
    let length: number;
    if (type >= 0xa0 && type <= 0xbf) length = type & 0x1f;
    else if (type === 0xd9) length = this.view.getUint8(this.skip(1));
    else throw this.fault('a key is not a string of at most 255 bytes');
    return this.string(length);
  }

  /** Moves on by `count` bytes and returns where they begin. */
  private skip(count: number): number {
    const start = this.at;
    if (count > this.bytes.length - start) throw this.fault('the bytes end too early');
    this.at = start + count;
    return start;
  }

  private fault(what: string): EuphonicError {
    return bad(`The header is damaged: ${what}.`, `header, byte ${this.at}`);
  }
}
