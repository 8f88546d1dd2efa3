import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { asEuphonicError } from '../../../src/base/errors.js';
import type { EuphonicClient } from '../../../src/client/client.js';
import { RequestSocket } from '../../../src/client/requestSocket.js';
import { float64Frame } from '../../../src/protocol/arrays.js';
import type { ModelSummary } from '../../../src/protocol/results.js';
import { isAlive } from '../support/processes.js';
import { pointsOf, QUARTZ } from '../support/results.js';
import type { TrialDaemon } from '../support/world.js';
import type { Trial } from '../trial.js';

const CLIENTS = 4;
const CHUNKS_UNDER_WAY = 6;
/** The daemon gives its last answers a second. */
const LIMIT_SECONDS = 5;
const TYPED = ['shutting_down', 'cancelled', 'daemon_lost'];

export const sigterm: Trial = {
  name: 'sigterm',
  what: `SIGTERM under load from ${CLIENTS} clients, 20 times`,
  required: 'every job ended or cancelled with a typed error, nothing hangs, no file left',
  async run(world) {
    const rounds = world.count(20);
    const faults: string[] = [];
    const codes = new Map<string, number>();
    let slowest = 0;
    for (let round = 0; round < rounds; round++) {
      const daemon = world.daemon();
      const client = daemon.client();
      const model = await client.loadModel(QUARTZ);
      const { pid } = daemon;
      const ends = Array.from({ length: CLIENTS }, () => workUntilTheEnd(client, daemon, model));
      await sleep(world.between(100, 600));
      const start = performance.now();
      process.kill(pid, 'SIGTERM');
      const timeout = sleep(20_000, ['hangs']);
      for (const end of ends) {
        for (const code of await Promise.race([end, timeout])) {
          codes.set(code, (codes.get(code) ?? 0) + 1);
          if (!TYPED.includes(code)) faults.push(code);
        }
      }
      while (isAlive(pid) && performance.now() - start < 20_000) await sleep(20);
      const seconds = (performance.now() - start) / 1000;
      slowest = Math.max(slowest, seconds);
      if (seconds > LIMIT_SECONDS) faults.push(`it took ${seconds.toFixed(1)} s`);
      // the log is to stay
      const left = readdirSync(daemon.folder).filter((name) => !name.endsWith('.log'));
      if (left.length > 0) faults.push(`left: ${left.join(', ')}`);
      client.close();
    }
    const ends = [...codes].map(([code, n]) => `${n} ${code}`).join(', ');
    return {
      measured: `chunks under way ended with ${ends}; slowest end ${slowest.toFixed(2)} s; ${
        faults.length === 0 ? 'no file left' : [...new Set(faults)].join('; ')
      }`,
      passed: faults.length === 0,
    };
  },
};

/** Keeps chunks of a job under way on a connection of its own; resolves with the codes of the errors that ended each lane. */
async function workUntilTheEnd(
  client: EuphonicClient,
  daemon: TrialDaemon,
  model: ModelSummary,
): Promise<string[]> {
  await client.connect();
  const socket = new RequestSocket(daemon.connection(), daemon.connection().work);
  const count = 2000;
  const qpts = float64Frame('qpts', [3, count], pointsOf(count));
  try {
    const { result } = await socket.request('job.open', { model: model.model, n_points: 2 ** 30 });
    const lane = async () => {
      for (;;) await socket.request('job.compute', { job: result.job, offset: 0, count }, [qpts]);
    };
    const lanes = Array.from({ length: CHUNKS_UNDER_WAY }, () =>
      lane().catch((error) => asEuphonicError(error).code),
    );
    return await Promise.all(lanes);
  } catch (error) {
    return [asEuphonicError(error).code];
  } finally {
    socket.close();
  }
}
