import assert from 'node:assert/strict';
import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '../../crystals/random.js';
import { stopDaemon } from '../../src/client/launcher.js';
import { TestDaemon } from '../support/daemon.js';
import { dataFile } from '../support/data.js';
import { failsWith } from '../support/errors.js';
import { arbitraryModel } from '../support/models.js';

describe('a client whose daemon goes away', function () {
  this.timeout(60_000);
  let daemon: TestDaemon;
  beforeEach(() => {
    daemon = new TestDaemon();
  });
  afterEach(() => daemon.dispose());

  const next = seededRandom(3);
  const qpts = Float64Array.from({ length: 3 * 60_000 }, next);

  it('completes the call that was under way, with the same bits', async () => {
    const client = daemon.client();
    const model = await client.putModel(arbitraryModel());
    const expected = await client.evaluate(model, qpts, { chunkPoints: 500 });
    for (const [signal, after] of [
      ['SIGKILL', 1],
      ['SIGKILL', 20_000],
      ['SIGTERM', 30_000],
    ] as const) {
      const { pid } = await client.status();
      let killed = false;
      const counts: number[] = [];
      const result = await client.evaluate(model, qpts, {
        chunkPoints: 500,
        onProgress: (points) => {
          counts.push(points);
          if (!killed && points >= after) process.kill(pid, signal);
          killed ||= points >= after;
        },
      });
      assert.ok(killed);
      assert.notEqual((await client.status()).pid, pid);
      assert.deepEqual(result.frequencies, expected.frequencies);
      assert.deepEqual(result.structureFactors, expected.structureFactors);
      // every point is counted once: what was finished was not asked for again
      assert.deepEqual(
        counts,
        Array.from({ length: 120 }, (_, i) => 500 * (i + 1)),
      );
    }
  });

  it('starts another for the next call', async () => {
    const client = daemon.client();
    const model = await client.putModel(arbitraryModel());
    const expected = await client.evaluate(model, qpts.slice(0, 300));
    process.kill(daemon.connection().pid, 'SIGKILL');
    assert.deepEqual((await client.evaluate(model, qpts.slice(0, 300))).frequencies, expected.frequencies);
    await stopDaemon(daemon.paths);
    assert.deepEqual((await client.evaluate(model, qpts.slice(0, 300))).frequencies, expected.frequencies);
    await stopDaemon(daemon.paths);
    assert.equal((await client.modelInfo(model)).result.model, model.model);
  });

  it('gives up when it goes away again and again', async () => {
    const client = daemon.client();
    const model = await client.putModel(arbitraryModel());
    const running = client.evaluate(model, qpts, {
      chunkPoints: 500,
      onProgress: () => {
        try {
          process.kill(daemon.connection().pid, 'SIGKILL');
        } catch {
          // it is not there yet
        }
      },
    });
    await failsWith('daemon_lost', () => running);
  });

  it('says so when the file to be read again has changed', async function () {
    const file = join(daemon.folder, 'model.json');
    copyFileSync(dataFile(this, 'nacl/NaCl_force_constants.json'), file);
    const client = daemon.client();
    const model = await client.loadModel(file);
    await stopDaemon(daemon.paths);
    copyFileSync(dataFile(this, 'lzo/LZO_force_constants.json'), file);
    const changed = await failsWith('unknown_model', () => client.evaluate(model, qpts.slice(0, 3)));
    assert.match(changed.message, /has changed/);
    await stopDaemon(daemon.paths);
    writeFileSync(file, '');
    await failsWith('file_damaged', () => client.evaluate(model, qpts.slice(0, 3)));
  });

  it('is told when the daemon it finds speaks another protocol', async () => {
    const client = daemon.client();
    await client.ping();
    const address = { ...daemon.connection(), protocol: 2 };
    writeFileSync(daemon.paths.connectionFile, JSON.stringify(address), { mode: 0o600 });
    const error = await failsWith('protocol_version', () => daemon.client().ping());
    assert.match(error.message, /update the client/);
  });
});
