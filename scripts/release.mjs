// Releases: node scripts/release.mjs [--cache FOLDER] [--no-trial] PLATFORM…; all platforms without one. For each a zip in
// build/releases that is unpacked and used without compiler, npm and Node.js; their sums are in SHA256SUMS there. Those that can
// run on this machine are tried from an empty folder (scripts/lib/toolbox/trial.mjs).
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildFor, defaultCache } from './cross.mjs';
import { platformOf, platforms } from './lib/cross/platforms.mjs';
import { nodeFor } from './lib/platforms/nodes.mjs';
import { root } from './lib/run.mjs';
import { isDistCurrent } from './lib/stamp.mjs';
import { pack, sumOf } from './lib/toolbox/archive.mjs';
import { addComponents } from './lib/toolbox/components.mjs';
import { assemble, packageJson } from './lib/toolbox/contents.mjs';
import { tryRelease } from './lib/toolbox/trial.mjs';

const out = join(root, 'build', 'releases');

async function release(name, { cache, 'no-trial': untried }) {
  const platform = platformOf(name);
  const { addon, gateway } = await buildFor(name, cache, { tests: false });
  const folder = join(out, `euphonic-${packageJson.version}-${name}`);
  const gateways = gateway ? { [basename(gateway)]: gateway } : {};
  const node = await nodeFor(name, cache);
  const packages = await assemble({ platform: name, folder, addon, gateways, node });
  await addComponents(platform, folder, packages, cache);
  const archive = pack(folder);
  console.log(`release: ${archive}`);
  if (!untried) console.log(`release: ${name}: ${await tryRelease(platform, archive, cache)}`);
}

function writeSums() {
  const archives = readdirSync(out).filter((file) => file.endsWith('.zip'));
  const lines = archives.sort().map((file) => `${sumOf(join(out, file))}  ${file}\n`);
  writeFileSync(join(out, 'SHA256SUMS'), lines.join(''));
}

try {
  const { values, positionals } = parseArgs({
    options: { cache: { type: 'string', default: defaultCache }, 'no-trial': { type: 'boolean' } },
    allowPositionals: true,
  });
  if (!existsSync(join(root, 'dist')) || !isDistCurrent())
    throw new Error('dist/ is not what src/ compiles to: npm run build');
  mkdirSync(out, { recursive: true });
  for (const name of positionals.length > 0 ? positionals : Object.keys(platforms))
    await release(name, values);
  writeSums();
} catch (error) {
  console.error(`release: ${error.message}`);
  process.exitCode = 1;
}
