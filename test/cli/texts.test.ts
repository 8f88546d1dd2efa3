/** What the command line makes of texts: lists of q-points, numbers, and names of options. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decimalNumber } from '../../src/base/decimal.js';
import { readQFile } from '../../src/cli/formats/qFile.js';
import { withFlags } from '../../src/cli/options/flagNames.js';

describe('files of q-points', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'euphonic-q-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('hold numbers of C and of Fortran, in columns or JSON', async () => {
    const texts = [
      '0.1 2 -3e8',
      '1D-1\t2.d0 -3.0D+8\r\n',
      '\uFEFF# h k l\n .1,2. , -300000000 # end\n\n',
      '[[0.1, 2, -3e8]]',
      '\uFEFF \n[[0.1, 2, -3e8]]\n',
    ];
    for (const text of texts) {
      writeFileSync(join(folder, 'q'), text);
      assert.deepEqual([...(await readQFile(join(folder, 'q')))], [0.1, 2, -3e8], text);
    }
  });

  it('hold coordinates up to 1e9', async () => {
    writeFileSync(join(folder, 'q'), '1e9 -1e9 0\n');
    assert.deepEqual([...(await readQFile(join(folder, 'q')))], [1e9, -1e9, 0]);
  });
});

describe('numbers in texts', () => {
  it('are decimal', () => {
    for (const [text, value] of [
      ['1', 1],
      ['-1.5', -1.5],
      ['+.5', 0.5],
      ['5.', 5],
      ['1e3', 1000],
      ['1.5D-3', 0.0015],
      ['2d+2', 200],
    ] as const) {
      assert.equal(decimalNumber(text), value);
    }
    for (const text of [
      '',
      ' ',
      '0x1',
      '0b1',
      '0o7',
      '1_0',
      'Infinity',
      'NaN',
      '1e',
      '.',
      '-',
      '1,5',
      '1 2',
      'd3',
    ]) {
      assert.ok(Number.isNaN(decimalNumber(text)), text);
    }
  });
});

describe('names of options', () => {
  it('are flags, and nothing else is changed', () => {
    assert.equal(
      withFlags('There is a file BORN, which is read only if it is named (born_name).'),
      'There is a file BORN, which is read only if it is named (--born-name).',
    );
    assert.equal(withFlags('Give this file as fc_name.'), 'Give this file as --fc-name.');
    assert.equal(
      withFlags('temperature is -5.\n  Where: temperature\n  Expected: a temperature of kelvin'),
      '--temperature is -5.\n  Where: --temperature\n  Expected: a temperature of kelvin',
    );
    for (const text of [
      'There is no file /data/born_name/x.',
      'There is no file C:\\data\\n_threads.',
      'In fc_name.hdf5, the dipole is missing.',
      'The format is found from the content.',
    ]) {
      assert.equal(withFlags(text), text);
    }
  });
});
