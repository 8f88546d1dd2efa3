// Runs the test suites and totals them: node scripts/test.mjs [lint] [native] [ts] [matlab], or suites by name; all without
// arguments. The last line is `N passed, N failed, N skipped`; the exit code is 1 if any test failed or a suite ran none.
import { fileURLToPath } from 'node:url';
import { apart } from './lib/apart.mjs';
import { fuzzCodec } from './lib/fuzz.mjs';
import { withOwnDaemon } from './lib/ownDaemon.mjs';
import { sanitizedAddon, sanitizedGateway } from './lib/sanitized.mjs';
import { catch2, eachOf, mocha, octave } from './lib/suites.mjs';
import { lint } from './lint.mjs';

/** The codec's fuzzer; npm run fuzz gives it longer. */
const fuzzSeconds = 5;

/** Those `beside` others wait more than they compute: neighbours in this list run at the same time, the longest first. */
const suites = [
  { name: 'lint', title: 'Static checks', go: lint },
  { group: 'native', name: 'release', title: 'C++, release', go: () => catch2('release') },
  {
    group: 'native',
    name: 'asan',
    title: 'C++, address and undefined-behaviour sanitizers',
    go: () => catch2('asan-ubsan', '~[heavy]'),
  },
  {
    group: 'native',
    name: 'tsan',
    title: 'C++, thread sanitizer',
    go: () => catch2('tsan', '[pool]~[heavy]'),
  },
  { group: 'native', name: 'codec', title: 'C++ codec, fuzzed', go: () => fuzzCodec(fuzzSeconds) },
  {
    group: 'native',
    name: 'addon',
    title: 'Addon in Node, address and undefined-behaviour sanitizers',
    go: sanitizedAddon,
  },
  { name: 'ts', title: 'TypeScript', go: () => mocha(), beside: true },
  { name: 'matlab', title: 'MATLAB package, in Octave', go: () => octave(), beside: true },
  {
    group: 'native',
    name: 'gateway',
    title: 'MEX gateway in Octave, the same sanitizers',
    go: sanitizedGateway,
    beside: true,
  },
];

const chosen = process.argv.slice(2);
const isChosen = ({ group, name }) => chosen.length === 0 || chosen.includes(group) || chosen.includes(name);
const unknown = chosen.filter((word) => !suites.some(({ group, name }) => [group, name].includes(word)));
if (unknown.length > 0) {
  const names = suites.map(({ name }) => name).join(', ');
  console.error(`test: unknown suite ${unknown.join(', ')}; there are native, and ${names}`);
  process.exit(2);
}

const total = { passed: 0, failed: 0, skipped: 0 };
const textOf = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;

function add(counts) {
  for (const key of Object.keys(total)) total[key] += counts[key];
}

async function runSuite({ title, go }) {
  console.log(`\n=== ${title}`);
  const start = performance.now();
  const counts = await go();
  add(counts);
  console.log(`--- ${title}: ${textOf(counts)} in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

/** With a daemon of its own, too. */
async function runApart({ name, title }) {
  add(await apart(fileURLToPath(import.meta.url), [name], title));
}

async function runSuites() {
  const waiting = suites.filter(isChosen);
  while (waiting.length > 0) {
    const others = waiting.findIndex(({ beside }) => !beside);
    const together = waiting.splice(0, others === -1 ? waiting.length : Math.max(1, others));
    if (together.length === 1) {
      await runSuite(together[0]);
      continue;
    }
    console.log(
      `\nAt the same time, each shown when it has ended: ${together.map(({ name }) => name).join(', ')}`,
    );
    await eachOf(together, runApart);
  }
}

try {
  await withOwnDaemon(runSuites);
} catch (error) {
  console.error(`test: ${error.message}`);
  total.failed += 1;
}

console.log(`\n${textOf(total)}`);
process.exitCode = total.failed > 0 ? 1 : 0;
