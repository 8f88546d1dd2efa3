import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stopDaemon } from '../../../src/client/launcher.js';
import { eventually } from '../../support/daemon.js';
import { processesOf } from '../support/processes.js';
import { digest, pointsOf, QUARTZ } from '../support/results.js';
import type { TrialDaemon, World } from '../support/world.js';
import type { Trial } from '../trial.js';

const CLIENTS = 50;
const POINTS = 100;

/** Real command lines: each looks for a daemon, starts one where it finds none, and has it calculate. */
export const starts: Trial = {
  name: 'starts',
  what: `${CLIENTS} simultaneous starts with nothing alive, 20 times`,
  required: `one daemon and ${CLIENTS} working clients each time`,
  async run(world) {
    const rounds = world.count(20);
    const faults: string[] = [];
    let slowest = 0;
    for (let round = 0; round < rounds; round++) {
      const daemon = world.daemon();
      const start = performance.now();
      await simultaneously(world, daemon, faults);
      slowest = Math.max(slowest, (performance.now() - start) / 1000);
      await stopDaemon(daemon.paths);
    }
    return {
      measured: `${rounds} × ${CLIENTS}: ${
        faults.length === 0 ? 'one daemon, all clients worked' : faults.join('; ')
      }; slowest round ${slowest.toFixed(1)} s`,
      passed: faults.length === 0,
    };
  },
};

async function simultaneously(world: World, daemon: TrialDaemon, faults: string[]): Promise<void> {
  const qFile = join(daemon.folder, 'q.json');
  const qpts = pointsOf(POINTS);
  const rows = Array.from({ length: POINTS }, (_, i) => [qpts[i], qpts[POINTS + i], qpts[2 * POINTS + i]]);
  writeFileSync(qFile, JSON.stringify(rows));
  const clients = Array.from({ length: CLIENTS }, async (_, i) => {
    const output = join(daemon.folder, `${i}.json`);
    const flags = ['--q-file', qFile, '--output', output, '--asr', 'reciprocal'];
    // on a busy machine fifty programs take a while to be loaded
    const env = { EUPHONIC_START_TIMEOUT_MS: '120000' };
    const { code, stderr } = await daemon.cliWith(env, 'sqw', QUARTZ, ...flags);
    if (code !== 0) faults.push(`exit code ${code}: ${stderr.trim()}`);
    else if (!world.bits.check('command line', digestOfFile(output))) faults.push('other bits');
  });
  await Promise.all(clients);
  // those that lost the race for the lock have still to end
  const running = () => processesOf(daemon.folder);
  await eventually(() => running().length <= 1, 'one daemon', 20_000).catch(() => {});
  const left = running();
  if (left.length !== 1 || left[0] !== daemon.pid) faults.push(`processes ${left.join(', ')}`);
}

function digestOfFile(path: string): string {
  const { frequencies, structure_factors } = JSON.parse(readFileSync(path, 'utf8'));
  return digest(Float64Array.from(frequencies.flat()), Float64Array.from(structure_factors.flat()));
}
