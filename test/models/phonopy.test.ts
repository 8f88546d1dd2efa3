import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { seededRandom } from '../../crystals/random.js';
import { type ForceConstants, makeForceConstants } from '../../src/models/forceConstants.js';
import { bytesToRead, type ReadOptions } from '../../src/models/readers/index.js';
import { memorySource } from '../../src/models/readers/source.js';
import { ANGSTROM_PER_BOHR, EV_PER_HARTREE } from '../../src/models/units.js';
import { dataFile } from '../support/data.js';
import { failsWith } from '../support/errors.js';
import { arbitraryContent } from '../support/models.js';
import { forceConstantsFile, type PhonopyFileOptions, phonopySummary } from '../support/phonopyFile.js';
import { expectedOf, golden, hasFrequencies } from '../support/phonopyGolden.js';
import { modelOfTotal, readForceConstants, readSource } from '../support/readModel.js';

/** Cell origins in the supercell's box, as phonopy places its atoms. */
const content = {
  ...arbitraryContent(9),
  cellOrigins: Int32Array.of(0, 0, 0, 1, 0, 0, 2, 1, 0, 1, 1, 0, 2, 2, 0, 1, 2, 0),
};

function polarModel(): ForceConstants {
  return makeForceConstants(content);
}

function plainModel(): ForceConstants {
  const { born, dielectric, ...rest } = content;
  return makeForceConstants(rest);
}

function same(actual: ForceConstants, expected: ForceConstants, tolerance = 1e-12): void {
  const close = (a: Float64Array | undefined, b: Float64Array | undefined, what: string) => {
    assert.equal(a?.length, b?.length, what);
    a?.forEach((x, k) => {
      assert.ok(
        Math.abs(x - b![k]) <= tolerance * Math.max(1, Math.abs(b![k])),
        `${what} ${k}: ${x} ${b![k]}`,
      );
    });
  };
  assert.deepEqual(actual.crystal.atomType, expected.crystal.atomType);
  assert.deepEqual([...actual.scMatrix], [...expected.scMatrix]);
  assert.deepEqual([...actual.cellOrigins], [...expected.cellOrigins]);
  close(actual.crystal.cellVectors, expected.crystal.cellVectors, 'cell vectors');
  close(actual.crystal.atomR, expected.crystal.atomR, 'positions');
  close(actual.crystal.atomMass, expected.crystal.atomMass, 'masses');
  close(actual.forceConstants, expected.forceConstants, 'force constants');
  close(actual.born, expected.born, 'Born charges');
  close(actual.dielectric, expected.dielectric, 'dielectric tensor');
}

describe('phonopy: files that phonopy wrote', () => {
  it('a skew supercell, atoms outside the cell, everything in one file', async () => {
    const expected = expectedOf('skew');
    const { fc, source } = await readForceConstants(join(golden, 'skew', 'phonopy_params.yaml'));
    assert.match(source, /\(phonopy 4\.10\.0\)$/);
    assert.equal(fc.nCells, 4);
    // phonopy has the electric field first, and a factor that is not quite e²/4πε₀
    assert.equal(fc.born?.[1], expected.born[0][1][0]);
    const factor = 14.4 / EV_PER_HARTREE / ANGSTROM_PER_BOHR;
    assert.ok(Math.abs(fc.dielectric![1] * factor - expected.dielectric[0][1]) < 1e-12);
    // without Born charges the force constants are the total ones
    const text = readFileSync(join(golden, 'skew', 'phonopy_params.yaml'), 'utf8').replace(
      /^nac:/m,
      'other:',
    );
    const total = await readSource(memorySource(Buffer.from(text), '/x/phonopy.yaml'));
    hasFrequencies(total.fc, expected);
    same(
      fc,
      await modelOfTotal(makeForceConstants({ ...total.fc, born: fc.born, dielectric: fc.dielectric })),
    );
  });

  it('rock salt with a primitive matrix: compact and full, as text and as HDF5', async function () {
    this.timeout(60_000);
    const { fc } = await readForceConstants(join(golden, 'rocksalt'));
    assert.equal(fc.nAtoms, 2);
    assert.equal(fc.nCells, 8);
    hasFrequencies(fc, expectedOf('rocksalt'));
    for (const fcName of ['FULL', 'full.hdf5', 'compact.hdf5', 'no_map.hdf5']) {
      // the files hold 15 digits, and HDF5 all
      same((await readForceConstants(join(golden, 'rocksalt'), { fcName })).fc, fc, 1e-11);
    }
  });

  it('BORN with one atom of each orbit; Rydberg units; compressed with xz', async () => {
    const expected = expectedOf('orbits');
    const { fc } = await readForceConstants(join(golden, 'orbits'), { bornName: 'BORN' });
    for (let k = 0; k < 81; k++) {
      const [atom, a, b] = [Math.floor(k / 9), Math.floor((k % 9) / 3), k % 3];
      assert.ok(Math.abs(fc.born![k] - expected.born[atom][b][a]) < 1e-12);
    }
    assert.deepEqual([...fc.dielectric!], expected.dielectric.flat());
    const packed = await readForceConstants(join(golden, 'orbits', 'phonopy.yaml.xz'));
    assert.match(packed.notes.join(), /BORN, which is read only if it is named/);
    hasFrequencies(packed.fc, expected);
  });
});

describe('phonopy: the NaCl of the data folder', () => {
  const reads: [string, ReadOptions][] = [
    ['phonopy.yaml', { bornName: 'BORN' }],
    ['phonopy.yaml', { bornName: 'BORN', fcName: 'FULL_FORCE_CONSTANTS' }],
    ['phonopy.yaml', { bornName: 'BORN', fcName: 'force_constants.hdf5', fcFormat: 'hdf5' }],
    ['phonopy_all_in_one.yaml', {}],
  ];
  for (const [name, options] of reads) {
    it(`${name} ${JSON.stringify(options)}`, async function () {
      this.timeout(60_000);
      const { fc } = await readForceConstants(dataFile(this, join('nacl', name)), options);
      const reference = await readForceConstants(dataFile(this, 'nacl/NaCl_force_constants.json'));
      // limited by the older constants of nature of the program that wrote the reference
      same(fc, reference.fc, 1e-8);
    });
  }
});

describe('phonopy: units and forms', () => {
  const read = async (text: string, options: ReadOptions = {}) =>
    readSource(memorySource(Buffer.from(text), '/nowhere/phonopy.yaml'), options);
  const angstrom = 1 / ANGSTROM_PER_BOHR;
  const eV = 1 / EV_PER_HARTREE;

  const units: [string, PhonopyFileOptions][] = [
    ['VASP', { length: [angstrom, 'angstrom'], force: [eV / angstrom ** 2, 'eV/angstrom^2'] }],
    ['older VASP', { length: [angstrom, 'Angstrom'], force: [eV / angstrom ** 2, 'eV/Angstrom^2'] }],
    ['Quantum ESPRESSO', { length: [1, 'au'], force: [0.5, 'Ry/au^2'] }],
    ['WIEN2k', { length: [1, 'au'], force: [0.0005, 'mRy/au^2'] }],
    ['ABINIT', { length: [1, 'au'], force: [eV / angstrom, 'eV/angstrom.au'] }],
    ['CP2K', { length: [angstrom, 'angstrom'], force: [1 / angstrom, 'hartree/angstrom.au'] }],
    ['Elk', { length: [1, 'au'], force: [1, 'hartree/au^2'] }],
  ];
  for (const [name, options] of units) {
    it(`${name}: the same model`, async () => {
      same((await read(phonopySummary(plainModel(), options))).fc, plainModel());
      // e²/4πε₀ in the file's units
      const nacFactor = 1 / (options.force![0] * options.length![0] ** 3);
      const polar = await read(phonopySummary(polarModel(), { ...options, nacFactor }));
      same(polar.fc, await modelOfTotal(polarModel()), 1e-11);
    });
  }

  it('older files without units: those of the calculator, said so', async () => {
    const qe = await read(phonopySummary(plainModel(), { calculator: 'qe', force: [0.5, ''] }));
    same(qe.fc, plainModel());
    assert.match(qe.notes.join(), /au and Ry\/au\^2 of qe are assumed/);
    const text = phonopySummary(plainModel(), {
      calculator: 'vasp',
      length: [angstrom, ''],
      force: [eV / angstrom ** 2, ''],
    });
    const unnamed = await read(text.replace('  calculator: vasp\n', ''));
    same(unnamed.fc, plainModel());
    assert.match(unnamed.notes.join(), /angstrom and eV\/angstrom\^2 are assumed/);
  });

  it('Born charges at the top level, as before 2.18; a factor that is not quite right counts as part of 1/ε', async () => {
    const total = polarModel();
    same((await read(phonopySummary(total, { nac: 'top' }))).fc, await modelOfTotal(total), 1e-11);
    const scaled = await read(phonopySummary(total, { nac: 'top', nacFactor: 1.25 }));
    assert.ok(Math.abs(scaled.fc.dielectric![0] - total.dielectric![0] / 1.25) < 1e-12);
  });

  it("Wang's method for the dipole part: said that it is another", async () => {
    const text = phonopySummary(polarModel());
    const named = (method: string) => read(text.replace(/^nac:$/m, `nac:\n  method: "${method}"`));
    assert.match((await named('Wang')).notes.join(), /Gonze and Lee/);
    assert.deepEqual((await named('Gonze')).notes, []);
  });

  it('Born charges without a dielectric tensor: not polar, said so', async () => {
    for (const missing of ['born_effective_charge', 'dielectric_constant']) {
      const text = phonopySummary(polarModel()).replace(`${missing}:`, 'other:');
      const { fc, notes } = await read(text);
      same(fc, plainModel());
      assert.match(notes.join(), /it is read as non-polar/);
    }
  });

  it('full force constants; no reduced_to; no final line end; other line ends', async () => {
    same((await read(phonopySummary(plainModel(), { full: true }))).fc, plainModel());
    same((await read(phonopySummary(plainModel(), { bare: true }))).fc, plainModel());
    same((await read(phonopySummary(plainModel()).trimEnd())).fc, plainModel());
    same((await read(phonopySummary(plainModel()).replaceAll('\n', '\r\n'))).fc, plainModel());
  });

  it('compressed with gzip', async () => {
    const packed = gzipSync(phonopySummary(plainModel()));
    same((await readSource(memorySource(packed, '/nowhere/phonopy.yaml.gz'))).fc, plainModel());
  });
});

describe('phonopy: folders', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'euphonic-phonopy-'));
    writeFileSync(join(folder, 'phonopy.yaml'), phonopySummary(plainModel(), { forceConstants: false }));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are read by their path, or by that of the summary', async () => {
    for (const full of [false, true]) {
      writeFileSync(join(folder, 'FORCE_CONSTANTS'), forceConstantsFile(plainModel(), full));
      same((await readForceConstants(folder)).fc, plainModel());
      same((await readForceConstants(join(folder, 'phonopy.yaml'))).fc, plainModel());
    }
    const older = forceConstantsFile(plainModel(), true).replace(/^ 18 18/, '18');
    writeFileSync(join(folder, 'FORCE_CONSTANTS'), older);
    same((await readForceConstants(folder)).fc, plainModel());
  });

  it('may have other names, and parts elsewhere', async () => {
    mkdirSync(join(folder, 'parts'));
    writeFileSync(join(folder, 'parts', 'fc.gz'), gzipSync(forceConstantsFile(plainModel(), false)));
    cpSync(join(folder, 'phonopy.yaml'), join(folder, 'disp.yaml'));
    same(
      (await readForceConstants(folder, { summaryName: 'disp.yaml', fcName: 'parts/fc.gz' })).fc,
      plainModel(),
    );
    same((await readForceConstants(folder, { fcName: join(folder, 'parts', 'fc.gz') })).fc, plainModel());
  });

  it('say what is missing', async () => {
    const none = await failsWith('no_force_constants', () => readForceConstants(folder));
    assert.match(none.expected ?? '', /FORCE_CONSTANTS.*force_constants\.hdf5/);
    await failsWith('file_not_found', () => readForceConstants(folder, { fcName: 'other' }));
    await failsWith('file_not_found', () => readForceConstants(folder, { summaryName: 'other.yaml' }));
    writeFileSync(join(folder, 'FORCE_CONSTANTS'), forceConstantsFile(plainModel(), false));
    await failsWith('file_not_found', () => readForceConstants(folder, { bornName: 'BORN' }));
  });

  it('with a damaged BORN say in which line', async () => {
    writeFileSync(join(folder, 'FORCE_CONSTANTS'), forceConstantsFile(plainModel(), false));
    const good = ['14.4', '2 0 0 0 2 0 0 0 2', ...new Array(3).fill('1 0 0 0 1 0 0 0 1')];
    const born = async (lines: string[]) => {
      writeFileSync(join(folder, 'BORN'), lines.join('\n'));
      return readForceConstants(folder, { bornName: 'BORN' });
    };
    assert.equal((await born(good)).fc.born?.length, 27);
    const cut = [good[0], good[1], '1 0 0 0 1 0 0 0'];
    assert.match((await failsWith('file_damaged', () => born(cut))).message, /line 3/);
    assert.match(
      (await failsWith('file_damaged', () => born(good.slice(0, 4)))).message,
      /has 2 Born charges/,
    );
    assert.match((await failsWith('file_damaged', () => born(good.slice(0, 1)))).message, /Born charges/);
    await failsWith('file_damaged', () => born([good[0], 'x 0 0 0 2 0 0 0 2', ...good.slice(2)]));
  });
});

describe('phonopy: damaged files', () => {
  const text = phonopySummary(plainModel());
  const read = (changed: string) => readSource(memorySource(Buffer.from(changed), '/nowhere/phonopy.yaml'));

  const damages: [string, string | RegExp, string, RegExp][] = [
    [
      'a word among force constants',
      /(elements:[\s\S]*?\[.*?), /,
      '$1, x1, ',
      /line \d+. "x1" is not a number/,
    ],
    ['a number too many', /(elements:[\s\S]*?\[.*?), /, '$1, 1.0, ', /more than 486 numbers/],
    ['another shape', 'shape: [ 3, 18 ]', 'shape: [ 3, 17 ]', /more than 459 numbers/],
    ['a shape without meaning', 'shape: [ 3, 18 ]', 'shape: [ 3, 0 ]', /force_constants.shape/],
    ['a huge shape', 'shape: [ 3, 18 ]', 'shape: [ 30000, 1800000 ]', /no room for 486000000000 numbers/],
    ['no elements', 'elements:', 'values:', /elements is missing/],
    ['no lattice', 'lattice:', 'vectors:', /primitive_cell.lattice is missing/],
    [
      'a lattice that is no multiple',
      /(supercell:\n {2}lattice:\n {2}- \[ )/,
      '$10.3',
      /times the primitive cell/,
    ],
    ['no supercell', 'supercell:', 'other:', /supercell is missing/],
    ['an atom without mass', / {4}mass: /, '    weight: ', /points\[0\].mass/],
    ['another type of atom', /(supercell:[\s\S]*?symbol: )O/, '$1Si', /no primitive atom/],
    ['an atom elsewhere', /(supercell:[\s\S]*?coordinates: \[ )[-.\d]*/, '$10.3', /no primitive atom/],
    ['broken YAML', 'physical_unit:\n', 'physical_unit:\n   - x\n  y: [\n', /not valid YAML/],
    ['a unit without meaning', 'hartree/au^2', 'furlong', /'furlong' is not known/],
  ];
  for (const [name, from, to, message] of damages) {
    it(`${name}`, async () => {
      const changed = text.replace(from, to);
      assert.notEqual(changed, text);
      const code = name === 'a unit without meaning' ? 'invalid_argument' : 'file_damaged';
      assert.match((await failsWith(code, () => read(changed))).message, message);
    });
  }

  it('that end too early', async () => {
    for (let part = 0.03; part < 1; part += 0.03) {
      const error = await failsWith('file_damaged', () => read(text.slice(0, part * text.length))).catch(() =>
        // before the force constants begin it is a good summary without them, or no summary yet
        failsWith(
          text.slice(0, part * text.length).includes('supercell:') ? 'no_force_constants' : 'file_format',
          () => read(text.slice(0, part * text.length)),
        ),
      );
      assert.ok(error.where);
    }
  });

  it('YAML of something else', async () => {
    await failsWith('file_format', () => read('name: x\nversion: 1\n'));
  });

  it('with a supercell of more cells than atoms are refused before the cells are counted through', async () => {
    const cell = (edge: number) =>
      [
        '  lattice:',
        ...[0, 1, 2].map((k) => `  - [ ${[0, 1, 2].map((j) => (j === k ? edge : 0)).join(', ')} ]`),
        '  points:',
        '  - symbol: Nb',
        '    coordinates: [ 0, 0, 0 ]',
        '    mass: 92.9',
      ].join('\n');
    const elements =
      '  format: compact\n  shape: [ 1, 1 ]\n  elements:\n  - [[1, 0, 0], [0, 1, 0], [0, 0, 1]]';
    const file = (edge: number) =>
      `phonopy:\n  version: "2.15.0"\nprimitive_cell:\n${cell(3)}\nsupercell:\n${cell(edge)}\nforce_constants:\n${elements}\n`;
    assert.equal((await read(file(3))).fc.nCells, 1);
    const error = await failsWith('file_damaged', () => read(file(3000)));
    assert.match(error.message, /1 atoms in the supercell are not 1000000000 copies of 1 atoms/);
  });

  it('random damage gives a model or a typed error', async () => {
    const next = seededRandom(11);
    const sample = Buffer.from(text);
    for (let i = 0; i < 200; i++) {
      const changed = Buffer.from(sample);
      for (let k = 0; k < 1 + (i % 8); k++) {
        changed[Math.floor((next() + 0.5) * changed.length)] = Math.floor((next() + 0.5) * 256);
      }
      await readSource(memorySource(changed, '/nowhere/phonopy.yaml')).catch((error) => {
        assert.equal(error.name, 'EuphonicError', error.stack);
      });
    }
  });

  it('FORCE_CONSTANTS with a wrong pair, a missing line, or other sizes', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'euphonic-phonopy-'));
    writeFileSync(join(folder, 'phonopy.yaml'), phonopySummary(plainModel(), { forceConstants: false }));
    const good = forceConstantsFile(plainModel(), false);
    const changes: [string, RegExp][] = [
      [good.replace('\n1 3\n', '\n1 4\n'), /line 10. The pair 1 4/],
      [good.replace(/\n1 3\n.*\n/, '\n1 3\n'), /There are \d+ numbers instead of 594/],
      [good.replace(' 3 18', ' 3 17'), /more than/],
      [good.replace(' 3 18', ' 3.5 18'), /first line/],
      [good.replace(' 3 18', ''), /first line|pair|room|numbers/],
      ['', /empty|first line/],
    ];
    for (const [content, message] of changes) {
      writeFileSync(join(folder, 'FORCE_CONSTANTS'), content);
      assert.match((await failsWith('file_damaged', () => readForceConstants(folder))).message, message);
    }
    rmSync(folder, { recursive: true });
  });
});

describe('bytes that reading takes', () => {
  const [rocksalt, orbits] = ['rocksalt', 'orbits'].map((name) => join(golden, name));
  const sizes = (folder: string, ...names: string[]) =>
    names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);

  it('are those of all files of a folder of phonopy that are read', async () => {
    assert.equal(await bytesToRead(rocksalt), sizes(rocksalt, 'phonopy.yaml', 'FORCE_CONSTANTS'));
    const summary = join(rocksalt, 'phonopy.yaml');
    assert.equal(await bytesToRead(summary), await bytesToRead(rocksalt));
    const named = await bytesToRead(summary, { fcName: 'full.hdf5' });
    assert.equal(named, sizes(rocksalt, 'phonopy.yaml', 'full.hdf5'));
    const withBorn = await bytesToRead(orbits, { bornName: 'BORN' });
    assert.equal(withBorn, sizes(orbits, 'phonopy.yaml', 'BORN'));
    assert.equal(await bytesToRead(orbits), sizes(orbits, 'phonopy.yaml'));
    const packed = await bytesToRead(join(orbits, 'phonopy.yaml.xz'), { bornName: 'BORN' });
    // uncompressed it is the same file
    assert.equal(packed, withBorn);
  });

  it('are those of the file alone where it is of another format', async () => {
    assert.equal(await bytesToRead(join(rocksalt, 'full.hdf5')), sizes(rocksalt, 'full.hdf5'));
    assert.equal(await bytesToRead(join(rocksalt, 'expected.json')), sizes(rocksalt, 'expected.json'));
  });

  it('are refused where there is no file', async () => {
    await failsWith('file_not_found', () => bytesToRead(join(golden, 'gone')));
    await failsWith('file_not_found', () => bytesToRead(rocksalt, { summaryName: 'gone.yaml' }));
  });
});
