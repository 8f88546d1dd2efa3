// Runs the peers' own test suites, unchanged, against the MATLAB package in Octave: npm run test:peers. They are not part
// of this repository (their licence is the GPL): EUPHONIC_PEER_TESTS names a folder with checkouts of
// horace-euphonic-interface and euphonic_sqw_models of github.com/pace-neutrons. The last line is
// `N passed, N failed, N skipped`.
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { withOwnDaemon } from '../../scripts/lib/ownDaemon.mjs';
import { octaveArgs, root, run } from '../../scripts/lib/run.mjs';

const here = join(root, 'test', 'peers');
const timeoutSeconds = 1800;
const none = { passed: 0, failed: 0, skipped: 0, rounding: 0 };

/** Counts in a runner's closing line, such as `3 passed, 1 failed`; a line without any is a failure. */
function countsOf(line = '') {
  const found = [...line.matchAll(/(\d+) (passed|failed|skipped|rounding|errors?)/g)];
  if (found.length === 0) return { ...none, failed: 1 };
  const counts = { ...none };
  for (const [, number, what] of found) counts[what in counts ? what : 'failed'] += Number(number);
  return counts;
}

async function matlabSuite(folder) {
  const script = join(here, 'octave', 'run_peers.m');
  const { output } = await run('octave-cli', [...octaveArgs, script, folder], { timeoutSeconds });
  return countsOf(/^peers: .*$/m.exec(output)?.[0]);
}

async function pythonSuite(folder) {
  const python = process.env.PYTHON || 'python3';
  const modules = await run(python, ['-c', 'import numpy, scipy, pytest, pint'], { quiet: true });
  if (modules.code !== 0) {
    console.log(`  SKIPPED: ${python} has not numpy, scipy, pytest and pint: install them, or set PYTHON`);
    return { ...none, skipped: 1 };
  }
  const options = ['-p', 'peer_plugin', '-p', 'no:cacheprovider', '-rsf', '--tb=line', '-q'];
  const { output } = await run(python, ['-m', 'pytest', ...options, folder], {
    timeoutSeconds,
    env: { PYTHONPATH: join(here, 'python'), PYTHONDONTWRITEBYTECODE: '1' },
  });
  return countsOf(/^.*\b(?:passed|failed|skipped|errors?)\b.* in [\d.]+s.*$/m.exec(output)?.[0]);
}

const suites = [
  ['horace-euphonic-interface', matlabSuite],
  ['euphonic_sqw_models', pythonSuite],
];

const total = { ...none };
const add = (counts) => {
  for (const key of Object.keys(total)) total[key] += counts[key];
};

await withOwnDaemon(async () => {
  for (const [name, go] of suites) {
    console.log(`\n=== ${name}`);
    const folder = process.env.EUPHONIC_PEER_TESTS && resolve(process.env.EUPHONIC_PEER_TESTS, name, 'test');
    if (!folder || !existsSync(folder)) {
      console.log(`  SKIPPED: ${folder ? `there is no ${folder}` : 'EUPHONIC_PEER_TESTS names no folder'}`);
      add({ ...none, skipped: 1 });
      continue;
    }
    const counts = await go(folder);
    add(counts);
    console.log(
      `--- ${name}: ${counts.passed} passed, ${counts.rounding} passed but for rounding, ` +
        `${counts.failed} failed, ${counts.skipped} skipped`,
    );
  }
});
console.log(`\n${total.passed + total.rounding} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 ? 1 : 0;
