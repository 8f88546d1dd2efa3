import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EuphonicError } from '../../src/base/errors.js';
import { firstNotFinite, float64Frame, toFloat64Array } from '../../src/protocol/arrays.js';
import {
  decodeRequest,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  NO_ID,
} from '../../src/protocol/codec.js';
import { MAX_HEADER_BYTES } from '../../src/protocol/limits.js';
import type { ArrayFrame, Request } from '../../src/protocol/messages.js';
import { corpus } from './frameCorpus.js';

const REFUSALS = ['bad_message', 'protocol_version', 'too_large'];

/** What may stand in params: JSON without __proto__, which no map of the protocol has. */
const value = fc.jsonValue({ maxDepth: 4 }).filter((json) => !JSON.stringify(json).includes('__proto__'));
const params = fc.dictionary(fc.string({ unit: 'grapheme', maxLength: 40 }), value, { maxKeys: 8 });
const frame = fc
  .tuple(fc.string({ minLength: 1 }), fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 }), fc.double())
  .map(([name, shape, x]): ArrayFrame => {
    const size = shape.reduce((product, length) => product * length, 1);
    return float64Frame(name, shape, new Float64Array(size).fill(x));
  });
const request: fc.Arbitrary<Request> = fc.record({
  id: fc.maxSafeNat(),
  method: fc.string(),
  params: params.filter((map) => !Object.keys(map).includes('__proto__')),
  frames: fc.array(frame, { maxLength: 4 }),
});

const plain = (frames: ArrayFrame[]) =>
  frames.map((f) => ({ ...f, bytes: Buffer.from(f.bytes).toString('hex') }));

describe('codec', () => {
  it('gives back the request that was encoded', () => {
    fc.assert(
      fc.property(request, (sent) => {
        const decoded = decodeRequest(encodeRequest(sent));
        assert.ok('request' in decoded, 'error' in decoded ? decoded.error.message : '');
        const { frames, ...rest } = decoded.request;
        // msgpack knows no −0 among integers
        assert.equal(
          JSON.stringify(rest),
          JSON.stringify({ id: sent.id, method: sent.method, params: sent.params }),
        );
        assert.deepEqual(plain(frames), plain(sent.frames));
      }),
    );
  });

  it('gives back the result that was encoded', () => {
    const array = Float64Array.of(1, Number.NaN, -0, 1e-310);
    const result = {
      job: 'x',
      offset: 2 ** 45,
      big: 2 ** 53 - 1,
      tiny: 5e-324,
      flag: false,
      list: ['Å'],
      none: null,
    };
    const frames = [float64Frame('frequencies', [2, 2], array)];
    const decoded = decodeResponse(encodeResponse({ id: 3, result, frames }));
    assert.ok('result' in decoded);
    assert.deepEqual(decoded.result, result);
    assert.deepEqual(toFloat64Array(decoded.frames[0]), array);
  });

  it('reads arrays at any address', () => {
    const numbers = Float64Array.of(1.5, -2.5, 3.5);
    const shifted = Buffer.alloc(25);
    shifted.set(new Uint8Array(numbers.buffer), 1);
    const read = toFloat64Array({
      name: 'x',
      dtype: '<f8',
      shape: [3],
      order: 'C',
      bytes: shifted.subarray(1),
    });
    assert.deepEqual(read, numbers);
  });

  it('refuses to encode a header beyond the limit', () => {
    const long = { id: 1, method: 'model.load', params: { path: 'x'.repeat(MAX_HEADER_BYTES) }, frames: [] };
    assert.throws(() => encodeRequest(long), { code: 'too_large' });
  });

  it('answers to the id of a request that it refuses for anything behind it', () => {
    const [header] = encodeRequest({ id: 77, method: 'ping', params: {}, frames: [] });
    const decoded = decodeRequest([header, Buffer.alloc(8)]);
    assert.equal(decoded.id, 77);
    assert.ok('error' in decoded);
    assert.equal(decodeRequest([Buffer.from('?')]).id, NO_ID);
  });

  it('refuses random bytes with a typed error', () => {
    const part = fc.uint8Array({ maxLength: 64 });
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
        const decoded = decodeRequest(parts);
        if ('error' in decoded) assert.ok(REFUSALS.includes(decoded.error.code), decoded.error.stack);
        try {
          decodeResponse(parts);
        } catch (error) {
          assert.ok(error instanceof EuphonicError && REFUSALS.includes(error.code), String(error));
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('takes or refuses messages of the corpus with bytes changed, dropped or repeated', () => {
    const messages = corpus().filter(({ parts }) => parts.length > 0);
    const mutation = fc.record({
      entry: fc.constantFrom(...messages),
      part: fc.nat(),
      at: fc.nat(),
      kind: fc.constantFrom('set', 'drop', 'insert', 'cut'),
      byte: fc.integer({ min: 0, max: 255 }),
    });
    fc.assert(
      fc.property(mutation, ({ entry, part, at, kind, byte }) => {
        const parts = entry.parts.map((bytes) => Buffer.from(bytes));
        const p = part % parts.length;
        const bytes = [...parts[p]];
        const i = bytes.length === 0 ? 0 : at % bytes.length;
        if (kind === 'set') bytes[i] = byte;
        else if (kind === 'drop') bytes.splice(i, 1);
        else if (kind === 'insert') bytes.splice(i, 0, byte);
        else bytes.length = i;
        parts[p] = Buffer.from(bytes);
        const decoded = decodeRequest(parts);
        if ('error' in decoded) assert.ok(REFUSALS.includes(decoded.error.code), decoded.error.stack);
      }),
      { numRuns: 5000 },
    );
  });
});

describe('firstNotFinite', () => {
  it('finds what a plain loop finds', () => {
    const number = fc.oneof(
      { weight: 200, arbitrary: fc.double({ noNaN: true }) },
      { weight: 1, arbitrary: fc.constant(Number.NaN) },
    );
    fc.assert(
      fc.property(fc.array(number, { maxLength: 300 }), fc.nat({ max: 9000 }), (numbers, padding) => {
        const array = Float64Array.from([...new Float64Array(padding), ...numbers]);
        assert.equal(
          firstNotFinite(array),
          array.findIndex((x) => !Number.isFinite(x)),
        );
      }),
    );
  });

  it('takes large numbers for what they are', () => {
    assert.equal(firstNotFinite(new Float64Array(10_000).fill(1.7e308)), -1);
    assert.equal(firstNotFinite(Float64Array.of(0, Number.NEGATIVE_INFINITY)), 1);
  });
});
