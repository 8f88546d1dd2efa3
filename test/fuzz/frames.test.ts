import assert from 'node:assert/strict';
import fc from 'fast-check';
import { acceptedShare, frameProperty } from './frameProperties.js';

describe('messages that are nearly right', function () {
  this.timeout(60_000);

  it('are taken as they stand or refused with a typed error', () => {
    fc.assert(frameProperty, { numRuns: 10_000 });
  });

  it('often get past the codec, and some past the checks of parameters', () => {
    const { decoded, checked } = acceptedShare(2000, 1);
    assert.ok(decoded > 0.5, `${decoded} decoded`);
    assert.ok(checked > 0.01, `${checked} checked`);
  });
});
