/** Coherent scattering lengths of a crystal's atoms. */
import { EuphonicError } from '../protocol/errors.js';
import { SEARS_1992 } from './data/sears1992.js';

/** fm, real or [re, im] */
export type ScatteringLength = number | readonly [number, number];

/** A table by name, or atom type → scattering length. */
export type ScatteringLengthTable =
  | 'Sears1992'
  | ReadonlyMap<string, ScatteringLength>
  | Readonly<Record<string, ScatteringLength>>;

const TABLES: Readonly<Record<string, Readonly<Record<string, ScatteringLength>>>> = {
  Sears1992: SEARS_1992,
};

/**
 * Scattering length of each atom: [n,2] fm, real and imaginary part.
 *
 * Throws `no_scattering_length` for an atom type that the table does not have, `invalid_argument` for an unknown table
 * or a value that is not one or two finite numbers.
 */
export function coherentScatteringLengths(
  atomTypes: readonly string[],
  table: ScatteringLengthTable = 'Sears1992',
): Float64Array {
  const lengths = new Float64Array(2 * atomTypes.length);
  const find = lookup(table);
  atomTypes.forEach((type, i) => {
    const b = find(type);
    if (b === undefined) throw missing(type, table);
    const [re, im] = typeof b === 'number' ? [b, 0] : isPair(b) ? b : [Number.NaN, 0];
    if (!Number.isFinite(re) || !Number.isFinite(im)) {
      throw new EuphonicError(
        'invalid_argument',
        `The scattering length of ${type} is ${JSON.stringify(b)}.`,
        {
          where: 'scattering_lengths',
          expected: 'a finite number in fm, or [real, imaginary]',
        },
      );
    }
    lengths[2 * i] = re;
    lengths[2 * i + 1] = im;
  });
  return lengths;
}

function lookup(table: ScatteringLengthTable): (type: string) => ScatteringLength | undefined {
  if (table instanceof Map) return (type) => table.get(type);
  const record = typeof table === 'string' ? own(TABLES, table) : (table as Record<string, ScatteringLength>);
  if (record === undefined || record === null || typeof record !== 'object') {
    throw new EuphonicError(
      'invalid_argument',
      `There is no table of scattering lengths ${JSON.stringify(table)}.`,
      {
        where: 'scattering_lengths',
        expected: `one of ${Object.keys(TABLES).join(', ')}, or a map from element to length in fm`,
      },
    );
  }
  return (type) => own(record, type);
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function isPair(b: unknown): b is readonly [number, number] {
  return Array.isArray(b) && b.length === 2 && b.every((part) => typeof part === 'number');
}

function missing(type: string, table: ScatteringLengthTable): EuphonicError {
  const name = typeof table === 'string' ? `the table ${table}` : 'the scattering lengths given';
  return new EuphonicError('no_scattering_length', `${type} is not in ${name}.`, {
    where: 'scattering_lengths',
    expected: 'a coherent scattering length for each atom type of the crystal',
    advice: `Give scattering_lengths as a map with a value in fm for ${type} and for every other atom type.`,
  });
}
