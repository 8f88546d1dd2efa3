// The main job: an S(Q,ω) map of α-quartz, evaluated from Octave by the daemon. A daemon that was alive stays alive.
import { join } from 'node:path';
import { octaveArgs, root, run } from './lib/run.mjs';

const cli = join(root, 'dist', 'cli.js');
const notAlive = 3;

const before = await run(process.execPath, [cli, 'status', '--json'], { quiet: true });
let code = 1;
try {
  ({ code } = await run('octave-cli', [...octaveArgs, join('matlab', 'examples', 'quartz_map.m')]));
} catch (error) {
  console.error(`demo: ${error.message}`);
} finally {
  if (before.code === notAlive) await run(process.execPath, [cli, 'stop'], { quiet: true }).catch(() => {});
}
process.exitCode = code;
