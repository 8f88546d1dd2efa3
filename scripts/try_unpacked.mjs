// Tries an unpacked release with the Node.js that is in it: FOLDER/daemon/node/bin/node scripts/try_unpacked.mjs FOLDER
// A daemon is started and calculates S(Q,ω) of the crystal that comes with the release; what is expected stands below. Needs
// nothing else of the checkout, so that it runs on a system that has neither Node.js nor a compiler.
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Of q-points (0.1 0.2 0.3) and (0.45 0.05 -1.2) at 300 K: all frequencies in meV, all structure factors in mbarn per atom. */
const expected = { frequencies: 4157.9945334398, structure_factors: 2.22055025826704 };
/** Mathematics libraries of systems differ in the last bits. */
const tolerance = 1e-10;

const folder = resolve(process.argv[2] ?? '.');
const place = mkdtempSync(join(tmpdir(), 'euphonic-try-'));
const env = { ...process.env, EUPHONIC_CONNECTION: join(place, 'connection.json') };

/** Output goes to a file: not everything that runs programs of Windows has pipes. */
function euphonicd(...args) {
  const file = join(place, 'output.txt');
  const output = openSync(file, 'w');
  const cli = join(folder, 'daemon', 'dist', 'cli.js');
  const { status } = spawnSync(process.execPath, [cli, ...args], { env, stdio: ['ignore', output, output] });
  closeSync(output);
  const text = readFileSync(file, 'utf8');
  if (status !== 0) throw new Error(`euphonicd ${args.join(' ')}: exit code ${status}\n${text}`);
  return text;
}

try {
  const q = join(place, 'q.txt');
  const answer = join(place, 'sqw.json');
  writeFileSync(q, '0.1 0.2 0.3\n0.45 0.05 -1.2\n');
  euphonicd('start');
  const model = join(folder, 'examples', 'data', 'quartz_bks.json.gz');
  const options = ['--asr', 'reciprocal', '--temperature', '300', '--bose'];
  euphonicd('sqw', model, '--q-file', q, ...options, '--output', answer);
  const found = JSON.parse(readFileSync(answer, 'utf8'));
  for (const [name, sum] of Object.entries(expected)) {
    const theirs = found[name].flat().reduce((a, b) => a + b, 0);
    if (!(Math.abs(theirs - sum) <= tolerance * sum))
      throw new Error(`${name} add up to ${theirs}, not ${sum}`);
  }
  const { simd, threads } = JSON.parse(euphonicd('status', '--json'));
  console.log(`try: ${folder} works (${simd}, ${threads} threads)`);
} catch (error) {
  console.error(`try: ${error.message}`);
  process.exitCode = 1;
} finally {
  try {
    euphonicd('stop');
  } catch {
    // there is none
  }
  rmSync(place, { recursive: true, force: true, maxRetries: 5 });
}
