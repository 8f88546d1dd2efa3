/** Commands and their exit codes: 0 done, 1 an error, 2 wrong usage; `status` 3 when no daemon is alive. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { asEuphonicError } from '../protocol/errors.js';
import { MAX_THREADS } from '../protocol/limits.js';
import { VERSION } from '../protocol/version.js';
import { addCalculationOptions } from './calculationOptions.js';
import { EXIT_ERROR, EXIT_OK, EXIT_USAGE } from './exitCodes.js';
import { addModelOptions } from './modelOptions.js';

const MODEL_WORDS =
  'a .castep_bin or .check file, phonopy.yaml or its folder, vaspout.h5, or force constants in JSON';

/** Runs the command line and returns the exit code. Each command's code is loaded when it is asked for. */
export async function main(args: string[]): Promise<number> {
  let exitCode = EXIT_OK;
  const program = new Command('euphonicd')
    .description('Phonons and neutron scattering intensities S(Q,ω), computed by a daemon.')
    .version(VERSION)
    .showSuggestionAfterError()
    .showHelpAfterError('(euphonicd --help lists commands and options)');
  const finish =
    <A extends unknown[]>(action: (...args: A) => Promise<number>) =>
    async (...actionArgs: A) => {
      exitCode = await action(...actionArgs);
    };
  const json = () => new Option('--json', 'print the result as JSON');
  const threads = () =>
    new Option(
      '--threads <n>',
      "threads of the daemon; by default the machine's cores, as far as they are granted",
    ).argParser(parseThreads);

  const limits = (command: Command) =>
    command
      .addOption(threads())
      .option(
        '--max-memory <size>',
        "memory of the daemon, such as 8G; by default half of the machine's or the container's",
      )
      .option('--idle-end <time>', 'end when nobody has needed it for so long: 12h, 3d, never (default 3d)')
      .addOption(
        new Option(
          '--tcp [address]',
          'be reached over TCP, encrypted, at address or address:port, in place of local sockets',
        ).preset('127.0.0.1'),
      );

  limits(
    program
      .command('start')
      .description('start the daemon, unless it is alive; an older one that is idle is replaced'),
  )
    .addOption(json())
    .action(finish(async (options) => (await import('./daemonCommands.js')).start(options)));
  program
    .command('stop')
    .description('stop the daemon')
    .addOption(json())
    .action(finish(async (options) => (await import('./daemonCommands.js')).stop(options)));
  program
    .command('status')
    .description('show what the daemon does; exit code 3 when none is alive')
    .addOption(json())
    .action(finish(async (options) => (await import('./daemonCommands.js')).status(options)));
  limits(program.command('run').description('be the daemon, in the foreground')).action(
    finish(async (options) => (await import('./run.js')).run(options)),
  );
  program
    .command('logs')
    .description('show the last lines of the log, whether the daemon is alive or not')
    .addOption(new Option('--lines <n>', 'how many').default(50).argParser(parseCount))
    .addOption(new Option('--json', 'print the lines as they are stored, each a JSON object'))
    .action(finish(async (options) => (await import('./logs.js')).logs(options)));
  program
    .command('doctor')
    .description('examine the installation and the daemon; what to send when asking for help')
    .addOption(json())
    .action(finish(async (options) => (await import('./doctor.js')).doctor(options)));
  addModelOptions(
    program
      .command('info')
      .description('show what a file of force constants holds')
      .argument('<model>', MODEL_WORDS),
  )
    .addOption(json())
    .action(finish(async (model, options) => (await import('./info.js')).info(model, options)));
  const sqw = program
    .command('sqw')
    .description('calculate structure factors at the q-points of a file')
    .argument('<model>', MODEL_WORDS)
    .requiredOption('--q-file <file>', 'q-points in r.l.u.: JSON [[h,k,l],…], or three columns of text')
    .requiredOption('--output <file>', 'where the structure factor goes, as JSON');
  addModelOptions(addCalculationOptions(sqw))
    .addOption(json())
    .action(finish(async (model, options) => (await import('./sqw.js')).sqw(model, options)));

  for (const command of [program, ...program.commands]) command.exitOverride();
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
    const error = asEuphonicError(thrown);
    process.stderr.write(`euphonicd: ${error.describe()}\n`);
    if (error.code === 'internal' && process.env.EUPHONIC_DEBUG) process.stderr.write(`${error.stack}\n`);
    return EXIT_ERROR;
  }
}

function parseThreads(text: string): number {
  const threads = Number(text);
  if (Number.isSafeInteger(threads) && threads >= 1 && threads <= MAX_THREADS) return threads;
  throw new InvalidArgumentError(`Expected an integer from 1 to ${MAX_THREADS}.`);
}

function parseCount(text: string): number {
  const count = Number(text);
  if (Number.isSafeInteger(count) && count >= 1) return count;
  throw new InvalidArgumentError('Expected an integer ≥ 1.');
}
