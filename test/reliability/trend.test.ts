import assert from 'node:assert/strict';
import { seededRandom } from '../../crystals/random.js';
import { rises, trend } from './support/trend.js';

/** MiB of a daemon that does not leak, at moments when its clients were idle. */
const LEVELS = [213, 197, 191, 188, 183, 212, 190, 187, 192, 193, 181, 186];

describe('levels of memory', () => {
  it('have the rise of their line, with its error', () => {
    assert.deepEqual(trend([1, 2, 3, 4]), { rise: 3, error: 0 });
    // the line is 0.5, 1, 1.5, and the levels lie 0.5, -1, 0.5 off it
    const { rise, error } = trend([1, 0, 2]);
    assert.ok(
      Math.abs(rise - 1) < 1e-12 && Math.abs(error - 2 * Math.sqrt(1.5 / 2)) < 1e-12,
      `${rise} ${error}`,
    );
    assert.equal(trend([1, 2]).error, Number.POSITIVE_INFINITY);
  });

  it('do not rise where they go up and down', () => {
    assert.ok(!rises(LEVELS, 0.05));
    const random = seededRandom(7);
    let alarms = 0;
    for (let k = 0; k < 2000; k++)
      if (
        rises(
          LEVELS.map(() => 190 + 30 * random()),
          0.05,
        )
      )
        alarms++;
    assert.ok(alarms < 0.01 * 2000, `${alarms} of 2000`);
  });

  it('rise with a leak', () => {
    const random = seededRandom(7);
    for (let k = 0; k < 2000; k++) {
      assert.ok(
        rises(
          LEVELS.map((_, i) => 190 + 30 * random() + 6 * i),
          0.05,
        ),
      );
    }
    assert.ok(
      rises(
        LEVELS.map((level, i) => level + 6 * i),
        0.05,
      ),
    );
  });
});
