import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { balancedSplitting } from '../../crystals/ewald.js';
import { seededRandom } from '../../crystals/random.js';
import type { Vector } from '../../src/models/lattice.js';
import { readForceConstants } from '../../src/models/readers/index.js';
import { ANGSTROM_PER_BOHR, ELECTRON_MASS_PER_AMU, EV_PER_HARTREE } from '../../src/models/units.js';
import { dataFile } from '../support/data.js';
import { dynamicalMatrix, frequencies } from '../support/dynamicalMatrix.js';
import { failsWith } from '../support/errors.js';
import { eigenvalues } from '../support/hermitian.js';

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
          Math.abs(actual![k] - factor * x) <= 3e-9 * Math.max(Math.abs(factor * x), 0.1),
          `${k}: ${actual![k]} ${factor * x}`,
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
      const splitting = balancedSplitting(fc.crystal) * Math.sqrt(fc.dielectric![0]);
      frequencies(eigenvalues(dynamicalMatrix(fc, q, splitting))).forEach((w, k) => {
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
