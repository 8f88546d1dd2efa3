import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dump, load } from 'js-yaml';
import type { ForceConstants } from '../../src/models/forceConstants.js';
import { memorySource } from '../../src/models/readers/source.js';
import { coherentScatteringLengths } from '../../src/models/scatteringLengths.js';
import { ELECTRON_MASS_PER_AMU } from '../../src/models/units.js';
import { failsWith } from '../support/errors.js';
import { expectedOf, golden, hasFrequencies } from '../support/phonopyGolden.js';
import { readForceConstants, readSource } from '../support/readModel.js';

describe('phonopy: BORN of the atoms that symmetry tells apart', () => {
  const hasCharges = (fc: ForceConstants, born: number[][][]) => {
    assert.equal(fc.born?.length, 9 * born.length);
    born.forEach((tensor, atom) => {
      for (let k = 0; k < 9; k++) {
        const [field, displacement] = [k % 3, Math.floor(k / 3)];
        const [found, expected] = [fc.born![9 * atom + k], tensor[field][displacement]];
        assert.ok(Math.abs(found - expected) < 3e-6, `atom ${atom}, ${k}: ${found} ${expected}`);
      }
    });
  };

  const names = ['antiferromagnetic', 'noncollinear', 'canted', 'doubled', 'tolerance', 'labels'];
  for (const name of names.map((name) => `born_${name}`)) {
    it(`${name}: the charges of phonopy`, async () => {
      const { fc } = await readForceConstants(join(golden, name), { bornName: 'BORN' });
      hasCharges(fc, expectedOf(name).born);
    });
  }

  it('without the moments or the tolerance of the summary are too few, or too many', async () => {
    for (const [name, line] of [
      ['born_noncollinear', /^ *magnetic_moment:.*\n/gm],
      ['born_tolerance', /^ *symmetry_tolerance:.*\n/m],
    ] as const) {
      const folder = mkdtempSync(join(tmpdir(), 'euphonic-born-'));
      const text = readFileSync(join(golden, name, 'phonopy.yaml'), 'utf8');
      assert.match(text, line);
      writeFileSync(join(folder, 'phonopy.yaml'), text.replace(line, ''));
      cpSync(join(golden, name, 'BORN'), join(folder, 'BORN'));
      const error = await failsWith('file_damaged', () => readForceConstants(folder, { bornName: 'BORN' }));
      assert.match(error.expected ?? '', /for each of \d+ that symmetry does not relate/);
      rmSync(folder, { recursive: true });
    }
  });

  it('with labels of sites in the symbols, and with the tolerance among the settings, as older versions', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'euphonic-born-'));
    const write = (text: string) => writeFileSync(join(folder, 'phonopy.yaml'), text);
    const older = (name: string) => readFileSync(join(golden, name, 'phonopy.yaml'), 'utf8');
    cpSync(join(golden, 'born_labels', 'BORN'), join(folder, 'BORN'));
    write(older('born_labels').replace(/symbol: \w+( # \d+)\n +extended_symbol: (\w+)/g, 'symbol: $2$1'));
    const { fc } = await readForceConstants(folder, { bornName: 'BORN' });
    assert.deepEqual([...fc.crystal.atomType], ['Mn1', 'Mn2', 'F1', 'F2', 'F3', 'F4']);
    hasCharges(fc, expectedOf('born_labels').born);
    cpSync(join(golden, 'born_tolerance', 'BORN'), join(folder, 'BORN'));
    write(
      older('born_tolerance').replace(
        /^ {2}symmetry_tolerance: .*/m,
        '  configuration:\n    symmetry_tolerance: "0.005"',
      ),
    );
    const rough = await readForceConstants(folder, { bornName: 'BORN' });
    hasCharges(rough.fc, expectedOf('born_tolerance').born);
    rmSync(folder, { recursive: true });
  });
});

describe('phonopy: BORN and summaries in other forms', () => {
  const name = join(golden, 'born_labels');
  const born = readFileSync(join(name, 'BORN'), 'utf8');
  const summary = readFileSync(join(name, 'phonopy.yaml'), 'utf8');
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'euphonic-forms-'));
    cpSync(name, folder, { recursive: true });
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const read = () => readForceConstants(folder, { bornName: 'BORN' });

  it('BORN with comments, exponents as Fortran has them, and other line ends', async () => {
    const { fc } = await read();
    const [first, ...rest] = born.trim().split('\n');
    const fortran = (line: string) => line.replace(/\d+\.\d+/g, (word) => `${word}D+00`);
    for (const text of [
      [first, ...rest.map((line, i) => `${line}   # atom ${i}`)].join('\n'),
      [`${first}D0 # factor`, ...rest.map(fortran), ''].join('\r\n'),
      [`${first}   `, '# tensors', ...rest.map((line) => line.replaceAll(' ', '\t'))].join('\r'),
    ]) {
      writeFileSync(join(folder, 'BORN'), text);
      const other = await read();
      assert.deepEqual(other.fc.born, fc.born);
      assert.deepEqual(other.fc.dielectric, fc.dielectric);
    }
    writeFileSync(join(folder, 'BORN'), [first, ...rest].join('\n').replace(/\d\.\d+$/, '******'));
    await failsWith('file_damaged', read);
  });

  it('atoms with a position, as in older versions', async () => {
    const { fc } = await read();
    const older = summary.replaceAll('points:', 'atoms:').replaceAll('coordinates:', 'position:');
    writeFileSync(join(folder, 'phonopy.yaml'), older);
    assert.deepEqual((await read()).fc, fc);
  });

  it('masses set by hand in one of the two cells: those of primitive_cell, said so', async () => {
    assert.deepEqual((await read()).notes, []);
    const [head, tail] = summary.split('supercell:\n  lattice:');
    const changed = head.replace(/mass: [\d.]+/g, 'mass: 57.0');
    writeFileSync(join(folder, 'phonopy.yaml'), `${changed}supercell:\n  lattice:${tail}`);
    const { fc, notes } = await read();
    assert.ok(Math.abs(fc.crystal.atomMass[0] / ELECTRON_MASS_PER_AMU - 57) < 1e-9);
    assert.match(notes.join(), /masses in primitive_cell and in supercell differ/);
  });

  it('copies farther away than usual, where phonopy was told to find them by a large tolerance', async () => {
    const moved = summary.replace(/(supercell:\n {2}lattice:[\s\S]*?coordinates: \[ *)0\.0*/, '$10.004');
    assert.notEqual(moved, summary);
    writeFileSync(join(folder, 'phonopy.yaml'), moved);
    await failsWith('file_damaged', read);
    writeFileSync(
      join(folder, 'phonopy.yaml'),
      moved.replace(/symmetry_tolerance: .*/, 'symmetry_tolerance: 0.05'),
    );
    await readForceConstants(folder);
  });
});

describe('phonopy: virtual crystals', () => {
  const text = readFileSync(join(golden, 'mixture', 'phonopy.yaml'), 'utf8');
  const read = (changed: string) => readSource(memorySource(Buffer.from(changed), '/nowhere/phonopy.yaml'));
  const amu = (fc: ForceConstants) => [...fc.crystal.atomMass].map((mass) => mass / ELECTRON_MASS_PER_AMU);

  /** As earlier versions have them: one point for a site, with its mixture. */
  const withMixtures = () => {
    const root = load(text) as Record<string, { points: Record<string, unknown>[] }>;
    for (const key of ['primitive_cell', 'supercell']) {
      root[key].points = root[key].points
        .filter(({ symbol }) => symbol !== 'Sn')
        .map(({ weight, reduced_to, ...point }) =>
          weight === 1
            ? point
            : {
                ...point,
                symbol: 'GeSn',
                mass: 104.889,
                mixture: [
                  ['Ge', 0.3],
                  ['Sn', 0.7],
                ],
              },
        );
    }
    return root;
  };

  it('have sites with the mean mass and the mean scattering length', async () => {
    const expected = expectedOf('mixture');
    for (const content of [text, dump(withMixtures())]) {
      const { fc } = await read(content);
      assert.deepEqual([...fc.crystal.atomType], ['Ge0.3Sn0.7', 'C']);
      amu(fc).forEach((mass, i) => {
        assert.ok(Math.abs(mass - expected.masses[i]) < 1e-6);
      });
      hasFrequencies(fc, expected);
      const [site] = coherentScatteringLengths(fc.crystal.atomType, 'Sears1992', amu(fc));
      assert.ok(Math.abs(site - (0.3 * 8.185 + 0.7 * 6.225)) < 1e-12);
    }
  });

  it('list the elements of a site in any order', async () => {
    const root = withMixtures();
    for (const point of root.supercell.points) {
      if (point.mixture)
        point.mixture = [
          ['Sn', 0.7],
          ['Ge', 0.3],
        ];
    }
    assert.deepEqual([...(await read(dump(root))).fc.crystal.atomType], ['Ge0.3Sn0.7', 'C']);
  });

  it('of the other scheme, or with weights that do not add up to 1, are refused', async () => {
    const split = text.replace('scheme: merge', 'scheme: split');
    assert.match((await failsWith('file_format', () => read(split))).advice ?? '', /merge/);
    const wrong = text.replaceAll('weight: 0.7', 'weight: 0.6');
    assert.match(
      (await failsWith('file_damaged', () => read(wrong))).message,
      /sum of the weights .* is 0\.89/,
    );
    for (const mixture of [
      [
        ['Ge', 0.3],
        ['Sn', 0.6],
      ],
      [['Ge', 0.3, 1]],
      'GeSn',
      [],
      [[1, 1]],
    ]) {
      const root = withMixtures();
      root.primitive_cell.points[0].mixture = mixture;
      assert.match((await failsWith('file_damaged', () => read(dump(root)))).message, /points\[0\]\.mixture/);
    }
  });
});
