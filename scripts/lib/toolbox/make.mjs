// Makes the zip of a platform in build/releases.
import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildFor } from '../../cross.mjs';
import { platformOf } from '../cross/platforms.mjs';
import { nodeFor } from '../platforms/nodes.mjs';
import { root } from '../run.mjs';
import { isDistCurrent } from '../stamp.mjs';
import { pack } from './archive.mjs';
import { addComponents } from './components.mjs';
import { assemble, packageJson } from './contents.mjs';

export const releases = join(root, 'build', 'releases');

/** Path of the zip, and of the addon in it. */
export async function makeRelease(name, cache) {
  if (!isDistCurrent()) throw new Error('dist/ is not what src/ compiles to: npm run build');
  mkdirSync(releases, { recursive: true });
  const platform = platformOf(name);
  const { addon, gateway, octaveGateway } = await buildFor(name, cache, { tests: false });
  const folder = join(releases, `euphonic-${packageJson.version}-${name}`);
  const built = [gateway, octaveGateway].filter(Boolean);
  const gateways = Object.fromEntries(built.map((file) => [basename(file), file]));
  const node = await nodeFor(name, cache);
  const packages = await assemble({ platform: name, folder, addon, gateways, node });
  await addComponents(platform, folder, packages, cache);
  return { archive: pack(folder), addon };
}
