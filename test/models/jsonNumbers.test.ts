/** The array that is taken out of JSON piece by piece is what a parser of the whole text finds. */
import assert from 'node:assert/strict';
import { takeNumbers } from '../../src/models/readers/jsonNumbers.js';

const KEY = 'force_constants';

async function* pieces(text: string, length: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

describe('numbers taken out of JSON', () => {
  const numbers = [0, 7, 1, -1.5, 1e-7, 5e-324, 1.7976931348623157e308, 0.1, -12345.678901234567, 3e8];
  const array = Array.from({ length: 6 }, (_, i) => [
    numbers.slice(0, 5),
    numbers.slice(5).map((x) => x / (i + 1)),
  ]);
  const others = { a: ['é "x" \\', { [KEY]: [1] }], b: KEY, 'c:': ':' };

  it('wherever pieces end and whatever surrounds them', async () => {
    const root = { ...others, [KEY]: array, [`${KEY}_unit`]: 'x', z: [[1]] };
    for (const text of [JSON.stringify(root), JSON.stringify(root, null, 2)]) {
      for (const length of [1, 2, 3, 7, 64, 10_000]) {
        const taken = await takeNumbers(pieces(text, length), KEY);
        assert.ok(taken);
        assert.deepEqual(taken.shape, [6, 2, 5]);
        assert.deepEqual([...taken.numbers], array.flat(2));
        assert.deepEqual(JSON.parse(taken.rest), { ...root, [KEY]: [] });
      }
    }
  });

  it('more of them than are gathered at a time', async () => {
    const many = Array.from({ length: 300_000 }, (_, k) => k / 7);
    const taken = await takeNumbers(pieces(JSON.stringify({ [KEY]: many }), 65_536), KEY);
    assert.deepEqual(taken?.shape, [300_000]);
    assert.deepEqual(Array.from(taken!.numbers), many);
  });

  it('leaves to a parser what is anything else', async () => {
    const bad = [
      '{}',
      '[[1, 2]]',
      '{"a": {"force_constants": [1]}}',
      '{"force_constants": 1}',
      '{"force_constants": []}',
      '{"force_constants": [[1], [1, 2]]}',
      '{"force_constants": [[1], 2]}',
      '{"force_constants": [1, [2]]}',
      '{"force_constants": [1, null]}',
      '{"force_constants": [1, "2"]}',
      '{"force_constants": [1, NaN]}',
      '{"force_constants": [1e999]}',
      '{"force_constants": [01]}',
      '{"force_constants": [1 2]}',
      '{"force_constants": [1,, 2]}',
      '{"force_constants": [1, 2,]}',
      '{"force_constants": [, 1]}',
      '{"force_constants": [1][2]}',
      '{"force_constants": [1, 2',
      '{"force_constants": [1], "force_constants": [2]}',
      `{"force_constants": [${'1'.repeat(100)}]}`,
    ];
    for (const text of bad) {
      for (const length of [1, 5, 1000]) {
        const taken = await takeNumbers(pieces(text, length), KEY);
        // what follows the array is for the parser of the rest
        if (text.includes('][')) assert.throws(() => JSON.parse(taken!.rest));
        else assert.equal(taken, undefined, text);
      }
    }
  });
});
