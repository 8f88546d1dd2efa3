/** Expects an EuphonicError. */
import assert from 'node:assert/strict';
import { type ErrorCode, EuphonicError } from '../../src/base/errors.js';

/** Runs `action`, which must fail with `code`; gives the error for further checks. */
export async function failsWith(code: ErrorCode, action: () => unknown): Promise<EuphonicError> {
  try {
    await action();
  } catch (error) {
    assert.ok(error instanceof EuphonicError, `not a typed error: ${error}`);
    assert.equal(error.code, code, error.message);
    return error;
  }
  assert.fail(`no error; expected ${code}`);
}
