import assert from 'node:assert/strict';
import { describeReport, fuzzReader } from './readerFuzz.js';
import { samples } from './readerSamples.js';

/** Of each sample; `npm run fuzz:readers` makes 10000. */
const MUTATIONS = 40;

describe('readers of damaged files', function () {
  this.timeout(120_000);
  for (const [name, { quickShare }] of Object.entries(samples())) {
    it(`${name}: a model or a typed error, soon and in little memory`, async function () {
      if (process.platform !== 'linux') this.skip();
      const report = await fuzzReader(name, MUTATIONS * quickShare);
      console.log(`      ${describeReport(report)}`);
      assert.deepEqual(report.failures, []);
      const counts = [...report.outcomes.values()];
      assert.equal(
        counts.reduce((a, b) => a + b),
        report.mutations,
        'each has an outcome',
      );
    });
  }
});
