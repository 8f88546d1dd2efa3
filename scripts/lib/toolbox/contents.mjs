// The folder that users unpack: MATLAB package, MEX files, daemon with its libraries and Node.js, command line, licences.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, sep } from 'node:path';
import { runtimePackages } from '../closure.mjs';
import { must } from '../cross/must.mjs';
import { root } from '../run.mjs';

export const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** Dependencies that only a build needs. */
export const buildOnly = ['cmake-js', 'node-addon-api', 'node-api-headers'];

const copy = (from, to, options) => cpSync(from, to, { recursive: true, dereference: true, ...options });
const write = (path, lines, newline = '\n', mode = 0o644) =>
  writeFileSync(path, lines.map((line) => `${line}${newline}`).join(''), { mode });

/** Node's name for the system that is written first, and for the processor. */
const partsOf = (platform) => platform.split('-');

function addMatlabPackage(folder, gateways) {
  copy(join(root, 'matlab'), folder, {
    filter: (path) =>
      !/octave-workspace|toolbox_readme|miss_hit\.cfg|\.mex[a-z0-9]*$|\.so[.\d]*$/.test(basename(path)),
  });
  for (const [name, file] of Object.entries(gateways))
    copy(file, join(folder, '+euphonic', '+internal', name));
  // for euphonic.build inside MATLAB
  for (const name of ['mex', 'windows']) copy(join(root, 'native', name), join(folder, 'native', name));
  copy(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  copy(join(root, 'matlab', 'toolbox_readme.md'), join(folder, 'README.md'));
  copy(join(root, 'docs'), join(folder, 'docs'));
}

/** Throws where the help of MATLAB or of the command line, or the folder's README, names a page that is not in the folder. */
function checkPages(folder) {
  const isHelp = (file) => /^(README\.md|.*\.m|daemon\/dist\/cli\/.*\.js)$/.test(file.replaceAll(sep, '/'));
  for (const file of readdirSync(folder, { recursive: true }).filter(isHelp)) {
    for (const [page] of readFileSync(join(folder, file), 'utf8').matchAll(/docs\/[\w/-]+\.\w+/g))
      if (!existsSync(join(folder, page)))
        throw new Error(`${file} names ${page}, which is not in ${folder}`);
  }
}

/** The command line, wherever the folder is and, but on Windows, whatever links to it. */
function addCommand(folder, platform) {
  if (platform.startsWith('win32')) {
    const command = '@"%~dp0daemon\\node\\bin\\node.exe" "%~dp0daemon\\dist\\cli.js" %*';
    write(join(folder, 'euphonicd.cmd'), [command], '\r\n');
    return;
  }
  const link = [
    // macOS before 12.3 has no readlink -f
    'file=$0',
    'while [ -L "$file" ]; do',
    '  target=$(readlink "$file")',
    '  case $target in /*) file=$target ;; *) file=$(dirname "$file")/$target ;; esac',
    'done',
    'here=$(cd "$(dirname "$file")" && pwd -P)',
  ];
  // programs that unpack without the files' modes
  const mode = '[ -x "$here/daemon/node/bin/node" ] || chmod u+x "$here/daemon/node/bin/node"';
  const command = 'exec "$here/daemon/node/bin/node" "$here/daemon/dist/cli.js" "$@"';
  write(join(folder, 'euphonicd'), ['#!/bin/sh', ...link, mode, command], '\n', 0o755);
}

/** Binaries of zeromq for other platforms, all of which its package brings, and what nested folders bring by themselves. */
function isForeign(file, [system, processor]) {
  const path = file.replaceAll(sep, '/');
  const [, theirs, arch, libc] =
    path.match(/\/zeromq\/build\/(darwin|linux|win32)(?:\/([^/]+))?(?:\/node\/([^/]+))?/) ?? [];
  if (theirs) return theirs !== system || (arch ?? processor) !== processor || /^musl/.test(libc ?? '');
  return /\/node_modules\/(?:@[^/]+\/)?[^/]+\/node_modules$/.test(path);
}

/** The packages that the daemon needs there, by npm from the lock file. */
async function addModules(daemon, platform) {
  const [system, processor] = partsOf(platform);
  const place = mkdtempSync(join(tmpdir(), 'euphonic-modules-'));
  try {
    for (const name of ['package.json', 'package-lock.json']) copy(join(root, name), join(place, name));
    const there = [`--os=${system}`, `--cpu=${processor}`, ...(system === 'linux' ? ['--libc=glibc'] : [])];
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
    await must('npm', ['ci', '--omit=dev', ...there, ...quiet], { cwd: place });
    const wanted = Object.keys(packageJson.dependencies).filter((name) => !buildOnly.includes(name));
    const packages = runtimePackages(place, wanted, buildOnly);
    for (const path of packages) {
      copy(join(place, path), join(daemon, path), {
        filter: (file) => !isForeign(file, [system, processor]),
      });
    }
    return packages;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/**
 * Makes the folder anew. `addon` is the path of the daemon's addon, `gateways` those of MEX files by their names in the package,
 * `node` that of the Node.js program. Returns the folders of npm's packages in it.
 */
export async function assemble({ platform, folder, addon, gateways, node }) {
  const daemon = join(folder, 'daemon');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(daemon, { recursive: true });
  addMatlabPackage(folder, gateways);
  copy(join(root, 'dist'), join(daemon, 'dist'));
  copy(addon, join(daemon, 'build', 'addon', 'euphonic.node'));
  // nats-server, which clusters need; what there is is for this machine
  const engine = join(root, 'build', 'engine');
  if (platform === `${process.platform}-${process.arch}` && existsSync(engine))
    copy(engine, join(daemon, 'build', 'engine'));
  const { name, version, type, license } = packageJson;
  const facts = { name, version, type, license, bin: { euphonicd: 'dist/cli.js' } };
  write(join(daemon, 'package.json'), [JSON.stringify(facts, null, 2)]);
  copy(node, join(daemon, 'node', 'bin', basename(node)));
  const licence = join(node, '..', '..', 'LICENSE');
  if (existsSync(licence)) copy(licence, join(daemon, 'node', 'LICENSE'));
  addCommand(folder, platform);
  checkPages(folder);
  return (await addModules(daemon, platform)).map((path) => join(daemon, path));
}
