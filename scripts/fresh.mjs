// The README's two commands on fresh machines: npm run test:fresh -- [bookworm] [trixie] [--command COMMAND].
// For each release of Debian a root is made by debootstrap, HEAD is cloned into an empty folder there, and `npm run demo`
// and `npm test`, or the given command, run in it. Needs root, some 3 GB below the folder for temporary files, and network.
//
// What of this machine is passed on: apt's mirror and proxies, npm's registry and ~/.npmrc, proxies of the environment,
// certificates that NODE_EXTRA_CA_CERTS names, and, to be read only, the folder that EUPHONIC_TEST_DATA names.
import { existsSync, mkdtempSync, readFileSync, realpathSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { mirror } from './lib/mirror.mjs';
import { root as checkout, run } from './lib/run.mjs';

/** Debian 12's own Node.js is too old; there the one that runs this script is taken. */
const releases = {
  bookworm: { title: 'Debian 12', node: 'copied' },
  trixie: { title: 'Debian 13', node: 'apt' },
};

async function output(command, args) {
  const result = await run(command, args, { quiet: true });
  return result.code === 0 ? result.output.trim() : '';
}

/** What a root is made with, as variables of lib/freshRoot.sh. */
async function settings() {
  const { npm_execpath: npm = '', NODE_EXTRA_CA_CERTS: certificates = '' } = process.env;
  return {
    MIRROR: await mirror(),
    APT_CONF:
      (await output('apt-config', ['dump'])).match(/^Acquire::(https?|Check)\b.*/gm)?.join('\n') ?? '',
    NODE: process.execPath,
    NPM: npm && dirname(dirname(realpathSync(npm))),
    NPM_REGISTRY: await output('npm', ['config', 'get', 'registry']),
    NPMRC: join(homedir(), '.npmrc'),
    CERTIFICATES: certificates,
    TEST_DATA: process.env.EUPHONIC_TEST_DATA ?? '',
  };
}

/** Mount points at or below a folder. The kernel writes blanks in them as \040. */
function mountsBelow(folder) {
  const points = readFileSync('/proc/self/mountinfo', 'utf8')
    .trim()
    .split('\n')
    .map((line) =>
      line.split(' ')[4].replace(/\\(\d{3})/g, (_, code) => String.fromCharCode(Number.parseInt(code, 8))),
    );
  return points.filter((point) => `${point}/`.startsWith(`${folder}/`));
}

/** Mounts are made in a mount namespace that has ended by now. A folder in which something is mounted all the same stays. */
async function remove(folder) {
  const mounts = mountsBelow(folder);
  if (mounts.length > 0)
    throw new Error(`${folder} was not removed, since these are still mounted: ${mounts.join(', ')}`);
  await run('rm', ['-rf', '--one-file-system', folder]);
}

/** @returns {Promise<boolean>} whether all commands succeeded */
async function tryRelease(release, commands, env) {
  const { title, node } = releases[release];
  // a mount point has its real path, also where the folder for temporary files is a link
  const folder = realpathSync(mkdtempSync(join(tmpdir(), `euphonic-${release}-`)));
  try {
    console.log(`\n##### ${title}: a root below ${folder}`);
    const cloned = await run('git', ['clone', '--quiet', '--no-hardlinks', checkout, join(folder, 'clone')]);
    if (cloned.code !== 0) return false;
    // The namespaces end with their first process: nothing stays mounted, and no daemon is left.
    const namespaces = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child'];
    const script = join('scripts', 'lib', 'freshRoot.sh');
    const { code } = await run('unshare', [...namespaces, 'sh', script, folder, release, node, ...commands], {
      env,
    });
    return code === 0;
  } finally {
    await remove(folder);
  }
}

function missingPrograms() {
  const needed = { debootstrap: 'debootstrap', unshare: 'util-linux', git: 'git' };
  const folders = process.env.PATH.split(':');
  const isThere = (program) => folders.some((folder) => existsSync(join(folder, program)));
  return Object.keys(needed)
    .filter((program) => !isThere(program))
    .map((program) => needed[program]);
}

async function main() {
  const { values, positionals } = parseArgs({
    options: { command: { type: 'string', multiple: true } },
    allowPositionals: true,
  });
  const unknown = positionals.filter((name) => !(name in releases));
  if (unknown.length > 0) {
    throw new Error(`unknown release ${unknown.join(', ')}: expected ${Object.keys(releases).join(' or ')}`);
  }
  if (process.getuid?.() !== 0)
    throw new Error('making a root of Debian needs root: start this as root, on Linux');
  const missing = missingPrograms();
  if (missing.length > 0) throw new Error(`missing: run apt-get install ${missing.join(' ')}`);
  const env = await settings();
  const commands = values.command ?? ['npm run demo', 'npm test'];
  const failed = [];
  for (const release of positionals.length > 0 ? positionals : Object.keys(releases)) {
    if (!(await tryRelease(release, commands, env))) failed.push(releases[release].title);
  }
  if (failed.length > 0) throw new Error(`${failed.join(' and ')} failed`);
  console.log('\nfresh: everything passed');
}

try {
  await main();
} catch (error) {
  console.error(`fresh: ${error.message}`);
  process.exitCode = 1;
}
