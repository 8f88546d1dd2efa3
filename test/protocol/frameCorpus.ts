/** The corpus of messages in test/frames, and how it is written: npx tsx test/protocol/frameCorpus.ts */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ErrorCode } from '../../src/base/errors.js';
import { float64Frame, int32Frame } from '../../src/protocol/arrays.js';
import { encodeRequest, encodeResponse } from '../../src/protocol/codec.js';
import { MAX_FRAMES, MAX_HEADER_DEPTH } from '../../src/protocol/limits.js';

interface Entry {
  file: string;
  direction: 'request' | 'response';
  verdict: 'accept' | ErrorCode;
  note: string;
  parts: Uint8Array[];
}

// -- msgpack by hand, so that wrong bytes can be made too --

const text = (value: string) => {
  const utf8 = Buffer.from(value);
  if (utf8.length >= 32) return Buffer.concat([Buffer.of(0xd9, utf8.length), utf8]);
  return Buffer.concat([Buffer.of(0xa0 | utf8.length), utf8]);
};
const map = (...members: [string, Uint8Array][]) =>
  Buffer.concat([Buffer.of(0x80 | members.length), ...members.flatMap(([key, value]) => [text(key), value])]);
const array = (...items: Uint8Array[]) => Buffer.concat([Buffer.of(0x90 | items.length), ...items]);
const int = (value: number) => Buffer.of(value & 0xff);
const uint64 = (value: bigint) => {
  const bytes = Buffer.alloc(9, 0xcf);
  bytes.writeBigUInt64BE(value, 1);
  return bytes;
};
const NIL = Buffer.of(0xc0);
const TRUE = Buffer.of(0xc3);

type Members = Record<string, Uint8Array>;

/** A good ping with some members of the header replaced; an empty replacement leaves the member out. */
function request(changes: Members = {}, ...frames: Uint8Array[]): Uint8Array[] {
  const members: Members = { v: int(1), id: int(7), method: text('ping'), params: map(), ...changes };
  return [map(...Object.entries(members).filter(([, value]) => value.length > 0)), ...frames];
}

/** The same for a good answer to a ping. */
function response(changes: Members = {}, ...frames: Uint8Array[]): Uint8Array[] {
  const members: Members = { v: int(1), id: int(7), result: map(), ...changes };
  return [map(...Object.entries(members).filter(([, value]) => value.length > 0)), ...frames];
}

const ABSENT = Buffer.alloc(0);

function frame(changes: Members = {}): Uint8Array {
  const members: Members = {
    name: text('frequencies'),
    dtype: text('<f8'),
    shape: array(int(2), int(3)),
    order: text('C'),
    ...changes,
  };
  return map(...Object.entries(members).filter(([, value]) => value.length > 0));
}

const bytes48 = Buffer.alloc(48);
const nested = (depth: number): Uint8Array => (depth === 0 ? NIL : array(nested(depth - 1)));
const qpts = Float64Array.of(0, 0.5, -1e-300, 1, 2, 3);

/** What the file of an entry holds. */
export function container(parts: readonly Uint8Array[]): Buffer {
  const length = (n: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(n);
    return bytes;
  };
  return Buffer.concat([length(parts.length), ...parts.flatMap((part) => [length(part.length), part])]);
}

export function split(file: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 4, left = file.readUInt32LE(0); left > 0; left--) {
    const length = file.readUInt32LE(at);
    parts.push(file.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return parts;
}

/** Adds a message to the corpus. */
type Add = (name: string, note: string, parts: Uint8Array[]) => void;

/** Requests that are understood. */
function goodRequests(good: Add): void {
  good('ping', 'no parameters, no frames', encodeRequest({ id: 0, method: 'ping', params: {}, frames: [] }));
  good('ping-by-hand', 'the same, each byte chosen by hand', request());
  good(
    'load',
    'a path with letters beyond ASCII',
    encodeRequest({
      id: 1,
      method: 'model.load',
      params: { path: '/data/Größe/α-quartz.castep_bin' },
      frames: [],
    }),
  );
  good(
    'open',
    'parameters of every type',
    encodeRequest({
      id: 2,
      method: 'job.open',
      params: {
        model: '0'.repeat(64),
        n_points: 2 ** 40,
        asr: null,
        dipole: false,
        dipole_parameter: 0.75,
        temperature: 300,
        scattering_lengths: { O: 5.803, B: [5.3, -0.213] },
      },
      frames: [float64Frame('debye_waller', [1, 3, 3], new Float64Array(9))],
    }),
  );
  good(
    'compute',
    'q-points with a neighbour on one side',
    encodeRequest({
      id: 2 ** 53 - 1,
      method: 'job.compute',
      params: { job: 'j1', offset: 0, count: 2, after: [0.25, 0, -0.5] },
      frames: [float64Frame('qpts', [3, 2], qpts)],
    }),
  );
  good(
    'integers',
    'an array of 32-bit integers',
    encodeRequest({
      id: 3,
      method: 'model.put',
      params: { atom_type: ['Nb'] },
      frames: [int32Frame('sc_matrix', [3, 3], Int32Array.of(2, 0, 0, 0, -2, 0, 0, 0, 2))],
    }),
  );
  good('zero-size', 'an array of no numbers: an empty frame', [
    ...request({ frames: array(frame({ shape: array(int(0), int(3)) })) }),
    Buffer.alloc(0),
  ]);
  good('scalar', 'a shape without dimensions is one number', [
    ...request({ frames: array(frame({ shape: array() })) }),
    Buffer.alloc(8),
  ]);
  good('unknown-method', 'a method that no daemon has is a good message', request({ method: text('fly') }));
  good('int64', 'an id of 53 bits', request({ id: uint64(2n ** 53n - 1n) }));
  good(
    'float-version',
    'the version as a floating-point number',
    request({ v: Buffer.of(0xca, 0x3f, 0x80, 0, 0) }),
  );
}

/** Requests whose header breaks the protocol. */
function badHeaders(bad: Add): void {
  bad('no-frames', 'no frame at all', []);
  bad('empty', 'an empty header', [Buffer.alloc(0)]);
  bad('text', 'no msgpack', [Buffer.from('GET / HTTP/1.1\r\n\r\n')]);
  bad('array-header', 'an array as header', [array(int(1), int(7), text('ping'))]);
  bad('truncated', 'the header ends early', [request()[0].subarray(0, -3)]);
  bad('trailing', 'bytes behind the header', [Buffer.concat([request()[0], int(0)])]);
  bad('no-version', 'no version', request({ v: ABSENT }));
  bad('version-text', 'the version as text', request({ v: text('1') }));
  bad('no-id', 'no id', request({ id: ABSENT }));
  bad('id-negative', 'a negative id', request({ id: int(-1) }));
  bad('id-fraction', 'an id of 1.5', request({ id: Buffer.of(0xca, 0x3f, 0xc0, 0, 0) }));
  bad('id-text', 'the id as text', request({ id: text('7') }));
  bad('id-64-bits', 'an id beyond 53 bits', request({ id: uint64(2n ** 53n) }));
  bad('no-method', 'no method', request({ method: ABSENT }));
  bad('method-nil', 'nil as method', request({ method: NIL }));
  bad('no-params', 'no params', request({ params: ABSENT }));
  bad('params-array', 'params as an array', request({ params: array() }));
  bad('extra-key', 'an unknown key in the header', request({ extra: TRUE }));
  bad('twice', 'the same key twice', [map(['v', int(1)], ['v', int(1)], ['id', int(7)])]);
  bad('integer-key', 'a key that is not a string', [Buffer.concat([Buffer.of(0x81), int(1), int(1)])]);
  bad('binary', 'a binary value', request({ params: map(['path', Buffer.of(0xc4, 1, 0)]) }));
  bad('extension', 'an extension type', request({ params: map(['t', Buffer.of(0xd4, 1, 0)]) }));
  bad('timestamp', 'a timestamp', request({ params: map(['t', Buffer.of(0xd6, 0xff, 0, 0, 0, 0)]) }));
  bad('utf8', 'a string that is not UTF-8', request({ params: map(['path', Buffer.of(0xa2, 0xc3, 0x28)]) }));
  bad('deep', 'nested too deeply', request({ params: map(['a', nested(MAX_HEADER_DEPTH)]) }));
  bad(
    'huge-array',
    'an array that claims 2^32 − 1 items',
    request({ params: map(['a', Buffer.of(0xdd, 255, 255, 255, 255)]) }),
  );
  bad('huge-map', 'a map that claims 2^32 − 1 members', [Buffer.of(0xdf, 255, 255, 255, 255)]);
  bad(
    'huge-string',
    'a string that claims 2^32 − 1 bytes',
    request({ params: map(['a', Buffer.of(0xdb, 255, 255, 255, 255)]) }),
  );
}

/** Requests whose arrays are not as their header describes them. */
function badFrames(bad: Add): void {
  bad('undescribed', 'a frame without description', request({}, bytes48));
  bad('missing-frame', 'a description without frame', request({ frames: array(frame()) }));
  bad('frames-map', 'descriptions as a map', request({ frames: map() }));
  bad('description-text', 'a description that is no map', request({ frames: array(text('f')) }, bytes48));
  bad('no-name', 'a frame without name', request({ frames: array(frame({ name: ABSENT })) }, bytes48));
  bad('dtype', 'an unknown dtype', request({ frames: array(frame({ dtype: text('>f8') })) }, bytes48));
  bad('order', 'Fortran order', request({ frames: array(frame({ order: text('F') })) }, bytes48));
  bad('short', 'fewer bytes than the shape says', request({ frames: array(frame()) }, bytes48.subarray(8)));
  bad('long', 'more bytes than the shape says', request({ frames: array(frame()) }, Buffer.alloc(56)));
  bad(
    'shape-negative',
    'a negative dimension',
    request({ frames: array(frame({ shape: array(int(-2), int(-3)) })) }, bytes48),
  );
  bad(
    'shape-fraction',
    'a dimension of 1.5',
    request({ frames: array(frame({ shape: array(int(4), Buffer.of(0xca, 0x3f, 0xc0, 0, 0)) })) }, bytes48),
  );
  bad(
    'shape-text',
    'a shape that is no array',
    request({ frames: array(frame({ shape: text('2,3') })) }, bytes48),
  );
  bad(
    'dimensions',
    'nine dimensions',
    request(
      { frames: array(frame({ shape: array(...Array.from({ length: 9 }, () => int(1))) })) },
      Buffer.alloc(8),
    ),
  );
  bad(
    'description-extra',
    'an unknown key in a description',
    request({ frames: array(frame({ unit: text('meV') })) }, bytes48),
  );
}

/** Requests that claim too much. */
function largeRequests(large: Add): void {
  large(
    'shape-overflow',
    'dimensions whose product exceeds 64 bits',
    request({ frames: array(frame({ shape: array(uint64(2n ** 40n), uint64(2n ** 40n)) })) }, bytes48),
  );
  large(
    'many-frames',
    'more frames than a message may have',
    request({}, ...Array.from({ length: MAX_FRAMES + 1 }, () => Buffer.alloc(0))),
  );
}

/** Requests of other versions of the protocol. */
function otherVersions(version: Add): void {
  version('version-2', 'a newer protocol', request({ v: int(2) }));
  version('version-0', 'an older protocol', request({ v: int(0) }));
  version('version-2-other', 'a newer protocol with keys of its own', request({ v: int(2), trace: TRUE }));
}

/** Answers that are understood. */
function goodAnswers(answer: Add): void {
  answer('ping', 'an empty result', encodeResponse({ id: 0, result: {}, frames: [] }));
  answer(
    'chunk',
    'frequencies and structure factors',
    encodeResponse({
      id: 9,
      result: { job: 'j1', offset: 4096, count: 2, kernel_seconds: 0.001, imaginary: 3 },
      frames: [float64Frame('frequencies', [3, 2], qpts), float64Frame('structure_factors', [3, 2], qpts)],
    }),
  );
  answer(
    'error',
    'an error with all its fields',
    encodeResponse({
      id: 1,
      error: {
        code: 'unknown_option',
        message: 'job.open knows no option "dipol".',
        where: 'dipol',
        expected: 'dipole, …',
        advice: 'Did you mean dipole?',
      },
    }),
  );
  answer(
    'error-no-id',
    'an error about a message whose id could not be read',
    encodeResponse({ id: -1, error: { code: 'bad_message', message: 'The header is not a map.' } }),
  );
  answer(
    'error-newer',
    'an error with a code of a newer daemon',
    encodeResponse({ id: 1, error: { code: 'out_of_tea', message: 'There is none.' } }),
  );
}

/** Answers that are not. */
function badAnswers(wrong: Add): void {
  wrong('neither', 'neither result nor error', response({ result: ABSENT }));
  wrong(
    'both',
    'result and error',
    response({ error: map(['code', text('internal')], ['message', text('?')]) }),
  );
  wrong('result-nil', 'nil as result', response({ result: NIL }));
  wrong('error-text', 'an error that is no map', response({ result: ABSENT, error: text('oh') }));
  wrong(
    'error-no-code',
    'an error without code',
    response({ result: ABSENT, error: map(['message', text('?')]) }),
  );
  wrong('no-id', 'no id', response({ id: ABSENT }));
  wrong('truncated', 'the header ends early', [response()[0].subarray(0, -2)]);
  wrong('trailing', 'bytes behind the header', [Buffer.concat([response()[0], NIL])]);
  wrong(
    'short',
    'fewer bytes than the shape says',
    response({ frames: array(frame()) }, bytes48.subarray(8)),
  );
  wrong('undescribed', 'a frame without description', response({}, bytes48));
  wrong('missing-frame', 'a description without frame', response({ frames: array(frame()) }));
  wrong('dtype', 'an unknown dtype', response({ frames: array(frame({ dtype: text('<f4') })) }, bytes48));
  wrong('deep', 'nested far too deeply', response({ result: map(['a', nested(60)]) }));
  wrong(
    'huge-array',
    'an array that claims 2^32 − 1 items',
    response({ result: map(['a', Buffer.of(0xdd, 255, 255, 255, 255)]) }),
  );
}

export function corpus(): Entry[] {
  const entries: Entry[] = [];
  const add = (direction: Entry['direction'], verdict: Entry['verdict']): Add => {
    return (name, note, parts) => {
      const file = `${direction}-${verdict === 'accept' ? 'accept' : 'refuse'}-${name}.bin`;
      entries.push({ file, direction, verdict, note, parts });
    };
  };
  goodRequests(add('request', 'accept'));
  badHeaders(add('request', 'bad_message'));
  badFrames(add('request', 'bad_message'));
  largeRequests(add('request', 'too_large'));
  otherVersions(add('request', 'protocol_version'));
  goodAnswers(add('response', 'accept'));
  badAnswers(add('response', 'bad_message'));
  add('response', 'protocol_version')('version-2', 'a newer protocol', response({ v: int(2) }));
  return entries;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = fileURLToPath(new URL('../frames/', import.meta.url));
  for (const file of readdirSync(folder)) if (file.endsWith('.bin')) rmSync(join(folder, file));
  const entries = corpus();
  for (const { file, parts } of entries) writeFileSync(join(folder, file), container(parts));
  const lines = entries.map(({ file, direction, verdict, note }) =>
    [file, direction, verdict, note].join('\t'),
  );
  writeFileSync(join(folder, 'index.tsv'), `${lines.join('\n')}\n`);
  console.log(`${entries.length} messages`);
}
