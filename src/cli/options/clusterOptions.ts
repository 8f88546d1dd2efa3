/** Options of `cluster` and `worker`. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { EuphonicError } from '../../base/errors.js';
import { parseDuration } from '../../base/sizes.js';
import { LAUNCHER_WORDS, LAUNCHERS } from '../../cluster/launcherNames.js';
import { MAX_THREADS } from '../../protocol/limits.js';
import { countOf } from './numbers.js';

/** Workers of one cluster. */
const MAX_WORKERS = 4096;

const threads = (flags: string, description: string) =>
  new Option(flags, description).argParser(countOf(`an integer from 1 to ${MAX_THREADS}`, MAX_THREADS));

const repeated = (value: string, former: string[]) => [...former, value];

function duration(text: string): number {
  try {
    return parseDuration(text, '--time');
  } catch (error) {
    throw new InvalidArgumentError(`Expected ${(error as EuphonicError).expected}.`);
  }
}

const parseWorkers = countOf(`an integer from 1 to ${MAX_WORKERS}`, MAX_WORKERS);
/** None, to give computers back for a while. */
export const parseScale = countOf(`an integer from 0 to ${MAX_WORKERS}`, MAX_WORKERS, 0);

export function addClusterOptions(command: Command): Command {
  return command
    .addOption(new Option('--workers <n>', 'how many are to work').default(1).argParser(parseWorkers))
    .addOption(
      new Option('--launcher <name>', `${LAUNCHER_WORDS}; by default slurm where it is, else local`).choices(
        LAUNCHERS,
      ),
    )
    .addOption(threads('--threads-per-worker <n>', 'threads of each').default(1))
    .option('--partition <name>', 'where jobs of a scheduler may run')
    .addOption(
      new Option('--time <time>', 'for how long jobs of a scheduler may run: 2h, 1d').argParser(duration),
    )
    .option('--option <option>', 'one that the scheduler takes; may be repeated', repeated, [])
    .option('--directory <dir>', 'for its files, seen by all workers; by default beside the connection file');
}

export function addWorkerOptions(command: Command): Command {
  return command
    .argument('<file>', "cluster.json in the cluster's directory")
    .addOption(threads('--threads <n>', "by default the computer's cores, as far as they are granted"));
}

export { SCRIPTS } from '../../cluster/launcherNames.js';
