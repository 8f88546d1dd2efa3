import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { columns, transposed } from '../support/compare.js';
import { TestDaemon } from '../support/daemon.js';
import { dataFile, dataFolder } from '../support/data.js';
import { references } from '../support/references.js';

const isThere = existsSync(join(dataFolder, 'quartz_mat'));
const cases = isThere ? references(dataFolder) : [];

describe('references, through the daemon', function () {
  this.timeout(60_000);
  let daemon: TestDaemon;
  before(function () {
    dataFile(this as unknown as Mocha.Context, 'quartz_mat');
    daemon = new TestDaemon();
  });
  after(() => daemon?.dispose());

  it('are there', () => assert.ok(cases.length > 60));

  for (const reference of cases) {
    it(`${reference.file}: ${reference.options}`, async () => {
      for (const { quantity, deviation, tolerance } of await reference.run(daemon.client(), dataFolder)) {
        assert.ok(deviation <= tolerance, `${quantity}: ${deviation}, tolerance ${tolerance}`);
      }
    });
  }

  it('have a row in docs/trust.md', () => {
    const page = readFileSync(new URL('../../docs/trust.md', import.meta.url), 'utf8');
    for (const { file, options } of cases) {
      assert.ok(
        page.includes(`| ${file} | ${options} |`),
        `npm run references -- --write: ${file}, ${options}`,
      );
    }
  });

  it('do not depend on the chunking, LO–TO directions included', async () => {
    const file = join(dataFolder, 'quartz/quartz_split_reciprocal_qpoint_phonon_modes.json');
    const { qpts } = JSON.parse(readFileSync(file, 'utf8'));
    const client = daemon.client();
    const model = await client.loadModel(join(dataFolder, 'quartz/quartz.castep_bin'));
    const at = async (chunkPoints: number) =>
      transposed(
        (await client.evaluate(model, columns(qpts), { quantity: 'frequencies', chunkPoints })).frequencies,
        qpts.length,
      );
    assert.deepEqual(await at(1), await at(qpts.length));
  });
});
