// The fuzzers of messages for longer than the tests run them: npm run fuzz -- [SECONDS], by default 300 for each.
import { join } from 'node:path';
import { fuzzCodec } from './lib/fuzz.mjs';
import { run } from './lib/run.mjs';

const [seconds = '300'] = process.argv.slice(2);
if (!(Number(seconds) > 0)) {
  console.error('fuzz: expected a number of seconds');
  process.exit(2);
}
console.log("The gateway's codec (C++)");
const { failed } = await fuzzCodec(Number(seconds));
console.log('The daemon reading requests (TypeScript)');
const { code } = await run(process.execPath, ['--import=tsx', join('test', 'fuzz', 'frames.ts'), seconds]);
process.exitCode = failed > 0 || code !== 0 ? 1 : 0;
