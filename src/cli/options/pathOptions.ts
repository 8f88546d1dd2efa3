/** Which path through reciprocal space, as flags. */
import { type Command, Option } from 'commander';
import { isCoordinate } from '../../qpoints/coordinates.js';
import type { WantedPath } from '../../qpoints/paths/chosenPath.js';
import { parseCoordinates, parseLabels } from '../../qpoints/paths/corners.js';
import { fromCommandLine } from '../terminal/exitCodes.js';
import { numberOf, tripleOf } from './numbers.js';

/** An option of three numbers. */
export const ZONE = '--zone';

export type PathFlags = WantedPath;

export function addPathOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--path <labels>', 'path through labelled points, | where it breaks: "G M K G | A L"')
        .argParser((text) => fromCommandLine(() => parseLabels(text)))
        .conflicts('q'),
    )
    .addOption(
      new Option(
        '--q <coordinates>',
        'path through points in r.l.u.: "0 0 0  1/2 0 0 | 1/3 1/3 0  0 0 .5"',
      ).argParser((text) => fromCommandLine(() => parseCoordinates(text))),
    )
    .option(
      `${ZONE} <h k l>`,
      'three integers, added to each point of the path',
      tripleOf('three integers, such as 1 0 2', (hkl) =>
        hkl.every((x) => Number.isInteger(x) && isCoordinate(x)),
      ),
    )
    .option(
      '--q-spacing <x>',
      'largest distance between q-points, 1/Å with 2π (default: 0.025)',
      numberOf('a number > 0, in 1/Å', (x) => Number.isFinite(x) && x > 0),
    );
}
