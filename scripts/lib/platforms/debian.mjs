// The release for Linux in roots of other Debians, which have neither Node.js nor a compiler: the oldest glibc that can be had here
// (Debian 11: 2.31), and a newer one.
import { cpSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fetched, NotFetched } from '../cross/fetched.mjs';
import { must } from '../cross/must.mjs';
import { mirror } from '../mirror.mjs';
import { root, run } from '../run.mjs';
import { makeRelease } from '../toolbox/make.mjs';
import { expect, runChecks } from './checks.mjs';

const TRIAL_SECONDS = 120;

/** Where the zip is unpacked in a root. */
const place = 'srv/Jörgs Ordner';

/** Folder of a root; made where it is not there. */
async function rootOf(release, cache) {
  const folder = join(cache, 'roots', release);
  if (existsSync(folder)) return folder;
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  const words = ['--variant=minbase', release, fresh, await mirror()];
  await fetched(`Debian's ${release}`, () => must('debootstrap', words));
  renameSync(fresh, folder);
  return folder;
}

/** Runs a program there, in namespaces of its own: nothing stays mounted, and no daemon is left. */
const inRoot = (folder, words) =>
  run(
    'unshare',
    [
      ...['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', 'sh', '-ec'],
      'mount -t proc proc "$0/proc"; exec chroot "$0" /usr/bin/env -i HOME=/tmp PATH=/usr/bin:/bin "$@"',
      ...[folder, ...words],
    ],
    { quiet: true, timeoutSeconds: TRIAL_SECONDS },
  );

async function tryIn(release, archive, cache) {
  const folder = await rootOf(release, cache);
  const unpacked = join(folder, place);
  rmSync(unpacked, { recursive: true, force: true });
  mkdirSync(unpacked, { recursive: true });
  try {
    await must('unzip', ['-q', archive, '-d', unpacked]);
    cpSync(join(root, 'scripts', 'try_unpacked.mjs'), join(unpacked, 'try.mjs'));
    const toolbox = join('/', place, basename(archive, '.zip'));
    const words = [join(toolbox, 'daemon', 'node', 'bin', 'node'), join('/', place, 'try.mjs'), toolbox];
    const { code, output } = await inRoot(folder, words);
    expect(code === 0, output);
    console.log(`      ${output.trim()}`);
  } finally {
    rmSync(unpacked, { recursive: true, force: true });
  }
}

/** Throws NotFetched where roots cannot be made. */
export async function debian(cache) {
  if (process.getuid?.() !== 0) throw new NotFetched('making a root of Debian needs root');
  const { archive } = await makeRelease('linux-x64', cache);
  return runChecks({
    'Debian 11, glibc 2.31': () => tryIn('bullseye', archive, cache),
    'Debian 13, glibc 2.41': () => tryIn('trixie', archive, cache),
  });
}
