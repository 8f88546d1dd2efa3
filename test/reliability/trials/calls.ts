import { median } from '../../../bench/harness/statistics.js';
import { residentBytes } from '../support/processes.js';
import { digestOf, pointsOf, QUARTZ } from '../support/results.js';
import type { TrialDaemon, World } from '../support/world.js';
import type { Trial } from '../trial.js';

const CALLS = 10_000;
/** Part of the calls after which heaps are as large as they become. */
const WARM_UP = 0.3;
const POINTS = 50;
/** Calls between two looks, and of Octave in one line of code. */
const PIECE = 200;
/** A leak of one result of 50 q-points (21 kB) in each of the calls would be 150 MB. */
const LIMIT_BYTES = 8 * 2 ** 20;
const MIB = 2 ** 20;

export const calls: Trial = {
  name: 'calls',
  what: `${CALLS} calculations of ${POINTS} q-points from TypeScript, then from Octave`,
  required: `daemon and Octave grow by less than ${LIMIT_BYTES / MIB} MiB in the last ${100 * (1 - WARM_UP)} % of the calls (medians of their first and last third)`,
  async run(world) {
    const daemon = world.daemon();
    const grown: Record<string, number> = { 'daemon (TypeScript)': await fromTypeScript(world, daemon) };
    const octave = world.octave(daemon);
    if (octave) {
      await octave.ready;
      await octave.run(
        `h = (1:${POINTS}) / 17; m = euphonic.CoherentCrystal(euphonic.ForceConstants.from_json_file(quartz), 'temperature', 300, 'verbose', false);`,
      );
      const looks: Look[] = [];
      for (let left = world.count(CALLS); left > 0; left -= PIECE) {
        await octave.run(`for i = 1:${Math.min(left, PIECE)}, m.horace_disp(h, h, h); end`);
        looks.push({ daemon: daemon.residentBytes, client: residentBytes(octave.pid) });
      }
      grown['daemon (Octave)'] = growth(looks.map((look) => look.daemon));
      grown.Octave = growth(looks.map((look) => look.client));
    }
    return {
      measured: Object.entries(grown)
        .map(([name, bytes]) => `${name} ${(bytes / MIB).toFixed(1)} MiB`)
        .join(', '),
      passed: Object.values(grown).every((bytes) => bytes < LIMIT_BYTES),
    };
  },
};

async function fromTypeScript(world: World, daemon: TrialDaemon): Promise<number> {
  const client = daemon.client();
  const model = await client.loadModel(QUARTZ);
  const qpts = pointsOf(POINTS);
  const looks: number[] = [];
  for (let i = 1; i <= world.count(CALLS); i++) {
    const evaluation = await client.evaluate(model, qpts, { temperature: 300 });
    world.bits.check('fifty', digestOf(evaluation));
    if (i % PIECE === 0) looks.push(daemon.residentBytes);
  }
  return growth(looks);
}

interface Look {
  daemon: number;
  client: number;
}

/** After the warm-up. Where the garbage collector stands at one look is chance: medians over many. */
function growth(looks: readonly number[]): number {
  const settled = looks.slice(Math.floor(WARM_UP * looks.length));
  const third = Math.max(1, Math.floor(settled.length / 3));
  return median(settled.slice(-third)) - median(settled.slice(0, third));
}
