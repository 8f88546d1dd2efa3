/** Options of `cluster` and `worker`. */
import { type Command, Option } from 'commander';
import { MAX_THREADS } from '../../protocol/limits.js';
import { countOf } from './numbers.js';

/** Workers of one cluster. */
const MAX_WORKERS = 4096;

const threads = (flags: string, description: string) =>
  new Option(flags, description).argParser(countOf(`an integer from 1 to ${MAX_THREADS}`, MAX_THREADS));

export const parseWorkers = countOf(`an integer from 1 to ${MAX_WORKERS}`, MAX_WORKERS);

export function addClusterOptions(command: Command): Command {
  return command
    .addOption(new Option('--workers <n>', 'how many are to work').default(1).argParser(parseWorkers))
    .addOption(
      new Option('--launcher <name>', 'local: as processes of this computer; none: they are started by hand')
        .choices(['local', 'none'])
        .default('local'),
    )
    .addOption(threads('--threads-per-worker <n>', 'threads of each').default(1))
    .option('--directory <dir>', 'for its files, seen by all workers; by default beside the connection file');
}

export function addWorkerOptions(command: Command): Command {
  return command
    .argument('<file>', "cluster.json in the cluster's directory")
    .addOption(threads('--threads <n>', "by default the computer's cores, as far as they are granted"));
}
