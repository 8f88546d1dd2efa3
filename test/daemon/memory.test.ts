import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { MemoryLimit } from '../../src/daemon/limits/config.js';
import { type Holder, MemoryBudget } from '../../src/daemon/limits/memoryBudget.js';
import { RUNTIME_BYTES } from '../../src/daemon/limits/settings.js';
import { largeModel } from '../support/crystals.js';
import { describeWithExecutors, TestDaemon } from '../support/daemon.js';
import { failsWith } from '../support/errors.js';
import { zerosHdf5 } from '../support/hdf5File.js';
import { arbitraryModel } from '../support/models.js';
import { golden } from '../support/phonopyGolden.js';
import { RawPeer } from '../support/rawPeer.js';

const MIB = 2 ** 20;

describe('memory budget', () => {
  const limit: MemoryLimit = { bytes: RUNTIME_BYTES + 1000, reason: 'a test' };
  const budgetOf = (threads: number, ...bytes: number[]) => {
    const budget = new MemoryBudget(limit, threads);
    const holders = bytes.map((held): Holder & { bytes: number } => ({
      bytes: held,
      makeRoom(wanted) {
        this.bytes = Math.max(0, this.bytes - wanted);
      },
    }));
    for (const holder of holders) budget.include(holder);
    return { budget, holders };
  };

  it('refuses what never fits and what does not fit now, each with its numbers', async () => {
    const { budget } = budgetOf(4, 0);
    const never = await failsWith('too_large', () => budget.reserve('It', 1001));
    assert.match(never.expected ?? '', /at most 1000 bytes/);
    const release = budget.reserve('It', 600);
    const now = await failsWith('over_capacity', () => budget.reserve('It', 401));
    assert.match(now.expected ?? '', /at most 400 bytes/);
    release();
    release();
    assert.equal(budget.committed, RUNTIME_BYTES);
    budget.reserve('It', 1000);
    assert.equal(budget.counters.refused, 2);
  });

  it('lets those who hold memory make room first', () => {
    const { budget, holders } = budgetOf(4, 900);
    budget.reserve('It', 600);
    assert.equal(holders[0].bytes, 400);
    const several = budgetOf(4, 300, 200, 100);
    several.budget.reserve('It', 800);
    assert.deepEqual(
      several.holders.map(({ bytes }) => bytes),
      [0, 100, 100],
    );
  });

  it('gives a job as many threads as fit, and at least one', async () => {
    const budget = budgetOf(8, 0).budget;
    const first = budget.admit('A job', { workspace: 300, threads: 8, other: 50 });
    assert.equal(first.threads, 3);
    await failsWith('over_capacity', () => budget.admit('A job', { workspace: 300, threads: 8, other: 0 }));
    first.release();
    assert.equal(budget.admit('A job', { workspace: 100, threads: 2, other: 0 }).threads, 2);
  });

  it('counts scratch memory by threads, not by jobs', () => {
    const budget = budgetOf(2, 0).budget;
    for (let i = 0; i < 50; i++) budget.admit('A job', { workspace: 100, threads: 2, other: 1 });
    assert.equal(budget.committed - RUNTIME_BYTES, 250);
  });
});

describeWithExecutors('a daemon with little memory', function (executor) {
  this.timeout(120_000);
  let daemon: TestDaemon;
  beforeEach(() => {
    daemon = new TestDaemon(executor);
  });
  afterEach(() => daemon.dispose());
  // a matter of the store, whatever computes
  const itOfStore = executor === 'local' ? it : () => {};
  const started = async (limits: { maxMemory: string; threads?: number }) => {
    await daemon.start(limits);
    return daemon.client();
  };

  it('refuses a request for ten times of it at once, with the number, and goes on', async () => {
    const client = await started({ maxMemory: '256M', threads: 2 });
    const large = await client.putModel(largeModel(700));
    const small = await client.putModel(arbitraryModel());
    const qpts = Float64Array.of(0.1, 0.2, 0.3);
    const expected = await client.evaluate(small, qpts);
    const before = daemon.memory().now;
    const times: number[] = [];
    for (let i = 0; i < 5; i++) {
      const start = performance.now();
      const error = await failsWith('too_large', () =>
        client.evaluate(large, qpts, { quantity: 'modes', dipole: false }),
      );
      times.push(performance.now() - start);
      const [, needed, unit] = /needs ([\d.]+) (MiB|GiB)/.exec(error.message) ?? [];
      assert.ok(Number(needed) * (unit === 'GiB' ? 1024 : 1) > 700, error.message);
      assert.match(error.expected ?? '', new RegExp(`at most ${128 * MIB} bytes.*max-memory`));
    }
    assert.ok(Math.min(...times) < 100, times.join());
    assert.ok(daemon.memory().now - before < 64 * MIB);
    assert.deepEqual((await client.evaluate(small, qpts)).frequencies, expected.frequencies);
    assert.ok(((await client.status()).counters.memory_refused ?? 0) >= 5);
  });

  itOfStore('refuses a model that is too large, and one that is beside others', async () => {
    const client = await started({ maxMemory: '192M' });
    const error = await failsWith('too_large', () => client.putModel(largeModel(700)));
    assert.match(error.message, /MiB/);
    assert.ok((await client.putModel(largeModel(300))).n_atoms === 300);
  });

  itOfStore('refuses files that are too large together before it reads them', async () => {
    const client = await started({ maxMemory: '192M' });
    const [summary, forceConstants] = ['phonopy.yaml', 'FORCE_CONSTANTS'].map((name) =>
      join(daemon.folder, name),
    );
    copyFileSync(join(golden, 'rocksalt', 'phonopy.yaml'), summary);
    writeFileSync(forceConstants, '');
    truncateSync(forceConstants, 2 ** 30);
    for (const path of [daemon.folder, summary]) {
      const { message } = await failsWith('too_large', () => client.loadModel(path));
      assert.match(message, /^Reading .* needs 4\.00 GiB/);
    }
    copyFileSync(join(golden, 'rocksalt', 'FORCE_CONSTANTS'), forceConstants);
    assert.ok((await client.loadModel(daemon.folder)).n_atoms > 0);
    assert.equal((await client.status()).counters.files_read, 1);
  });

  it('lets fewer threads work where there is no memory for all, with the same bits', async () => {
    const ample = new TestDaemon();
    try {
      const qpts = Float64Array.from({ length: 3 * 16 }, (_, i) => i / 200);
      const reference = ample.client({ threads: 4 });
      const model = largeModel(100);
      const expected = await reference.evaluate(await reference.putModel(model), qpts, { quantity: 'modes' });
      assert.equal(expected.threads, 4);
      const client = await started({ maxMemory: '256M', threads: 4 });
      const result = await client.evaluate(await client.putModel(model), qpts, { quantity: 'modes' });
      assert.ok(result.threads < 4 && result.threads >= 1, String(result.threads));
      assert.ok(
        result.notes.some((note) => /of 4 threads work on this/.test(note)),
        result.notes.join(),
      );
      assert.deepEqual(result.frequencies, expected.frequencies);
      assert.deepEqual(result.eigenvectors, expected.eigenvectors);
    } finally {
      await ample.dispose();
    }
  });

  itOfStore('drops models that are not used, and has them sent again', async () => {
    const client = await started({ maxMemory: '256M' });
    const models = [];
    for (let seed = 1; seed <= 6; seed++) models.push(await client.putModel(largeModel(500, seed)));
    const { counters, models: kept, memory_committed_bytes, memory_limit_bytes } = await client.status();
    assert.ok((counters.models_evicted ?? 0) > 0 && kept.length < models.length);
    assert.ok(memory_committed_bytes <= memory_limit_bytes);
    const first = models[0];
    assert.ok(!kept.some(({ model }) => model === first.model));
    assert.equal((await client.modelInfo(first)).result.model, first.model);
  });

  itOfStore('refuses compressed files by what they hold, of which it keeps nothing', async () => {
    const client = await started({ maxMemory: '256M' });
    // the reader's thread is there before
    const empty = join(daemon.folder, 'empty.yaml');
    writeFileSync(empty, '# nothing\n');
    await failsWith('file_format', () => client.loadModel(empty, { format: 'phonopy' }));
    const { peak } = daemon.memory();
    const content = Buffer.alloc(2 * 10 ** 8, '# nothing\n');
    for (const [name, pack] of [
      ['phonopy.yaml.gz', gzipSync],
      ['phonopy.yaml.xz', (bytes: Buffer) => execFileSync('xz', ['-1'], { input: bytes })],
    ] as const) {
      const bomb = join(daemon.folder, name);
      writeFileSync(bomb, pack(content));
      assert.ok(statSync(bomb).size < 10 ** 6);
      const error = await failsWith('too_large', () => client.loadModel(bomb, { format: 'phonopy' }));
      assert.match(error.message, /needs 763 MiB of memory/);
    }
    const grown = daemon.memory().peak - peak;
    // pieces wait for the garbage collector: 40 MiB of them by Node 20, 90 by Node 24, whatever the file holds
    assert.ok(grown < 128 * MIB, `${grown} bytes`);
  });

  itOfStore('refuses HDF5 files by what their datasets hold, which it does not read', async () => {
    const client = await started({ maxMemory: '256M' });
    await client.ping();
    const { peak } = daemon.memory();
    const path = join(daemon.folder, 'vaspout.h5');
    await zerosHdf5(path, 'results/linear_response', 'force_constants', 10 ** 8 / 8);
    assert.ok(statSync(path).size < 10 ** 6);
    const error = await failsWith('too_large', () => client.loadModel(path));
    assert.match(error.message, /needs 381 MiB of memory/);
    // the library itself takes some 40 MiB
    const grown = daemon.memory().peak - peak;
    assert.ok(grown < 80 * MIB, `${grown} bytes`);
  });

  it('gives the memory of a job back when its client goes', async () => {
    const client = await started({ maxMemory: '256M' });
    const { model } = await client.putModel(arbitraryModel());
    const before = (await client.status()).memory_committed_bytes;
    const peer = new RawPeer(daemon.connection(), 'work');
    await peer.request('job.open', { model, n_points: 1e6 });
    const during = (await client.status()).memory_committed_bytes;
    assert.ok(during > before + MIB);
    peer.close();
    while ((await client.status()).jobs.length > 0);
    const after = (await client.status()).memory_committed_bytes;
    // the plan that was made for it is kept
    assert.ok(after < during - MIB && after >= before);
  });
});
