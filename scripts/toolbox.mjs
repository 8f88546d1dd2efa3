// Assembles the toolbox of this machine: a folder and a zip with the MATLAB package, the MEX files built here, the daemon with its
// dependencies and a Node.js. Unpacked and put on MATLAB's or Octave's path it needs no npm and no compiler.
// `node scripts/toolbox.mjs` after a build; then it is tried in an empty folder, without node and npm on the PATH. What is for
// other machines `npm run release` makes.
import { cpSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { defaultCache } from './cross.mjs';
import { must } from './lib/cross/must.mjs';
import { nodeFor } from './lib/platforms/nodes.mjs';
import { root, run } from './lib/run.mjs';
import { pack } from './lib/toolbox/archive.mjs';
import { assemble, packageJson } from './lib/toolbox/contents.mjs';
import { EmptyPlace, inOctave } from './lib/toolbox/trial.mjs';

const platform = `${process.platform}-${process.arch}`;
const folderName = `euphonic-${packageJson.version}-${platform}`;
const folder = join(root, 'build', 'toolbox', folderName);

/** Shared libraries that not every system has: put beside the binaries, which look for them there first. */
const librariesOfGateway = /^lib(zmq|sodium|pgm|norm|bsd|md)[-.\d]*\.so/;
const librariesOfAddon = /^libhwy[-.\d]*\.so/;

/** Paths of the MEX files that were built here, by name. */
function gatewaysHere() {
  const place = join(root, 'matlab', '+euphonic', '+internal');
  const names = readdirSync(place).filter((file) => /^gateway\.mex[a-z0-9]*$/.test(file));
  if (names.length === 0)
    console.log('toolbox: there is no MEX file: run euphonic.build in MATLAB, or install Octave');
  return Object.fromEntries(names.map((name) => [name, join(place, name)]));
}

async function bundle(binary, wanted) {
  if (process.platform !== 'linux') return;
  for (const [, library, path] of (await must('ldd', [binary])).matchAll(/^\s*(\S+) => (\S+)/gm)) {
    if (wanted.test(library)) cpSync(path, join(dirname(binary), library), { dereference: true });
  }
}

async function tryOut(archive) {
  if ((await run('sh', ['-c', 'command -v octave-cli'], { quiet: true })).code !== 0) {
    console.log('SKIPPED: the toolbox was not tried: no octave-cli on PATH');
    return;
  }
  const place = new EmptyPlace();
  try {
    const unpacked = await place.unpack(archive);
    const cli = `'${join(unpacked, 'euphonicd')}'`;
    try {
      await inOctave(place, unpacked);
      const version = await place.must(`${cli} --version`);
      if (!version.includes(packageJson.version)) throw new Error(`euphonicd printed ${version}`);
    } finally {
      await place.sh(`${cli} stop`);
    }
    console.log('toolbox: tried in an empty folder, without node and npm on the PATH');
  } finally {
    place.end();
  }
}

try {
  const gateways = gatewaysHere();
  const addon = join(root, 'build', 'addon', 'euphonic.node');
  await assemble({ platform, folder, addon, gateways, node: await nodeFor(platform, defaultCache) });
  await bundle(join(folder, 'daemon', 'build', 'addon', 'euphonic.node'), librariesOfAddon);
  for (const name of Object.keys(gateways))
    await bundle(join(folder, '+euphonic', '+internal', name), librariesOfGateway);
  const archive = pack(folder);
  console.log(`toolbox: ${folder}\n         ${archive}`);
  await tryOut(archive);
} catch (error) {
  console.error(`toolbox: ${error.message}`);
  process.exitCode = 1;
}
