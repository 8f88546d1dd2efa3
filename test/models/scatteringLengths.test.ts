import assert from 'node:assert/strict';
import { parseScatteringLengths } from '../../src/models/scatteringLengthFile.js';
import {
  coherentScatteringLengths,
  isotopeNotes,
  scatteringLengthTable,
  TABLE_NAMES,
} from '../../src/models/scatteringLengths.js';
import { failsWith } from '../support/errors.js';

describe('coherent scattering lengths', () => {
  it('come from Sears 1992 by default, complex where tabulated so', () => {
    assert.deepEqual(
      [...coherentScatteringLengths(['Si', 'O', 'H', 'Cd', 'Gd'])],
      [4.1491, 0, 5.803, 0, -3.739, 0, 4.87, -0.7, 6.5, -13.82],
    );
  });

  it('are finite and of the order of some fm for every element of the tables', () => {
    const counts = TABLE_NAMES.map((name) => {
      const elements = [...scatteringLengthTable(name)].filter(([key]) => !/\d/.test(key));
      for (const [element, [re, im]] of elements) {
        assert.ok(Math.hypot(re, im) > 0.1 && Math.hypot(re, im) < 20 && im <= 0, `${name} ${element}`);
      }
      return elements.length;
    });
    assert.deepEqual(counts, [89, 89]);
  });

  it('of the two tables are near one another, element by element and isotope by isotope', () => {
    const [sears, blue] = [scatteringLengthTable('Sears1992'), scatteringLengthTable('BlueBook')];
    let common = 0;
    for (const [name, [re]] of sears) {
      const other = blue.get(name);
      if (!other) continue;
      common++;
      // what absorbs strongly, or was measured again
      const revised = ['84Sr', '149Sm', '154Sm', 'Eu', 'Gd', '155Gd', '157Gd', '203Tl'];
      if (revised.includes(name)) continue;
      assert.ok(Math.abs(other[0] - re) < 1, `${name} ${re} ${other[0]}`);
    }
    assert.ok(common > 300, `${common}`);
    assert.equal(sears.get('Os')![0], 10.7);
  });

  it('come from a map or an object, real or complex', () => {
    const types = ['Si', 'O1'];
    assert.deepEqual([...coherentScatteringLengths(types, { Si: 1, O1: [2, -3] })], [1, 0, 2, -3]);
  });

  it('say which element is missing and what to do', async () => {
    const error = await failsWith('no_scattering_length', () => coherentScatteringLengths(['O', 'Pu']));
    assert.match(error.message, /^Pu is not in the table Sears1992/);
    assert.match(error.advice ?? '', /scattering_lengths.*Pu/);
    await failsWith('no_scattering_length', () => coherentScatteringLengths(['constructor'], {}));
    await failsWith('no_scattering_length', () => coherentScatteringLengths(['O'], { Si: 4 }));
  });

  it('name isotopes: in atom types, as values, and however they are written', () => {
    const ni62 = [-8.7, 0];
    for (const type of ['62Ni', '62-Ni', 'Ni-62', 'Ni62', 'Ni_62', '62Ni:a']) {
      assert.deepEqual([...coherentScatteringLengths([type])], ni62, type);
      assert.deepEqual([...coherentScatteringLengths(['Ni'], { Ni: type.replace(':a', '') })], ni62);
      assert.deepEqual([...coherentScatteringLengths(['62Ni'], { [type]: 1 })], [1, 0]);
    }
    assert.deepEqual([...coherentScatteringLengths(['D', 'T', 'Fe:1'])], [6.671, 0, 4.792, 0, 9.45, 0]);
    assert.deepEqual([...coherentScatteringLengths(['B'], { B: '10B' })], [-0.1, -1.066]);
    assert.deepEqual([...coherentScatteringLengths(['H'], { H: 'D' })], [6.671, 0]);
  });

  it('come from a table for what a map does not list', () => {
    assert.deepEqual(
      [...coherentScatteringLengths(['Ni', 'O'], { Ni: '58Ni', default: 'Sears1992' })],
      [14.4, 0, 5.803, 0],
    );
    assert.deepEqual(
      [...coherentScatteringLengths(['O', 'Cu'], { Cu: 1, default: 'BlueBook' })],
      [5.805, 0, 1, 0],
    );
    assert.deepEqual([...coherentScatteringLengths(['Sc'], 'BlueBook')], [12.1, 0]);
  });

  it('may differ from atom to atom', async () => {
    const lengths = ['58Ni', 10.3, [1, -2], '62Ni'] as const;
    const found = coherentScatteringLengths(['Ni', 'Ni', 'Ni', 'Ni'], lengths);
    assert.deepEqual([...found], [14.4, 0, 10.3, 0, 1, -2, -8.7, 0]);
    const error = await failsWith('invalid_argument', () => coherentScatteringLengths(['Ni'], lengths));
    assert.match(error.message, /4 scattering lengths for 1 atoms/);
    await failsWith('no_scattering_length', () => coherentScatteringLengths(['Ni'], ['63Ni']));
  });

  it('come from files: maps, lists and collections of Euphonic', async () => {
    const parse = (value: unknown) => parseScatteringLengths(JSON.stringify(value), '/data/b.json');
    assert.deepEqual(parse({ Ni: '62Ni', O: 5.8 }), { Ni: '62Ni', O: 5.8 });
    assert.deepEqual(parse([1, [2, 3]]), [1, [2, 3]]);
    const coherent_scattering_length = {
      __units__: 'fm',
      O: 5.8,
      B: { __complex__: true, real: 5.3, imag: -0.2 },
      Nh: null,
    };
    const { O, B, ...rest } = parse({ physical_properties: { coherent_scattering_length } }) as {
      O: number;
      B: [number, number];
    };
    assert.ok(Math.abs(O - 5.8) < 1e-14 && Math.abs(B[0] - 5.3) < 1e-14 && Math.abs(B[1] + 0.2) < 1e-14);
    assert.deepEqual(rest, {});
    for (const bad of [
      3,
      { physical_properties: {} },
      { physical_properties: { coherent_scattering_length: { O: 1 } } },
    ]) {
      assert.equal((await failsWith('file_damaged', () => parse(bad))).where, '/data/b.json');
    }
    await failsWith('file_damaged', () => parseScatteringLengths('{', 'x'));
  });

  it('are remarked on where masses speak of isotopes', () => {
    const note = (types: string[], masses: number[], lengths?: readonly number[]) =>
      isotopeNotes(types, masses, coherentScatteringLengths(types, lengths)).join();
    assert.equal(note(['O', 'Si', 'O'], [15.999, 28.085, 15.999]), '');
    assert.match(note(['H'], [2.014]), /'2H'/);
    assert.equal(note(['H'], [2.014], [6.67]), '');
    assert.match(note(['Ni', 'Ni'], [57.9, 61.9]), /type Ni have different masses/);
    assert.equal(note(['Ni', 'Ni'], [57.9, 61.9], [14.4, -8.7]), '');
  });

  it('take what follows the symbol of an atom type for an isotope only where the mass agrees', () => {
    const sears = scatteringLengthTable('Sears1992');
    const cases: [type: string, mass: number, name: string, note: RegExp | ''][] = [
      // sites, as phonopy before 2.28 and Quantum ESPRESSO name them
      ['H1', 1.00794, 'H', /taken for a label, not for the isotope 1H/],
      ['H2', 1.00794, 'H', /taken for a label, not for the isotope 2H/],
      ['H2', 1.0, 'H', /2H/],
      ['H3', 1.008, 'H', /3H/],
      ['H4', 1.008, 'H', ''],
      ['H12', 1.008, 'H', ''],
      ['C13', 12.011, 'C', /13C/],
      ['C13', 12.0, 'C', /13C/],
      ['Li6', 6.94, 'Li', /6Li/],
      ['Li7', 6.941, 'Li', /7Li/],
      ['Fe56', 55.845, 'Fe', /56Fe/],
      ['Ti48', 47.88, 'Ti', /48Ti/],
      ['O16', 15.999, 'O', /16O/],
      ['Fe1', 55.845, 'Fe', ''],
      ['O101', 15.999, 'O', ''],
      ['Mo1000', 95.95, 'Mo', ''],
      // isotopes
      ['H2', 2.014, '2H', ''],
      ['H2', 2, '2H', ''],
      ['H2', 1.96, '2H', ''],
      ['H-2', 2.014, '2H', ''],
      ['H_2', 2.014, '2H', ''],
      ['H:2', 2.014, '2H', ''],
      ['H:D', 2.014, '2H', ''],
      ['H_D', 2.014, '2H', ''],
      ['H:T', 3.016, '3H', ''],
      ['C13', 13.0034, '13C', ''],
      ['C13', 13, '13C', ''],
      ['Li6', 6.015, '6Li', ''],
      ['Fe56', 55.9349, '56Fe', ''],
      ['Sn120', 120, '120Sn', ''],
      ['U235', 235.04, '235U', ''],
      ['Ni62:a', 61.93, '62Ni', ''],
      // neither
      ['H2', 1.5, 'H', /mass of 1\.500 amu.*2H/],
      ['C13', 50, 'C', /13C/],
      // labels
      ['H:D', 1.008, 'H', /2H/],
      ['C:D', 12.011, 'C', ''],
      ['Fe:up', 55.845, 'Fe', ''],
      ['Fe:1', 55.845, 'Fe', ''],
      ['Ga_d', 69.723, 'Ga', ''],
      ['Fe-up', 55.845, 'Fe', ''],
      ['O1a', 15.999, 'O', ''],
      ['Fea', 55.845, 'Fe', ''],
      ['Hx', 1.008, 'H', ''],
      // explicit
      ['62Ni', 58.69, '62Ni', /scattering length of 62Ni and a mass of 58\.690/],
      ['2H', 2.014, '2H', ''],
      ['D', 2.014, '2H', ''],
      ['D1', 2.014, '2H', ''],
      ['D', 1.008, '2H', /scattering length of 2H and a mass of 1\.008/],
      ['Dy', 162.5, 'Dy', ''],
      ['Ti', 47.867, 'Ti', ''],
      ['F19', 18.998, 'F', ''],
    ];
    for (const [type, mass, name, note] of cases) {
      const found = coherentScatteringLengths([type], 'Sears1992', [mass]);
      assert.deepEqual([...found], [...sears.get(name)!], `${type} ${mass}`);
      const notes = isotopeNotes([type], [mass], found).join();
      note === '' ? assert.equal(notes, '', `${type} ${mass}`) : assert.match(notes, note, `${type} ${mass}`);
      // a length given for the type itself is nobody's guess
      assert.deepEqual([...coherentScatteringLengths([type], { [type]: 11 }, [mass])], [11, 0]);
      assert.deepEqual(isotopeNotes([type], [mass], Float64Array.of(100, 0)), []);
    }
  });

  it('are found for a site by the key of its element, not by that of another site or isotope', async () => {
    const types = ['H1', 'H2', 'Fe:up', 'Fe:down'];
    const masses = [1.008, 1.008, 55.845, 55.845];
    const find = (map: Record<string, number | string>) => [...coherentScatteringLengths(types, map, masses)];
    assert.deepEqual(find({ H: 1, Fe: 2 }), [1, 0, 1, 0, 2, 0, 2, 0]);
    assert.deepEqual(find({ H2: 3, H: 1, 'Fe:up': 4, Fe: 2 }), [1, 0, 3, 0, 4, 0, 2, 0]);
    // a name that a user gives is explicit
    assert.deepEqual(find({ H: 1, H2: 'H2', Fe: 'Fe56' }), [1, 0, 6.671, 0, 9.94, 0, 9.94, 0]);
    await failsWith('no_scattering_length', () => find({ '2H': 1, Fe: 2 }));
    await failsWith('no_scattering_length', () => find({ H: 1, 'Fe:up': 2 }));
    const heavy = coherentScatteringLengths(['H2', 'D'], { '2H': 5 }, [2.014, 2.014]);
    assert.deepEqual([...heavy], [5, 0, 5, 0]);
  });

  it('of types that name no element are missing, also where the symbol of one stands in them', async () => {
    for (const type of ['GeSn', 'CoNi', 'Xx', 'FeA', 'Hxy', 'fe', 'Nx', '1']) {
      await failsWith('no_scattering_length', () => coherentScatteringLengths([type], 'Sears1992', [58.8]));
    }
  });

  it('of a virtual crystal are the mean over its site', async () => {
    const near = (actual: Float64Array, expected: number[]) =>
      expected.forEach((x, k) => {
        assert.ok(Math.abs(actual[k] - x) < 1e-12, `${actual[k]} ${x}`);
      });
    near(coherentScatteringLengths(['Ge0.25Sn0.75'], 'Sears1992', [107]), [0.25 * 8.185 + 0.75 * 6.225, 0]);
    near(coherentScatteringLengths(['B0.5O0.5'], 'Sears1992', [13]), [(5.3 + 5.803) / 2, -0.213 / 2]);
    near(coherentScatteringLengths(['Ge0.25Sn0.75'], { Ge: 1, Sn: [2, -4] }, [107]), [1.75, -3]);
    near(coherentScatteringLengths(['Ge0.25Sn0.75'], { 'Ge0.25Sn0.75': 3 }, [107]), [3, 0]);
    for (const type of ['Ge0.25Sn0.7', 'Ge0.5', 'Ge.5Sn.4', 'Ge1Sn2']) {
      await failsWith('no_scattering_length', () => coherentScatteringLengths([type], 'Sears1992', [72.6]));
    }
    await failsWith('no_scattering_length', () => coherentScatteringLengths(['Ge0.5Sn0.5'], { Ge: 1 }, [95]));
  });

  it('refuse another table and values that are no lengths', async () => {
    const error = await failsWith('invalid_argument', () =>
      coherentScatteringLengths(['O'], 'Sears1999' as 'Sears1992'),
    );
    assert.match(error.expected ?? '', /Sears1992/);
    for (const b of [Number.NaN, [1], [1, 2, 3], null, [1, Number.POSITIVE_INFINITY]]) {
      await failsWith('invalid_argument', () => coherentScatteringLengths(['O'], { O: b as number }));
    }
  });
});
