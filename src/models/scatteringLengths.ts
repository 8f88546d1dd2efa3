/** Coherent scattering lengths of a crystal's atoms. */
import { EuphonicError } from '../base/errors.js';
import { atomKind, canonicalName, ISOTOPE_MASS_TOLERANCE, massOf, siteMixture } from './atomTypes.js';
import { BLUE_BOOK } from './data/blueBook.js';
import { SEARS_1992 } from './data/sears1992.js';

/** fm, real or [re, im] */
type ScatteringLength = number | readonly [number, number];

/** A length, or the name of an element or isotope of a table: 'Ni', '62Ni'. */
export type ScatteringLengthValue = ScatteringLength | string;

/** Atom type → value. The key `default` may name the table for what is not listed, and for names. */
export type ScatteringLengthMap = Readonly<Record<string, ScatteringLengthValue>>;

/** A table by name, a map, or a list with a value for each atom of the cell. */
type ScatteringLengths = TableName | ScatteringLengthMap | readonly ScatteringLengthValue[];

const TEXTS = { Sears1992: SEARS_1992, BlueBook: BLUE_BOOK };
type TableName = keyof typeof TEXTS;
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
    if (natural !== '-') table.set(symbol, complex(natural));
    else if (lengths.length === 1) table.set(symbol, complex(lengths[0][1]));
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
 * Scattering length of each atom: [n,2] fm, real and imaginary part. With `atomMass` in amu, `atomKind` says what the types stand
 * for; without, a type counts like a name that a user gives, as a value or as a key of a map: 'Ni62' is the isotope.
 *
 * Throws `no_scattering_length` for an atom type or a name without a length, `invalid_argument` for an unknown table, a list of
 * another length, or a value that is no length.
 */
export function coherentScatteringLengths(
  atomTypes: readonly string[],
  lengths: ScatteringLengths = DEFAULT_TABLE,
  atomMass?: ArrayLike<number>,
): Float64Array {
  if (Array.isArray(lengths)) {
    if (lengths.length !== atomTypes.length) {
      invalid(
        `There are ${lengths.length} scattering lengths for ${atomTypes.length} atoms.`,
        'one for each atom',
      );
    }
    return Float64Array.from(lengths.flatMap((value, i) => lengthOf(value, `atom ${i}`, DEFAULT_TABLE)));
  }
  const { find, place } = lookup(lengths as TableName | ScatteringLengthMap);
  const found = (type: string, name: string): readonly [number, number] => {
    const length = find(type, name);
    const parts = siteMixture(type);
    if (length || !parts) return length ?? missing(type, place);
    const each = parts.map(({ element, weight }) => found(element, element).map((x) => weight * x));
    return [0, 1].map((k) => each.reduce((sum, part) => sum + part[k], 0)) as [number, number];
  };
  const nameOf = (type: string, i: number) =>
    atomMass ? atomKind(type, atomMass[i]).name : canonicalName(type);
  return Float64Array.from(atomTypes.flatMap((type, i) => found(type, nameOf(type, i) ?? type)));
}

type Find = (type: string, name: string) => readonly [number, number] | undefined;

/** The length of an atom type that has `name` in tables. */
function lookup(lengths: TableName | ScatteringLengthMap): { find: Find; place: string } {
  if (typeof lengths === 'string') {
    const table = tableNamed(lengths);
    return { find: (_, name) => table.get(name), place: `the table ${lengths}` };
  }
  if (typeof lengths !== 'object' || lengths === null) {
    invalid(`The scattering lengths are ${JSON.stringify(lengths)}.`, EXPECTED);
  }
  const named = own(lengths, DEFAULT_KEY) as TableName | undefined;
  const table = named === undefined ? undefined : tableNamed(named);
  // a key with a label, 'Fe:1', is not for atoms with another one
  const [labelled, plain] = [true, false].map(
    (isLabelled) =>
      new Map(
        Object.entries(lengths)
          .filter(([key]) => key.includes(':') === isLabelled)
          .map(([key, value]) => [canonicalName(key), value]),
      ),
  );
  const find: Find = (type, name) => {
    const value = [own(lengths, type), plain.get(name), labelled.get(type)].find((x) => x !== undefined);
    return value === undefined ? table?.get(name) : lengthOf(value, type, named ?? DEFAULT_TABLE);
  };
  return { find, place: 'the scattering lengths given' };
}

const EXPECTED = `one of ${TABLE_NAMES.join(', ')}, a map from atom type to length in fm, or a list with one for each atom`;

function tableNamed(name: string): ReadonlyMap<string, [number, number]> {
  if ((TABLE_NAMES as string[]).includes(name)) return scatteringLengthTable(name as TableName);
  return invalid(`There is no table of scattering lengths ${JSON.stringify(name)}.`, EXPECTED);
}

/** `of` says whose length it is; a name is looked up in `table`. */
function lengthOf(value: unknown, of: string, table: TableName): readonly [number, number] {
  if (typeof value === 'string') {
    return scatteringLengthTable(table).get(canonicalName(value)) ?? missing(value, `the table ${table}`);
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

/** Lengths that differ by less are one, fm. */
const SAME_LENGTH = 0.1;

/**
 * Sentences for the user where masses speak of other isotopes than the lengths in use, and where a number in an atom type, taken
 * for a label, could be an isotope's. `atomMass` in amu, `lengths` [n,2].
 */
export function isotopeNotes(
  atomTypes: readonly string[],
  atomMass: ArrayLike<number>,
  lengths: Float64Array,
): string[] {
  const notes = new Set<string>();
  const first = new Map<string, number>();
  atomTypes.forEach((type, i) => {
    const mass = atomMass[i];
    const has = (name: string | undefined) => {
      const length = name === undefined ? undefined : scatteringLengthTable(DEFAULT_TABLE).get(name)?.[0];
      return length !== undefined && Math.abs(lengths[2 * i] - length) < SAME_LENGTH;
    };
    for (const note of nameNotes(type, mass, has)) notes.add(note);
    const j = first.get(type) ?? i;
    first.set(type, j);
    const sameLength = lengths[2 * i] === lengths[2 * j] && lengths[2 * i + 1] === lengths[2 * j + 1];
    if (Math.abs(mass - atomMass[j]) > 0.5 && sameLength) {
      notes.add(
        `Atoms of type ${type} have different masses and one scattering length: a list of scattering_lengths can tell isotopes apart.`,
      );
    }
  });
  return [...notes];
}

/** `has` tells whether the length in use is that of a name. */
function nameNotes(type: string, mass: number, has: (name?: string) => boolean): string[] {
  const { name, otherwise } = atomKind(type, mass);
  const notes: string[] = [];
  const amu = `${mass.toFixed(3)} amu`;
  if (otherwise !== undefined && has(name)) {
    notes.push(
      `Atoms of type ${type} have a mass of ${amu} and the scattering length of natural ${name}: what follows the symbol is taken for a label, not for the isotope ${otherwise}, which scattering_lengths can name.`,
    );
  } else if (name === 'H' && mass > HEAVY_HYDROGEN && has(name)) {
    notes.push(
      `Atoms of type ${type} have a mass of ${amu} and the scattering length of natural hydrogen: scattering_lengths can name '2H'.`,
    );
  }
  if (name !== undefined && /^\d/.test(name) && has(name)) {
    if (Math.abs(mass - (massOf(name) ?? mass)) > ISOTOPE_MASS_TOLERANCE) {
      notes.push(`Atoms of type ${type} have the scattering length of ${name} and a mass of ${amu}.`);
    }
  }
  return notes;
}
