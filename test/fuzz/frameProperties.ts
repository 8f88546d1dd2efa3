/**
 * Properties of the daemon's reading of messages, for messages that are nearly right: headers as the codec makes them,
 * with members of every method in combinations that make no sense, damaged or not. What random bytes do, which hardly ever
 * get past the first byte, is in test/protocol.
 */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Packr } from 'msgpackr';
import { asEuphonicError, EuphonicError } from '../../src/base/errors.js';
import { decodeRequest, decodeResponse, encodeRequest } from '../../src/protocol/codec.js';
import {
  type ArrayFrame,
  ITEM_BYTES,
  type Method,
  PARAMS,
  REQUEST_FRAMES,
  type Request,
} from '../../src/protocol/messages.js';
import { checkRequest } from '../../src/protocol/validate.js';

const REFUSED_BY_CODEC = ['bad_message', 'protocol_version', 'too_large'];
const REFUSED_BY_CHECKS = ['unknown_option', 'invalid_argument', 'bad_message'];

const METHODS = Object.keys(PARAMS) as Method[];
const packr = new Packr({ useRecords: false, variableMapSize: true });

/** Names with a meaning in JavaScript, which must have none in a header. */
const NASTY_KEYS = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'length', ''];

/** Values of every type that parameters have, and of some that they must not have. */
const value = fc.oneof(
  fc.constantFrom(0, 1, -1, 2, 3, 0.5, -0, 1e308, 5e-324, 2 ** 40, 2 ** 53 - 1, 300, Number.NaN),
  fc.constantFrom(Number.POSITIVE_INFINITY, null, true, false, '', 'Sears1992', 'reciprocal', 'sqw', 'gauss'),
  fc.constant('f'.repeat(64)),
  fc.string({ maxLength: 80 }),
  fc.constantFrom([], [1, 1, 1], [0.5, 0, -0.5], ['O', 'Si', 'O'], { O: 5.8 }, { B: [5.3, -0.2] }, {}),
  fc.array(fc.oneof(fc.integer(), fc.double(), fc.string()), { maxLength: 9 }),
  fc.jsonValue({ maxDepth: 3 }),
);

/** Of a request with which nothing is wrong, for a crystal of one atom in one cell. */
const GOOD: Readonly<Record<string, unknown>> = {
  ...{ model: 'f'.repeat(64), path: '/x', job: 'j1', offset: 0, count: 2, n_points: 10, grid: [2, 2, 2] },
  ...{ temperature: 300, atom_type: ['O'], client: 'x', version: '1', protocol: 1 },
};
const EXTENTS = { n: 1, '3n': 3, c: 1, m: 1, count: 2 };

const goodParams = (method: Method) =>
  Object.entries(GOOD).filter(([name]) => Object.hasOwn(PARAMS[method].entries, name));

const goodFrames = (method: Method): ArrayFrame[] =>
  Object.entries(REQUEST_FRAMES[method] ?? {}).map(([name, rule]) => {
    const shape = rule.shape.map((extent) => (typeof extent === 'number' ? extent : EXTENTS[extent]));
    const size = shape.reduce((product, n) => product * n, ITEM_BYTES[rule.dtype]);
    return { name, dtype: rule.dtype, shape, order: 'C', bytes: Buffer.alloc(size) };
  });

const params = (method: Method) => {
  const own = Object.keys(PARAMS[method].entries);
  const others = METHODS.flatMap((name) => Object.keys(PARAMS[name].entries));
  const known = own.length > 0 ? own : others;
  const key = fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: fc.constantFrom(...others) },
    { weight: 1, arbitrary: fc.constantFrom(...NASTY_KEYS) },
  );
  return fc
    .tuple(fc.boolean(), fc.uniqueArray(fc.tuple(key, value), { maxLength: 8, selector: ([name]) => name }))
    .map(([good, members]) => [...(good ? goodParams(method) : []), ...members] as [string, unknown][]);
};

const frames = (method: Method) => {
  const names = [...Object.keys(REQUEST_FRAMES[method] ?? {}), 'qpts', '__proto__'];
  const one: fc.Arbitrary<ArrayFrame> = fc
    .record({
      name: fc.constantFrom(...names),
      dtype: fc.constantFrom('<f8' as const, '<i4' as const, '|u1' as const),
      shape: fc.array(fc.oneof(fc.constantFrom(3, 1, 0), fc.nat({ max: 6 })), { maxLength: 4 }),
      byte: fc.nat({ max: 255 }),
    })
    .map(({ name, dtype, shape, byte }) => {
      const size = shape.reduce((product, n) => product * n, ITEM_BYTES[dtype]);
      return { name, dtype, shape, order: 'C', bytes: Buffer.alloc(size, byte) };
    });
  return fc.oneof(fc.array(one, { maxLength: 4 }), fc.constant(goodFrames(method)));
};

interface Message {
  method: Method;
  parts: Uint8Array[];
}

/** A request that is well formed as far as msgpack goes; keys of maps are own members, `__proto__` as well. */
const message: fc.Arbitrary<Message> = fc.constantFrom(...METHODS).chain((method) =>
  fc
    .record({ id: fc.nat(), members: params(method), arrays: frames(method) })
    .map(({ id, members, arrays }) => {
      const map = new Map(members);
      const described = arrays.map(({ name, dtype, shape, order }) => ({ name, dtype, shape, order }));
      const header = packr.pack({ v: 1, id, method, params: map, frames: described });
      return { method, parts: [header, ...arrays.map(({ bytes }) => bytes)] };
    }),
);

const damage = fc.record({
  part: fc.nat(),
  at: fc.nat(),
  kind: fc.constantFrom('none', 'set', 'turn', 'drop', 'insert', 'cut', 'repeat'),
  byte: fc.nat({ max: 255 }),
});

function damaged(
  { parts }: Message,
  { part, at, kind, byte }: { part: number; at: number; kind: string; byte: number },
) {
  const p = part % parts.length;
  const bytes = [...parts[p]];
  const i = bytes.length === 0 ? 0 : at % bytes.length;
  if (kind === 'set') bytes[i] = byte;
  if (kind === 'turn') bytes[i] = (bytes[i] ?? 0) ^ (1 << (byte & 7));
  if (kind === 'drop') bytes.splice(i, 1 + (byte & 3));
  if (kind === 'insert') bytes.splice(i, 0, byte);
  if (kind === 'cut') bytes.length = i;
  if (kind === 'repeat') bytes.splice(i, 0, ...bytes.slice(i, i + byte));
  return parts.map((other, k) => (k === p ? Uint8Array.from(bytes) : other));
}

/** What the protocol can say of a request: the same as the codec writes it. */
function comparable({ frames: arrays, ...rest }: Request) {
  return JSON.stringify([
    rest,
    arrays.map(({ bytes, ...array }) => [array, Buffer.from(bytes).toString('hex')]),
  ]);
}

const ordinary = Object.getOwnPropertyNames(Object.prototype).sort().join();

/** Reads a message as the daemon does. Fails unless it is taken, or refused with the right kind of error. */
function read(parts: readonly Uint8Array[]): void {
  const decoded = decodeRequest(parts);
  if ('error' in decoded) {
    assert.ok(REFUSED_BY_CODEC.includes(decoded.error.code), decoded.error.stack);
  } else {
    const { request } = decoded;
    for (const method of METHODS.filter((name) => name === request.method)) {
      try {
        const checked = checkRequest(method, request);
        for (const key of Object.keys(checked.params))
          assert.ok(Object.hasOwn(PARAMS[method].entries, key), `the key ${key}`);
      } catch (error) {
        if (error instanceof assert.AssertionError) throw error;
        const { code } = asEuphonicError(error);
        assert.ok(REFUSED_BY_CHECKS.includes(code), `${method}: ${String(error)}`);
      }
    }
    const again = decodeRequest(encodeRequest(request));
    assert.ok('request' in again, 'what was taken is taken again');
    assert.equal(comparable(again.request), comparable(request));
  }
  try {
    decodeResponse(parts);
  } catch (error) {
    assert.ok(error instanceof EuphonicError && REFUSED_BY_CODEC.includes(error.code), String(error));
  }
  assert.equal(Object.getOwnPropertyNames(Object.prototype).sort().join(), ordinary);
}

export const frameProperty = fc.property(message, damage, (sent, how) => {
  read(how.kind === 'none' ? sent.parts : damaged(sent, how));
});

/** Part of undamaged messages that get past the codec and the checks: what the fuzzing is worth. */
export function acceptedShare(samples: number, seed: number): { decoded: number; checked: number } {
  let [decoded, checked] = [0, 0];
  for (const { method, parts } of fc.sample(message, { numRuns: samples, seed })) {
    const result = decodeRequest(parts);
    if ('error' in result) continue;
    decoded++;
    try {
      checkRequest(method, result.request);
      checked++;
    } catch {
      // refused
    }
  }
  return { decoded: decoded / samples, checked: checked / samples };
}
