import { setTimeout as sleep } from 'node:timers/promises';
import { digestOf, pointsOf, QUARTZ, request } from '../support/results.js';
import type { TrialDaemon, World } from '../support/world.js';
import type { Trial } from '../trial.js';

const CLIENT_SECONDS = 30;
const DAEMON_SECONDS = 10;

/** What a client does before and after: the same jobs again and again, all of which must end with the usual bits. */
const JOBS = 12;

export const suspend: Trial = {
  name: 'suspend',
  what: `SIGSTOP of a client for ${CLIENT_SECONDS} s, of the daemon for ${DAEMON_SECONDS} s, in the middle of jobs (TypeScript and Octave)`,
  required: 'both go on: same daemon, no error, results equal bit for bit',
  async run(world) {
    const daemon = world.daemon();
    const faults: string[] = [];
    const observer = daemon.client();
    const model = await observer.loadModel(QUARTZ);
    const { pid } = daemon;
    let openJobs = 0;

    const worker = world.worker(daemon, 'load', { name: 'large', times: JOBS });
    const octave = world.octave(daemon);
    const inOctave = octave && octaveJobs(world, octave);
    await worker.next('running');
    await inOctave?.running;
    await stopped([worker.pid, ...(octave ? [octave.pid] : [])], CLIENT_SECONDS, async () => {
      openJobs = (await observer.status()).jobs.length;
      // meanwhile others are served
      await othersWork(world, daemon, model, faults);
    });
    await finished(world, worker, inOctave, faults);

    const second = world.worker(daemon, 'load', { name: 'large', times: JOBS });
    const again = octave && octaveJobs(world, octave);
    await second.next('running');
    await again?.running;
    await stopped([pid], DAEMON_SECONDS, async () => {});
    await finished(world, second, again, faults);

    await observer.ping();
    if (daemon.pid !== pid) faults.push('another daemon');
    const jobs = `${2 * JOBS} jobs${octave ? ` and ${2 * OCTAVE_JOBS} in Octave` : ''}`;
    return {
      measured:
        faults.length === 0
          ? `${jobs} ended, all with equal bits; ${openJobs} jobs of suspended clients were open`
          : faults.join('; '),
      passed: faults.length === 0,
    };
  },
};

async function stopped(pids: number[], seconds: number, meanwhile: () => Promise<void>): Promise<void> {
  await sleep(300);
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  try {
    await Promise.all([sleep(1000 * seconds), meanwhile()]);
  } finally {
    for (const pid of pids) process.kill(pid, 'SIGCONT');
  }
}

async function othersWork(
  world: World,
  daemon: TrialDaemon,
  model: Awaited<ReturnType<ReturnType<TrialDaemon['client']>['loadModel']>>,
  faults: string[],
): Promise<void> {
  const { nPoints, options } = request('medium');
  const client = daemon.client();
  for (let i = 0; i < 3; i++) {
    const evaluation = await client.evaluate(model, pointsOf(nPoints), options);
    if (!world.bits.check('medium', digestOf(evaluation))) faults.push('other bits for another client');
  }
  client.close();
}

const OCTAVE_JOBS = 4;

interface OctaveJobs {
  running: Promise<unknown>;
  digests: Promise<string[]>;
}

/** Starts jobs in an Octave session, one behind the other. */
function octaveJobs(world: World, octave: NonNullable<ReturnType<World['octave']>>): OctaveJobs {
  const prepare = async () => {
    await octave.ready;
    await octave.run(`[h, k, l] = points('${world.pointsFile('large')}');`);
    await octave.run(
      "m = euphonic.CoherentCrystal(euphonic.ForceConstants.from_json_file(quartz), 'temperature', 300, 'asr', 'reciprocal', 'verbose', false);",
    );
  };
  const running = prepare();
  const jobs = async () => {
    await running;
    const digests: string[] = [];
    for (let i = 0; i < OCTAVE_JOBS; i++) {
      digests.push(await octave.run('[w, sf] = m.horace_disp(h, k, l); say(digest([w sf]));'));
    }
    return digests;
  };
  const digests = jobs();
  digests.catch(() => {});
  return { running, digests };
}

/** Waits for all jobs; each must have given the usual bits. */
async function finished(
  world: World,
  worker: ReturnType<World['worker']>,
  octave: OctaveJobs | undefined,
  faults: string[],
): Promise<void> {
  try {
    const digests = octave ? await octave.digests : [];
    for (let i = 0; i < JOBS; i++) digests.push(String((await worker.next('result')).digest));
    for (const digest of digests) if (!world.bits.check('large', digest)) faults.push('other bits');
  } catch (error) {
    faults.push(String(error));
  }
}
