/** A daemon as `euphonicd run` makes it, but for its executor. */
import { parseArgs } from 'node:util';
import { ChildExecutor } from './childExecutor.js';
import { built } from './rpc.js';

type Run = typeof import('../../../src/cli/commands/run.js');
type Local = typeof import('../../../src/compute/local/localExecutor.js');
const { run } = await built<Run>('cli/commands/run.js');
const { localExecutor } = await built<Local>('compute/local/localExecutor.js');
const { values } = parseArgs({ options: { threads: { type: 'string' }, 'max-memory': { type: 'string' } } });
const { threads, 'max-memory': maxMemory } = values;
process.exitCode = await run(
  { ...(threads && { threads: Number(threads) }), ...(maxMemory && { maxMemory }) },
  { ...localExecutor, create: (budget) => ChildExecutor.start(budget) },
);
