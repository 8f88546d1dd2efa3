/**
 * Masses of VASP's types of ions: POMASS of INCAR, by which people set isotopes, as VASP understood it (input/incar) or as the text
 * that was written (original/incar), else POMASS of each pseudopotential. Publishers remove POTCAR for its licence.
 */
import { EuphonicError } from '../../base/errors.js';
import type { Hdf5File } from './hdf5.js';

const TAG = 'input/incar/POMASS';
const INCAR = 'original/incar/content';
const POTCAR = 'input/potcar/content';

/** What a file holds about masses; POMASS as numbers or as text. */
export interface MassSources {
  pomass?: readonly number[] | string;
  incar?: string;
  potcar?: string;
}

/** Says where something is wrong and what was expected; does not return. */
type Fail = (where: string, what: string, expected?: string) => never;

/**
 * [types] amu; `elements` are the elements of the types, in order. Adds to `notes` what INCAR says twice.
 * Throws `file_damaged` if there are no masses or another number of them.
 */
export async function readVaspMasses(
  file: Hdf5File,
  elements: readonly string[],
  notes: string[],
): Promise<readonly number[]> {
  const text = async (name: string) =>
    (await file.describe(name)) ? (await file.text(name)).join('\n') : undefined;
  // some versions write tags as they were typed
  const tag = (await file.describe(TAG)) ? TAG : TAG.replace('POMASS', 'pomass');
  const found = await file.describe(tag);
  const sources: MassSources = {
    ...(found && { pomass: found.isText ? await text(tag) : [...(await file.numbers(tag, found.shape))] }),
    incar: await text(INCAR),
    potcar: await text(POTCAR),
  };
  const fail: Fail = (where, what, expected) => file.damaged(where, what, expected);
  const masses = massesOfTypes(sources, elements, fail, notes);
  if (masses) return masses;
  throw noMasses(file.path, elements);
}

/** The masses of the types, undefined if there are none at all. */
export function massesOfTypes(
  { pomass, incar, potcar }: MassSources,
  elements: readonly string[],
  fail: Fail,
  notes: string[],
): readonly number[] | undefined {
  if (pomass !== undefined) return checked(pomass, TAG, elements, fail);
  const values = incarValues(incar ?? '', 'POMASS');
  if (values.length > 0) {
    if (values.some((value) => value !== values[0])) {
      notes.push(`INCAR has POMASS more than once: the first, ${values[0]}, is taken, as VASP does.`);
    }
    return checked(values[0], INCAR, elements, fail);
  }
  const potentials = potcarMasses(potcar ?? '');
  if (potentials.length === 0) return undefined;
  // one for each type, in order; where that does not fit the elements, by their names
  const isInOrder =
    potentials.length === elements.length && potentials.every(({ element }, k) => element === elements[k]);
  return elements.map((element, k) => {
    const found = isInOrder
      ? potentials[k]
      : potentials.findLast((potential) => potential.element === element);
    return found?.mass ?? fail(POTCAR, `it has no mass (POMASS) of ${element}`);
  });
}

function checked(
  pomass: readonly number[] | string,
  where: string,
  elements: readonly string[],
  fail: Fail,
): readonly number[] {
  const masses = typeof pomass === 'string' ? fortranNumbers(pomass) : pomass;
  const expected = `${elements.length} positive numbers, one for each type of ions (${elements.join(' ')})`;
  if (masses.length === 0) fail(where, `POMASS is '${pomass.slice(0, 80)}'`, expected);
  if (masses.length !== elements.length) {
    fail(where, `POMASS has ${masses.length} numbers (${masses.slice(0, 20).join(' ')})`, expected);
  }
  if (!masses.every((mass) => mass > 0)) fail(where, `POMASS is ${masses.join(' ')}`, expected);
  return masses;
}

/**
 * All values of a tag in INCAR: upper and lower case are the same, `#` and `!` start comments, a backslash at the end goes on in the
 * next line, semicolons part statements, and texts in quotation marks may hold anything.
 */
export function incarValues(incar: string, tag: string): string[] {
  const lines = incar
    .replace(/=\s*"[^"]*"/g, '= ""')
    .split(/\r?\n/)
    .map((line) => line.replace(/[#!].*/, '').trimEnd());
  const statements = lines.join('\n').replace(/\\\n/g, ' ').split(/[\n;]/);
  return statements.flatMap((statement) => {
    const match = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(statement);
    return match && match[1].toUpperCase() === tag ? [match[2]] : [];
  });
}

/** The numbers that a text starts with, as Fortran reads them: `2*22.99` is two of them, `2.3d1` has an exponent. */
function fortranNumbers(text: string): number[] {
  const numbers: number[] = [];
  for (const word of text.split(/[\s,]+/)) {
    const match = /^(?:(\d{1,4})\*)?([-+]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][-+]?\d+)?)$/.exec(word);
    if (!match) break;
    const value = Number(match[2].replace(/[dD]/, 'e'));
    for (let k = 0; k < Number(match[1] ?? 1); k++) numbers.push(value);
  }
  return numbers;
}

/** From the lines VRHFIN =Ga: … and POMASS = 69.723; … of each pseudopotential. */
function potcarMasses(potcar: string): { element: string; mass: number }[] {
  const found: { element: string; mass: number }[] = [];
  let element: string | undefined;
  for (const line of potcar.split('\n')) {
    element = /VRHFIN\s*=\s*([A-Za-z]+)/.exec(line)?.[1] ?? element;
    const mass = /POMASS\s*=\s*([\d.]+)/.exec(line)?.[1];
    if (mass !== undefined && element !== undefined) found.push({ element, mass: Number(mass) });
  }
  return found;
}

function noMasses(path: string, elements: readonly string[]): EuphonicError {
  return new EuphonicError(
    'file_damaged',
    `${path} has no masses: INCAR has no POMASS, and there is no POTCAR (it may have been removed for its licence).`,
    {
      where: `${path}, ${POTCAR}`,
      expected: `${TAG}, POMASS in ${INCAR}, or POMASS in ${POTCAR}`,
      advice: `Add a dataset ${TAG} with the masses of ${elements.join(', ')} in amu; in Python: h5py.File(name, 'a')['${TAG}'] = [...].`,
    },
  );
}
