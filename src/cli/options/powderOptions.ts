/** Spheres, their directions, and what a spectrometer reaches, as flags; named as in Euphonic's tool. */
import { type Command, Option } from 'commander';
import { MAX_WIDTH_COEFFICIENTS } from '../../protocol/limits.js';
import {
  DENSITY_MAX,
  DENSITY_MIN,
  type DirectionsWanted,
  MAX_DIRECTIONS,
} from '../../spectra/calculation/directions.js';
import type { Kinematics } from '../../spectra/kinematics.js';
import { perMeV } from '../../spectra/units.js';
import { UsageError } from '../terminal/exitCodes.js';
import { addNeeds } from './neededOptions.js';
import { countOf, numbersOf, parseNotNegative, parsePositive } from './numbers.js';
import { checkWidth, type UnitFlags } from './spectrumOptions.js';

const Q_BROADENING = '--q-broadening';
const Q_BROADENING_SHORT = '--qb';
const ANGLES = '--angle-range';

/** Options of several numbers. */
export const POWDER_NUMBERS = {
  [Q_BROADENING]: MAX_WIDTH_COEFFICIENTS,
  [Q_BROADENING_SHORT]: MAX_WIDTH_COEFFICIENTS,
  [ANGLES]: 2,
};

export interface PowderFlags extends UnitFlags, DirectionsWanted {
  /** 1/Å */
  qMin: number;
  qMax: number;
  qSpacing: number;
  qBroadening?: number[];
  eIncident?: number;
  eFinal?: number;
  angleRange: [number, number];
}

export function addPowderOptions(command: Command): Command {
  const parseCount = countOf(`an integer from 1 to ${MAX_DIRECTIONS}`, MAX_DIRECTIONS);
  return addKinematicOptions(command)
    .option('--q-min <x>', 'smallest |Q|, 1/Å with 2π', parseNotNegative, 0)
    .option('--q-max <x>', 'largest |Q|', parsePositive, 3)
    .option(
      '--q-spacing <x>',
      'width of a bin of |Q|; its sphere has the radius of its centre',
      parsePositive,
      0.025,
    )
    .addOption(
      new Option(
        `${Q_BROADENING_SHORT}, ${Q_BROADENING} <fwhm>`,
        'FWHM in Q of a Gaussian, or ascending coefficients in Q: 0.05 0.01; integrated over the bins',
      ).argParser(
        numbersOf(`1 to ${MAX_WIDTH_COEFFICIENTS} finite numbers, such as 0.05`, MAX_WIDTH_COEFFICIENTS),
      ),
    )
    .option(
      '-n, --npts <n>',
      'directions of each sphere to begin with, or in all with --no-converge',
      parseCount,
      1000,
    )
    .option(
      '--npts-density <x>',
      'times Q² in place of --npts, between --npts-min and --npts-max',
      parsePositive,
    )
    .option('--npts-min <n>', `of --npts-density (default: ${DENSITY_MIN})`, parseCount)
    .option(
      '--npts-max <n>',
      `most directions of a sphere (default: ${MAX_DIRECTIONS}; of --npts-density and --no-converge ${DENSITY_MAX})`,
      parseCount,
    )
    .option(
      '--error <percent>',
      'directions are doubled until the error of a sphere is below, by the difference between two sets of them',
      parsePositive,
      1,
    )
    .option('--no-converge', 'no more directions than these; the error is told all the same')
    .addOption(
      new Option(
        '--sampling <kind>',
        "two sets of golden directions, each turned in its own way, or Euphonic's one, as it is and without an error",
      )
        .choices(['turned', 'golden'])
        .default('turned'),
    );
}

function addKinematicOptions(command: Command): Command {
  return addNeeds(command, { angleRange: ['eIncident', 'eFinal'], nptsMin: ['nptsDensity'] })
    .addOption(
      new Option('--e-i, --e-incident <x>', 'fixed incident energy: what it does not reach is NaN')
        .argParser(parsePositive)
        .conflicts('eFinal'),
    )
    .addOption(new Option('--e-f, --e-final <x>', 'fixed final energy').argParser(parsePositive))
    .addOption(
      new Option(`${ANGLES} <low high>`, 'scattering angles 2θ that are measured, in degrees')
        .argParser(parseAngles)
        .default([0, 180], '0 180'),
    );
}

function parseAngles(text: string): [number, number] {
  const words = 'two angles between 0 and 180, the smaller one first, such as 3 135';
  const [low, high, ...more] = numbersOf(words, 2)(text);
  const isRange = high !== undefined && more.length === 0 && low >= 0 && low < high && high <= 180;
  if (isRange) return [low, high];
  throw new UsageError('invalid_argument', `The scattering angles are ${text}.`, {
    where: ANGLES,
    expected: words,
  });
}

export function kinematicsOf({
  eIncident,
  eFinal,
  angleRange,
  energyUnit,
}: PowderFlags): Kinematics | undefined {
  const energy = eIncident ?? eFinal;
  if (energy === undefined) return undefined;
  return { energy: energy / perMeV(energyUnit), isFinal: eFinal !== undefined, angles: angleRange };
}

/** Bins of |Q|. Throws UsageError for a range or a width of nothing. */
export function qBinsOf({ qMin, qMax, qSpacing, qBroadening }: PowderFlags) {
  if (qMin >= qMax) {
    throw new UsageError('invalid_argument', `|Q| would go from ${qMin} to ${qMax}.`, {
      where: '--q-max',
      expected: 'more than --q-min',
    });
  }
  if (qBroadening) checkWidth(qBroadening, 'The broadening in Q', Q_BROADENING);
  return { qMin, qMax, qSpacing, ...(qBroadening && { qWidth: qBroadening }) };
}
