/** Before the tests: loaded by .mocharc.json. */
import assert, { AssertionError } from 'node:assert/strict';

/**
 * Node's own looks for its expression in the source, to quote it, and at the columns of what tsx has made of that source it
 * may look for ever: a test that fails would hang.
 */
function ok(value: unknown, message?: string | Error): asserts value {
  if (value) return;
  if (message instanceof Error) throw message;
  throw new AssertionError({
    message: message ?? `expected a true value, found ${String(value)}`,
    operator: 'ok',
    stackStartFn: ok,
  });
}
assert.ok = ok;
