import assert from 'node:assert/strict';
import { decodeAnswer, decodeMessage, encodeAnswer, encodeMessage } from '../../src/cluster/message.js';

/** The same bytes at an address that is so many beyond a multiple of eight. */
function moved(bytes: Uint8Array, by: number): Uint8Array {
  const place = new Uint8Array(bytes.length + by);
  place.set(bytes, by);
  return place.subarray(by);
}

describe('messages between gateway and workers', () => {
  const content = {
    chunk: 'job.1',
    result: { frequencies: Float64Array.of(1, -0.5, Number.MAX_VALUE), notes: ['one'] },
    parents: Int32Array.of(3, -4, 5),
    bytes: Uint8Array.of(1, 2, 3),
    last: new Float64Array(0),
  };

  it('are what was said, at whatever address they lie', () => {
    for (let by = 0; by < 8; by++) {
      assert.deepEqual(decodeMessage(moved(encodeMessage('result', content), by), 'result'), content);
      assert.deepEqual(decodeAnswer(moved(encodeAnswer(content), by)), content);
    }
  });

  it('have their first arrays where they can be read without a copy', () => {
    const message = new Uint8Array(encodeMessage('result', content));
    const { result } = decodeMessage<typeof content>(message, 'result');
    assert.equal(result.frequencies.buffer, message.buffer);
  });

  it('are refused where they are cut off, too long, or of another kind', () => {
    const message = encodeMessage('result', content);
    for (let length = 0; length < message.length; length++)
      assert.throws(() => decodeMessage(message.subarray(0, length), 'result'), { code: 'bad_message' });
    assert.throws(() => decodeMessage(Buffer.concat([message, Buffer.of(0)]), 'result'), {
      code: 'bad_message',
    });
    assert.throws(() => decodeMessage(message, 'claim'), { code: 'bad_message' });
  });
});
