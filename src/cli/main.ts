/** Commands and their exit codes: 0 done, 1 the work failed, 2 wrong usage; `status` 3 when no daemon is alive. */
import { Argument, Command, CommanderError, Option } from 'commander';
import { asEuphonicError } from '../base/errors.js';
import { VERSION } from '../base/version.js';
import { DOS_WEIGHTINGS, NEUTRON_WEIGHTED, PDOS_PARTS, POWDER_WEIGHTINGS } from '../protocol/options.js';
import { addCalculationOptions, TRIPLE_FLAGS } from './options/calculationOptions.js';
import { addClusterOptions, addWorkerOptions, parseScale, SCRIPTS } from './options/clusterOptions.js';
import { addAdaptiveOptions, addDispersionOptions, addPartialOption } from './options/dispersionOptions.js';
import { withFlags } from './options/flagNames.js';
import { addLimitOptions } from './options/limitOptions.js';
import { addModelOptions } from './options/modelOptions.js';
import { countOf, joinNumbers, parseNotNegative, parsePositive } from './options/numbers.js';
import { addPathOptions, ZONE } from './options/pathOptions.js';
import { addColourOptions, addLineOptions, addPictureOptions } from './options/pictureOptions.js';
import { addPowderOptions, POWDER_NUMBERS } from './options/powderOptions.js';
import { addSliceOptions, SLICE_NUMBERS } from './options/sliceOptions.js';
import {
  addEnergyOptions,
  addGridOptions,
  addOutputOptions,
  addUnitOption,
  addWidthOption,
  SPECTRUM_NUMBERS,
} from './options/spectrumOptions.js';
import { EXIT_ERROR, EXIT_OK, EXIT_USAGE, UsageError } from './terminal/exitCodes.js';

/** Options of several numbers, and of how many. */
const NUMBERS = {
  ...Object.fromEntries([...TRIPLE_FLAGS, ZONE].map((flag) => [flag, 3])),
  ...SPECTRUM_NUMBERS,
  ...POWDER_NUMBERS,
  ...SLICE_NUMBERS,
};

const MODEL_WORDS =
  'a .castep_bin or .check file, phonopy.yaml or its folder, vaspout.h5, or force constants in JSON';

/** What grids of S(Q,ω) are for. */
const FOR_DISPLACEMENTS = 'for the Debye–Waller factor of --temperature';

const EXIT_CODES_WORDS = `
Exit codes: 0 done; 1 the work failed (a file, the daemon, the computer); 2 wrong usage: an unknown
command or option, a value out of range; 3 from status, when no daemon is alive; 6 from worker, when
the gateway does not take it, being of another version.`;

const json = () => new Option('--json', 'print the result as JSON');

/** Makes of a command's work, which gives an exit code, what Commander calls. */
type Finish = <A extends unknown[]>(work: (...args: A) => Promise<number>) => (...args: A) => Promise<void>;

function modelCommand(program: Command, name: string, description: string): Command {
  return program.command(name).description(description).argument('<model>', MODEL_WORDS);
}

/** Runs the command line and returns the exit code. Each command's code is loaded when it is asked for. */
export async function main(args: string[]): Promise<number> {
  let exitCode = EXIT_OK;
  const program = new Command('euphonicd')
    .description('Phonons and neutron scattering intensities S(Q,ω), computed by a daemon.')
    .version(VERSION)
    .showSuggestionAfterError()
    .showHelpAfterError('(euphonicd --help lists commands and options)')
    .addHelpText('after', EXIT_CODES_WORDS);
  const finish: Finish =
    (work) =>
    async (...given) => {
      exitCode = await work(...given);
    };
  addDaemonCommands(program, finish);
  addClusterCommands(program, finish);
  addModelCommands(program, finish);
  addSpectrumCommands(program, finish);
  const commands = (command: Command): Command[] => [command, ...command.commands.flatMap(commands)];
  for (const command of commands(program)) command.exitOverride();
  try {
    await program.parseAsync(joinNumbers(args, NUMBERS), { from: 'user' });
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? EXIT_OK : EXIT_USAGE;
    const error = asEuphonicError(thrown);
    process.stderr.write(`euphonicd: ${withFlags(error.describe())}\n`);
    if (error.code === 'internal' && process.env.EUPHONIC_DEBUG) process.stderr.write(`${error.stack}\n`);
    return error instanceof UsageError ? EXIT_USAGE : EXIT_ERROR;
  }
}

function addDaemonCommands(program: Command, finish: Finish): void {
  addLimitOptions(
    program
      .command('start')
      .description('start the daemon, unless it is alive; an older one that is idle is replaced'),
  )
    .addOption(json())
    .action(finish(async (options) => (await import('./commands/daemonCommands.js')).start(options)));
  program
    .command('stop')
    .description('stop the daemon')
    .addOption(json())
    .action(finish(async (options) => (await import('./commands/daemonCommands.js')).stop(options)));
  program
    .command('status')
    .description('show what the daemon does; exit code 3 when none is alive')
    .addOption(json())
    .action(finish(async (options) => (await import('./commands/daemonCommands.js')).status(options)));
  addLimitOptions(program.command('run').description('be the daemon, in the foreground')).action(
    finish(async (options) => (await import('./commands/run.js')).run(options)),
  );
  program
    .command('logs')
    .description('show the last lines of the log, whether the daemon is alive or not')
    .addOption(new Option('--lines <n>', 'how many').default(50).argParser(countOf('an integer ≥ 1')))
    .addOption(new Option('--json', 'print the lines as they are stored, each a JSON object'))
    .action(finish(async (options) => (await import('./commands/logs.js')).logs(options)));
  program
    .command('doctor')
    .description('examine the installation and the daemon; what to send when asking for help')
    .addOption(json())
    .action(finish(async (options) => (await import('./commands/doctor.js')).doctor(options)));
}

function addClusterCommands(program: Command, finish: Finish): void {
  const load = () => import('./commands/cluster.js');
  const cluster = program
    .command('cluster')
    .description('have several computers calculate for one daemon; see docs/cluster.md');
  addClusterOptions(
    cluster.command('start').description('start a gateway in place of the daemon, and workers'),
  )
    .addOption(json())
    .action(finish(async (options) => (await load()).clusterStart(options)));
  cluster
    .command('status')
    .description('show who works; exit code 3 when there is no cluster')
    .addOption(json())
    .action(finish(async (options) => (await load()).clusterStatus(options)));
  cluster
    .command('scale')
    .description('have more workers, or fewer, or none for a while')
    .argument('<n>', 'how many are to work', parseScale)
    .action(finish(async (workers) => (await load()).clusterScale(workers)));
  cluster
    .command('script')
    .description('print what starts the workers of this cluster elsewhere')
    .addArgument(new Argument('<kind>', 'for what').choices(SCRIPTS))
    .action(finish(async (kind) => (await load()).clusterScript(kind)));
  cluster
    .command('selftest')
    .description('have every worker calculate, and compare the bits; a minute at most')
    .action(finish(async () => (await import('./commands/clusterSelftest.js')).clusterSelftest()));
  cluster
    .command('stop')
    .description('end gateway and workers, and remove their files and keys')
    .action(finish(async () => (await load()).clusterStop()));
  addWorkerOptions(
    program.command('worker').description('calculate for the gateway of a cluster; ends with it'),
  ).action(finish(async (file, options) => (await load()).worker(file, options)));
}

function addModelCommands(program: Command, finish: Finish): void {
  addModelOptions(modelCommand(program, 'info', 'show what a file of force constants holds'))
    .addOption(json())
    .action(finish(async (model, options) => (await import('./commands/info.js')).info(model, options)));
  addPathOptions(
    addModelOptions(
      modelCommand(
        program,
        'path',
        'show the points of high symmetry and the path through them, or a path of your own',
      ),
    ),
  )
    .addOption(json())
    .action(finish(async (model, options) => (await import('./commands/path.js')).path(model, options)));
  const sqw = modelCommand(program, 'sqw', 'calculate structure factors at the q-points of a file')
    .requiredOption('--q-file <file>', 'q-points in r.l.u.: JSON [[h,k,l],…], or three columns of text')
    .requiredOption('--output <file>', 'where the structure factor goes, as JSON');
  addModelOptions(addCalculationOptions(sqw, { intensities: true, directions: true, isList: true }))
    .addOption(json())
    .action(finish(async (model, options) => (await import('./commands/sqw.js')).sqw(model, options)));
}

function addSpectrumCommands(program: Command, finish: Finish): void {
  addDos(program).action(
    finish(async (model, options) => (await import('./commands/dos.js')).dos(model, options)),
  );
  addDispersion(program).action(
    finish(async (models, options) => (await import('./commands/dispersion.js')).dispersion(models, options)),
  );
  addMap(program).action(
    finish(async (model, options) => (await import('./commands/map.js')).map(model, options)),
  );
  addSlice(program).action(
    finish(async (model, options) => (await import('./commands/slice.js')).slice(model, options)),
  );
  addPowder(program).action(
    finish(async (model, options) => (await import('./commands/powder.js')).powder(model, options)),
  );
  addReplot(program).action(
    finish(async (files, options) => (await import('./commands/replot.js')).replot(files, options)),
  );
  const thermo = modelCommand(
    program,
    'thermo',
    'calculate heat capacity, entropy, free and internal energy of harmonic modes',
  )
    .option('--t-min <kelvin>', 'lowest temperature', parseNotNegative, 0)
    .option('--t-max <kelvin>', 'highest temperature', parseNotNegative, 1000)
    .option('--t-step <kelvin>', 'between temperatures', parsePositive, 50)
    .option('--msd', 'mean-square displacements of each atom as well: tensors U, and U_iso, in Å²')
    .option(
      '-s, --save-to <file>',
      'where it goes, once or several times: .png, .svg, .html, .json or .csv (of displacements U_iso alone)',
      (file: string, files: string[] = []) => [...files, file],
    )
    .option('--save-json <file>', 'the same as JSON, whatever the name');
  const drawn = addLineOptions(addPictureOptions(addGridOptions(thermo)));
  addModelOptions(addCalculationOptions(drawn, { isGrid: true }))
    .addOption(json())
    .action(finish(async (model, options) => (await import('./commands/thermo.js')).thermo(model, options)));
}

function addReplot(program: Command): Command {
  const replot = program
    .command('replot')
    .description('draw a spectrum again, or write it in another form, without calculating')
    .argument(
      '<files...>',
      "JSON of dos, dispersion, map, slice or powder, or of Euphonic's tools; or of several dispersions, which have one picture, and of a density of states beside them",
    );
  return addColourOptions(addLineOptions(addOutputOptions(replot)));
}

function addDispersion(program: Command): Command {
  const dispersion = program
    .command('dispersion')
    .description('calculate frequencies along a path through reciprocal space, by itself or yours')
    .argument(
      '<models...>',
      `${MODEL_WORDS}; of several each has its own lines, along the path of the first`,
    );
  addDispersionOptions(addUnitOption(addPathOptions(dispersion)));
  return addLineOptions(
    addOutputOptions(addModelOptions(addCalculationOptions(dispersion, { directions: true }))),
  );
}

function addMap(program: Command): Command {
  const map = modelCommand(
    program,
    'map',
    'calculate S(Q,ω) along a path through reciprocal space; with --temperature both thermal factors',
  )
    .alias('intensity-map')
    .addOption(
      new Option('-w, --weighting <weighting>', 'S(Q,ω), or each mode alike; Euphonic has dos by default')
        .choices(['coherent', 'dos'])
        .default('coherent'),
    );
  addEnergyOptions(addGridOptions(addPathOptions(map), FOR_DISPLACEMENTS));
  return addColourOptions(
    addOutputOptions(addModelOptions(addCalculationOptions(map, { intensities: true, directions: true }))),
  );
}

function addSlice(program: Command): Command {
  const slice = modelCommand(
    program,
    'slice',
    'calculate S(Q,ω) over a plane of Q in a range of energies, or over a line of Q and energy, averaged as data are cut',
  );
  addWidthOption(addUnitOption(addGridOptions(addSliceOptions(slice), FOR_DISPLACEMENTS)));
  return addColourOptions(
    addOutputOptions(addModelOptions(addCalculationOptions(slice, { intensities: true, isGrid: true }))),
  );
}

function addPowder(program: Command): Command {
  const powder = modelCommand(
    program,
    'powder',
    'calculate the powder average S(|Q|,ω) to a stated error; with --temperature both thermal factors',
  )
    .alias('powder-map')
    .addOption(
      new Option('-w, --weighting <weighting>', 'S(Q,ω), or densities of states; Euphonic has dos by default')
        .choices(POWDER_WEIGHTINGS)
        .default('coherent'),
    )
    .option('--pdos <species>', 'of a density of states the part of this atom type');
  addEnergyOptions(
    addGridOptions(
      addPowderOptions(powder),
      `${FOR_DISPLACEMENTS}, incoherent scattering and that of several phonons`,
    ),
  );
  return addColourOptions(
    addOutputOptions(addModelOptions(addCalculationOptions(powder, { intensities: true, isGrid: true }))),
  );
}

function addDos(program: Command): Command {
  const dos = modelCommand(
    program,
    'dos',
    'calculate a density of states: total, partial or neutron-weighted',
  );
  addAdaptiveOptions(addEnergyOptions(addGridOptions(addPartialOption(dos))))
    .addOption(
      new Option(
        '-w, --weighting <weighting>',
        `cross-sections of the Blue Book: the sum over atoms of σ M̄/M g; ${NEUTRON_WEIGHTED}: of (σcoh + σinc) M̄/M e^(−2W) g, a measured powder's (Schober, J. Neutron Res. 17 (2014) 109)`,
      )
        .choices(DOS_WEIGHTINGS)
        .default('dos'),
    )
    .option(
      '--q-mean <x>',
      '|Q| of the Debye–Waller factor e^(−2W), 1/Å, at --temperature; for every weighting but dos',
      parsePositive,
    )
    .addOption(
      new Option(
        '--pdos-by <what>',
        'lines of --pdos, which it stands for: one for a species, for each of its atoms, or for each Cartesian direction of its motion, in the axes of the file',
      )
        .choices(PDOS_PARTS)
        .default('species'),
    );
  return addLineOptions(
    addOutputOptions(addModelOptions(addCalculationOptions(dos, { displacements: true, isGrid: true }))),
  );
}
