import assert from 'node:assert/strict';
import { SEARS_1992 } from '../../src/models/data/sears1992.js';
import { coherentScatteringLengths } from '../../src/models/scatteringLengths.js';
import { failsWith } from '../support/errors.js';

describe('coherent scattering lengths', () => {
  it('come from Sears 1992 by default, complex where tabulated so', () => {
    assert.deepEqual(
      [...coherentScatteringLengths(['Si', 'O', 'H', 'Cd', 'Gd'])],
      [4.1491, 0, 5.803, 0, -3.739, 0, 4.87, -0.7, 6.5, -13.82],
    );
  });

  it('are finite and of the order of some fm for every element of the table', () => {
    for (const [element, b] of Object.entries(SEARS_1992)) {
      const [re, im] = typeof b === 'number' ? [b, 0] : b;
      assert.ok(Math.hypot(re, im) > 0.1 && Math.hypot(re, im) < 20 && im <= 0, element);
    }
    assert.equal(Object.keys(SEARS_1992).length, 89);
  });

  it('come from a map or an object, real or complex', () => {
    const types = ['Si', 'O1'];
    assert.deepEqual([...coherentScatteringLengths(types, { Si: 1, O1: [2, -3] })], [1, 0, 2, -3]);
    const map = new Map<string, number | [number, number]>([
      ['Si', [1, 0]],
      ['O1', -2],
    ]);
    assert.deepEqual([...coherentScatteringLengths(types, map)], [1, 0, -2, 0]);
  });

  it('say which element is missing and what to do', async () => {
    const error = await failsWith('no_scattering_length', () => coherentScatteringLengths(['O', 'Pu']));
    assert.match(error.message, /^Pu is not in the table Sears1992/);
    assert.match(error.advice ?? '', /scattering_lengths.*Pu/);
    await failsWith('no_scattering_length', () => coherentScatteringLengths(['constructor'], {}));
    await failsWith('no_scattering_length', () => coherentScatteringLengths(['O'], { Si: 4 }));
  });

  it('refuse another table and values that are no lengths', async () => {
    const error = await failsWith('invalid_argument', () =>
      coherentScatteringLengths(['O'], 'Sears1999' as 'Sears1992'),
    );
    assert.match(error.expected ?? '', /Sears1992/);
    for (const b of [Number.NaN, [1], [1, 2, 3], '5', null, [1, Number.POSITIVE_INFINITY]]) {
      await failsWith('invalid_argument', () => coherentScatteringLengths(['O'], { O: b as number }));
    }
  });
});
