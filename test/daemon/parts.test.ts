import assert from 'node:assert/strict';
import fc from 'fast-check';
import { BusyTime } from '../../src/compute/local/busyTime.js';
import { chunkAdvice, MAX_INFLIGHT_BYTES } from '../../src/compute/local/chunkAdvice.js';
import { MAX_FRAME_BYTES, MAX_HISTOGRAM_NUMBERS } from '../../src/protocol/limits.js';

describe('busy time', () => {
  it('is the length of the union of the intervals, in whatever order they come', () => {
    const interval = fc
      .tuple(fc.nat(200), fc.nat(20))
      .map(([start, length]) => [start, start + length] as const);
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 60 }), (intervals) => {
        const time = new BusyTime();
        for (const [start, end] of intervals) time.add(start, end);
        // unit steps that some interval covers
        const steps = Array.from({ length: 221 }, (_, i) => i);
        const covered = steps.filter((i) => intervals.some(([start, end]) => start <= i && i < end));
        assert.equal(time.seconds, covered.length);
      }),
    );
  });

  it('keeps counting over any number of separate intervals', () => {
    const time = new BusyTime();
    for (let i = 0; i < 10_000; i++) time.add(2 * i, 2 * i + 1);
    assert.equal(time.seconds, 10_000);
  });
});

describe('advice on chunks', () => {
  it('keeps what is under way within the limit, whatever the crystal and the number of q-points', () => {
    const bytesPerPoint = fc.oneof(fc.integer({ min: 8, max: 2 ** 16 }), fc.integer({ min: 8, max: 3e8 }));
    const bytesPerChunk = fc.oneof(fc.constant(0), fc.integer({ min: 8, max: 8 * MAX_HISTOGRAM_NUMBERS }));
    const nPoints = fc.integer({ min: 0, max: 1e9 });
    fc.assert(
      fc.property(bytesPerPoint, bytesPerChunk, nPoints, (bytes, ofChunk, points) => {
        const { chunkPoints, window } = chunkAdvice(bytes, ofChunk, points);
        assert.ok(chunkPoints >= 1 && window >= 1);
        if (chunkPoints > 1) {
          const chunkBytes = chunkPoints * bytes + ofChunk;
          assert.ok(window === 1 || chunkBytes * window <= MAX_INFLIGHT_BYTES);
          if (ofChunk === 0) assert.ok(chunkBytes * window <= MAX_INFLIGHT_BYTES);
        }
        assert.ok(chunkPoints * bytes <= MAX_FRAME_BYTES);
        if (64 * 3 * bytes <= MAX_INFLIGHT_BYTES) assert.equal(chunkPoints % 64, 0);
      }),
    );
  });

  it('is about 1.5 MiB for a large job of quartz, and several chunks for a small one', () => {
    const { chunkPoints, window } = chunkAdvice(432, 0, 1e6);
    assert.ok(chunkPoints * 432 > 2 ** 20 && chunkPoints * 432 < 2 * 2 ** 20);
    assert.ok(window * chunkPoints * 432 <= 16 * 2 ** 20);
    assert.ok(1000 / chunkAdvice(432, 0, 1000).chunkPoints > 5);
  });

  it('is of whole blocks of a histogram', () => {
    for (const [bytes, points] of [
      [32, 1e6],
      [32, 600],
      [1e6, 1e4],
    ])
      assert.equal(chunkAdvice(bytes, 1600, points, 250).chunkPoints % 250, 0);
  });
});
