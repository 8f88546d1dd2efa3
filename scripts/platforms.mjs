// Runs what can be tried here of other platforms: node scripts/platforms.mjs [--cache FOLDER] [mex] [windows] [arm]
// [node22] [node24] [debian]; all without names, each in a process of its own, two at a time. Builds for them first
// (scripts/cross.mjs). The last line is `N passed, N failed, N skipped`.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { buildFor, defaultCache } from './cross.mjs';
import { apart } from './lib/apart.mjs';
import { NotFetched } from './lib/cross/fetched.mjs';
import { withOwnDaemon } from './lib/ownDaemon.mjs';
import { arm } from './lib/platforms/arm.mjs';
import { runChecks } from './lib/platforms/checks.mjs';
import { debian } from './lib/platforms/debian.mjs';
import { mexOnLinux } from './lib/platforms/mexHost.mjs';
import { nodeRelease } from './lib/platforms/nodes.mjs';
import { Trial } from './lib/platforms/tree.mjs';
import { windows } from './lib/platforms/windows.mjs';
import { mocha } from './lib/suites.mjs';

/** Tests of what releases of Node differ in: threads, their memory and flags, processes, sockets, files. */
const testsOfNode = [
  'test/fuzz/*.test.ts',
  'test/daemon/faults.test.ts',
  'test/daemon/life.test.ts',
  'test/daemon/memory.test.ts',
  'test/models/readers.test.ts',
  'test/models/vasp.test.ts',
  'test/models/damage.test.ts',
  'test/client/restart.test.ts',
  'test/client/streaming.test.ts',
  'test/cli/commands.test.ts',
  'test/cli/connectionFile.test.ts',
  'test/compute/*.test.ts',
];

const suites = {
  mex: { title: "MATLAB's MEX file, in a program that stands in for MATLAB", go: mex },
  windows: { title: 'Windows x64, in Wine', go: windows },
  arm: { title: 'Linux on ARM, in QEMU', go: arm },
  node22: { title: 'Node 22', go: (cache) => onNode(22, cache) },
  node24: { title: 'Node 24', go: (cache) => onNode(24, cache) },
  debian: { title: 'The release for Linux, in Debian 11 and 13', go: debian },
};

/** Those of a row run one after another, rows beside each other: what one builds no other row needs. */
const rows = [['windows'], ['mex', 'debian', 'arm', 'node22', 'node24']];

async function mex(cache) {
  await buildFor('linux-x64', cache, { tests: false, host: true });
  const trial = new Trial();
  try {
    return await runChecks({ 'every command, on Linux': () => mexOnLinux(trial) });
  } finally {
    trial.end();
  }
}

async function onNode(line, cache) {
  const node = await nodeRelease(line, cache);
  return withOwnDaemon(() => mocha(testsOfNode, node));
}

const { values, positionals } = parseArgs({
  options: { cache: { type: 'string', default: defaultCache } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !suites[name]);
if (unknown.length > 0) {
  console.error(`platforms: unknown ${unknown.join(', ')}; there are ${Object.keys(suites).join(', ')}`);
  process.exit(2);
}

const textOf = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;

async function one(name) {
  const { title, go } = suites[name];
  console.log(`\n=== ${title}`);
  const start = performance.now();
  let counts;
  try {
    counts = await go(values.cache);
  } catch (error) {
    const skipped = error instanceof NotFetched;
    console.log(`  ${skipped ? 'SKIPPED' : 'failed'}  ${error.message}`);
    counts = { passed: 0, failed: skipped ? 0 : 1, skipped: skipped ? 1 : 0 };
  }
  console.log(`--- ${title}: ${textOf(counts)} in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return counts;
}

const wanted = positionals.length > 0 ? positionals : Object.keys(suites);
const total = { passed: 0, failed: 0, skipped: 0 };
const alone = wanted.length === 1;
const script = fileURLToPath(import.meta.url);
await Promise.all(
  rows.map(async (row) => {
    for (const name of row.filter((name) => wanted.includes(name))) {
      const counts = await (alone
        ? one(name)
        : apart(script, ['--cache', values.cache, name], suites[name].title));
      for (const key of Object.keys(total)) total[key] += counts[key];
    }
  }),
);
console.log(`\n${textOf(total)}`);
process.exitCode = total.failed > 0 ? 1 : 0;
