import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../../support/daemon.js';
import { secondsUntilIdle } from '../support/processes.js';
import { QUARTZ } from '../support/results.js';
import type { TrialDaemon, World } from '../support/world.js';
import type { Trial } from '../trial.js';

const LIMIT_SECONDS = 3;
/** Of the deaths so many are of Octave sessions. */
const OCTAVE_SHARE = 0.1;

export const clientKill: Trial = {
  name: 'client-kill',
  what: 'kill −9 of a client under load, 50 times (5 of them Octave)',
  required: `cores idle again within ${LIMIT_SECONDS} s each`,
  async run(world) {
    const daemon = world.daemon();
    const observer = daemon.client();
    await observer.loadModel(QUARTZ);
    const times: number[] = [];
    const late: string[] = [];
    const rounds = world.count(50);
    for (let round = 0; round < rounds; round++) {
      const kill = await busyClient(world, daemon, round < rounds * OCTAVE_SHARE);
      await sleep(world.between(0, 400));
      const { pid } = daemon;
      kill();
      const seconds = await secondsUntilIdle(pid, 10);
      const { jobs } = await observer.status();
      if (seconds === undefined || seconds > LIMIT_SECONDS || jobs.length > 0)
        late.push(`${seconds} s, ${jobs.length} jobs`);
      times.push(seconds ?? Number.POSITIVE_INFINITY);
      if (daemon.pid !== pid) late.push('another daemon');
    }
    const slowest = Math.max(...times).toFixed(2);
    return {
      measured: `${rounds} deaths, slowest ${slowest} s${late.length > 0 ? `; ${late.join('; ')}` : ''}`,
      passed: late.length === 0,
    };
  },
};

/** Starts a client whose job keeps the daemon busy; returns what kills it. */
async function busyClient(world: World, daemon: TrialDaemon, inOctave: boolean): Promise<() => void> {
  const octave = inOctave ? world.octave(daemon) : undefined;
  if (!octave) {
    const worker = world.worker(daemon, 'load', { name: 'large' });
    await worker.next('running');
    return () => worker.child.kill('SIGKILL');
  }
  await octave.ready;
  await octave.run(
    "m = euphonic.CoherentCrystal(euphonic.ForceConstants.from_json_file(quartz), 'verbose', false);",
  );
  octave.run('while true, m.horace_disp(rand(1, 2e5), rand(1, 2e5), rand(1, 2e5)); end').catch(() => {});
  const observer = daemon.client();
  const isBusy = async () => (await observer.status()).jobs.some(({ points }) => points > 0);
  await eventually(isBusy, 'a job of the Octave session', 30_000);
  observer.close();
  return () => process.kill(octave.pid, 'SIGKILL');
}
