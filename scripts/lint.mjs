// Static checks: Biome (lint and format of TypeScript), tsc, clang-format (format of C++), miss_hit
// (lint and style of MATLAB). --write repairs formats and renews the tables of limits in docs/administration.md.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { missHit } from './lib/missHit.mjs';
import { npmBin, root, run } from './lib/run.mjs';
import { eachOf } from './lib/suites.mjs';

// Versions of clang-format differ in what they write; this one is Debian 12's.
const clangFormatMajor = 14;

function cppFiles(folder) {
  return readdirSync(join(root, folder), { recursive: true })
    .filter((name) => /\.(h|cpp)$/.test(name))
    .map((name) => join(folder, name));
}

async function clangFormat(args) {
  for (const command of [`clang-format-${clangFormatMajor}`, 'clang-format']) {
    const { code, output } = await run('sh', ['-c', `command -v ${command} && ${command} --version`], {
      quiet: true,
    });
    if (code !== 0 || !output.includes(`version ${clangFormatMajor}.`)) continue;
    const result = await run(
      command,
      [...args, ...cppFiles('native'), ...cppFiles('test/native'), ...cppFiles('test/mex')],
      {
        quiet: true,
      },
    );
    const misformatted = new Set(
      [...result.output.matchAll(/^(.+?):\d+:\d+: error:/gm)].map(([, file]) => file),
    );
    for (const file of misformatted) console.log(`  ${file} is not formatted: npm run format`);
    return result;
  }
  return undefined;
}

const tool = (name, ...args) => run(npmBin(name), args, { quiet: true });

/**
 * @returns {Promise<{passed: number, failed: number, skipped: number}>} counted by checks
 */
export async function lint() {
  const totals = { passed: 0, failed: 0, skipped: 0 };
  const checks = [
    ['Biome: lint and format', () => tool('biome', 'check', '--error-on-warnings')],
    ['tsc: types of src, test and bench', () => tool('tsc', '-p', 'tsconfig.json')],
    ['clang-format: format of C++', () => clangFormat(['--dry-run', '-Werror'])],
    ['miss_hit: lint and style of MATLAB', missHit],
  ];
  const results = await eachOf(checks, ([, check]) => check());
  results.forEach((result, i) => {
    const verdict = result === undefined ? 'skipped' : result.code === 0 ? 'passed' : 'failed';
    totals[verdict] += 1;
    if (verdict === 'failed') process.stdout.write(result.output);
    console.log(`  ${verdict}  ${checks[i][0]}`);
  });
  if (!results[2]) console.log(`  SKIPPED: no clang-format ${clangFormatMajor} on PATH`);
  if (!results[3])
    console.log('  SKIPPED: miss_hit could not be installed (python3 with venv, and PyPI, are needed)');
  return totals;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--write')) {
    const biome = await run(npmBin('biome'), ['check', '--write']);
    const limits = await run(process.execPath, ['--import=tsx', 'scripts/limits.ts', '--write']);
    const cpp = await clangFormat(['-i']);
    if (!cpp) console.log(`no clang-format ${clangFormatMajor} on PATH: C++ files were left alone`);
    process.exitCode = biome.code || limits.code || (cpp?.code ?? 0);
  } else {
    process.exitCode = (await lint()).failed ? 1 : 0;
  }
}
