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
type Dimension = readonly [number, number, number, number];

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

const eV = 1 / EV_PER_HARTREE;
const angstrom = 1 / ANGSTROM_PER_BOHR;

/** Names as they occur in files, long and short. */
const UNITS = new Map<string, Unit>();
for (const [names, factor, dimension] of [
  [['bohr', 'a0', 'au', 'a_0', 'bohr_radius', 'atomic_unit_of_length'], 1, LENGTH],
  [['angstrom', 'Angstrom', 'ang', 'Å'], angstrom, LENGTH],
  [['nanometer', 'nm'], 10 * angstrom, LENGTH],
  [['picometer', 'pm'], 0.01 * angstrom, LENGTH],
  [['femtometer', 'fm', 'fermi'], 1e-5 * angstrom, LENGTH],
  [['meter', 'm'], 1e10 * angstrom, LENGTH],
  [['electron_mass', 'm_e', 'atomic_unit_of_mass'], 1, MASS],
  [
    ['unified_atomic_mass_unit', 'atomic_mass_unit', 'amu', 'AMU', 'dalton', 'Da'],
    ELECTRON_MASS_PER_AMU,
    MASS,
  ],
  [['hartree', 'Hartree', 'Ha', 'E_h', 'atomic_unit_of_energy'], 1, ENERGY],
  [['rydberg', 'Rydberg', 'Ry', 'Ryd'], HARTREE_PER_RYDBERG, ENERGY],
  [['mRy'], 1e-3 * HARTREE_PER_RYDBERG, ENERGY],
  [['electron_volt', 'eV'], eV, ENERGY],
  [['millielectron_volt', 'meV'], 1e-3 * eV, ENERGY],
  [['elementary_charge', 'e'], 1, CHARGE],
  [['dimensionless'], 1, NONE],
] as [string[], number, Dimension][]) {
  for (const name of names) UNITS.set(name, { factor, dimension });
}

/** What a quantity is measured in inside the program, and the example that an error message offers. */
const QUANTITIES = {
  length: { dimension: LENGTH, example: 'angstrom' },
  mass: { dimension: MASS, example: 'unified_atomic_mass_unit' },
  energy: { dimension: ENERGY, example: 'millielectron_volt' },
  charge: { dimension: CHARGE, example: 'elementary_charge' },
  'force constant': { dimension: [-2, 0, 1, 0] as Dimension, example: 'hartree / bohr ** 2' },
  // 4 pi epsilon_0 is 1 here, so a permittivity in e^2/(bohr hartree) is the number relative to vacuum
  permittivity: {
    dimension: [-1, 0, -1, 2] as Dimension,
    example: 'elementary_charge ** 2 / bohr / hartree',
  },
} as const;

export type Quantity = keyof typeof QUANTITIES;

/**
 * Factor that turns a number in `unit` into atomic units.
 *
 * `unit` is a product of unit names with `*`, `/`, `**` or `^` and integer powers, such as `hartree / bohr ** 2`.
 * Throws `invalid_argument` for a name that is not known or a unit of another quantity; `where` names the file and field.
 */
export function toAtomicUnits(unit: string, quantity: Quantity, where?: string): number {
  const { dimension, example } = QUANTITIES[quantity];
  const parsed = parseUnit(unit);
  const same = parsed?.dimension.every((power, i) => power === dimension[i]);
  const relative = quantity === 'permittivity' && parsed?.dimension.every((power) => power === 0);
  if (parsed && (same || relative)) return parsed.factor;
  throw new EuphonicError(
    'invalid_argument',
    parsed ? `'${unit}' is not a unit of ${quantity}.` : `The unit '${unit}' is not known.`,
    { where, expected: `a unit of ${quantity}, such as '${example}'` },
  );
}

function parseUnit(text: string): Unit | undefined {
  const tokens = text.replace(/\*\*/g, '^').match(/[\p{L}_][\p{L}\d_]*|-?\d+|[*/^]|\S/gu) ?? [];
  let factor = 1;
  const dimension = [0, 0, 0, 0];
  let sign = 1;
  for (let i = 0; i < tokens.length; ) {
    const token = tokens[i++];
    const unit = token === '1' ? { factor: 1, dimension: NONE } : UNITS.get(token);
    if (!unit) return undefined;
    let power = 1;
    if (tokens[i] === '^') {
      power = Number(tokens[i + 1]);
      if (!Number.isInteger(power) || Math.abs(power) > 9) return undefined;
      i += 2;
    }
    factor *= unit.factor ** (sign * power);
    for (let d = 0; d < 4; d++) dimension[d] = dimension[d] + sign * power * unit.dimension[d];
    if (i === tokens.length) return { factor, dimension: dimension as unknown as Dimension };
    const operator = tokens[i++];
    if (operator !== '*' && operator !== '/') return undefined;
    sign = operator === '/' ? -1 : 1;
  }
  return undefined;
}
