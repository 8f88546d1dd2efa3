/** How pictures look, as flags. */
import { readFileSync } from 'node:fs';
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  COLOUR_MAPS,
  COLOUR_SCALES,
  type ColourScale,
  type PictureOptions,
  VIEWS,
  type View,
} from '../../figure/choices.js';
import { systemReason } from '../../runtime/files.js';
import { UsageError } from '../terminal/exitCodes.js';
import { numberOf, numbersOf, parsePositive } from './numbers.js';

const SIZE = '--fig-size';
/** Euphonic's second spelling. */
const SIZE_TOO = '--figsize';

/** Options of several numbers. */
export const PICTURE_NUMBERS = { [SIZE]: 2, [SIZE_TOO]: 2 };

export interface PictureFlags {
  title?: string;
  xLabel?: string;
  yLabel?: string;
  figSize?: [number, number];
  fontSize?: number;
  lineWidth?: number;
  style?: Record<string, unknown>;
  cMap?: string;
  colourScale?: ColourScale;
  vMin?: number;
  vMax?: number;
  view?: View;
  /** of dispersion curves */
  energyRange?: PictureOptions['energyRange'];
}

export function addPictureOptions(command: Command): Command {
  return command
    .option('--title <text>', 'above the picture')
    .option('--xlabel, --x-label <text>', 'title of the horizontal axis')
    .option('--ylabel, --y-label <text>', 'title of the vertical axis')
    .option(`${SIZE_TOO}, ${SIZE} <w h>`, 'two numbers: size of the picture, cm (default: 14 9)', parseSize)
    .option('--fontsize, --font-size <pt>', 'of all texts (default: 10)', parsePositive)
    .option(
      '--style <file>',
      'a Vega configuration in JSON: colours, fonts, grids; Euphonic has style sheets of matplotlib',
      readStyle,
    );
}

/** Of pictures of lines. */
export function addLineOptions(command: Command): Command {
  return command.option('--linewidth, --line-width <pt>', 'of lines (default: 1)', parsePositive);
}

export function addColourOptions(command: Command): Command {
  const limit = numberOf('a finite number', Number.isFinite);
  command.hook('preAction', (_, action) => checkLimits(action.opts()));
  return command
    .option(
      '--cmap, --c-map <name>',
      'colours, with _r the other way round (default: viridis)',
      parseColourMap,
    )
    .addOption(
      new Option('--colour-scale <scale>', 'how colours go with intensities (default: linear)').choices(
        COLOUR_SCALES,
      ),
    )
    .option(
      '--vmin, --v-min <x>',
      'intensity of the first colour (default: 0, or the lowest below it; with log 1/1000 of the last)',
      limit,
    )
    .option(
      '--vmax, --v-max <x>',
      'intensity of the last colour (default: 99.5 % of the map lies below)',
      limit,
    )
    .addOption(
      new Option(
        '--view <view>',
        'what the picture shows, not the files of numbers: S, energy times S, or χ″ (default: S)',
      ).choices(VIEWS),
    );
}

/** Throws UsageError for colours that would begin where they end, or at what has no logarithm. */
function checkLimits({ vMin, vMax, colourScale }: PictureFlags): void {
  const first = vMin ?? 0;
  if (vMax !== undefined && vMax <= first) {
    throw new UsageError('invalid_argument', `The colours would go from ${first} to ${vMax}.`, {
      where: '--v-max',
      expected: 'more than --v-min, or than 0 without it',
    });
  }
  if (colourScale !== 'log' || vMin === undefined || vMin > 0) return;
  throw new UsageError('invalid_argument', `A logarithmic scale of colours would begin at ${vMin}.`, {
    where: '--v-min',
    expected: 'a number > 0',
  });
}

export function pictureOptions(flags: PictureFlags): PictureOptions {
  const { title, xLabel, yLabel, figSize, fontSize, lineWidth, style, cMap, vMin, vMax } = flags;
  const { colourScale, view, energyRange } = flags;
  const given = { title, xLabel, yLabel, fontSize, lineWidth, style, colourScale, view, energyRange };
  return { ...given, size: figSize, colourMap: cMap, min: vMin, max: vMax };
}

function parseSize(text: string): [number, number] {
  const expected = 'two numbers from 1 to 200, such as 14 9';
  const sizes = numbersOf(expected, 2)(text);
  const [width, height] = sizes;
  if (sizes.length === 2 && sizes.every((cm) => cm >= 1 && cm <= 200)) return [width, height];
  throw new InvalidArgumentError(`Expected ${expected}.`);
}

function parseColourMap(name: string): string {
  if ((COLOUR_MAPS as readonly string[]).includes(name.replace(/_r$/, ''))) return name;
  throw new InvalidArgumentError(`Expected one of ${COLOUR_MAPS.join(', ')}, or one of these with _r.`);
}

function readStyle(path: string): Record<string, unknown> {
  let style: unknown;
  try {
    style = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const reason = error instanceof SyntaxError ? error.message : systemReason(error);
    throw new InvalidArgumentError(`${path} cannot be read as JSON: ${reason}.`);
  }
  if (typeof style === 'object' && style !== null && !Array.isArray(style))
    return style as Record<string, unknown>;
  throw new InvalidArgumentError(`${path} holds no object of a Vega configuration.`);
}
