/** Trials of a cluster: `npm run test:cluster -- [trial …] [--times N]`; without names all of them, and a real Slurm at the end. */
import { loadavg } from 'node:os';
import { Command } from 'commander';
import { slurmMissing } from './slurmSite.js';
import { slurmTrial } from './slurmTrial.js';
import { hasServer, Reference, TestCluster } from './support.js';
import { TRIALS as CLUSTER_TRIALS, type Trial } from './trials.js';
import { USER_TRIALS } from './userTrials.js';

const TRIALS = [...CLUSTER_TRIALS, ...USER_TRIALS];

interface Row {
  passed: number;
  failed: number;
}

async function repeat(trial: Trial, times: number, world: World): Promise<Row> {
  const { name, what, killsWorkers, mostGapMs, run } = trial;
  const row = { passed: 0, failed: 0 };
  const [gaps, start]: [number[], number] = [[], performance.now()];
  for (let i = 0; i < times; i++) {
    if (killsWorkers) await world.cluster.renew();
    // a gap is that of the fault, and not the time in which workers that are new make their plans
    if (mostGapMs !== undefined) await world.reference.evaluate(world.cluster.client());
    const gap = world.cluster.watchGap();
    try {
      await run(world.cluster, world.reference);
      await world.cluster.complete();
      row.passed++;
    } catch (error) {
      row.failed++;
      console.error(`  ${name}, time ${i + 1}:`, error);
    }
    gaps.push(await gap.end());
    world.cluster.closeClients();
  }
  const worst = Math.max(...gaps);
  if (mostGapMs !== undefined && worst > mostGapMs) row.failed++;
  const asked = mostGapMs === undefined ? '' : ` (at most ${mostGapMs})`;
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(
    `${row.failed ? 'FAILED' : 'ok'}  ${name}: ${what}; ${row.passed} of ${times}, longest gap ${worst.toFixed(0)} ms${asked}, ${seconds} s, load ${loadavg()[0].toFixed(1)}`,
  );
  return row;
}

interface World {
  cluster: TestCluster;
  reference: Reference;
}

async function main(names: string[], { times }: { times: string }): Promise<void> {
  if (!hasServer()) {
    console.log('0 passed, 0 failed, 1 skipped');
    return;
  }
  const chosen = TRIALS.filter(({ name }) => names.length === 0 || names.includes(name));
  const total = { passed: 0, failed: 0, skipped: 0 };
  const reference = await Reference.make();
  if (chosen.length > 0) {
    const cluster = new TestCluster();
    try {
      await cluster.begin();
      for (const trial of chosen) {
        if (trial.needsRoot && process.getuid?.() !== 0) {
          console.log(`SKIPPED: ${trial.name} needs root`);
          total.skipped++;
          continue;
        }
        const row = await repeat(trial, Number(times), { cluster, reference });
        total.passed += row.passed;
        total.failed += row.failed;
      }
    } finally {
      await cluster.dispose();
    }
  }
  if (names.length === 0 || names.includes('slurm')) {
    const missing = slurmMissing();
    if (missing) {
      console.log(`SKIPPED: ${missing}`);
      total.skipped++;
    } else {
      try {
        console.log(`ok  slurm: ${await slurmTrial(reference)}`);
        total.passed++;
      } catch (error) {
        console.error('FAILED  slurm:', error);
        total.failed++;
      }
    }
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  process.exit(total.failed > 0 ? 1 : 0);
}

// a trial that fails may leave a calculation behind, which nobody awaits any more
process.on('unhandledRejection', (error) => console.error('  of a trial that has failed:', error));

await new Command('npm run test:cluster --')
  .argument('[trial...]', [...TRIALS.map(({ name }) => name), 'slurm'].join(', '))
  .option('--times <n>', 'how often each is done', '20')
  .action(main)
  .parseAsync();
