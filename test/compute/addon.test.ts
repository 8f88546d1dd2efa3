import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type ExecutorJob, grantAll, type JobOptions } from '../../src/compute/executor.js';
import { loadAddon } from '../../src/compute/local/addon.js';
import { nativeContent } from '../../src/compute/local/content.js';
import { createLocalExecutor, localExecutor } from '../../src/compute/local/localExecutor.js';
import type { NativePool } from '../../src/compute/local/native.js';
import { daemonConfig } from '../../src/daemon/limits/config.js';
import { failsWith } from '../support/errors.js';
import { arbitraryModel } from '../support/models.js';

const addon = loadAddon();
const addonModule = new URL('../../src/compute/local/addon.ts', import.meta.url).href;
const modelsModule = new URL('../support/models.ts', import.meta.url).href;
const contentModule = new URL('../../src/compute/local/content.ts', import.meta.url).href;

/** Runs a script that has `addon` and `content` in a process of its own. */
function inProcess(script: string) {
  const program = `
    const { loadAddon } = await import(${JSON.stringify(addonModule)});
    const { arbitraryModel } = await import(${JSON.stringify(modelsModule)});
    const { nativeContent } = await import(${JSON.stringify(contentModule)});
    const addon = loadAddon();
    const content = nativeContent(arbitraryModel());
    const planOptions = { asr: 'none', dipole: true, dipoleParameter: 1 };
    const jobOptions = { quantity: 'modes', nThreads: 0, splitting: true, bose: true, negativeE: false };
    ${script}`;
  return ['--import', 'tsx', '--input-type=module', '-e', program];
}

const cwd = fileURLToPath(new URL('../../', import.meta.url));
const run = (args: string[]) => promisify(execFile)(process.execPath, args, { cwd });
const planOptions = { asr: 'none', dipole: true, dipoleParameter: 1 } as const;
const jobOptions: JobOptions = {
  quantity: 'frequencies',
  nThreads: 0,
  splitting: true,
  bose: true,
  negativeE: false,
};

describe('addon', function () {
  this.timeout(120_000);
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'euphonic-test-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  describe('pool', () => {
    let pool: NativePool;
    beforeEach(() => {
      pool = new addon.Pool(2);
    });
    afterEach(() => pool.close());
    const open = async (options = jobOptions) => {
      const model = await addon.createModel(nativeContent(arbitraryModel()));
      assert.ok(model.bytes > 6 * 81 * 8);
      return pool.job(await pool.plan(model, planOptions).plan, options);
    };

    it('tells what a plan decided and what a job will give', async () => {
      const model = await addon.createModel(nativeContent(arbitraryModel()));
      const { info, bytes } = await pool.plan(model, planOptions).plan;
      assert.ok(info.ewaldLambda > 0 && info.nTerms > 0 && info.nReciprocal > 0 && bytes > 0);
      assert.deepEqual(info.notes, []);
      const { nModes, nSurfaces, bytesPerPoint, threads } = await open();
      assert.deepEqual(
        { nModes, nSurfaces, bytesPerPoint, threads },
        { nModes: 9, nSurfaces: 9, bytesPerPoint: 72, threads: 2 },
      );
      assert.equal((await open({ ...jobOptions, nThreads: 1 })).threads, 1);
      assert.equal((await open({ ...jobOptions, nThreads: 9 })).threads, 2);
    });

    it('says when the work on a chunk began and ended', async () => {
      const job = await open();
      const chunk = { qpts: new Float64Array(3 * 1000).fill(0.25) };
      const [first, second] = await Promise.all([job.compute(chunk), job.compute(chunk)]);
      for (const { startedAt, finishedAt, kernelSeconds } of [first, second]) {
        assert.ok(Math.abs(finishedAt - startedAt - kernelSeconds) < 1e-9);
        assert.ok(kernelSeconds > 0);
      }
      assert.ok(first.frequencies instanceof Float64Array);
      assert.equal(first.frequencies.length, 9 * 1000);
      assert.deepEqual(first.frequencies, second.frequencies);
    });

    it('rejects what is cancelled, what comes later, and what is under way when it is closed', async () => {
      const job = await open({ ...jobOptions, quantity: 'modes' });
      const chunk = { qpts: new Float64Array(3 * 20_000).fill(0.25) };
      const pending = Array.from({ length: 8 }, () =>
        assert.rejects(job.compute(chunk), { code: 'cancelled' }),
      );
      const start = performance.now();
      job.cancel();
      await Promise.all(pending);
      assert.ok(performance.now() - start < 1000);
      await assert.rejects(job.compute(chunk), { code: 'cancelled' });

      const other = await open({ ...jobOptions, quantity: 'modes' });
      const open8 = Array.from({ length: 8 }, () =>
        other.compute(chunk).then(
          () => 'done',
          (error) => error.code,
        ),
      );
      pool.close();
      assert.ok((await Promise.all(open8)).includes('cancelled'));
      await assert.rejects(other.compute(chunk), { code: 'cancelled' });
    });
  });

  const endings: [string, string][] = [
    [
      'while chunks are computed',
      'for (let i = 0; i < 50; i++) void job.compute(chunk).catch(() => {}); process.exit(0);',
    ],
    ['when a chunk has just come', 'await job.compute(chunk); process.exit(0);'],
    ['while a plan is made', 'void pool.plan(model, planOptions); process.exit(0);'],
    ['while a model is copied', 'void addon.createModel(content); process.exit(0);'],
    ['by itself, with a pool that nobody closed', ''],
  ];
  for (const [when, script] of endings) {
    it(`lets the process end ${when}`, async () => {
      const set = `
        const pool = new addon.Pool(2);
        const model = await addon.createModel(content);
        const job = pool.job(await pool.plan(model, planOptions).plan, jobOptions);
        const chunk = { qpts: new Float64Array(3 * 20_000).fill(0.25) };`;
      const { stderr } = await run(inProcess(set + script));
      assert.equal(stderr, '');
    });
  }

  it('does not free results that are still in use', async () => {
    const script = `
      const pool = new addon.Pool(2);
      const job = pool.job(await pool.plan(await addon.createModel(content), planOptions).plan, jobOptions);
      const kept = [];
      for (let i = 0; i < 60; i++) {
        const { frequencies } = await job.compute({ qpts: new Float64Array(3 * 300).fill(0.01 * i) });
        if (i % 3 === 0) kept.push([frequencies, frequencies.slice()]);
        globalThis.gc();
      }
      if (!kept.every(([array, copy]) => array.every((x, k) => x === copy[k]))) throw new Error('changed');`;
    await run(['--expose-gc', ...inProcess(script)]);
  });

  it('computes few q-points before it returns, once such are known to be quick', async () => {
    const executor = createLocalExecutor({ threads: 2, reason: '' }, Number.POSITIVE_INFINITY);
    try {
      const model = await executor.addModel({ id: '', content: async () => arbitraryModel() });
      const plan = await executor.plan(model, planOptions, new AbortController().signal);
      const open = (options: Partial<JobOptions>) =>
        executor.open(plan, { ...jobOptions, ...options }, grantAll(100));
      /** Whether results are there without a turn of the event loop, which a thread of the pool needs. */
      const isHere = async (job: ExecutorJob, count: number) => {
        let here = false;
        const computed = job.compute({ qpts: new Float64Array(3 * count).fill(0.1) }).then(() => {
          here = true;
        });
        for (let i = 0; i < 50; i++) await undefined;
        const found = here;
        await computed;
        return found;
      };
      const job = await open({});
      assert.equal(await isHere(job, 1), false, 'it is not known yet');
      assert.equal(await isHere(job, 8), true);
      assert.equal(await isHere(job, 9), false, 'nine are not few');
      const withGradients = await open({ modeGradients: true });
      assert.equal(await isHere(withGradients, 1), false, 'with eigenvectors it is not known');
      for (const opened of [job, withGradients]) opened.close();
      await failsWith('cancelled', () => job.compute({ qpts: new Float64Array(3) }));
    } finally {
      await executor.close();
    }
  });

  it('locks a file for the life of a process', async () => {
    const path = join(folder, 'lock');
    const script = `console.log(addon.lockFile(${JSON.stringify(path)})); process.stdin.resume();`;
    const holder = spawn(process.execPath, inProcess(script), { cwd, stdio: ['pipe', 'pipe', 'inherit'] });
    const [line] = await once(holder.stdout, 'data');
    assert.equal(String(line), 'true\n');
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.equal(addon.lockFile(path), false);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    assert.equal(addon.lockFile(path), true);
  });

  it('says why a file cannot be locked', () => {
    assert.throws(() => addon.lockFile(join(folder, 'none', 'lock')), { code: 'ENOENT' });
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    assert.throws(() => addon.lockFile(join(folder, 'link')), { code: 'ELOOP' });
  });

  it('knows its threads and its SIMD target', async () => {
    assert.match(addon.simdTarget(), /\w+/);
    const { threads, reason } = addon.availableThreads();
    assert.ok(threads >= 1 && reason.length > 0);
    const budget = (asked: number | undefined, env: NodeJS.ProcessEnv) =>
      daemonConfig(asked === undefined ? {} : { threads: asked }, localExecutor, env).threads;
    assert.deepEqual(budget(undefined, {}), { threads, reason });
    assert.equal(budget(undefined, { EUPHONIC_MAX_THREADS: '7' }).threads, 7);
    assert.equal(budget(3, { EUPHONIC_MAX_THREADS: '7' }).threads, 3);
    for (const text of ['0', '-1', '1.5', 'all']) {
      await failsWith('invalid_argument', () => budget(undefined, { EUPHONIC_MAX_THREADS: text }));
    }
  });
});
