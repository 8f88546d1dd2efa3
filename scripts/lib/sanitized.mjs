// The addon in Node and the MEX gateway in Octave, both under the address and undefined-behaviour sanitizers. What they
// find ends the process, and so fails the test; it is written to build/sanitized/reports as well, since a process that a
// test started may end unseen.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { withLock } from './lock.mjs';
import { octaveArgs, root, run } from './run.mjs';
import { distSources } from './stamp.mjs';

/** Second installations, one for each suite, whose addon or gateway is the instrumented one. */
const treeOf = (suite) => join(root, 'build', 'sanitized', suite);
const reportsOf = (suite) => join(root, 'build', 'sanitized', 'reports', suite);
const addonDir = join(treeOf('addon'), 'build', 'addon');
const gatewayDir = join(treeOf('gateway'), 'matlab', '+euphonic', '+internal');

/** Tests that go through all of the addon, and through a daemon that has it. */
const addonTests = ['test/compute/addon.test.ts', 'test/daemon/debyeWaller.test.ts'];
/** Of them, those of the second executor, of the largest crystal and of times that a daemon keeps, which show no more. */
const notSanitized =
  'in another process|lanthanum-zirconate|lzo/|leave ping its time|cancelled before it is open';
/** Tests of the MATLAB package by what their names contain. */
const gatewayTests = ['test_bad_input', 'test_horace_disp', 'test_cache: the', 'test_cache: whatever'];

const timeoutSeconds = 900;

const hasOctave = async () => (await run('sh', ['-c', 'command -v mkoctfile'], { quiet: true })).code === 0;

async function build(target) {
  const modules = join(root, 'node_modules');
  const headers = ['node-api-headers/include', 'node-addon-api'].map((name) => join(modules, name));
  const steps = [
    [
      ...['--preset', 'asan-ubsan', `-DCMAKE_JS_INC=${headers.join(';')}`],
      `-DEUPHONIC_MEX=${(await hasOctave()) ? 'ON' : 'OFF'}`,
      ...[`-DEUPHONIC_ADDON_DIR=${addonDir}`, `-DEUPHONIC_MEX_DIR=${gatewayDir}`],
    ],
    ['--build', join('build', 'asan-ubsan'), '--target', target, '-j', String(availableParallelism())],
  ];
  for (const args of steps) {
    const { code, output } = await run('cmake', args, { quiet: true });
    if (code === 0) continue;
    process.stderr.write(output);
    return false;
  }
  return true;
}

/** Copies what runs; a binary that is built afterwards takes its place among them. */
function plant(suite) {
  const tree = treeOf(suite);
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(addonDir, { recursive: true });
  const folders = ['dist', 'test', 'bench', 'crystals', 'scripts', 'matlab'];
  for (const name of new Set([...folders, ...distSources, 'package.json', 'tsconfig.json'])) {
    cpSync(join(root, name), join(tree, name), { recursive: true });
  }
  // one that is newer than its objects would be taken for built
  rmSync(join(gatewayDir, 'gateway.mex'), { force: true });
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  rmSync(reportsOf(suite), { recursive: true, force: true });
  mkdirSync(reportsOf(suite), { recursive: true });
}

/** Makes a suite's installation. The suites share what they compile, and so take turns. */
function prepare(suite, target) {
  return withLock(join(root, 'build', 'sanitized', '.lock'), () => {
    plant(suite);
    return build(target);
  });
}

/** The sanitizer's library must be there before all others of the process. */
async function environment(suite) {
  const { code, output } = await run('g++', ['-print-file-name=libasan.so'], { quiet: true });
  const library = output.trim();
  if (code !== 0 || !existsSync(library)) return undefined;
  return {
    LD_PRELOAD: library,
    // Node and Octave let go of much at their end only; leaks are what `npm run test:reliability -- calls` looks for
    ASAN_OPTIONS: `detect_leaks=0:log_path=${join(reportsOf(suite), 'asan')}`,
    UBSAN_OPTIONS: `print_stacktrace=1:log_path=${join(reportsOf(suite), 'ubsan')}`,
    EUPHONIC_TEST_DATA: process.env.EUPHONIC_TEST_DATA ?? join(root, '..', 'shared', 'data'),
  };
}

const skipped = (reason) => {
  console.log(`  SKIPPED: ${reason}`);
  return { passed: 0, failed: 0, skipped: 1 };
};
const failed = (reason) => {
  console.log(`  failed  ${reason}`);
  return { passed: 0, failed: 1, skipped: 0 };
};

/** Counts of a runner, with one failure more if a sanitizer reported something or the binary was not instrumented. */
function judged(suite, counts, code, binary) {
  if (!readFileSync(binary).includes('__asan_init')) return failed(`${binary} has no sanitizer in it`);
  const found = readdirSync(reportsOf(suite));
  for (const name of found)
    process.stdout.write(readFileSync(join(reportsOf(suite), name), 'utf8').slice(0, 4000));
  if (!counts || counts.passed === 0 || (code !== 0 && counts.failed === 0)) {
    return failed(`the runner ended with exit code ${code}`);
  }
  return found.length > 0 ? { ...counts, failed: counts.failed + 1 } : counts;
}

/** Mocha's tests of the addon. */
export async function sanitizedAddon() {
  if (!(await prepare('addon', 'euphonic_node'))) return failed('the addon cannot be built');
  const env = await environment('addon');
  if (!env) return skipped('g++ has no libasan.so');
  const { code, output } = await run(
    'sh',
    [
      ...[
        '-c',
        'cd "$0" && exec "$@"',
        treeOf('addon'),
        process.execPath,
        '--import=tsx',
        'node_modules/mocha/bin/mocha.js',
      ],
      ...['--no-config', '--exit', '--timeout', '120000', '--grep', notSanitized, '--invert'],
      ...addonTests,
    ],
    { env, timeoutSeconds },
  );
  const count = (word) => Number(output.match(new RegExp(`^\\s*(\\d+) ${word}`, 'm'))?.[1] ?? 0);
  const counts = { passed: count('passing'), failed: count('failing'), skipped: count('pending') };
  return judged('addon', counts, code, join(addonDir, 'euphonic.node'));
}

/** The MATLAB package's tests in Octave; their daemon is that of the checkout. */
export async function sanitizedGateway() {
  if (!(await hasOctave())) return skipped('no mkoctfile on PATH');
  if (!(await prepare('gateway', 'euphonic_mex'))) return failed('the MEX gateway cannot be built');
  const env = await environment('gateway');
  if (!env) return skipped('g++ has no libasan.so');
  const total = { passed: 0, failed: 0, skipped: 0 };
  let exitCode = 0;
  for (const name of gatewayTests) {
    const { code, output } = await run(
      'octave-cli',
      [...octaveArgs, join(treeOf('gateway'), 'test', 'matlab', 'run_tests.m'), name],
      { env: { ...env, EUPHONIC_HOME: root }, timeoutSeconds },
    );
    const line = output.match(/^matlab: (\d+) passed, (\d+) failed, (\d+) skipped\s*$/m);
    if (!line) return failed(`${name}: the runner ended with exit code ${code}`);
    Object.keys(total).forEach((key, i) => {
      total[key] += Number(line[i + 1]);
    });
    exitCode ||= code;
  }
  return judged('gateway', total, exitCode, join(gatewayDir, 'gateway.mex'));
}
