// Runs the test suites and totals them: node scripts/test.mjs [lint] [native] [ts] [matlab]; all without arguments.
// The last line is `N passed, N failed, N skipped`; the exit code is 1 if any test failed or a suite ran none.
import { fuzzCodec } from './lib/fuzz.mjs';
import { withOwnDaemon } from './lib/ownDaemon.mjs';
import { sanitizedAddon, sanitizedGateway } from './lib/sanitized.mjs';
import { catch2, mocha, octave } from './lib/suites.mjs';
import { lint } from './lint.mjs';

/** The codec's fuzzer; npm run fuzz gives it longer. */
const fuzzSeconds = 5;

const suites = [
  { group: 'lint', title: 'Static checks', go: lint },
  { group: 'native', title: 'C++, release', go: () => catch2('release') },
  {
    group: 'native',
    title: 'C++, address and undefined-behaviour sanitizers',
    go: () => catch2('asan-ubsan', ['~[heavy]']),
  },
  { group: 'native', title: 'C++, thread sanitizer', go: () => catch2('tsan', ['[pool]~[heavy]']) },
  { group: 'native', title: 'C++ codec, fuzzed', go: () => fuzzCodec(fuzzSeconds) },
  { group: 'native', title: 'Addon in Node, address and undefined-behaviour sanitizers', go: sanitizedAddon },
  { group: 'native', title: 'MEX gateway in Octave, the same sanitizers', go: sanitizedGateway },
  { group: 'ts', title: 'TypeScript', go: () => mocha() },
  { group: 'matlab', title: 'MATLAB package, in Octave', go: () => octave() },
];

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !suites.some(({ group }) => group === name));
if (unknown.length > 0) {
  console.error(`test: unknown suite ${unknown.join(', ')}; there are lint, native, ts and matlab`);
  process.exit(2);
}

const total = { passed: 0, failed: 0, skipped: 0 };

async function runSuites() {
  for (const { group, title, go } of suites) {
    if (chosen.length > 0 && !chosen.includes(group)) continue;
    console.log(`\n=== ${title}`);
    const start = performance.now();
    const counts = await go();
    for (const key of Object.keys(total)) total[key] += counts[key];
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(
      `--- ${title}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped in ${seconds} s`,
    );
  }
}

try {
  await withOwnDaemon(runSuites);
} catch (error) {
  console.error(`test: ${error.message}`);
  total.failed += 1;
}

console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;
