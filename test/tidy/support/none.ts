import assert from 'node:assert/strict';

/** Fails with all findings, a line each. */
export function none(findings: readonly string[]): void {
  assert.ok(findings.length === 0, `\n  ${findings.join('\n  ')}`);
}
