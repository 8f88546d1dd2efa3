import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { EuphonicError } from '../../src/base/errors.js';
import { decodeRequest, decodeResponse } from '../../src/protocol/codec.js';
import { container, corpus, split } from './frameCorpus.js';

const folder = new URL('../frames/', import.meta.url);
const index = readFileSync(new URL('index.tsv', folder), 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => line.split('\t') as [string, string, string, string]);

/** What the codec makes of a message: `accept` or the code of its refusal. */
function verdictOn(direction: string, parts: Buffer[]): string {
  if (direction === 'request') {
    const decoded = decodeRequest(parts);
    return 'error' in decoded ? decoded.error.code : 'accept';
  }
  try {
    decodeResponse(parts);
    return 'accept';
  } catch (error) {
    assert.ok(error instanceof EuphonicError, String(error));
    return error.code;
  }
}

describe('corpus of messages', () => {
  it('holds what its generator makes', () => {
    const files = readdirSync(fileURLToPath(folder)).filter((name) => name.endsWith('.bin'));
    const entries = corpus();
    assert.deepEqual(files.sort(), entries.map(({ file }) => file).sort());
    assert.deepEqual(
      index,
      entries.map(({ file, direction, verdict, note }) => [file, direction, verdict, note]),
    );
    for (const { file, parts } of entries) {
      assert.deepEqual(readFileSync(new URL(file, folder)), container(parts), file);
    }
  });

  for (const [file, direction, verdict, note] of index) {
    it(`${direction}, ${verdict}: ${note}`, () => {
      assert.equal(verdictOn(direction, split(readFileSync(new URL(file, folder)))), verdict);
    });
  }
});
