import assert from 'node:assert/strict';
import { constants, type NodeGCPerformanceDetail, PerformanceObserver } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { memoryPasses } from '../../src/base/passingMemory.js';

const MIB = 2 ** 20;

describe('memory that passes', () => {
  it('comes back by collections of what is young', async () => {
    const kinds: (number | undefined)[] = [];
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries())
        kinds.push((entry as unknown as { detail: NodeGCPerformanceDetail }).detail.kind);
    });
    observer.observe({ entryTypes: ['gc'] });
    const before = process.memoryUsage().arrayBuffers;
    let most = 0;
    for (let i = 0; i < 400; i++) {
      memoryPasses(new Uint8Array(MIB).fill(i).length);
      await setImmediate();
      most = Math.max(most, process.memoryUsage().arrayBuffers - before);
    }
    await setImmediate();
    observer.disconnect();
    const count = (wanted: number) => kinds.filter((kind) => kind === wanted).length;
    const minor = count(constants.NODE_PERFORMANCE_GC_MINOR);
    const major = count(constants.NODE_PERFORMANCE_GC_MAJOR);
    assert.ok(minor >= 30 && major <= 3, `${minor} small collections, ${major} large ones`);
    assert.ok(most <= 40 * MIB, `${most} bytes at once`);
  });
});
