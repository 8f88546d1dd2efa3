/** What stands beside dispersion curves, and how their lines are connected, as flags. */
import { type Command, Option } from 'commander';
import { MAX_HISTOGRAM_NUMBERS } from '../../protocol/limits.js';
import { addNeeds } from './neededOptions.js';
import { countOf, numberOf, parsePositive } from './numbers.js';
import { addGridOptions, addWidthOption, type EnergyFlags, type GridFlags } from './spectrumOptions.js';

export interface DispersionFlags extends EnergyFlags, GridFlags {
  dos?: boolean;
  pdos?: true | string[];
  adaptive?: boolean;
  adaptiveScale: number;
  reorder?: boolean;
  saveWebJson?: string;
}

export function addDispersionOptions(command: Command): Command {
  const energy = numberOf('a finite number', Number.isFinite);
  const beside = ['dos', 'pdos'];
  const needing = ['grid', 'gridSpacing', 'ebins', 'energyBroadening', 'adaptive'];
  addNeeds(command, Object.fromEntries(needing.map((name) => [name, beside])))
    .option(
      '--e-min <x>',
      'lowest energy of the picture (default: 0, or below the lowest imaginary mode)',
      energy,
    )
    .option('--e-max <x>', 'highest energy of the picture (default: 4 % above the highest mode)', energy)
    .option('--reorder', 'connect modes by their eigenvectors, in place of ascending order at each q-point')
    .option('--save-web-json <file>', 'modes for the phonon website, which animates them; of one model')
    .option('--dos', 'the density of states beside the curves');
  return addAdaptiveOptions(
    addWidthOption(addGridOptions(addPartialOption(command), 'for the density of states')),
  ).option(
    '--ebins <n>',
    'bins of the density of states',
    countOf(`an integer from 1 to ${MAX_HISTOGRAM_NUMBERS}`, MAX_HISTOGRAM_NUMBERS),
    200,
  );
}

export function addPartialOption(command: Command): Command {
  return command.addOption(
    new Option(
      '--pdos [species...]',
      'beside the total density of states a line for each of these atom types, or for all; after the model',
    ),
  );
}

export function addAdaptiveOptions(command: Command): Command {
  return addNeeds(command, { adaptiveScale: ['adaptive'] })
    .option('--adaptive', 'widths of the density of states from mode gradients, beside those of --eb')
    .option(
      '--adaptive-scale <x>',
      'multiplies these: 1 is 1/π of the distance of q-points times |dω/dQ| as standard deviation',
      parsePositive,
      1,
    );
}
