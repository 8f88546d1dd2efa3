// The test suites, each in its language's own runner. Every function returns counts read from what the runner
// wrote for machines: {passed, failed, skipped}.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { catch2Counts } from './catch2.mjs';
import { npmBin, octaveArgs, root, run } from './run.mjs';
import { isDistCurrent } from './stamp.mjs';

/** A suite that takes longer has hung. */
const suiteTimeoutSeconds = 900;

const reportsDir = join(root, 'build', 'reports');

function freshReport(name) {
  mkdirSync(reportsDir, { recursive: true });
  const path = join(reportsDir, name);
  rmSync(path, { force: true });
  return path;
}

/** A runner that failed without a failed test, or ran nothing, is a failure itself. */
function judged(what, code, counts) {
  const ran = counts && counts.passed + counts.failed + counts.skipped > 0;
  if (ran && (code === 0 || counts.failed > 0)) return counts;
  console.log(`  failed  ${what}: ${ran ? `the runner ended with exit code ${code}` : 'no test ran'}`);
  return { passed: 0, skipped: 0, ...counts, failed: (counts?.failed ?? 0) + 1 };
}

/**
 * C++ tests of one preset; `tags` chooses among them. A process for each file of tests, as many at a time as there are cores;
 * those that measure time, tagged [timing], have the machine to themselves afterwards.
 */
export async function catch2(preset, tags = '') {
  const configured = await run('cmake', ['--preset', preset], { quiet: true });
  const built =
    configured.code === 0
      ? await run('cmake', ['--build', '--preset', preset, '-j', String(availableParallelism())])
      : configured;
  if (built.code !== 0) {
    if (built === configured) process.stderr.write(built.output);
    return judged(`build of the preset ${preset}`, built.code, undefined);
  }
  const program = join(root, 'build', preset, 'test', 'native', 'native_tests');
  // -#: each test has a tag of its file's name
  const { output } = await run(program, ['-#', '--list-tags'], { quiet: true });
  const files = [...output.matchAll(/\[#(.+?)\]/g)].map(([, file]) => file);
  const all = [
    ...(await eachOf(files, (file) =>
      catch2File(program, `${preset}-${file}`, `[#${file}]${tags}~[timing]`),
    )),
    await catch2File(program, `${preset}-timing`, `[timing]${tags}`),
  ];
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const part of all) for (const key of Object.keys(counts)) counts[key] += part[key];
  return judged(`C++ tests, ${preset}`, 0, counts);
}

/** Does `work` for each of the items, as many at a time as there are cores. */
export async function eachOf(items, work) {
  const waiting = [...items.entries()];
  const results = [];
  const lane = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) results[next[0]] = await work(next[1]);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, lane));
  return results;
}

/** Tests that a specification names, which may be none. */
async function catch2File(program, name, specification) {
  const report = freshReport(`${name}.xml`);
  const { code, output } = await run(program, ['-#', '-r', 'junit', '-o', report, specification], {
    timeoutSeconds: suiteTimeoutSeconds,
    quiet: true,
    env: {
      ASAN_OPTIONS: 'detect_stack_use_after_return=1',
      UBSAN_OPTIONS: 'print_stacktrace=1',
      TSAN_OPTIONS: 'halt_on_error=1',
    },
  });
  process.stdout.write(output);
  // a program that was ended has written none, or a part of one
  const xml = existsSync(report) ? readFileSync(report, 'utf8') : '';
  if (!xml.includes('</testsuites>')) return judged(`C++ tests, ${name}`, code, undefined);
  const counts = catch2Counts(xml);
  // Catch2 3 calls it a failure when no test matches
  if (/<testsuite [^>]*tests="0"/.test(xml)) return counts;
  return judged(`C++ tests, ${name}`, code, counts);
}

/** TypeScript tests in Mocha, three files for two cores at a time: many wait for daemons, which have times to keep. */
export async function mocha(files = ['test/**/*.test.ts'], node = process.execPath) {
  const report = freshReport('mocha.json');
  const { code } = await run(
    node,
    [
      npmBin('mocha'),
      '--reporter',
      join(root, 'scripts', 'lib', 'mochaReporter.mjs'),
      '--reporter-option',
      `report=${report}`,
      '--parallel',
      '--jobs',
      String(Math.ceil(1.5 * availableParallelism())),
      ...files,
    ],
    // programs that tests start by name
    { timeoutSeconds: suiteTimeoutSeconds, env: { PATH: `${dirname(node)}${delimiter}${process.env.PATH}` } },
  );
  let counts;
  try {
    counts = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    counts = undefined;
  }
  return judged('TypeScript tests', code, counts);
}

/** MATLAB tests in Octave; the runner's closing line is `matlab: N passed, N failed, N skipped`. */
export async function octave() {
  if (!isDistCurrent()) throw new Error('dist/ is not what src/ compiles to: npm run build');
  const { code, output } = await run('octave-cli', [...octaveArgs, join('test', 'matlab', 'run_tests.m')], {
    timeoutSeconds: suiteTimeoutSeconds,
  });
  const line = [...output.matchAll(/^matlab: (\d+) passed, (\d+) failed, (\d+) skipped\s*$/gm)].at(-1);
  const counts = line && { passed: Number(line[1]), failed: Number(line[2]), skipped: Number(line[3]) };
  return judged('MATLAB tests in Octave', code, counts);
}
