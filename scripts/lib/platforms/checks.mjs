/** Counts of checks, each a name and what throws where it fails; a failure ends those that need what it should have made. */
export async function runChecks(checks) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [name, check] of Object.entries(checks)) {
    const start = performance.now();
    try {
      await check();
      counts.passed++;
      console.log(`  ok  ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
    } catch (error) {
      counts.failed++;
      console.log(`  failed  ${name}: ${error.message}`);
    }
  }
  return counts;
}

export function expect(condition, message) {
  if (!condition) throw new Error(message);
}

/** The counts of a Catch2 program's closing line. Throws where there is none, and where a test failed. */
export function expectTests(output) {
  const all = /All tests passed \(\d+ assertions? in (\d+) test cases?\)/.exec(output);
  expect(all, output.slice(-2000));
  return Number(all[1]);
}

/** Throws where two answers of `euphonicd sqw` differ by more than `tolerance` of the largest number. */
export function expectSame(a, b, tolerance, path = '') {
  if (Array.isArray(a) && a.every((x) => typeof x === 'number')) {
    expect(Array.isArray(b) && a.length === b.length, `${path}: ${a.length} numbers, not ${b?.length}`);
    const scale = Math.max(...a.map(Math.abs), Number.MIN_VALUE);
    const worst = Math.max(0, ...a.map((x, k) => Math.abs(x - b[k]) / scale));
    expect(worst <= tolerance, `${path}: differs by ${worst}`);
  } else if (typeof a === 'object' && a !== null) {
    for (const key of Object.keys(a)) expectSame(a[key], b?.[key], tolerance, `${path}/${key}`);
  } else {
    expect(a === b, `${path}: ${b}, not ${a}`);
  }
}
