/** Options of a number, or of several: `--debye-waller-grid 6 6 6`, also `"6 6 6"` and `=6,6,6`. */
import { InvalidArgumentError } from 'commander';
import { decimalNumber } from '../../base/decimal.js';

/** Also with a comma after it. */
const isNumber = (text: string) => !Number.isNaN(decimalNumber(text.replace(/,\s*$/, '').trim()));
const words = (text: string) => text.split(/[\s,]+/).filter(Boolean);

/**
 * The arguments with the numbers after each of the flags joined to it, `counts` of them at most. Commander's options take one
 * value, or all values that follow, and with them a file that comes after three numbers.
 */
export function joinNumbers(args: readonly string[], counts: Readonly<Record<string, number>>): string[] {
  const joined: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (arg === '--') return [...joined, ...args.slice(i)];
    const [flag = '', first = ''] = arg.split('=', 2);
    if (!Object.hasOwn(counts, flag)) {
      joined.push(arg);
      continue;
    }
    const values = words(first);
    while (values.length < counts[flag] && i + 1 < args.length && isNumber(args[i + 1]))
      values.push(...words(args[++i]));
    joined.push(values.length === 0 ? arg : `${flag}=${values.join(' ')}`);
  }
  return joined;
}

/** A parser of one number that `fits`. */
export function numberOf(expected: string, fits: (x: number) => boolean) {
  return (text: string): number => {
    const value = decimalNumber(text.trim());
    if (fits(value)) return value;
    throw new InvalidArgumentError(`Expected ${expected}.`);
  };
}

/** A parser of an integer from `least` to `most`. */
export function countOf(expected: string, most = Number.MAX_SAFE_INTEGER, least = 1) {
  return numberOf(expected, (n) => Number.isSafeInteger(n) && n >= least && n <= most);
}

const isCount = (n: number) => Number.isSafeInteger(n) && n >= 1;

export const parsePositive = numberOf('a number > 0', (x) => Number.isFinite(x) && x > 0);

export const parseNotNegative = numberOf('a number ≥ 0', (x) => Number.isFinite(x) && x >= 0);

/** A parser of 1 to `most` finite numbers. */
export function numbersOf(expected: string, most: number) {
  return (text: string): number[] => {
    const numbers = words(text).map(decimalNumber);
    if (numbers.length >= 1 && numbers.length <= most && numbers.every(Number.isFinite)) return numbers;
    throw new InvalidArgumentError(`Expected ${expected}.`);
  };
}

/** A parser of three numbers, each and all of which `fits`. */
export function tripleOf(expected: string, fits: (numbers: number[]) => boolean) {
  return (text: string): [number, number, number] => {
    const values = words(text);
    const numbers = values.map(decimalNumber);
    if (values.length === 3 && fits(numbers)) return numbers as [number, number, number];
    throw new InvalidArgumentError(`Expected ${expected}.`);
  };
}

/** A parser of a Monkhorst–Pack grid. */
export function gridSizeOf(example: string) {
  return tripleOf(`three integers ≥ 1, such as ${example}`, (grid) => grid.every(isCount));
}
