/** Text files as editors of Windows leave them: lines that end in CR LF are the same model. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modelId } from '../../src/models/forceConstants.js';
import { refuseOtherFile } from '../../src/models/readers/otherFiles.js';
import { samples } from '../fuzz/readerSamples.js';
import { readForceConstants } from '../support/readModel.js';

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
        for (const beside of readdirSync(folder)) {
          const path = join(folder, beside);
          writeFileSync(path, toWindows(readFileSync(path)));
        }
        assert.equal(modelId((await readForceConstants(join(folder, read), options)).fc), modelId(fc));
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
