// Assembles the toolbox: a folder and a zip with the MATLAB package, the MEX file built here, the daemon with its
// dependencies and a Node.js runtime. Unpacked and put on MATLAB's or Octave's path it needs no npm and no compiler.
// `node scripts/toolbox.mjs` after a build; then it is tried in an empty folder, without node and npm on the PATH.
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { runtimePackages } from './lib/closure.mjs';
import { octaveArgs, root, run } from './lib/run.mjs';

const packageJson = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const { name, version, type, license } = packageJson;
const platform = `${process.platform}-${process.arch}`;
const folderName = `euphonic-${version}-${platform}`;
const out = join(root, 'build', 'toolbox');
const folder = join(out, folderName);
const daemon = join(folder, 'daemon');

/** Dependencies that only a build needs. */
const buildOnly = ['cmake-js', 'node-addon-api', 'node-api-headers'];

/** Shared libraries that not every system has: put beside the binaries, which look for them there first. */
const librariesOfGateway = /^lib(zmq|sodium|pgm|norm|bsd|md)[-.\d]*\.so/;
const librariesOfAddon = /^libhwy[-.\d]*\.so/;

async function must(command, args, options) {
  const { code, output } = await run(command, args, { quiet: true, ...options });
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} failed (exit code ${code}):\n${output}`);
  return output;
}

const copy = (from, to, options) => cpSync(from, to, { recursive: true, dereference: true, ...options });

function copyMatlabPackage() {
  copy(join(root, 'matlab'), folder, {
    filter: (path) => !/demo-output|octave-workspace|toolbox_readme/.test(basename(path)),
  });
  // for euphonic.build inside MATLAB
  copy(join(root, 'native', 'mex'), join(folder, 'native', 'mex'));
  copy(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  copy(join(root, 'matlab', 'toolbox_readme.md'), join(folder, 'README.md'));
}

/** The command line, wherever the folder is and whatever links to it. */
function addCommand() {
  const command = [
    '#!/bin/sh',
    'here=$(dirname "$(readlink -f "$0")")',
    'exec "$here/../daemon/node/bin/node" "$here/../daemon/dist/cli.js" "$@"',
  ];
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin', 'euphonicd'), `${command.join('\n')}\n`, { mode: 0o755 });
}

function copyDaemon() {
  copy(join(root, 'dist'), join(daemon, 'dist'));
  copy(join(root, 'build', 'addon', 'euphonic.node'), join(daemon, 'build', 'addon', 'euphonic.node'));
  const bin = { euphonicd: 'dist/cli.js' };
  // nats-server with its licence
  copy(join(root, 'build', 'engine'), join(daemon, 'build', 'engine'));
  writeFileSync(
    join(daemon, 'package.json'),
    `${JSON.stringify({ name, version, type, license, bin }, null, 2)}\n`,
  );
  const wanted = Object.keys(packageJson.dependencies).filter(
    (dependency) => !buildOnly.includes(dependency),
  );
  for (const path of runtimePackages(root, wanted, buildOnly)) {
    copy(join(root, path), join(daemon, path), { filter: (file) => !isForeign(file) });
  }
}

/** Binaries for other platforms, and what nested folders bring by themselves. */
function isForeign(file) {
  const [, system, arch] = file.match(/\/zeromq\/build\/(darwin|linux|win32)(?:\/([^/]+))?/) ?? [];
  if (system) return system !== process.platform || (arch !== undefined && arch !== process.arch);
  return /\/node_modules\/(?:@[^/]+\/)?[^/]+\/node_modules$/.test(file);
}

async function addNode() {
  const runtime = `node-${platform.replace('win32', 'win')}`;
  const spec = `${runtime}@${process.version.slice(1)}`;
  const unpacked = mkdtempSync(join(tmpdir(), 'euphonic-node-'));
  try {
    const archive = (await must('npm', ['pack', spec, '--pack-destination', unpacked, '--silent'])).trim();
    await must('tar', ['-xzf', join(unpacked, archive), '-C', unpacked]);
    const binary = process.platform === 'win32' ? 'node.exe' : 'node';
    copy(join(unpacked, 'package', 'bin', binary), join(daemon, 'node', 'bin', binary));
    for (const file of readdirSync(join(unpacked, 'package'))) {
      if (/^LICENSE/i.test(file)) copy(join(unpacked, 'package', file), join(daemon, 'node', file));
    }
  } finally {
    rmSync(unpacked, { recursive: true, force: true });
  }
}

async function bundleLibraries() {
  if (process.platform !== 'linux') return;
  const gateways = readdirSync(join(folder, '+euphonic', '+internal')).filter((file) => /\.mex/.test(file));
  if (gateways.length === 0)
    console.log('toolbox: there is no MEX file: run euphonic.build in MATLAB, or install Octave');
  await bundle(join(daemon, 'build', 'addon', 'euphonic.node'), librariesOfAddon);
  for (const file of gateways) await bundle(join(folder, '+euphonic', '+internal', file), librariesOfGateway);
}

async function bundle(binary, wanted) {
  for (const [, library, path] of (await must('ldd', [binary])).matchAll(/^\s*(\S+) => (\S+)/gm)) {
    if (wanted.test(library)) copy(path, join(dirname(binary), library));
  }
}

/** A folder of links to everything on the PATH but Node.js and what belongs to it. */
function pathWithoutNode(parent) {
  const links = join(parent, 'bin');
  mkdirSync(links);
  for (const directory of process.env.PATH.split(':')) {
    for (const program of existsSync(directory) ? readdirSync(directory) : []) {
      const link = join(links, program);
      if (!/^(node|nodejs|npm|npx|corepack)$/.test(program) && !existsSync(link)) {
        try {
          symlinkSync(join(directory, program), link);
        } catch {
          // a link to nothing is there already
        }
      }
    }
  }
  return links;
}

async function tryOut() {
  if ((await run('sh', ['-c', 'command -v octave-cli'], { quiet: true })).code !== 0) {
    console.log('SKIPPED: the toolbox was not tried: no octave-cli on PATH');
    return;
  }
  const empty = mkdtempSync(join(tmpdir(), 'euphonic-toolbox-'));
  try {
    await must('unzip', ['-q', join(out, `${folderName}.zip`), '-d', empty]);
    const unpacked = join(empty, folderName);
    const code = [
      `addpath('${unpacked}')`,
      'facts = euphonic.setup()',
      'assert(facts.ready)',
      // Octave adds its own folder of programs to the PATH, so that does not prove which Node.js runs
      "[~, exe] = system(sprintf('readlink /proc/%d/exe', facts.daemon.pid))",
      `assert(strncmp(exe, '${unpacked}', ${unpacked.length}), ['the daemon runs in ' exe])`,
      `run('${join(unpacked, 'examples', 'first_script.m')}')`,
      'euphonic.stop',
    ].join('; ');
    const env = {
      PATH: pathWithoutNode(empty),
      HOME: empty,
      EUPHONIC_CONNECTION: join(empty, 'connection.json'),
      EUPHONIC_HOME: '',
    };
    const output = await must('octave-cli', [...octaveArgs, '--eval', code], { env, timeoutSeconds: 120 });
    const version = await must(join(unpacked, 'bin', 'euphonicd'), ['--version'], { env });
    if (!version.includes(packageJson.version)) throw new Error(`bin/euphonicd printed ${version}`);
    if (!/ meV .* mbarn/.test(output)) throw new Error(`the first script printed no modes:\n${output}`);
    console.log('toolbox: tried in an empty folder, without node and npm on the PATH');
  } finally {
    rmSync(empty, { recursive: true, force: true });
  }
}

try {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(daemon, { recursive: true });
  copyMatlabPackage();
  copyDaemon();
  addCommand();
  await addNode();
  await bundleLibraries();
  await must('sh', ['-c', `cd '${out}' && zip -q -r -9 '${folderName}.zip' '${folderName}'`]);
  console.log(`toolbox: ${folder}\n         ${folder}.zip`);
  await tryOut();
} catch (error) {
  console.error(`toolbox: ${error.message}`);
  process.exitCode = 1;
}
