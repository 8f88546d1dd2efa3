/** Planes and ranges of slices as flags: vectors and bins as those of Horace's cuts. */
import type { Command } from 'commander';
import type { Vector } from '../../models/lattice.js';
import type { Cut } from '../../spectra/slice.js';
import { perMeV } from '../../spectra/units.js';
import { UsageError } from '../terminal/exitCodes.js';
import { numbersOf, parsePositive, tripleOf } from './numbers.js';
import type { UnitFlags } from './spectrumOptions.js';

const VECTORS = ['--u', '--v', '--origin'];
const BINS = ['--u-bin', '--v-bin', '--w-bin', '--e-bin'];

/** Options of several numbers. */
export const SLICE_NUMBERS = Object.fromEntries([...VECTORS, ...BINS].map((flag) => [flag, 3]));

export interface SliceFlags extends UnitFlags {
  u: Vector;
  v: Vector;
  origin: Vector;
  uBin?: number[];
  vBin?: number[];
  wBin?: number[];
  eBin?: number[];
  /** 1/Å */
  qSpacing: number;
}

/** Bins of one axis. */
const MAX_BINS = 2 ** 16;

export function addSliceOptions(command: Command): Command {
  const vector = tripleOf('three finite numbers, r.l.u., such as 1 1 0', (hkl) => hkl.every(Number.isFinite));
  const bins = numbersOf('two numbers low high, or three low step high', 3);
  return command
    .option('--u <h k l>', 'first axis of Q, r.l.u.', vector, [1, 0, 0])
    .option(
      '--v <h k l>',
      'spans the plane with u: the second axis is what of it is perpendicular to u',
      vector,
      [0, 1, 0],
    )
    .option('--origin <h k l>', 'from which u, v and w begin', vector, [0, 0, 0])
    .option(
      '--u-bin <low step high>',
      'an axis in units of u: the centres of the first and the last bin, and the step; two numbers are a range that is averaged over (default: exactly 0)',
      bins,
    )
    .option('--v-bin <low step high>', 'the same along the second axis, in units of what it is of v', bins)
    .option(
      '--w-bin <low high>',
      'the same perpendicular to the plane, in units of which the largest index is 1',
      bins,
    )
    .option('--e-bin <low high>', 'the same of energies (default: an axis of 200 bins over all modes)', bins)
    .option(
      '--q-spacing <x>',
      'q-points of a bin or range are no further from each other, 1/Å with 2π; a bin has 8 or more',
      parsePositive,
      0.05,
    );
}

/** A range that two numbers are, or an axis of three. Throws UsageError for any other. */
function cutOf(numbers: readonly number[], flag: string): Cut {
  const refuse = (): never => {
    throw new UsageError('invalid_argument', `${flag} is ${numbers.join(' ')}.`, {
      where: flag,
      expected: `low high, or low step high with a step > 0 and at most ${MAX_BINS} bins; low below high`,
    });
  };
  if (numbers.length === 2) {
    const [from, to] = numbers;
    return from <= to ? { from, to, bins: 1, isAxis: false } : refuse();
  }
  if (numbers.length !== 3) refuse();
  const [low, step, high] = numbers;
  const bins = Math.ceil((high - low) / step - 1e-9) + 1;
  if (!(low <= high && step > 0 && bins <= MAX_BINS)) refuse();
  return { from: low - step / 2, to: low + (bins - 0.5) * step, bins, isAxis: true };
}

const NOWHERE: Cut = { from: 0, to: 0, bins: 1, isAxis: false };

/** Of u, v and w. */
export function qCutsOf({ uBin, vBin, wBin }: SliceFlags): [Cut, Cut, Cut] {
  const [u, v, w] = [uBin, vBin, wBin].map((bin, i) => (bin ? cutOf(bin, BINS[i]) : NOWHERE));
  return [u, v, w];
}

/** In meV; none where the modes say it. */
export function energyCutOf({ eBin, energyUnit }: SliceFlags): Cut | undefined {
  if (!eBin) return undefined;
  const { from, to, ...cut } = cutOf(eBin, '--e-bin');
  if (from < to) return { ...cut, from: from / perMeV(energyUnit), to: to / perMeV(energyUnit) };
  throw new UsageError('invalid_argument', `The energies would go from ${from} to ${to}.`, {
    where: '--e-bin',
    expected: 'low below high',
  });
}
