// Releases: node scripts/release.mjs [--cache FOLDER] [--no-trial] PLATFORM…; all platforms without one. For each a zip in
// build/releases that is unpacked and used without compiler, npm and Node.js, and a package of npm with the addon; one package has the
// program. Their sums are in SHA256SUMS there. What can run on this machine is tried from an empty folder (scripts/lib/toolbox).
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { defaultCache } from './cross.mjs';
import { platformOf, platforms } from './lib/cross/platforms.mjs';
import { sumOf } from './lib/toolbox/archive.mjs';
import { makeRelease, releases } from './lib/toolbox/make.mjs';
import { packAddon, packProgram, tryPackages } from './lib/toolbox/npm.mjs';
import { tryRelease } from './lib/toolbox/trial.mjs';

async function release(name, { cache, 'no-trial': untried }) {
  const { archive, addon } = await makeRelease(name, cache);
  console.log(`release: ${archive}\nrelease: ${await packAddon(name, addon, releases, cache)}`);
  if (!untried) console.log(`release: ${name}: ${await tryRelease(platformOf(name), archive, cache)}`);
}

async function releaseProgram(names, { 'no-trial': untried }) {
  console.log(`release: ${await packProgram(releases)}`);
  if (untried || !names.includes(`${process.platform}-${process.arch}`)) return;
  await tryPackages(releases);
  console.log('release: the packages of npm were installed and tried on this system');
}

function writeSums() {
  const archives = readdirSync(releases).filter((file) => /\.(zip|tgz)$/.test(file));
  const lines = archives.sort().map((file) => `${sumOf(join(releases, file))}  ${file}\n`);
  writeFileSync(join(releases, 'SHA256SUMS'), lines.join(''));
}

try {
  const { values, positionals } = parseArgs({
    options: { cache: { type: 'string', default: defaultCache }, 'no-trial': { type: 'boolean' } },
    allowPositionals: true,
  });
  const names = positionals.length > 0 ? positionals : Object.keys(platforms);
  for (const name of names) await release(name, values);
  await releaseProgram(names, values);
  writeSums();
} catch (error) {
  console.error(`release: ${error.message}`);
  process.exitCode = 1;
}
