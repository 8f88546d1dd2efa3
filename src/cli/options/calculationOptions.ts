/** Calculation options as flags: hyphens for underscores, booleans also as --no-…. */
import { readFileSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { EuphonicError } from '../../base/errors.js';
import { parseScatteringLengths } from '../../models/scatteringLengthFile.js';
import { type CalculationOptions, SCATTERING_LENGTH_TABLES, SUM_RULES } from '../../protocol/options.js';
import { checkParams } from '../../protocol/validate.js';
import { systemReason } from '../../runtime/files.js';
import { fromCommandLine, UsageError } from '../terminal/exitCodes.js';
import { note } from '../terminal/output.js';
import { gridSizeOf, numberOf, tripleOf } from './numbers.js';

const parseNumber = numberOf('a number', (x) => !Number.isNaN(x));

const DIRECTION = '--splitting-direction';
const GRID = '--debye-waller-grid';
/** Options of three numbers. */
export const TRIPLE_FLAGS = [DIRECTION, GRID];

/** What commander makes of the flags. */
export interface CalculationFlags {
  asr?: string;
  dipole?: boolean;
  dipoleParameter?: number;
  splitting?: boolean;
  /** not zero */
  splittingDirection?: [number, number, number];
  /** a text, because commander takes null for a missing value */
  temperature?: number | 'none';
  debyeWallerGrid?: [number, number, number];
  bose?: boolean;
  negativeE?: boolean;
  scatteringLengths?: string;
  nThreads?: number;
}

/** What of calculations a command depends on; the other options are taken, too, but hidden and without effect, which is said. */
interface Used {
  /** structure factors, and so thermal factors and scattering lengths */
  intensities?: boolean;
  /** of the thermal factors that of Debye and Waller alone */
  displacements?: boolean;
  /** a path, whose zone centres are approached from somewhere */
  directions?: boolean;
  /** a grid, whose zone centre is approached from nowhere */
  isGrid?: boolean;
  /** a list of q-points and what is calculated for it, as it is */
  isList?: boolean;
}

export function addCalculationOptions(command: Command, used: Used): Command {
  for (const { flag, noun, words, argument = '', parse, isBoolean, isUsed = true } of calculationFlags(
    used,
  )) {
    const option = new Option(`${flag}${argument}`, words).hideHelp(!isUsed);
    if (parse) option.argParser(parse);
    if (flag === ASR) {
      option
        .choices(['none', ...SUM_RULES])
        .preset('reciprocal')
        .default('none');
    }
    command.addOption(option);
    if (isBoolean) command.addOption(new Option(flag.replace('--', '--no-')).hideHelp());
    if (isUsed) continue;
    command.hook('preAction', (_, action) => {
      if (action.getOptionValueSource(option.attributeName()) !== 'cli') return;
      note(`The ${noun} has no effect on euphonicd ${action.name()}.`);
    });
  }
  return command;
}

interface CalculationFlag {
  flag: string;
  /** what it is, where it may have no effect */
  noun?: string;
  words: string;
  argument?: string;
  parse?: (text: string) => unknown;
  isBoolean?: boolean;
  isUsed?: boolean;
}

const ASR = '--asr';

function calculationFlags({
  intensities,
  displacements,
  directions,
  isGrid,
  isList,
}: Used): CalculationFlag[] {
  return [
    { flag: ASR, argument: ' [rule]', words: 'acoustic sum rule; without a name reciprocal' },
    {
      flag: '--dipole',
      words: 'long-range dipole interaction of polar crystals (default; --no-dipole)',
      isBoolean: true,
    },
    {
      flag: '--dipole-parameter',
      argument: ' <x>',
      words: 'scales the automatic Ewald parameter',
      parse: parseNumber,
    },
    {
      flag: '--splitting',
      words: `LO–TO splitting at the zone centre (default${isGrid ? ': --no-splitting' : '; --no-splitting'})`,
      isBoolean: true,
    },
    {
      flag: DIRECTION,
      noun: 'direction of approach',
      argument: ' <h k l>',
      words: `three numbers, r.l.u.: from there zone centres are approached (default: from ${isList ? 'the neighbours in the list' : 'each line of the path in its own direction'})`,
      parse: tripleOf(
        'three finite numbers that are not all zero, such as 1 0 0',
        (hkl) => hkl.every(Number.isFinite) && hkl.some((x) => x !== 0),
      ),
      isUsed: directions ?? false,
    },
    ...thermalFlags({ intensities, displacements, isList }),
    {
      flag: '--scattering-lengths',
      noun: 'table of scattering lengths',
      argument: ' <table>',
      words: `${SCATTERING_LENGTH_TABLES.join(', ')}, or JSON, or a JSON file: atom type → fm, [re, im] or a name such as 62Ni (default: Sears1992)`,
      isUsed: intensities ?? false,
    },
    {
      flag: '--n-threads',
      argument: ' <n>',
      words: "at most as many threads of the daemon's",
      parse: parseNumber,
    },
  ];
}

function thermalFlags({ intensities = false, displacements, isList }: Used): CalculationFlag[] {
  return [
    {
      flag: '--temperature',
      noun: 'temperature',
      argument: ' <kelvin>',
      words: isList
        ? 'temperature of the Debye–Waller factor (with --debye-waller-grid) and of the Bose factor (with --bose)'
        : displacements
          ? 'temperature of the Debye–Waller factor'
          : 'temperature of the Debye–Waller and Bose factors, which are left out without it',
      parse: parseTemperature,
      isUsed: displacements ?? intensities,
    },
    {
      flag: GRID,
      noun: 'Debye–Waller grid',
      argument: ' <n n n>',
      words: `three numbers: average the Debye–Waller tensors over such a Monkhorst–Pack grid (needs --temperature${isList ? '' : '; default: that of --grid'})`,
      parse: gridSizeOf('6 6 6'),
      isUsed: displacements ?? intensities,
    },
    {
      flag: '--bose',
      noun: 'Bose factor',
      words: `multiply by the Bose factor (default: ${isList ? '--no-bose' : 'with a temperature; --no-bose'})`,
      isBoolean: true,
      isUsed: intensities,
    },
    {
      flag: '--negative-e',
      noun: 'option --negative-e',
      words:
        'also intensities at negative energies, key structure_factors_negative_e (default: --no-negative-e)',
      isBoolean: true,
      isUsed: isList ?? false,
    },
  ];
}

/**
 * Options of the protocol. Bose is off unless asked for, as in Euphonic's structure factors. Throws UsageError, and
 * `file_not_found` or `file_damaged` for a file of scattering lengths.
 */
export function calculationOptions(flags: CalculationFlags): CalculationOptions {
  const { asr, dipole, dipoleParameter, splitting, temperature, bose, negativeE, nThreads } = flags;
  const { scatteringLengths, debyeWallerGrid } = flags;
  const options: CalculationOptions = {
    asr: asr === 'none' ? null : (asr as CalculationOptions['asr']),
    bose: bose ?? false,
    ...(dipole !== undefined && { dipole }),
    ...(dipoleParameter !== undefined && { dipole_parameter: dipoleParameter }),
    ...(splitting !== undefined && { splitting }),
    ...(temperature !== undefined && { temperature: temperature === 'none' ? null : temperature }),
    ...(debyeWallerGrid !== undefined && { debye_waller_grid: debyeWallerGrid }),
    ...(negativeE !== undefined && { negative_e: negativeE }),
    ...(nThreads !== undefined && { n_threads: nThreads }),
  };
  fromCommandLine(() => checkOptions(options));
  if (options.debye_waller_grid && options.temperature == null) {
    throw new UsageError('invalid_argument', 'A Debye–Waller grid needs a temperature.', {
      where: GRID,
      expected: '--temperature <kelvin>',
    });
  }
  if (scatteringLengths === undefined) return options;
  return { ...options, scattering_lengths: scatteringLengthsOf(scatteringLengths) };
}

/** As the daemon does it. Throws `invalid_argument`. */
function checkOptions(options: CalculationOptions): void {
  checkParams('job.open', { model: '0'.repeat(64), n_points: 0, ...options });
}

/** [3,nPoints] of the direction in the flags, if there is one. */
export function splittingDirections(
  { splittingDirection: direction }: CalculationFlags,
  nPoints: number,
): Float64Array | undefined {
  if (!direction) return undefined;
  return Float64Array.from({ length: 3 * nPoints }, (_, k) => direction[Math.floor(k / nPoints)]);
}

function scatteringLengthsOf(text: string): CalculationOptions['scattering_lengths'] {
  const table = SCATTERING_LENGTH_TABLES.find((name) => name.toLowerCase() === text.toLowerCase());
  if (table) return table;
  if (/^\s*[{[]/.test(text)) {
    return fromCommandLine(() => {
      const lengths = parseScatteringLengths(
        text,
        '--scattering-lengths',
      ) as CalculationOptions['scattering_lengths'];
      checkOptions({ scattering_lengths: lengths });
      return lengths;
    });
  }
  // what is in the file is checked where the request is
  return parseScatteringLengths(readText(text), text) as CalculationOptions['scattering_lengths'];
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new EuphonicError(
      'file_not_found',
      `The scattering lengths cannot be read: ${systemReason(error)}.`,
      { where: path, expected: `${SCATTERING_LENGTH_TABLES.join(', ')}, JSON text, or a JSON file` },
    );
  }
}

function parseTemperature(text: string): number | 'none' {
  return text.toLowerCase() === 'none' ? 'none' : parseNumber(text);
}
