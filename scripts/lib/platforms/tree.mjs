// An installation of the daemon for another platform, and what is compared with this one.
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crossBuild } from '../../cross.mjs';
import { must } from '../cross/must.mjs';
import { withOwnDaemon } from '../ownDaemon.mjs';
import { root } from '../run.mjs';

/** Platforms' mathematics libraries differ in the last bits of what a plan is made of. */
export const tolerance = 1e-11;

/** Folder with the daemon: what is compiled here, and the addon for the platform. */
export function plantTree(platform) {
  const tree = join(root, 'build', 'cross', platform, 'tree');
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(join(tree, 'build', 'addon'), { recursive: true });
  for (const name of ['dist', 'package.json'])
    cpSync(join(root, name), join(tree, name), { recursive: true });
  cpSync(crossBuild(platform).addon, join(tree, 'build', 'addon', 'euphonic.node'));
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
  return tree;
}

/** A polar crystal with Born charges, and q-points of which none is a zone centre, where acoustic modes are rounding noise. */
export class Trial {
  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'euphonic-platform-'));
    this.model = join(this.folder, 'phonopy.yaml');
    const golden = join(root, 'test', 'golden', 'phonopy', 'orbits');
    for (const name of ['phonopy.yaml', 'BORN']) cpSync(join(golden, name), join(this.folder, name));
    const points = Array.from({ length: 300 }, (_, k) =>
      [0.1 + 0.37 * k, 0.05 - 0.11 * k, 0.2 + 0.23 * k].map((x) => x % 3),
    );
    this.qFile = join(this.folder, 'q.json');
    writeFileSync(this.qFile, JSON.stringify(points));
    this.qColumns = join(this.folder, 'q.txt');
    writeFileSync(this.qColumns, points.map((q) => `${q.join(' ')}\n`).join(''));
  }

  /** Arguments of the command line; results go to `output`. */
  arguments(output) {
    const options = ['--asr', '--temperature', '300', '--bose', '--debye-waller-grid', '4', '4', '4'];
    return ['sqw', this.model, '--q-file', this.qFile, '--output', output, ...options];
  }

  output(name) {
    return join(this.folder, `${name}.json`);
  }

  read(name) {
    return JSON.parse(readFileSync(this.output(name), 'utf8'));
  }

  /** What this machine's own daemon says. */
  async reference() {
    await withOwnDaemon(() =>
      must(process.execPath, [join(root, 'dist', 'cli.js'), ...this.arguments(this.output('reference'))]),
    );
    return this.read('reference');
  }

  end() {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
