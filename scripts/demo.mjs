// The main job: an S(Q,ω) map of α-quartz, evaluated from Octave by the daemon. A daemon that was alive stays alive.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { octaveArgs, root, run } from './lib/run.mjs';

const cli = join(root, 'dist', 'cli.js');
const pictures = join(root, 'demo-output');
const notAlive = 3;

const before = await run(process.execPath, [cli, 'status', '--json'], { quiet: true });
let code = 1;
try {
  const script = join(root, 'matlab', 'examples', 'quartz_map.m');
  mkdirSync(pictures, { recursive: true });
  ({ code } = await run('octave-cli', [...octaveArgs, script], { cwd: pictures }));
} catch (error) {
  console.error(`demo: ${error.message}`);
} finally {
  if (before.code === notAlive) await run(process.execPath, [cli, 'stop'], { quiet: true }).catch(() => {});
}
process.exitCode = code;
