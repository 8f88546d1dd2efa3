/** The reliability trials: `npm run test:reliability -- [trial …] [--long] [--scale F] [--write]`. */
import { loadavg } from 'node:os';
import { Command, InvalidArgumentError } from 'commander';
import { octaveMissing } from './support/octave.js';
import { Bits } from './support/results.js';
import { printRow, type Row, writePage } from './support/table.js';
import { World } from './support/world.js';
import type { Outcome, Trial } from './trial.js';
import { calls } from './trials/calls.js';
import { clientKill } from './trials/clientKill.js';
import { daemonKill } from './trials/daemonKill.js';
import { frames } from './trials/frames.js';
import { memory } from './trials/memory.js';
import { neverReads } from './trials/neverReads.js';
import { oversize } from './trials/oversize.js';
import { sigterm } from './trials/sigterm.js';
import { soak } from './trials/soak.js';
import { starts } from './trials/starts.js';
import { strangers } from './trials/strangers.js';
import { suspend } from './trials/suspend.js';
import { times } from './trials/times.js';

const TRIALS: readonly Trial[] = [
  strangers,
  frames,
  oversize,
  memory,
  neverReads,
  clientKill,
  daemonKill,
  starts,
  sigterm,
  suspend,
  calls,
  times,
  soak,
];
const BITS = {
  name: 'all',
  what: 'bits of all results of a run',
  required: 'one result for each request, whoever asked and whatever happened',
};

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

interface Options {
  long?: boolean;
  scale: number;
  write?: boolean;
}

async function perform(trial: Trial, options: Options, bits: Bits): Promise<Row> {
  const [load, start] = [loadavg()[0], performance.now()];
  console.log(`\n--- ${trial.name}: ${trial.what}`);
  const world = new World({
    long: options.long ?? false,
    scale: options.scale,
    bits,
    octave: octaveMissing() === undefined,
  });
  const interrupted = () => void world.close().then(() => process.exit(130));
  for (const signal of SIGNALS) process.once(signal, interrupted);
  let outcome: Outcome;
  try {
    outcome = await trial.run(world);
  } catch (error) {
    outcome = { measured: `fault: ${error instanceof Error ? error.message : error}`, passed: false };
    console.error(error);
  }
  const left = await world.close();
  for (const signal of SIGNALS) process.removeListener(signal, interrupted);
  if (left.length > 0) {
    outcome = { measured: `${outcome.measured}; left behind: ${left.join(', ')}`, passed: false };
  }
  const row = { trial, ...outcome, seconds: (performance.now() - start) / 1000, load };
  printRow(row);
  return row;
}

// what a trial that failed has left under way must not keep the rest from being cleared away
process.on('unhandledRejection', (error) => console.error(`left under way: ${error}`));

async function main(names: string[], options: Options): Promise<void> {
  const unknown = names.find((name) => name !== 'all' && !TRIALS.some((trial) => trial.name === name));
  if (unknown !== undefined) program.error(`error: there is no trial '${unknown}'`);
  const chosen = TRIALS.filter(
    ({ name }) => names.length === 0 || names.includes('all') || names.includes(name),
  );
  const missing = octaveMissing();
  if (missing) console.log(`No client in Octave takes part: ${missing}.`);
  const bits = new Bits();
  const rows: Row[] = [];
  for (const trial of chosen) rows.push(await perform(trial, options, bits));
  const { compared, requests, different } = bits;
  rows.push({
    trial: BITS,
    measured: `${compared} results of ${requests} requests: ${
      different.length === 0 ? 'all equal' : `different for ${different.join(', ')}`
    }`,
    passed: different.length === 0,
    seconds: rows.reduce((sum, row) => sum + row.seconds, 0),
    load: loadavg()[0],
  });
  printRow(rows.at(-1)!);
  const whole = chosen.length === TRIALS.length;
  if (options.write) writePage(whole ? rows : rows.slice(0, -1));
  const count = (passed: boolean | undefined) => rows.filter((row) => row.passed === passed).length;
  console.log(`\n${count(true)} passed, ${count(false)} failed, ${count(undefined)} skipped`);
  process.exit(count(false) > 0 ? 1 : 0);
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 1)) throw new InvalidArgumentError('Expected a number in (0, 1].');
  return value;
}

const program = new Command('npm run test:reliability --')
  .description('Does to real daemons what happens to them on a shared machine, and says what came of it.')
  .argument('[trial...]', `${TRIALS.map(({ name }) => name).join(', ')} or all`)
  .option('--long', 'the soak takes an hour instead of ten minutes')
  .option('--scale <part>', 'part of the usual counts and times, for trying things out', positive, 1)
  .option('--write', 'put the figures into docs/reliability.md')
  .showHelpAfterError()
  .action(main);
await program.parseAsync();
