/** Coherent scattering lengths of a crystal's atoms. */
import { EuphonicError } from '../base/errors.js';
import { BLUE_BOOK } from './data/blueBook.js';
import { SEARS_1992 } from './data/sears1992.js';

/** fm, real or [re, im] */
export type ScatteringLength = number | readonly [number, number];

/** A length, or the name of an element or isotope of a table: 'Ni', '62Ni'. */
export type ScatteringLengthValue = ScatteringLength | string;

/** Atom type → value. The key `default` may name the table for what is not listed, and for names. */
export type ScatteringLengthMap = Readonly<Record<string, ScatteringLengthValue>>;

/** A table by name, a map, or a list with a value for each atom of the cell. */
export type ScatteringLengths = TableName | ScatteringLengthMap | readonly ScatteringLengthValue[];

const TEXTS = { Sears1992: SEARS_1992, BlueBook: BLUE_BOOK };
export type TableName = keyof typeof TEXTS;
export const TABLE_NAMES = Object.keys(TEXTS) as [TableName, ...TableName[]];
const DEFAULT_TABLE: TableName = 'Sears1992';

/** The key of a map that names a table. */
const DEFAULT_KEY = 'default';

const tables = new Map<TableName, ReadonlyMap<string, [number, number]>>();

/** Lengths [re, im] of the elements and isotopes of a table, by names such as 'Ni' and '62Ni'. */
export function scatteringLengthTable(name: TableName): ReadonlyMap<string, [number, number]> {
  const known = tables.get(name);
  if (known) return known;
  const table = new Map<string, [number, number]>();
  for (const line of TEXTS[name].trim().split('\n')) {
    const [symbol, natural, ...isotopes] = line.split(' ');
    const lengths = isotopes.map((isotope) => isotope.split(':') as [string, string]);
    for (const [mass, length] of lengths) table.set(`${mass}${symbol}`, complex(length));
    // some tables have elements of one isotope under its mass number only
    if (natural !== '-') table.set(symbol!, complex(natural!));
    else if (lengths.length === 1) table.set(symbol!, complex(lengths[0]![1]));
  }
  tables.set(name, table);
  return table;
}

/** '5.3-0.213i' → [5.3, -0.213] */
function complex(text: string): [number, number] {
  const [, re, im] = /^(-?[\d.]+)(-[\d.]+)?i?$/.exec(text)!;
  return [Number(re), Number(im ?? 0)];
}

/**
 * The name under which tables have what an atom type, or a user, calls an element or isotope: '62Ni', '62-Ni', 'Ni-62' and
 * 'Ni62' are '62Ni', D and T are isotopes of hydrogen, and a label after a colon does not count ('Fe:1').
 */
function canonical(name: string): string {
  const bare = name.replace(/:.*$/, '');
  if (bare === 'D') return '2H';
  if (bare === 'T') return '3H';
  const match = /^(\d+)[-_]?([A-Z][a-z]?)$/.exec(bare) ?? /^([A-Z][a-z]?)[-_]?(\d+)$/.exec(bare);
  if (!match) return bare;
  const [first, second] = [match[1]!, match[2]!];
  return /^\d/.test(first) ? `${Number(first)}${second}` : `${Number(second)}${first}`;
}

/**
 * Scattering length of each atom: [n,2] fm, real and imaginary part.
 *
 * Throws `no_scattering_length` for an atom type or a name without a length, `invalid_argument` for an unknown table, a list of
 * another length, or a value that is no length.
 */
export function coherentScatteringLengths(
  atomTypes: readonly string[],
  lengths: ScatteringLengths = DEFAULT_TABLE,
): Float64Array {
  const find = lookup(atomTypes, lengths);
  return Float64Array.from(atomTypes.flatMap((type, i) => find(type, i)));
}

type Find = (type: string, atom: number) => readonly [number, number];

function lookup(atomTypes: readonly string[], lengths: ScatteringLengths): Find {
  if (typeof lengths === 'string') {
    const table = tableNamed(lengths);
    return (type) => table.get(canonical(type)) ?? missing(type, `the table ${lengths}`);
  }
  if (Array.isArray(lengths)) {
    if (lengths.length !== atomTypes.length) {
      invalid(
        `There are ${lengths.length} scattering lengths for ${atomTypes.length} atoms.`,
        'one for each atom',
      );
    }
    return (_, i) => lengthOf(lengths[i], `atom ${i}`, DEFAULT_TABLE);
  }
  if (typeof lengths !== 'object' || lengths === null) {
    invalid(`The scattering lengths are ${JSON.stringify(lengths)}.`, EXPECTED);
  }
  const map = lengths as ScatteringLengthMap;
  const named = own(map, DEFAULT_KEY) as TableName | undefined;
  const table = named === undefined ? undefined : tableNamed(named);
  const byCanonicalName = new Map(Object.entries(map).map(([key, value]) => [canonical(key), value]));
  return (type) => {
    const value = own(map, type) ?? byCanonicalName.get(canonical(type));
    if (value !== undefined) return lengthOf(value, type, named ?? DEFAULT_TABLE);
    return table?.get(canonical(type)) ?? missing(type, 'the scattering lengths given');
  };
}

const EXPECTED = `one of ${TABLE_NAMES.join(', ')}, a map from atom type to length in fm, or a list with one for each atom`;

function tableNamed(name: string): ReadonlyMap<string, [number, number]> {
  if ((TABLE_NAMES as string[]).includes(name)) return scatteringLengthTable(name as TableName);
  return invalid(`There is no table of scattering lengths ${JSON.stringify(name)}.`, EXPECTED);
}

/** `of` says whose length it is; a name is looked up in `table`. */
function lengthOf(value: unknown, of: string, table: TableName): readonly [number, number] {
  if (typeof value === 'string') {
    return scatteringLengthTable(table).get(canonical(value)) ?? missing(value, `the table ${table}`);
  }
  const pair = typeof value === 'number' ? [value, 0] : value;
  if (Array.isArray(pair) && pair.length === 2 && pair.every((part) => Number.isFinite(part))) {
    return [pair[0], pair[1]];
  }
  return invalid(
    `The scattering length of ${of} is ${JSON.stringify(value)}.`,
    "a finite number in fm, [real, imaginary], or the name of an isotope such as '62Ni'",
  );
}

function own<T>(record: Readonly<Record<string, T>>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function invalid(message: string, expected: string): never {
  throw new EuphonicError('invalid_argument', message, { where: 'scattering_lengths', expected });
}

function missing(name: string, place: string): never {
  throw new EuphonicError('no_scattering_length', `${name} is not in ${place}.`, {
    where: 'scattering_lengths',
    expected: 'a coherent scattering length for each atom type of the crystal',
    advice: `Give scattering_lengths as a map with a value in fm for ${name}; the key 'default' may name the table for the others.`,
  });
}

/** Of hydrogen, amu: heavier atoms are deuterium or tritium. */
const HEAVY_HYDROGEN = 1.5;

/**
 * Sentences for the user where masses say that atoms of one type, with one scattering length, are different isotopes.
 * `atomMass` in amu, `lengths` [n,2].
 */
export function isotopeNotes(
  atomTypes: readonly string[],
  atomMass: ArrayLike<number>,
  lengths: Float64Array,
): string[] {
  const notes = new Set<string>();
  const first = new Map<string, number>();
  const natural = scatteringLengthTable(DEFAULT_TABLE).get('H')![0];
  atomTypes.forEach((type, i) => {
    if (
      canonical(type) === 'H' &&
      atomMass[i]! > HEAVY_HYDROGEN &&
      Math.abs(lengths[2 * i]! - natural) < 0.1
    ) {
      notes.add(
        `Atoms of type ${type} have a mass of ${atomMass[i]!.toFixed(3)} amu and the scattering length of natural hydrogen: scattering_lengths can name '2H'.`,
      );
    }
    const j = first.get(type) ?? i;
    first.set(type, j);
    const sameLength = lengths[2 * i] === lengths[2 * j] && lengths[2 * i + 1] === lengths[2 * j + 1];
    if (Math.abs(atomMass[i]! - atomMass[j]!) > 0.5 && sameLength) {
      notes.add(
        `Atoms of type ${type} have different masses and one scattering length: a list of scattering_lengths can tell isotopes apart.`,
      );
    }
  });
  return [...notes];
}
