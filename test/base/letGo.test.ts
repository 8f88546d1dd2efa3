import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { letGo } from '../../src/base/letGo.js';

describe('an array that is let go of', () => {
  it('gives its memory back at once', async () => {
    const bytes = 2 ** 27;
    const array = new Float64Array(bytes / 8).fill(1);
    const before = process.memoryUsage().arrayBuffers;
    letGo(array);
    await sleep(20);
    assert.equal(array.length, 0);
    assert.ok(process.memoryUsage().arrayBuffers <= before - bytes);
  });

  it('is left alone where others see its memory', () => {
    const whole = Float64Array.of(1, 2, 3);
    letGo(whole.subarray(1));
    assert.deepEqual([...whole], [1, 2, 3]);
  });
});
