// Lint and style of the MATLAB package by miss_hit, in a Python environment outside the checkout that is made when
// it is first needed.
import { existsSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { run } from './run.mjs';

const version = '0.9.44';
const cache = process.env.XDG_CACHE_HOME || join(homedir(), '.cache');
const environment = join(cache, 'euphonic-bridge', `miss_hit-${version}`);

async function install() {
  if (existsSync(join(environment, 'bin', 'mh_style'))) return true;
  const steps = [
    ['python3', ['-m', 'venv', environment]],
    [
      join(environment, 'bin', 'pip'),
      ['install', '--quiet', '--disable-pip-version-check', `miss_hit==${version}`],
    ],
  ];
  for (const [command, args] of steps) {
    const { code } = await run(command, args, { quiet: true, timeoutSeconds: 120 });
    if (code !== 0) {
      rmSync(environment, { recursive: true, force: true });
      return false;
    }
  }
  return true;
}

/**
 * Checks matlab/ as its miss_hit.cfg says.
 * @returns {Promise<{code: number, output: string} | undefined>} undefined where there is no Python or no network
 */
export async function missHit() {
  if (!(await install())) return undefined;
  let code = 0;
  let output = '';
  for (const tool of ['mh_style', 'mh_lint']) {
    const result = await run(join(environment, 'bin', tool), ['matlab'], { quiet: true });
    output += result.output;
    code ||= result.code;
  }
  if (code !== 0) process.stdout.write(output);
  return { code, output };
}
