/** What is promised for a plan before it is made is what making it takes, or more. */
import assert from 'node:assert/strict';
import { type PlannedOptions, plannedCrystal } from '../support/plannedCrystal.js';

/** Of the process itself, which varies: heap, stacks of threads. */
const SLACK_BYTES = 16 * 2 ** 20;

/** Each takes a process and the seconds to make the crystal: one of each form that tables have. */
const CASES: [string, PlannedOptions][] = [
  ['lanthanum-zirconate', {}],

  ['salt-120', { asr: 'reciprocal' }],
  ['salt-200', {}],
  ['salt-200', { asr: 'realspace', dipole: false }],
];

describe('memory of planning', () => {
  before(function () {
    if (process.platform !== 'linux') this.skip();
  });
  for (const [material, options] of CASES) {
    it(`${material} ${JSON.stringify(options)}: no more than was promised`, () => {
      const { peakBytes, promisedBytes, modelBytes } = plannedCrystal(material, options);
      assert.ok(
        peakBytes <= promisedBytes + SLACK_BYTES,
        `${peakBytes} bytes of ${promisedBytes} that were promised`,
      );
      // a promise that is far too large would refuse what there is room for
      assert.ok(
        promisedBytes <= 8 * peakBytes + 4 * modelBytes + SLACK_BYTES,
        `${promisedBytes} for ${peakBytes}`,
      );
    });
  }
});
