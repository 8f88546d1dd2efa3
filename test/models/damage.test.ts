/** Truncated, emptied and mislabelled versions of real files: refused, with an error that names the file. */
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EuphonicError } from '../../src/base/errors.js';
import type { ModelFormat, ReadOptions } from '../../src/models/readers/index.js';
import { MODEL_FORMATS } from '../../src/protocol/options.js';
import { dataFile } from '../support/data.js';
import { readForceConstants } from '../support/readModel.js';

const golden = fileURLToPath(new URL('../golden/phonopy/', import.meta.url));

interface Sample {
  /** the file that is damaged */
  file: string;
  format: ModelFormat;
  /** what is read, beside it, if not the file itself */
  read?: string;
  options?: ReadOptions;
  /** not in the repository */
  isData?: true;
}

const samples: Sample[] = [
  { file: 'quartz/quartz.castep_bin', format: 'castep', isData: true },
  { file: 'nb/Nb-242424-s0.25.castep_bin', format: 'castep', isData: true },
  { file: 'lzo/LZO_force_constants.json', format: 'json', isData: true },
  { file: 'nacl/NaCl_force_constants.json', format: 'json', isData: true },
  { file: 'nacl/phonopy_all_in_one.yaml', format: 'phonopy', isData: true },
  { file: 'nacl/FORCE_CONSTANTS', format: 'phonopy', read: 'phonopy.yaml', isData: true },
  {
    file: 'nacl/FULL_FORCE_CONSTANTS',
    format: 'phonopy',
    read: 'phonopy.yaml',
    options: { fcName: 'FULL_FORCE_CONSTANTS' },
    isData: true,
  },
  {
    file: 'nacl/force_constants.hdf5',
    format: 'phonopy',
    read: 'phonopy.yaml',
    options: { fcName: 'force_constants.hdf5' },
    isData: true,
  },
  { file: 'nacl/BORN', format: 'phonopy', read: 'phonopy.yaml', options: { bornName: 'BORN' }, isData: true },
  { file: 'vasp/GaAs_vaspout.h5', format: 'vasp', isData: true },
  { file: 'skew/phonopy_params.yaml', format: 'phonopy' },
  { file: 'orbits/phonopy.yaml.xz', format: 'phonopy' },
  { file: 'orbits/BORN', format: 'phonopy', read: 'phonopy.yaml', options: { bornName: 'BORN' } },
  {
    file: 'rocksalt/compact.hdf5',
    format: 'phonopy',
    read: 'phonopy.yaml',
    options: { fcName: 'compact.hdf5' },
  },
];

describe('damaged versions of real files', function () {
  this.timeout(60_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'euphonic-damage-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** What reading gives after the sample's file was replaced; good files of its folder lie beside it. */
  const refused = async (
    { file, read, options }: Sample,
    source: string,
    bytes: Buffer,
    more: ReadOptions = {},
  ) => {
    const own = mkdtempSync(join(folder, 'case-'));
    for (const name of readdirSync(dirname(source))) cpSync(join(dirname(source), name), join(own, name));
    writeFileSync(join(own, basename(file)), bytes);
    const path = join(own, read ?? basename(file));
    try {
      const result = await readForceConstants(path, { ...options, ...more });
      return assert.fail(`read as ${result.source}`);
    } catch (error) {
      if (!(error instanceof EuphonicError)) throw error;
      assert.ok(error.where?.includes(own), `no file is named: ${error.message} (${error.where})`);
      return error;
    } finally {
      rmSync(own, { recursive: true });
    }
  };

  for (const sample of samples) {
    const { file, format, isData } = sample;
    const find = (context: Mocha.Context) => (isData ? dataFile(context, file) : join(golden, file));

    it(`${file}: truncated`, async function () {
      const source = find(this);
      const bytes = readFileSync(source);
      const hdf5 = /hdf5|h5$/.test(file);
      const ends = hdf5 ? [0.5] : [0.001, 0.05, 0.2, 0.4, 0.6, 0.8];
      for (const part of ends) {
        const error = await refused(sample, source, bytes.subarray(0, Math.ceil(part * bytes.length)));
        assert.match(
          error.code,
          /^(file_damaged|file_format|no_force_constants)$/,
          `${part}: ${error.message}`,
        );
      }
      // of a text's last number any part is a number
      const last = hdf5 ? 200 : format === 'castep' ? 1 : 30;
      assert.equal(
        (await refused(sample, source, bytes.subarray(0, bytes.length - last))).code,
        'file_damaged',
      );
    });

    it(`${file}: emptied`, async function () {
      const error = await refused(sample, find(this), Buffer.alloc(0));
      assert.equal(error.code, 'file_damaged');
    });

    it(`${file}: mislabelled`, async function () {
      const source = find(this);
      const bytes = readFileSync(source);
      if (!sample.read) {
        for (const other of MODEL_FORMATS.filter((name) => name !== format)) {
          const error = await refused(sample, source, bytes, { format: other });
          assert.match(error.code, /^(file_damaged|file_format|no_force_constants)$/, error.message);
        }
      }
      // another kind of file under this name
      const foreign = ['hello\n', '{"a": 1}', 'name: x\n', '\x1f\x8bhello', '\xfd7zXZ\0hello'];
      if (!isData) foreign.push('\x89HDF\r\n\x1a\nhello');
      for (const content of foreign) {
        await refused(sample, source, Buffer.from(content, 'latin1'));
      }
    });
  }

  it('phonopy: a format that the force constants do not have', async () => {
    const source = join(golden, 'rocksalt', 'phonopy.yaml');
    for (const options of [
      { fcName: 'compact.hdf5', fcFormat: 'phonopy' },
      { fcName: 'FORCE_CONSTANTS', fcFormat: 'hdf5' },
      { fcName: 'phonopy.yaml' },
    ] as ReadOptions[]) {
      const error = await readForceConstants(source, options).catch((thrown) => thrown);
      assert.ok(
        error instanceof EuphonicError && /compact|FORCE_CONSTANTS|phonopy.yaml/.test(error.where ?? ''),
        `${error}`,
      );
    }
  });
});
