// Octave of ARM by QEMU: Debian's packages of it, unpacked into a folder where nothing is installed.
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crossBuild } from '../../cross.mjs';
import { fetched } from '../cross/fetched.mjs';
import { must } from '../cross/must.mjs';
import { mirror } from '../mirror.mjs';
import { octaveArgs, root } from '../run.mjs';

const RELEASE = 'bookworm';
const libraries = 'usr/lib/aarch64-linux-gnu';

/** The folder with Octave and all that it needs; made where it is not there. */
async function octaveFor(cache) {
  const folder = join(cache, 'roots', `${RELEASE}-arm64-octave`);
  if (existsSync(folder)) return folder;
  const fresh = `${folder}.new`;
  rmSync(fresh, { recursive: true, force: true });
  const at = (name) => join(fresh, 'apt', name);
  for (const name of ['lists/partial', 'cache/archives/partial']) mkdirSync(at(name), { recursive: true });
  writeFileSync(at('sources.list'), `deb ${await mirror()} ${RELEASE} main\n`);
  writeFileSync(at('status'), '');
  const settings = {
    ...{ 'APT::Architecture': 'arm64', 'APT::Architectures': 'arm64', 'APT::Sandbox::User': 'root' },
    ...{ 'Dir::State::status': at('status'), 'Dir::State::lists': at('lists'), 'Dir::Cache': at('cache') },
    ...{ 'Dir::Etc::sourcelist': at('sources.list'), 'Dir::Etc::sourceparts': '-', 'Debug::NoLocking': '1' },
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  await fetched('Octave for ARM', async () => {
    await must('apt-get', [...options, 'update']);
    const words = ['install', '-y', '--download-only', '--no-install-recommends', 'octave'];
    await must('apt-get', [...options, ...words]);
  });
  const archives = readdirSync(at('cache/archives')).filter((name) => name.endsWith('.deb'));
  for (const name of archives) await must('dpkg-deb', ['-x', join(at('cache/archives'), name), fresh]);
  rmSync(join(fresh, 'apt'), { recursive: true });
  renameSync(fresh, folder);
  return folder;
}

/** What a script prints in it, with the package of MATLAB and the MEX file that were built for ARM on its path. */
export async function inOctaveOfArm(emulator, script, cache) {
  const there = await octaveFor(cache);
  const [version] = readdirSync(join(there, libraries, 'octave'));
  const folders = ['', 'blas', 'lapack', join('octave', version)].map((name) => join(there, libraries, name));
  const given = [`OCTAVE_HOME=${join(there, 'usr')}`, `LD_LIBRARY_PATH=${folders.join(':')}`];
  const toolbox = join(root, 'build', 'cross', 'linux-arm64', 'matlab');
  rmSync(toolbox, { recursive: true, force: true });
  cpSync(join(root, 'matlab'), toolbox, { recursive: true });
  cpSync(crossBuild('linux-arm64').octaveGateway, join(toolbox, '+euphonic', '+internal', 'gateway.mex'));
  const words = [...octaveArgs, '--eval', `addpath('${toolbox}'); ${script}`];
  const program = join(there, 'usr', 'bin', 'octave-cli');
  return must(emulator, ['-L', there, ...given.flatMap((text) => ['-E', text]), program, ...words], {
    timeoutSeconds: 180,
  });
}
