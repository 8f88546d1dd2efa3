// Packages of npm: the program without a binary, and one for each platform with its addon, of which npm takes the one for its own
// `os`, `cpu` and `libc`. Nothing is compiled where they are installed.
import { cpSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { must } from '../cross/must.mjs';
import { platformOf, platforms } from '../cross/platforms.mjs';
import { expect, expectSame } from '../platforms/checks.mjs';
import { Trial, tolerance } from '../platforms/tree.mjs';
import { root } from '../run.mjs';
import { addComponentsOfAddon } from './components.mjs';
import { buildOnly, packageJson } from './contents.mjs';
import { EmptyPlace, quoted } from './trial.mjs';

const { name: program, version, description, license, type, bin, engines } = packageJson;
const packageOf = (platform) => `@${program}/${platform}`;

/** Path of the archive that `npm pack` makes of files (each path here by its name there) and of what it is to say of itself. */
async function packFolder(folder, facts, files, out) {
  for (const [file, path] of Object.entries({ ...files, LICENSE: join(root, 'LICENSE') }))
    cpSync(path, join(folder, file), { recursive: true, filter: (from) => basename(from) !== '.built-from' });
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify({ version, license, ...facts }, null, 2)}\n`);
  const words = ['pack', '--silent', '--ignore-scripts', '--pack-destination', out];
  return join(out, (await must('npm', words, { cwd: folder })).trim());
}

function emptyFolder(out, name) {
  const folder = join(out, 'npm', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Makes the package of a platform in the folder `out`. */
export async function packAddon(name, addon, out, cache) {
  const folder = emptyFolder(out, name);
  await addComponentsOfAddon(platformOf(name), folder, cache);
  const [os, cpu] = name.split('-');
  const facts = {
    name: packageOf(name),
    description: `The addon of ${program} for ${name}`,
    ...{ os: [os], cpu: [cpu], ...(os === 'linux' ? { libc: ['glibc'] } : {}) },
    main: 'euphonic.node',
  };
  return packFolder(folder, facts, { 'euphonic.node': addon }, out);
}

/** Makes the package of the program, which is the same everywhere. */
export async function packProgram(out) {
  const ofRun = Object.entries(packageJson.dependencies).filter(([name]) => !buildOnly.includes(name));
  const facts = {
    ...{ name: program, description, type, bin, engines },
    dependencies: Object.fromEntries(ofRun),
    optionalDependencies: Object.fromEntries(
      Object.keys(platforms).map((name) => [packageOf(name), version]),
    ),
  };
  const files = {
    dist: join(root, 'dist'),
    docs: join(root, 'docs'),
    'README.md': join(root, 'packaging', 'npm_readme.md'),
  };
  return packFolder(emptyFolder(out, program), facts, files, out);
}

/** Installs both in an empty folder, where npm and Node.js are all that there is, and has them calculate. */
export async function tryPackages(out) {
  const place = new EmptyPlace();
  const trial = new Trial();
  try {
    const npm = (await must('sh', ['-c', 'command -v npm'])).trim();
    for (const [name, path] of [
      ['node', process.execPath],
      ['npm', npm],
    ])
      symlinkSync(path, join(place.bin, name));
    // what stands for npm's registry, which does not have them yet
    const archive = (name) =>
      `file:${join(out, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`)}`;
    const overrides = Object.fromEntries(
      Object.keys(platforms)
        .map(packageOf)
        .map((name) => [name, archive(name)]),
    );
    const facts = { private: true, dependencies: { [program]: archive(program) }, overrides };
    const folder = join(place.folder, 'Jörgs Programm');
    mkdirSync(folder);
    writeFileSync(join(folder, 'package.json'), JSON.stringify(facts));
    const options = ['--no-audit', '--no-fund', '--prefer-offline', '--userconfig', npmrc()];
    await place.must(`cd ${quoted(folder)} && npm install ${options.map(quoted).join(' ')}`);
    const binaries = readdirSync(join(folder, 'node_modules', `@${program}`));
    expect(
      binaries.join() === `${process.platform}-${process.arch}`,
      `the packages ${binaries} were installed`,
    );
    const cli = quoted(join(folder, 'node_modules', '.bin', Object.keys(bin)[0]));
    try {
      await place.must(`${cli} ${trial.arguments(trial.output('npm')).map(quoted).join(' ')}`);
      expectSame(await trial.reference(), trial.read('npm'), tolerance);
    } finally {
      await place.sh(`${cli} stop`);
    }
  } finally {
    trial.end();
    place.end();
  }
}

/** The user's settings of npm: which registry the other dependencies are from. */
const npmrc = () => process.env.NPM_CONFIG_USERCONFIG ?? join(process.env.HOME ?? '', '.npmrc');
