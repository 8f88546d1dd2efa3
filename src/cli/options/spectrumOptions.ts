/** Energies of a spectrum, the grid under it, and where it goes, as flags; named as in Euphonic's tools. */
import { type Command, Option } from 'commander';
import { MAX_HISTOGRAM_NUMBERS, MAX_WIDTH_COEFFICIENTS } from '../../protocol/limits.js';
import { type Grid, gridOfSpacing } from '../../qpoints/grid.js';
import { ENERGY_UNITS, type EnergyUnit, perMeV } from '../../spectra/units.js';
import { UsageError } from '../terminal/exitCodes.js';
import { countOf, gridSizeOf, numberOf, numbersOf, parsePositive } from './numbers.js';
import { addPictureOptions, PICTURE_NUMBERS, type PictureFlags } from './pictureOptions.js';

const parseFinite = numberOf('a finite number', Number.isFinite);

const GRID = '--grid';
const BROADENING = '--energy-broadening';
const BROADENING_SHORT = '--eb';

/** Options of several numbers. */
export const SPECTRUM_NUMBERS = {
  [GRID]: 3,
  [BROADENING]: MAX_WIDTH_COEFFICIENTS,
  [BROADENING_SHORT]: MAX_WIDTH_COEFFICIENTS,
  ...PICTURE_NUMBERS,
};

/** All energies in the unit that is one of them. */
export interface UnitFlags {
  energyUnit: EnergyUnit;
}

export interface WidthFlags extends UnitFlags {
  energyBroadening?: number[];
  scale?: number;
}

export interface EnergyFlags extends WidthFlags {
  eMin?: number;
  eMax?: number;
  ebins: number;
}

export interface GridFlags {
  grid?: [number, number, number];
  /** 1/Å */
  gridSpacing?: number;
}

export interface OutputFlags extends PictureFlags {
  saveTo?: string[];
  saveJson?: string;
  json?: boolean;
}

export function addUnitOption(command: Command): Command {
  return command.addOption(
    new Option('-u, --energy-unit <unit>', 'of all energies in options and results')
      .choices(ENERGY_UNITS)
      .default('meV'),
  );
}

export function addEnergyOptions(command: Command): Command {
  addUnitOption(command)
    .option(
      '--e-min <x>',
      'lowest energy (default: 0, or below the lowest imaginary mode; further with --eb)',
      parseFinite,
    )
    .option(
      '--e-max <x>',
      'highest energy (default: 5 % above the highest mode; further with --eb)',
      parseFinite,
    )
    .option(
      '--ebins <n>',
      'bins between them',
      countOf(`an integer from 1 to ${MAX_HISTOGRAM_NUMBERS}`, MAX_HISTOGRAM_NUMBERS),
      200,
    );
  return addWidthOption(command);
}

/** And a factor of what is made. */
export function addWidthOption(command: Command): Command {
  return command
    .option('--scale <x>', 'multiplies intensities (default: 1)', parseFinite)
    .addOption(
      new Option(
        `${BROADENING_SHORT}, ${BROADENING} <fwhm>`,
        'FWHM of a Gaussian, or of ascending coefficients in energy: 1.5 0.01; each mode is integrated over the bins',
      ).argParser(
        numbersOf(`1 to ${MAX_WIDTH_COEFFICIENTS} finite numbers, such as 1.5`, MAX_WIDTH_COEFFICIENTS),
      ),
    );
}

/** `what` the grid is for, where that is not all of the command. */
export function addGridOptions(command: Command, what?: string): Command {
  return command
    .addOption(
      new Option(
        `${GRID} <n n n>`,
        `three numbers: a Monkhorst–Pack grid of q-points${what ? `, ${what}` : ''}`,
      )
        .argParser(gridSizeOf('20 20 20'))
        .conflicts('gridSpacing'),
    )
    .option(
      '--grid-spacing <x>',
      'its largest distance between q-points along each axis, 1/Å with 2π (default: 0.1)',
      parsePositive,
    );
}

export function addOutputOptions(command: Command): Command {
  return addPictureOptions(command)
    .option(
      '-s, --save-to <file>',
      'where the spectrum goes, once or several times: .png, .svg, .html, .json as Euphonic reads it, .csv, .h5 or .nxs',
      (file: string, files: string[] = []) => [...files, file],
    )
    .option('--save-json <file>', 'the same as JSON, whatever the name')
    .option('--json', 'print what was done as JSON');
}

/** A spectrum's range in meV. */
interface EnergyRange {
  energyMin?: number;
  energyMax?: number;
}

export function energyRange({ energyUnit, eMin, eMax }: EnergyFlags): EnergyRange {
  if (eMin !== undefined && eMax !== undefined && eMin >= eMax) {
    throw new UsageError('invalid_argument', `The energies would go from ${eMin} to ${eMax}.`, {
      where: '--e-max',
      expected: 'more than --e-min',
    });
  }
  const meV = (x: number) => x / perMeV(energyUnit);
  return {
    ...(eMin !== undefined && { energyMin: meV(eMin) }),
    ...(eMax !== undefined && { energyMax: meV(eMax) }),
  };
}

/** Throws UsageError for coefficients of a width that is nothing, or negative where it begins. */
export function checkWidth(coefficients: readonly number[], what: string, flag: string): void {
  if (coefficients.some((x) => x !== 0) && coefficients[0] >= 0) return;
  throw new UsageError('invalid_argument', `${what} is ${coefficients.join(' ')}.`, {
    where: flag,
    expected: 'an FWHM > 0, or its coefficients; without the option there is none',
  });
}

/** Ascending coefficients for meV. Throws UsageError for a width of nothing. */
export function broadeningWidth({ energyBroadening, energyUnit }: WidthFlags): number[] | undefined {
  if (!energyBroadening) return undefined;
  checkWidth(energyBroadening, 'The broadening', BROADENING);
  return energyBroadening.map((x, k) => x * perMeV(energyUnit) ** (k - 1));
}

/** 1/Å, as Euphonic's tools have it. */
const DEFAULT_GRID_SPACING = 0.1;

/** The grid that flags name for a crystal of such cell vectors, [3,3] Å. */
export function gridOf(
  { grid, gridSpacing = DEFAULT_GRID_SPACING }: GridFlags,
  cellVectors: Float64Array,
): Grid {
  return grid ?? gridOfSpacing(cellVectors, gridSpacing);
}
