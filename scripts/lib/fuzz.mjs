// The fuzzer of the gateway's codec: built with clang, started from the corpus of frames.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.mjs';

const buildDir = join('build', 'fuzz');

/** Inputs are short, and what they cost must be little: MiB of one allocation, and in all. */
const limits = ['-max_len=4096', '-malloc_limit_mb=8', '-rss_limit_mb=512', '-timeout=5'];

async function clang() {
  for (const name of ['clang++', 'clang++-14']) {
    if ((await run('sh', ['-c', `command -v ${name}`], { quiet: true })).code === 0) return name;
  }
  return undefined;
}

/**
 * Runs it for some seconds. Inputs that reach new code are kept in build/fuzz/corpus for the next run; one that fails
 * is written to build/fuzz.
 * @param {number} seconds
 * @returns {Promise<{passed: number, failed: number, skipped: number}>}
 */
export async function fuzzCodec(seconds) {
  const compiler = await clang();
  if (!compiler) {
    console.log('  SKIPPED: no clang++ on PATH, which has the coverage-guided fuzzer');
    return { passed: 0, failed: 0, skipped: 1 };
  }
  const steps = [
    [
      'cmake',
      [
        '-S',
        '.',
        '-B',
        buildDir,
        `-DCMAKE_CXX_COMPILER=${compiler}`,
        '-DCMAKE_BUILD_TYPE=Debug',
        '-DEUPHONIC_FUZZ=ON',
      ],
    ],
    ['cmake', ['--build', buildDir, '--target', 'codec_fuzz']],
  ];
  for (const [command, args] of steps) {
    const { code, output } = await run(command, args, { quiet: true });
    if (code === 0) continue;
    process.stderr.write(output);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  const corpus = join(buildDir, 'corpus');
  mkdirSync(join(root, corpus), { recursive: true });
  const { code, output } = await run(
    join(root, buildDir, 'native', 'fuzz', 'codec_fuzz'),
    [
      ...[`-max_total_time=${seconds}`, ...limits, `-artifact_prefix=${buildDir}/`, '-print_final_stats=1'],
      ...[corpus, join('test', 'frames')],
    ],
    { quiet: true, timeoutSeconds: seconds + 120 },
  );
  if (code !== 0) process.stderr.write(output);
  const figure = (name) => output.match(new RegExp(`${name}: +(\\d+)`))?.[1] ?? '?';
  const coverage = output.match(/.*cov: (\d+)/s)?.[1] ?? '?';
  console.log(
    `  ${code === 0 ? 'passed ' : 'failed '} ${figure('stat::number_of_executed_units')} inputs in ${seconds} s, ` +
      `${coverage} edges reached, at most ${figure('stat::peak_rss_mb')} MB`,
  );
  return code === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}
