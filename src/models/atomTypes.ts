/** Which element or isotope an atom type stands for: files call atoms Ni, 62Ni, Fe:up, Ga_d, and H1 and H2 for two sites. */
import { ATOMIC_MASSES } from './data/atomicMasses.js';

/** A mass this near to that of the isotope whose number stands in a type agrees with it, amu: also rounded to a whole number. */
export const ISOTOPE_MASS_TOLERANCE = 0.1;

/** A mass this near to that of the natural element is the natural element's, amu: tables of programs differ by that. */
const NATURAL_MASS_TOLERANCE = 0.01;

/** Masses of an element in amu. */
interface ElementMasses {
  /** in its natural isotopic composition; undefined for elements that are not found on Earth */
  natural?: number;
  /** by mass number */
  isotopes: ReadonlyMap<number, number>;
}

const MASSES: ReadonlyMap<string, ElementMasses> = new Map(
  ATOMIC_MASSES.trim()
    .split('\n')
    .map((line) => {
      const [symbol, natural, ...isotopes] = line.split(' ');
      const pairs = isotopes.map((pair) => pair.split(':').map(Number) as [number, number]);
      return [symbol, { natural: natural === '-' ? undefined : Number(natural), isotopes: new Map(pairs) }];
    }),
);

/** What an atom type stands for. */
interface AtomKind {
  /** its name in tables: an element such as 'Ni' or an isotope such as '62Ni'; undefined where the type names no element */
  name?: string;
  /** the isotope that the type's number could mean too, where it is taken for a label */
  otherwise?: string;
}

/**
 * The name under which tables have what a user calls an element or isotope: '62Ni', '62-Ni', 'Ni-62' and 'Ni62' are '62Ni', D and T
 * are isotopes of hydrogen, and a label after a colon does not count ('Fe:1').
 */
export function canonicalName(name: string): string {
  const bare = name.replace(/:.*$/, '');
  if (bare === 'D') return '2H';
  if (bare === 'T') return '3H';
  const match = /^(\d+)[-_]?([A-Z][a-z]?)$/.exec(bare) ?? /^([A-Z][a-z]?)[-_]?(\d+)$/.exec(bare);
  if (!match) return bare;
  const [first, second] = [match[1], match[2]];
  return /^\d/.test(first) ? `${Number(first)}${second}` : `${Number(second)}${first}`;
}

/**
 * What an atom type of a file stands for; `mass` in amu. A number in front of the symbol names an isotope, and so do the symbols D
 * and T. A number (or D, T) after the symbol names one where the mass agrees with the isotope, and better than with the natural
 * element; else it is a label, as is what follows a separator (Ga_d, Fe:up, Fe-1), and a small letter where the mass is the element's.
 */
export function atomKind(type: string, mass: number): AtomKind {
  if (/^\d+[-_]?[A-Z]/.test(type)) return { name: canonicalName(type) };
  if (/^[DT](?![a-z])/.test(type)) return { name: canonicalName(type.slice(0, 1)) };
  const { element, label } = parted(type, mass);
  if (element === undefined) return {};
  const [, digits, letter] = /^[-_:]?(?:(\d{1,3})(?!\d)|([DT])$)/.exec(label) ?? [];
  const number = letter === undefined ? Number(digits) : letter === 'D' ? 2 : 3;
  const { natural = Number.POSITIVE_INFINITY, isotopes } = MASSES.get(element)!;
  const isotope = isotopes.get(number);
  // where there is one isotope the element is the isotope
  if (isotope === undefined || isotopes.size === 1 || (letter !== undefined && element !== 'H')) {
    return { name: element };
  }
  const [fromIsotope, fromNatural] = [Math.abs(mass - isotope), Math.abs(mass - natural)];
  const isIsotope =
    fromIsotope <= ISOTOPE_MASS_TOLERANCE &&
    fromIsotope < fromNatural &&
    fromNatural > NATURAL_MASS_TOLERANCE;
  const name = `${number}${element}`;
  return isIsotope ? { name } : { name: element, otherwise: name };
}

/** A small letter is a label where the mass is this near to the element's, amu: Fea, Hx. */
const LETTER_MASS_TOLERANCE = 0.5;

/** The symbol of the element that a type starts with, and what follows it. */
function parted(type: string, mass: number): { element?: string; label: string } {
  for (const length of [2, 1]) {
    const [element, label] = [type.slice(0, length), type.slice(length)];
    const masses = MASSES.get(element);
    if (!masses) continue;
    // formulas are not labels: Ge0.5Sn0.4, Ge1Sn2
    if (label === '' || /^(?!\d*\.\d|\d+[A-Z])[^A-Za-z]/.test(label)) return { element, label };
    const isLetter = /^[a-z]$/.test(label) && Math.abs(mass - (masses.natural ?? 0)) <= LETTER_MASS_TOLERANCE;
    if (isLetter) return { element, label };
  }
  return { label: type };
}

/** Mass in amu of what a table has under a name, undefined if it is not known. */
export function massOf(name: string): number | undefined {
  const [, number, element] = /^(\d*)([A-Z][a-z]?)$/.exec(name) ?? [];
  const masses = MASSES.get(element ?? '');
  return number ? masses?.isotopes.get(Number(number)) : masses?.natural;
}

/**
 * The parts of a virtual crystal's site, 'Ge0.5Sn0.5': element and weight of each. Undefined for another type: weights have a
 * decimal point and add up to 1.
 */
export function siteMixture(type: string): { element: string; weight: number }[] | undefined {
  if (!/^(?:[A-Z][a-z]?0?\.\d+){2,}$/.test(type)) return undefined;
  const parts = [...type.matchAll(/([A-Z][a-z]?)([\d.]+)/g)].map((match) => ({
    element: match[1],
    weight: Number(match[2]),
  }));
  const total = parts.reduce((sum, { weight }) => sum + weight, 0);
  return Math.abs(total - 1) < MIXTURE_TOLERANCE ? parts : undefined;
}

/** Weights of a site may be rounded so far, 1/3 to 0.333. */
const MIXTURE_TOLERANCE = 2e-3;
