/**
 * Reads messages that are nearly right, each another one: `node --import=tsx test/fuzz/frames.ts [SECONDS]`, by default
 * 60. Exit code 1, with the message made as small as possible, if one is neither taken nor refused as it should be.
 */
import fc from 'fast-check';
import { acceptedShare, frameProperty } from './frameProperties.js';

const seconds = Number(process.argv[2] ?? 60);
const BATCH = 20_000;
const end = performance.now() + 1000 * seconds;
let messages = 0;
while (performance.now() < end) {
  fc.assert(frameProperty, { numRuns: BATCH });
  messages += BATCH;
}
const { decoded, checked } = acceptedShare(BATCH, 1);
const percent = (share: number) => `${(100 * share).toFixed(0)} %`;
console.log(
  `  passed  ${messages} messages in ${seconds} s; undamaged, ${percent(decoded)} get past the codec and ${percent(checked)} past the checks`,
);
