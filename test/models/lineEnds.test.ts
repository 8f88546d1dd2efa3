/** Text files as programs of Windows leave them: lines that end in CR LF, or text in UTF-16, are the same model. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modelId } from '../../src/models/forceConstants.js';
import { refuseOtherFile } from '../../src/models/readers/otherFiles.js';
import { samples } from '../fuzz/readerSamples.js';
import { readForceConstants } from '../support/readModel.js';

/** What `>` of Windows PowerShell makes of a program's output. */
const toUtf16 = (bytes: Buffer) => Buffer.from(`\uFEFF${toWindows(bytes)}`, 'utf16le');
const toUtf16BigEndian = (bytes: Buffer) => toUtf16(bytes).swap16();
const toMarked = (bytes: Buffer) => Buffer.from(`\uFEFF${bytes}`);

const toWindows = (bytes: Buffer) => bytes.toString('utf8').replaceAll('\n', '\r\n');

describe('lines that end in CR LF', () => {
  for (const name of ['json', 'phonopy', 'force_constants', 'born', 'aliases']) {
    it(`are read: ${name}`, async () => {
      const { bytes, name: file, read = file, options, prepare } = samples()[name];
      const folder = mkdtempSync(join(tmpdir(), 'euphonic-test-'));
      try {
        writeFileSync(join(folder, file), bytes);
        prepare?.(folder);
        const { fc } = await readForceConstants(join(folder, read), options);
        const texts = readdirSync(folder).map((beside) => join(folder, beside));
        const contents = texts.map((path) => readFileSync(path));
        for (const change of [toUtf16, toUtf16BigEndian, toMarked, toWindows]) {
          texts.forEach((path, i) => {
            writeFileSync(path, change(contents[i]));
          });
          assert.equal(modelId((await readForceConstants(join(folder, read), options)).fc), modelId(fc));
        }
        if (!file.endsWith('.yaml')) return;
        const start = '\uFEFF%YAML 1.2\r\n---\r\n# by hand\r\n\r\n';
        writeFileSync(join(folder, file), start + toWindows(bytes));
        assert.equal(modelId((await readForceConstants(join(folder, read), options)).fc), modelId(fc));
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  }

  it('hide no file of another kind', () => {
    const param = Buffer.from('# phonons\r\n\r\n! by hand\r\ntask : phonon\r\n');
    assert.throws(() => refuseOtherFile(param, 'x.param'), { code: 'file_format' });
  });
});
