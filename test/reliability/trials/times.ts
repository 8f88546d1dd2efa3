import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../../../bench/harness/statistics.js';
import { ensureDaemon, stopDaemon } from '../../../src/client/launcher.js';
import type { Trial } from '../trial.js';

const LIMITS = { cold: 500, alive: 50, ping: 1, status: 10 };
const LOADING_CLIENTS = 4;

export const times: Trial = {
  name: 'times',
  what: `start cold / euphonic.start when alive (Octave) / ping / status under full load of ${LOADING_CLIENTS} clients, medians`,
  required: '< 500 ms / < 50 ms / < 1 ms / < 10 ms',
  async run(world) {
    const daemon = world.daemon();
    const starts: number[] = [];
    for (let i = 0; i < world.count(20); i++) {
      await stopDaemon(daemon.paths);
      starts.push(await timed(() => ensureDaemon({ paths: daemon.paths })));
    }
    const client = daemon.client();
    const octave = world.octave(daemon);
    const alive: number[] = [];
    const octavePings: number[] = [];
    if (octave) {
      await octave.ready;
      const seconds = async (code: string) =>
        1000 * Number(await octave.run(`t = tic(); ${code} say(sprintf('%.9f', toc(t)));`));
      for (let i = 0; i < world.count(30); i++) alive.push(await seconds('euphonic.start();'));
      await octave.run("c = euphonic.internal.connection.read_connection('trial');");
      for (let i = 0; i < world.count(200); i++)
        octavePings.push(await seconds('euphonic.internal.connection.ping(c);'));
    }
    const pings: number[] = [];
    await client.ping();
    for (let i = 0; i < world.count(1000); i++) pings.push(await timed(() => client.ping()));

    const workers = Array.from({ length: LOADING_CLIENTS }, () =>
      world.worker(daemon, 'load', { name: 'large' }),
    );
    for (const worker of workers) await worker.next('running');
    const statuses: number[] = [];
    for (let i = 0; i < world.count(200); i++) {
      statuses.push(await timed(() => client.status()));
      await sleep(10);
    }
    const found = {
      cold: median(starts),
      alive: octave ? median(alive) : 0,
      ping: Math.max(median(pings), octave ? median(octavePings) : 0),
      status: median(statuses),
    };
    return {
      measured: [
        `${found.cold.toFixed(0)} ms`,
        octave ? `${found.alive.toFixed(1)} ms` : 'no Octave',
        `${median(pings).toFixed(2)} ms${octave ? ` (Octave ${median(octavePings).toFixed(2)} ms)` : ''}`,
        `${found.status.toFixed(1)} ms`,
      ].join(' / '),
      passed: Object.entries(LIMITS).every(([name, limit]) => found[name as keyof typeof LIMITS] < limit),
    };
  },
};

async function timed(action: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await action();
  return performance.now() - start;
}
