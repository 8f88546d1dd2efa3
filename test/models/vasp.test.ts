import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { balancedLambda } from '../../crystals/ewald.js';
import { seededRandom } from '../../crystals/random.js';
import { modelId } from '../../src/models/forceConstants.js';
import type { Vector } from '../../src/models/lattice.js';
import { type MassSources, massesOfTypes } from '../../src/models/readers/vaspMasses.js';
import { ANGSTROM_PER_BOHR, ELECTRON_MASS_PER_AMU, EV_PER_HARTREE } from '../../src/models/units.js';
import { dataFile } from '../support/data.js';
import { dynamicalMatrix, frequencies } from '../support/dynamicalMatrix.js';
import { failsWith } from '../support/errors.js';
import { changedHdf5 } from '../support/hdf5File.js';
import { eigenvalues } from '../support/hermitian.js';
import { readForceConstants } from '../support/readModel.js';

const GaAs = 'vasp/GaAs_vaspout.h5';

describe('VASP: the GaAs of the data folder', function () {
  this.timeout(60_000);

  it('gives the arrays that Euphonic reads', async function () {
    const golden = JSON.parse(readFileSync(new URL('../golden/vasp.json', import.meta.url), 'utf8'));
    const { fc, source } = await readForceConstants(dataFile(this, GaAs));
    assert.match(source, /\(VASP 6\.5\.0\)$/);
    // limited by the constants of nature that each program uses
    const close = (actual: ArrayLike<number> | undefined, expected: number[], factor = 1) => {
      assert.equal(actual?.length, expected.length);
      expected.forEach((x, k) => {
        assert.ok(
          Math.abs(actual[k] - factor * x) <= 3e-9 * Math.max(Math.abs(factor * x), 0.1),
          `${k}: ${actual[k]} ${factor * x}`,
        );
      });
    };
    close(fc.forceConstants, golden.forceConstants);
    close(fc.crystal.cellVectors, golden.cellVectors, 1 / ANGSTROM_PER_BOHR);
    close(fc.crystal.atomMass, golden.atomMass, ELECTRON_MASS_PER_AMU);
    close(fc.crystal.atomR, golden.atomR);
    close(fc.scMatrix, golden.scMatrix);
    close(fc.cellOrigins, golden.cellOrigins);
    close(fc.born, golden.born);
    close(fc.dielectric, golden.dielectric);
    assert.deepEqual([...fc.crystal.atomType], golden.atomType);
  });

  it('has the frequencies of its reference by plain sums', async function () {
    const { fc } = await readForceConstants(dataFile(this, GaAs));
    const reference = JSON.parse(readFileSync(dataFile(this, 'vasp/GaAs_reference.json'), 'utf8'));
    const expected: number[][] =
      reference.frequencies_asr_none ?? reference.asr_none?.frequencies ?? reference.none.frequencies;
    (reference.qpts as Vector[]).forEach((q, i) => {
      const ewaldLambda = balancedLambda(fc.crystal) * Math.sqrt(fc.dielectric![0]);
      frequencies(eigenvalues(dynamicalMatrix(fc, q, ewaldLambda))).forEach((w, k) => {
        const meV = 1000 * EV_PER_HARTREE * w;
        assert.ok(
          Math.abs(meV - expected[i][k]) < 2e-6 * Math.abs(expected[i][k]) + 2e-5,
          `${q} ${k}: ${meV} ${expected[i][k]}`,
        );
      });
    });
  });
});

describe('HDF5 files', function () {
  this.timeout(120_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'euphonic-hdf5-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  const readBytes = async (bytes: Buffer) => {
    const path = join(folder, 'vaspout.h5');
    writeFileSync(path, bytes);
    return readForceConstants(path);
  };

  it('of phonopy are no model by themselves', async () => {
    const path = new URL('../golden/phonopy/rocksalt/compact.hdf5', import.meta.url).pathname;
    assert.match((await failsWith('file_format', () => readForceConstants(path))).advice ?? '', /fc_name/);
  });

  it('that are cut short, or damaged at random, give a model or a typed error', async function () {
    const good = readFileSync(dataFile(this, GaAs));
    for (const length of [600, good.length - 1000]) {
      const error = await failsWith('file_damaged', () => readBytes(good.subarray(0, length)));
      assert.match(error.where ?? '', /vaspout\.h5/);
    }
    const next = seededRandom(3);
    for (let i = 0; i < 2; i++) {
      const changed = Buffer.from(good);
      // the structure of the file is in its first and last parts, numbers between
      for (let k = 0; k < 200; k++) changed[Math.floor((next() + 0.5) * 20_000)] ^= 1 << (k % 8);
      await readBytes(changed).catch((error) => assert.equal(error.name, 'EuphonicError', error.stack));
    }
    assert.ok(existsSync(folder));
  });
});

describe('HDF5 files that are compressed', function () {
  this.timeout(120_000);
  const lzf = fileURLToPath(new URL('../golden/cases/hdf5-lzf/', import.meta.url));
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'euphonic-filters-'));
    writeFileSync(join(folder, 'phonopy.yaml'), readFileSync(join(lzf, 'phonopy.yaml')));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('with lzf, by h5py, have the frequencies of phonopy', async () => {
    const { fc } = await readForceConstants(lzf);
    const expected = [5.8846, 9.6518, 15.3276, 24.2434, 26.8804, 27.7813];
    const { born, dielectric, ...rest } = fc;
    frequencies(eigenvalues(dynamicalMatrix(rest, [0.1, 0.2, 0.3], 0))).forEach((w, k) => {
      assert.ok(
        Math.abs(1000 * EV_PER_HARTREE * w - expected[k]) < 1e-4,
        `${k}: ${1000 * EV_PER_HARTREE * w}`,
      );
    });
  });

  it('with other filters give the same model', async () => {
    const expected = modelId((await readForceConstants(lzf)).fc);
    const shapes = { force_constants: [16, 16, 3, 3] };
    for (const compression of [32001, 32015]) {
      const path = join(folder, `${compression}.hdf5`);
      await changedHdf5(join(lzf, 'force_constants.hdf5'), path, {}, shapes, {
        compression,
        chunks: [4, 16, 3, 3],
      });
      assert.ok(readFileSync(path).length !== readFileSync(join(lzf, 'force_constants.hdf5')).length);
      assert.equal(
        modelId((await readForceConstants(folder, { fcName: path })).fc),
        expected,
        `${compression}`,
      );
    }
  });

  it('with a filter that cannot be read name it and say how to repack them', async () => {
    const bytes = readFileSync(join(lzf, 'force_constants.hdf5'));
    const at = bytes.indexOf(Buffer.from([0x00, 0x7d]));
    bytes.writeUInt16LE(32024, at);
    writeFileSync(join(folder, 'sz3.hdf5'), bytes);
    const error = await failsWith('file_format', () => readForceConstants(folder, { fcName: 'sz3.hdf5' }));
    assert.match(error.message, /filter 32024 \(lzf\)/);
    assert.match(error.advice ?? '', /h5repack -f GZIP=1 sz3\.hdf5 packed\.h5/);
  });

  it('and damaged are damaged', async () => {
    const bytes = readFileSync(join(lzf, 'force_constants.hdf5'));
    bytes.fill(0xff, bytes.length - 3000, bytes.length - 100);
    writeFileSync(join(folder, 'bad.hdf5'), bytes);
    await failsWith('file_damaged', () => readForceConstants(folder, { fcName: 'bad.hdf5' }));
  });
});

describe('VASP: masses', function () {
  this.timeout(60_000);
  const cases = fileURLToPath(new URL('../golden/cases/vasp-pomass/', import.meta.url));
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'euphonic-vasp-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  let written = 0;
  /** potcar.h5 (POTCAR: Na 22.990, Cl 35.453; four of each) with changes. */
  const read = async (changes: Parameters<typeof changedHdf5>[2]) => {
    const path = join(folder, `vaspout${written++}.h5`);
    await changedHdf5(join(cases, 'potcar.h5'), path, changes);
    const { fc, notes } = await readForceConstants(path);
    return {
      masses: [...fc.crystal.atomMass].map((mass) => Number((mass / ELECTRON_MASS_PER_AMU).toFixed(4))),
      types: fc.crystal.atomType,
      notes: notes.filter((note) => !note.includes('names no primitive cell')).join(),
      fc,
    };
  };
  const each = (...masses: number[]) => masses.flatMap((mass) => [mass, mass, mass, mass]);
  const POTCAR = 'input/potcar/content';
  const INCAR = 'original/incar/content';
  const TAG = 'input/incar/POMASS';

  const expected = JSON.parse(readFileSync(join(cases, 'expected_meV.json'), 'utf8'));
  for (const name of ['potcar.h5', 'original_incar.h5']) {
    it(`${name}: the frequencies of Euphonic and plain sums`, async () => {
      const { fc } = await readForceConstants(join(cases, name));
      frequencies(eigenvalues(dynamicalMatrix(fc, [0, 0, 0], 0))).forEach((w, k) => {
        const meV = 1000 * EV_PER_HARTREE * w;
        assert.ok(
          Math.abs(meV - expected[name][k]) < 1e-6 * Math.abs(expected[name][k]) + 1e-3,
          `${k}: ${meV}`,
        );
      });
    });
  }

  it('come from input/incar, then from the text of INCAR, then from POTCAR', async () => {
    assert.deepEqual((await read({})).masses, each(22.99, 35.453));
    const both = { [INCAR]: 'POMASS = 23 37', [TAG]: [24, 38] };
    assert.deepEqual((await read({ ...both, [POTCAR]: undefined })).masses, each(24, 38));
    assert.deepEqual((await read({ ...both, [TAG]: undefined, [POTCAR]: '' })).masses, each(23, 37));
    assert.deepEqual((await read({ 'input/incar/pomass': '23.0 37.0' })).masses, each(23, 37));
  });

  it('neither in INCAR nor in a POTCAR: says both, and what to do', async () => {
    for (const changes of [{ [POTCAR]: undefined }, { [POTCAR]: '\n', [INCAR]: 'NSW = 1' }]) {
      const error = await failsWith('file_damaged', () => read(changes));
      assert.match(error.message, /INCAR has no POMASS.*no POTCAR/);
      assert.match(error.advice ?? '', /input\/incar\/POMASS.*Na, Cl/);
    }
  });

  it('of types of one element, told apart in order', async () => {
    const group = 'results/positions';
    const types = { [`${group}/ion_types`]: ['Na', 'Cl', 'Cl_h'], [`${group}/number_ion_types`]: [4, 1, 3] };
    const potcar = ['Na', 22.99, 'Cl', 34.97, 'Cl', 36.97]
      .join(' ')
      .replace(/(\w+) ([\d.]+)/g, 'VRHFIN =$1: x\nPOMASS = $2;\n');
    const found = await read({ ...types, [POTCAR]: potcar });
    assert.deepEqual(found.masses, [...each(22.99), 34.97, 36.97, 36.97, 36.97]);
    assert.deepEqual(found.types.slice(4), ['Cl', 'Cl', 'Cl', 'Cl']);
  });

  it('come with a cell whose size is told by one factor, three, or a volume', async () => {
    const group = 'results/positions';
    const { fc } = await read({});
    const edges = [0, 4, 8].map((k) => fc.crystal.cellVectors[k] * ANGSTROM_PER_BOHR);
    for (const [factors, scale] of [
      [[2, 2, 2], [2]],
      [
        [2, 3, 4],
        [2, 3, 4],
      ],
      [[2, 2, 2], [-edges.reduce((a, b) => a * b, 1)]],
    ]) {
      const lattice = [0, 1, 2].flatMap((i) => [0, 1, 2].map((j) => (i === j ? edges[i] / factors[i] : 0)));
      const path = join(folder, `scale${written++}.h5`);
      const shapes = {
        [`${group}/lattice_vectors`]: [3, 3],
        [`${group}/scale`]: scale.length === 1 ? [] : [3],
      };
      const changes = { [`${group}/lattice_vectors`]: lattice, [`${group}/scale`]: scale };
      await changedHdf5(join(cases, 'potcar.h5'), path, changes, shapes);
      const found = (await readForceConstants(path)).fc.crystal.cellVectors;
      found.forEach((x, k) => {
        assert.ok(Math.abs(x - fc.crystal.cellVectors[k]) < 1e-12, `${scale}, ${k}: ${x}`);
      });
    }
  });

  it('are those of a crystal that is not polar without a dielectric tensor, said so', async () => {
    const born = 'results/linear_response/born_charges';
    const path = join(folder, 'charges.h5');
    await changedHdf5(
      join(cases, 'potcar.h5'),
      path,
      { [born]: new Float64Array(72) },
      { [born]: [8, 3, 3] },
    );
    const { fc, notes } = await readForceConstants(path);
    assert.equal(fc.born, undefined);
    assert.match(notes.join(), /Born charges but no dielectric tensor/);
  });

  it('come with force constants of all ions, or selective dynamics is named', async () => {
    const path = join(folder, 'selective.h5');
    const name = 'results/linear_response/force_constants';
    await changedHdf5(join(cases, 'potcar.h5'), path, { [name]: new Float64Array(36) }, { [name]: [6, 6] });
    const error = await failsWith('no_force_constants', () => readForceConstants(path));
    assert.match(error.message, /6 of 24 degrees of freedom.*selective dynamics/);
  });

  it('that differ among copies of one atom make the supercell the cell', async () => {
    const cell = 'results/phonons/primitive';
    const primitive = {
      [`${cell}/ion_types`]: ['Na', 'Cl'],
      [`${cell}/number_ion_types`]: [1, 1],
      [`${cell}/position_ions`]: [0, 0, 0, 0.5, 0.5, 0.5],
      [`${cell}/lattice_vectors`]: [0, 2.8, 2.8, 2.8, 0, 2.8, 2.8, 2.8, 0],
    };
    const shapes = { [`${cell}/position_ions`]: [2, 3], [`${cell}/lattice_vectors`]: [3, 3] };
    const group = 'results/positions';
    const mixed = { [`${group}/ion_types`]: ['Na', 'Cl', 'Cl'], [`${group}/number_ion_types`]: [4, 1, 3] };
    const plain = join(folder, 'plain.h5');
    await changedHdf5(join(cases, 'potcar.h5'), plain, primitive, shapes);
    assert.equal((await readForceConstants(plain)).fc.nAtoms, 2);
    const path = join(folder, 'isotopes.h5');
    await changedHdf5(
      join(cases, 'potcar.h5'),
      path,
      { ...primitive, ...mixed, [INCAR]: 'POMASS = 23 35 37' },
      shapes,
    );
    const { fc, notes } = await readForceConstants(path);
    assert.equal(fc.nAtoms, 8);
    assert.match(notes.join(), /different masses: the supercell/);
  });
});

describe('VASP: POMASS in INCAR', () => {
  const potcar = 'VRHFIN =Na: s\nPOMASS = 22.99; ZVAL = 1\nVRHFIN =Cl: s2p5\nPOMASS = 35.453; ZVAL = 7';
  const masses = (sources: MassSources, notes: string[] = []) => {
    const fail = (where: string, what: string, expected?: string) => {
      throw new Error(`${where}: ${what}; ${expected}`);
    };
    return massesOfTypes(sources, ['Na', 'Cl'], fail, notes);
  };

  const incars: [string, number[]][] = [
    ['pomass = 23 37', [23, 37]],
    ['  PoMass=23 37', [23, 37]],
    ['# POMASS = 1 2\n! POMASS = 3 4\nPOMASS = 23 37 ! POMASS = 5 6', [23, 37]],
    ['IBRION = 6; POMASS = 23 37; NSW = 1', [23, 37]],
    ['POMASS = 23 \\\n  37\nNSW = 1', [23, 37]],
    ['POMASS = \\  ! masses\n 23 37\r\nNSW = 1\r\n', [23, 37]],
    ['POMASS = 2*23', [23, 23]],
    ['POMASS = 1*2.3D1, 37.', [23, 37]],
    ['SYSTEM = "a\nPOMASS = 1 2\nb"\nPOMASS = 23 37', [23, 37]],
    ['SYSTEM = POMASS = 1 2\nPOMASS = 23 37', [23, 37]],
    ['XPOMASS = 1 2\n\tPOMASS\t=\t23\t37\tof table 3', [23, 37]],
    ['IBRION = 6 ! POMASS = 23 37', [22.99, 35.453]],
  ];
  for (const [incar, expected] of incars) {
    it(JSON.stringify(incar), () => {
      const notes: string[] = [];
      assert.deepEqual(masses({ incar, potcar }, notes), expected);
      assert.deepEqual(notes, []);
    });
  }

  it('twice: the first, and a note', () => {
    const notes: string[] = [];
    assert.deepEqual(masses({ incar: 'POMASS = 23 37\nPOMASS = 24 38' }, notes), [23, 37]);
    assert.match(notes.join(), /more than once/);
  });

  const wrong: [string, MassSources, RegExp][] = [
    ['one number for two types', { incar: 'POMASS = 23' }, /incar\/content: POMASS has 1 numbers.*\(Na Cl\)/],
    ['three', { pomass: [1, 2, 3] }, /input\/incar\/POMASS: POMASS has 3 numbers/],
    ['a number for each ion', { incar: 'POMASS = 4*23 4*37' }, /POMASS has 8 numbers/],
    ['words', { incar: 'POMASS = heavy' }, /POMASS is 'heavy'/],
    ['nothing', { incar: 'POMASS =' }, /POMASS is ''/],
    ['a negative one', { incar: 'POMASS = -23 37' }, /POMASS is -23 37/],
    ['a POTCAR without one of the elements', { potcar: 'VRHFIN =Na: s\nPOMASS = 23;' }, /no mass .* of Cl/],
  ];
  for (const [name, sources, message] of wrong) {
    it(`${name}: an error`, () => assert.throws(() => masses(sources), message));
  }

  it('missing, without a POTCAR: no masses', () => {
    assert.equal(masses({ incar: 'NSW = 1' }), undefined);
    assert.equal(masses({ potcar: ' ' }), undefined);
  });
});
