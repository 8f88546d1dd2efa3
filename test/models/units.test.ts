import assert from 'node:assert/strict';
import { ELECTRON_MASS_PER_AMU, EV_PER_HARTREE, toAtomicUnits } from '../../src/models/units.js';
import { failsWith } from '../support/errors.js';

const bohr = 0.529177210903;

function near(value: number, expected: number) {
  assert.ok(Math.abs(value - expected) <= 1e-14 * Math.abs(expected), `${value} is not ${expected}`);
}

describe('units', () => {
  it('converts the names that files use', () => {
    assert.equal(toAtomicUnits('bohr', 'length'), 1);
    near(toAtomicUnits('angstrom', 'length'), 1 / bohr);
    near(toAtomicUnits('unified_atomic_mass_unit', 'mass'), ELECTRON_MASS_PER_AMU);
    near(toAtomicUnits('millielectron_volt', 'energy'), 1e-3 / EV_PER_HARTREE);
    assert.equal(toAtomicUnits('elementary_charge', 'charge'), 1);
    assert.equal(toAtomicUnits('hartree / bohr ** 2', 'force constant'), 1);
    assert.equal(toAtomicUnits('elementary_charge ** 2 / bohr / hartree', 'permittivity'), 1);
    assert.equal(toAtomicUnits('dimensionless', 'permittivity'), 1);
  });

  it('converts products, quotients and powers', () => {
    near(toAtomicUnits('eV/Å^2', 'force constant'), bohr ** 2 / EV_PER_HARTREE);
    near(toAtomicUnits('angstrom ** -2 * electron_volt', 'force constant'), bohr ** 2 / EV_PER_HARTREE);
    near(toAtomicUnits('1/bohr/bohr*hartree', 'force constant'), 1);
    near(toAtomicUnits('mRy/au^2', 'force constant'), 0.0005);
    near(toAtomicUnits('hartree bohr ** -2', 'force constant'), 1);
  });

  it('converts what Euphonic converts', () => {
    // in hartree/bohr², amu, bohr and relative to vacuum
    const joule = 1 / 4.3597447222071e-18;
    const newtonPerMetre = joule * (bohr * 1e-10) ** 2;
    const values: [string, Parameters<typeof toAtomicUnits>[1], number][] = [
      ['N/m', 'force constant', newtonPerMetre],
      ['newton * metre ** -1', 'force constant', newtonPerMetre],
      ['kilogram / second ** 2', 'force constant', newtonPerMetre],
      ['mdyn/Å', 'force constant', 100 * newtonPerMetre],
      ['dyne/centimeter', 'force constant', 1e-3 * newtonPerMetre],
      ['meV / (angstrom * bohr)', 'force constant', (1e-3 / EV_PER_HARTREE) * bohr],
      ['hartree·bohr⁻²', 'force constant', 1],
      ['hartree / bohr ** 2.0', 'force constant', 1],
      ['millihartree/bohr²', 'force constant', 1e-3],
      ['Eh/a_0^2', 'force constant', 1],
      ['coulomb', 'charge', 1 / 1.602176634e-19],
      ['u', 'mass', ELECTRON_MASS_PER_AMU],
      ['kg', 'mass', ELECTRON_MASS_PER_AMU / 1.6605390666e-27],
      ['angstroms', 'length', 1 / bohr],
      ['micrometer', 'length', 1e4 / bohr],
      ['e**2/(bohr hartree)', 'permittivity', 1],
      ['epsilon_0', 'permittivity', 1 / (4 * Math.PI)],
    ];
    for (const [unit, quantity, expected] of values) {
      const value = toAtomicUnits(unit, quantity);
      assert.ok(Math.abs(value / expected - 1) < 1e-8, `${unit}: ${value} is not ${expected}`);
    }
  });

  for (const unit of [
    '',
    'furlong',
    'bohr **',
    'bohr ** 2.5',
    'hartree / / bohr',
    '** 2',
    'eV / (A)',
    '('.repeat(1000),
  ]) {
    it(`does not know '${unit}'`, async () => {
      const error = await failsWith('invalid_argument', () => toAtomicUnits(unit, 'length', 'x.json, unit'));
      assert.match(error.message, /is not known/);
      assert.equal(error.where, 'x.json, unit');
      assert.match(error.expected ?? '', /angstrom/);
    });
  }

  it('refuses a unit of another quantity', async () => {
    const error = await failsWith('invalid_argument', () => toAtomicUnits('hartree', 'force constant'));
    assert.match(error.message, /'hartree' is not a unit of force constant/);
    await failsWith('invalid_argument', () => toAtomicUnits('hartree bohr', 'force constant'));
  });
});
