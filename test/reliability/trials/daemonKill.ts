import { digestOf, pointsOf, QUARTZ, request } from '../support/results.js';
import type { World } from '../support/world.js';
import type { Trial } from '../trial.js';

/** Of the deaths so many are under a job of an Octave session. */
const OCTAVE_SHARE = 0.2;

export const daemonKill: Trial = {
  name: 'daemon-kill',
  what: 'kill −9 of the daemon at a random moment of a job, 50 times (10 of them with an Octave client)',
  required: 'each job completes, results equal bit for bit',
  async run(world) {
    const rounds = world.count(50);
    const inOctave = world.options.octave ? Math.round(rounds * OCTAVE_SHARE) : 0;
    const faults: string[] = [];
    const replaced =
      (await fromTypeScript(world, rounds - inOctave, faults)) + (await fromOctave(world, inOctave, faults));
    return {
      measured: `${rounds - faults.length} of ${rounds} jobs completed with equal bits, in ${replaced} the daemon died under way${
        faults.length > 0 ? `; ${[...new Set(faults)].join('; ')}` : ''
      }`,
      passed: faults.length === 0,
    };
  },
};

/** Kills the daemon after a part of the time that a job takes, while `job` runs; true if it died before the job's end. */
async function killDuring(pid: number, milliseconds: number, job: () => Promise<void>): Promise<boolean> {
  let isOver = false;
  let killed = false;
  const timer = setTimeout(() => {
    killed = !isOver;
    if (killed) process.kill(pid, 'SIGKILL');
  }, milliseconds);
  await job();
  isOver = true;
  clearTimeout(timer);
  return killed;
}

async function fromTypeScript(world: World, rounds: number, faults: string[]): Promise<number> {
  const daemon = world.daemon();
  const client = daemon.client();
  const model = await client.loadModel(QUARTZ);
  const { nPoints, options } = request('large');
  const qpts = pointsOf(nPoints);
  const start = performance.now();
  world.bits.check('large', digestOf(await client.evaluate(model, qpts, options)));
  const usual = performance.now() - start;
  let replaced = 0;
  for (let round = 0; round < rounds; round++) {
    const { pid } = await client.status();
    // small chunks: results of many of them are there, and others are not
    const chunkPoints = Math.round(world.between(200, 4000));
    const job = async () => {
      const digest = digestOf(await client.evaluate(model, qpts, { ...options, chunkPoints }));
      if (!world.bits.check('large', digest)) faults.push('other bits');
    };
    try {
      if (await killDuring(pid, world.between(0, usual), job)) replaced++;
    } catch (error) {
      faults.push(String(error));
    }
  }
  return replaced;
}

async function fromOctave(world: World, rounds: number, faults: string[]): Promise<number> {
  if (rounds === 0) return 0;
  const daemon = world.daemon();
  const octave = world.octave(daemon)!;
  await octave.ready;
  await octave.run(`[h, k, l] = points('${world.pointsFile('large')}');`);
  await octave.run(
    "m = euphonic.CoherentCrystal(euphonic.ForceConstants.from_json_file(quartz), 'temperature', 300, 'asr', 'reciprocal', 'verbose', false);",
  );
  const job = async () => {
    const digest = await octave.run('[w, sf] = m.horace_disp(h, k, l); say(digest([w sf]));');
    if (!world.bits.check('large', digest)) faults.push('other bits in Octave');
  };
  await job();
  const start = performance.now();
  await octave.run('m.horace_disp(h, k, l);');
  const usual = performance.now() - start;
  let replaced = 0;
  for (let round = 0; round < rounds; round++) {
    try {
      await octave.run('euphonic.start();');
      if (await killDuring(daemon.pid, world.between(0, usual), job)) replaced++;
    } catch (error) {
      faults.push(String(error));
    }
  }
  return replaced;
}
