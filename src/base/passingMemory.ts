/**
 * Memory of arrays that pass through this process: of messages that came, of results that were sent. It comes back when V8 finds
 * that nobody holds them. V8 looks for that by going through the whole heap, on all cores, each time that some 20 MiB have passed,
 * which took a third of the time of a call of ten thousand q-points of quartz. What has passed is young, though, and to go through
 * what is young takes half a millisecond.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * So much may wait to be freed. With less, what is still under way gets old, and the small collection does not free that; with
 * more, V8 begins a large one.
 */
const COLLECTED_BYTES = 12 * 2 ** 20;

type Collector = (options: { type: 'minor' }) => void;

let collector: Collector | undefined;
let passedBytes = 0;

/** To be told of arrays that have come, or that have been made to be sent. */
export function memoryPasses(bytes: number): void {
  passedBytes += bytes;
  if (passedBytes < COLLECTED_BYTES) return;
  passedBytes = 0;
  collector ??= newCollector();
  // what is at hand can still be sent before
  setImmediate(collector, { type: 'minor' });
}

function newCollector(): Collector {
  setFlagsFromString('--expose-gc');
  // where a version of V8 has none, it decides by itself
  return runInNewContext('typeof gc === "function" ? gc : () => {}');
}
