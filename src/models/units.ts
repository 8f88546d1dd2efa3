/**
 * Units: inside the program atomic units (bohr, electron mass, hartree, elementary charge), outside whatever a file
 * names. Constants are CODATA 2018.
 */
import { EuphonicError } from '../base/errors.js';

/** ångström in a bohr */
export const ANGSTROM_PER_BOHR = 0.529177210903;
/** electron masses in a unified atomic mass unit */
export const ELECTRON_MASS_PER_AMU = 1822.888486209;

/** Lengths in bohr → in Å. */
export const inAngstrom = (bohr: Float64Array): Float64Array => bohr.map((x) => x * ANGSTROM_PER_BOHR);

/** Masses in electron masses → in amu. */
export const inAmu = (electronMasses: Float64Array): Float64Array =>
  electronMasses.map((x) => x / ELECTRON_MASS_PER_AMU);
/** electronvolts in a hartree */
export const EV_PER_HARTREE = 27.211386245988;
/** hartree in a rydberg */
const HARTREE_PER_RYDBERG = 0.5;

/** Exponents of length, mass, energy and charge. */
type Dimension = readonly number[];

interface Unit {
  /** value of one such unit in atomic units */
  factor: number;
  dimension: Dimension;
}

const LENGTH: Dimension = [1, 0, 0, 0];
const MASS: Dimension = [0, 1, 0, 0];
const ENERGY: Dimension = [0, 0, 1, 0];
const CHARGE: Dimension = [0, 0, 0, 1];
const NONE: Dimension = [0, 0, 0, 0];
const FORCE: Dimension = [-1, 0, 1, 0];
const PERMITTIVITY: Dimension = [-1, 0, -1, 2];
/** An energy is a mass times the square of a length over a time. */
const TIME: Dimension = [1, 0.5, -0.5, 0];
const FREQUENCY: Dimension = [-1, -0.5, 0.5, 0];

const eV = 1 / EV_PER_HARTREE;
const angstrom = 1 / ANGSTROM_PER_BOHR;
const metre = 1e10 * angstrom;
const gram = ELECTRON_MASS_PER_AMU / 1.6605390666e-24;
const joule = 1 / 4.3597447222071e-18;
const second = 1 / 2.4188843265857e-17;
const coulomb = 1 / 1.602176634e-19;

/** Names as they occur in files, long and short. */
const UNITS = new Map<string, Unit>();
for (const [names, factor, dimension] of [
  ['bohr a0 au a_0 bohr_radius atomic_unit_of_length a_u_length', 1, LENGTH],
  ['angstrom Angstrom ang Å ångström', angstrom, LENGTH],
  ['nanometer nm', 10 * angstrom, LENGTH],
  ['picometer pm', 0.01 * angstrom, LENGTH],
  ['femtometer fm fermi', 1e-5 * angstrom, LENGTH],
  ['meter metre m', metre, LENGTH],
  ['micron', 1e-6 * metre, LENGTH],
  ['electron_mass m_e atomic_unit_of_mass a_u_mass', 1, MASS],
  ['unified_atomic_mass_unit atomic_mass_unit amu AMU u dalton Da', ELECTRON_MASS_PER_AMU, MASS],
  ['atomic_mass_constant m_u', ELECTRON_MASS_PER_AMU, MASS],
  ['gram g', gram, MASS],
  ['hartree Hartree Ha E_h Eh hartree_energy atomic_unit_of_energy a_u_energy', 1, ENERGY],
  ['rydberg Rydberg Ry Ryd', HARTREE_PER_RYDBERG, ENERGY],
  ['mRy', 1e-3 * HARTREE_PER_RYDBERG, ENERGY],
  ['electron_volt electronvolt eV', eV, ENERGY],
  ['millielectron_volt meV', 1e-3 * eV, ENERGY],
  ['joule J', joule, ENERGY],
  ['erg', 1e-7 * joule, ENERGY],
  ['atomic_unit_of_force a_u_force', 1, FORCE],
  ['newton N', joule / metre, FORCE],
  ['dyne dyn', (1e-5 * joule) / metre, FORCE],
  ['atomic_unit_of_time a_u_time', 1, TIME],
  ['second s', second, TIME],
  ['hertz Hz', 1 / second, FREQUENCY],
  ['elementary_charge e atomic_unit_of_charge a_u_charge', 1, CHARGE],
  ['coulomb C', coulomb, CHARGE],
  ['vacuum_permittivity epsilon_0 eps_0', 1 / (4 * Math.PI), PERMITTIVITY],
  ['farad F', coulomb ** 2 / joule, [0, 0, -1, 2]],
  ['dimensionless', 1, NONE],
] as [string, number, Dimension][]) {
  for (const name of names.split(' ')) UNITS.set(name, { factor, dimension });
}

/** Prefixes, long and short, by their power of ten. */
const PREFIXES = new Map(
  [
    'atto a -18, femto f -15, pico p -12, nano n -9, micro u µ -6, milli m -3, centi c -2, deci d -1',
    'kilo k 3, mega M 6, giga G 9, tera T 12, peta P 15',
  ]
    .join(', ')
    .split(', ')
    .flatMap((line) => {
      const words = line.split(' ');
      return words.slice(0, -1).map((prefix) => [prefix, Number(`1e${words.at(-1)}`)] as const);
    }),
);

/** What a quantity is measured in inside the program, and the example that an error message offers. */
const QUANTITIES = {
  length: { dimension: LENGTH, example: 'angstrom' },
  mass: { dimension: MASS, example: 'unified_atomic_mass_unit' },
  energy: { dimension: ENERGY, example: 'millielectron_volt' },
  charge: { dimension: CHARGE, example: 'elementary_charge' },
  'force constant': { dimension: [-2, 0, 1, 0], example: 'hartree / bohr ** 2' },
  // 4 pi epsilon_0 is 1 here, so a permittivity in e^2/(bohr hartree) is the number relative to vacuum
  permittivity: {
    dimension: PERMITTIVITY,
    example: 'elementary_charge ** 2 / bohr / hartree',
  },
} as const;

export type Quantity = keyof typeof QUANTITIES;

/**
 * Factor that turns a number in `unit` into atomic units.
 *
 * `unit` is a product of unit names and numbers as Euphonic and its library of units write and read it: with `*`, `/`, a blank or a
 * dot in the middle, `**`, `^` or raised digits for integer powers, brackets, and prefixes: `hartree / bohr ** 2`, `mN/m`.
 * Throws `invalid_argument` for a name that is not known or a unit of another quantity; `where` names the file and field.
 */
export function toAtomicUnits(unit: string, quantity: Quantity, where?: string): number {
  const { dimension, example } = QUANTITIES[quantity];
  const parsed = unit.length > LONGEST_UNIT ? undefined : new UnitParser(unit).parse();
  const same = parsed?.dimension.every((power, i) => power === dimension[i]);
  const relative = quantity === 'permittivity' && parsed?.dimension.every((power) => power === 0);
  if (parsed && (same || relative)) return parsed.factor;
  throw new EuphonicError(
    'invalid_argument',
    parsed ? `'${unit}' is not a unit of ${quantity}.` : `The unit '${unit}' is not known.`,
    { where, expected: `a unit of ${quantity}, such as '${example}'` },
  );
}

const RAISED = '⁰¹²³⁴⁵⁶⁷⁸⁹';
/** Longer texts, with brackets in brackets for instance, are no units. */
const LONGEST_UNIT = 256;

class UnitParser {
  private readonly tokens: string[];
  private at = 0;

  constructor(text: string) {
    const plain = text
      .normalize('NFC')
      .replace(
        /⁻?[⁰¹²³⁴-⁹]+/g,
        (power) => `^${[...power].map((c) => (c === '⁻' ? '-' : RAISED.indexOf(c))).join('')}`,
      )
      .replaceAll('**', '^')
      .replace(/[·⋅]/g, '*');
    this.tokens = plain.match(/[\p{L}_][\p{L}\d_]*|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|\S/gu) ?? [];
  }

  parse(): Unit | undefined {
    const unit = this.product();
    return this.at === this.tokens.length ? unit : undefined;
  }

  private product(): Unit | undefined {
    let factor = 1;
    let dimension: Dimension = NONE;
    for (let sign = 1; ; ) {
      const unit = this.single();
      const power = this.power();
      if (!unit || !Number.isInteger(power) || Math.abs(power) > 9) return undefined;
      factor *= unit.factor ** (sign * power);
      dimension = dimension.map((exponent, d) => exponent + sign * power * unit.dimension[d]);
      const next = this.tokens[this.at];
      if (next === undefined || next === ')') return { factor, dimension };
      sign = next === '/' ? -1 : 1;
      if (next === '/' || next === '*') this.at++;
    }
  }

  private single(): Unit | undefined {
    const token = this.tokens[this.at++] ?? '';
    if (token === '(') {
      const inner = this.product();
      return this.tokens[this.at++] === ')' ? inner : undefined;
    }
    if (!/^[\d.]/.test(token)) return unitNamed(token);
    const factor = Number(token);
    return factor > 0 && Number.isFinite(factor) ? { factor, dimension: NONE } : undefined;
  }

  private power(): number {
    if (this.tokens[this.at] !== '^') return 1;
    const sign = this.tokens[++this.at];
    if (sign === '-' || sign === '+') this.at++;
    return (sign === '-' ? -1 : 1) * Number(this.tokens[this.at++]);
  }
}

/** A name in the plural, or with a prefix, counts where it is not a name of its own. */
function unitNamed(name: string): Unit | undefined {
  const known = UNITS.get(name) ?? (/..s$/.test(name) ? UNITS.get(name.slice(0, -1)) : undefined);
  if (known) return known;
  for (const [prefix, scale] of PREFIXES) {
    if (!name.startsWith(prefix)) continue;
    const unit = UNITS.get(name.slice(prefix.length));
    if (unit) return { factor: scale * unit.factor, dimension: unit.dimension };
  }
  return undefined;
}
