import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { seededRandom } from '../../crystals/random.js';
import type { EuphonicClient } from '../../src/client/client.js';
import type { EvaluateOptions } from '../../src/client/evaluation.js';
import { RequestSocket } from '../../src/client/requestSocket.js';
import type { ModelSummary } from '../../src/protocol/results.js';
import { describeWithExecutors, eventually, TestDaemon } from '../support/daemon.js';
import { failsWith } from '../support/errors.js';
import { arbitraryModel } from '../support/models.js';

/** q-points in [−1, 1]³ with the zone centre, twice, among them. */
function qPoints(nPoints: number, seed = 5): Float64Array {
  const next = seededRandom(seed);
  const qpts = Float64Array.from({ length: 3 * nPoints }, () => 2 * next());
  for (const i of [0, Math.floor(nPoints / 2), Math.floor(nPoints / 2) + 1]) {
    for (let axis = 0; axis < 3; axis++) qpts[axis * nPoints + i] = axis === 2 && i > 0 ? 1 : 0;
  }
  return qpts;
}

const bits = (array: Float64Array | undefined) => array && Buffer.from(array.buffer).toString('base64');

describeWithExecutors('evaluation', function (executor) {
  this.timeout(60_000);
  let daemon: TestDaemon;
  let client: EuphonicClient;
  let model: ModelSummary;
  before(async () => {
    daemon = new TestDaemon(executor);
    await daemon.start({ threads: 3 });
    client = daemon.client();
    model = await client.putModel(arbitraryModel());
  });
  after(() => daemon.dispose());

  it('gives the same bits for any chunks and any number of threads', async () => {
    const nPoints = 700;
    const qpts = qPoints(nPoints);
    for (const quantity of ['structure_factor', 'modes'] as const) {
      const options: EvaluateOptions = { quantity, asr: 'reciprocal', temperature: 100, negative_e: true };
      const whole = await client.evaluate(model, qpts, { ...options, chunkPoints: nPoints });
      const chunks = fc.record({
        chunkPoints: fc.integer({ min: 1, max: nPoints }),
        n_threads: fc.integer({ min: 1, max: 3 }),
      });
      await fc.assert(
        fc.asyncProperty(chunks, async (cut) => {
          const parts = await client.evaluate(model, qpts, { ...options, ...cut });
          assert.equal(parts.threads, cut.n_threads);
          for (const name of ['frequencies', 'structureFactors', 'eigenvectors'] as const) {
            assert.equal(bits(parts[name]), bits(whole[name]), name);
          }
        }),
        { numRuns: 12, examples: [[{ chunkPoints: 1, n_threads: 3 }], [{ chunkPoints: 64, n_threads: 2 }]] },
      );
    }
  });

  it('has results of the documented shapes', async () => {
    const { n_modes } = model;
    const frequencies = await client.evaluate(model, qPoints(10), { quantity: 'frequencies' });
    assert.equal(frequencies.frequencies.length, n_modes * 10);
    assert.equal(frequencies.structureFactors, undefined);
    const surfaces = await client.evaluate(model, qPoints(10), { negative_e: true, temperature: 10 });
    assert.equal(surfaces.nSurfaces, 2 * n_modes);
    assert.equal(surfaces.structureFactors?.length, 2 * n_modes * 10);
    const modes = await client.evaluate(model, qPoints(10), { quantity: 'modes' });
    assert.equal(modes.eigenvectors?.length, 6 * model.n_atoms * n_modes * 10);
    for (let i = 1; i < n_modes; i++) assert.ok(modes.frequencies[i * 10] >= modes.frequencies[(i - 1) * 10]);
  });

  it('takes no q-points, one, and few', async () => {
    for (const nPoints of [0, 1, 2, 65]) {
      const result = await client.evaluate(model, qPoints(65).slice(0, 3 * nPoints));
      assert.equal(result.frequencies.length, model.n_modes * nPoints);
      assert.equal(result.points, nPoints);
    }
  });

  it('tells of its progress, up to the last point', async () => {
    const seen: number[] = [];
    await client.evaluate(model, qPoints(1000), {
      chunkPoints: 100,
      onProgress: (points) => seen.push(points),
    });
    assert.deepEqual(seen, [100, 200, 300, 400, 500, 600, 700, 800, 900, 1000]);
  });

  it('leaves its figures in the status of the daemon', async () => {
    const result = await client.evaluate(model, qPoints(500));
    const { last_job, jobs, models } = await client.status();
    assert.ok(last_job);
    assert.equal(last_job.points, 500);
    assert.equal(last_job.kernel_seconds, result.kernel_seconds);
    assert.ok(last_job.kernel_seconds > 0 && last_job.kernel_seconds <= last_job.total_seconds);
    assert.deepEqual(jobs, []);
    assert.equal(models.length, 1);
    assert.ok(models[0].bytes > 0);
  });

  it('is refused with what is wrong', async () => {
    const bad = qPoints(10);
    bad[13] = Number.NaN;
    const notFinite = await failsWith('invalid_argument', () =>
      client.evaluate(model, bad, { chunkPoints: 2 }),
    );
    assert.match(notFinite.message, /k of q-point 3 is NaN/);
    await failsWith('invalid_argument', () => client.evaluate(model, new Float64Array(4)));
    await failsWith('invalid_argument', () => client.evaluate(model, qPoints(2), { temperature: -1 }));
    await failsWith('invalid_argument', () =>
      client.evaluate(model, qPoints(2), { directions: new Float64Array(3) }),
    );
    const debyeWaller = new Float64Array(9);
    await failsWith('invalid_argument', () =>
      client.evaluate(model, qPoints(2), { debyeWaller, temperature: 5 }),
    );
    const misspelt = { dipol: true } as EvaluateOptions;
    const unknown = await failsWith('unknown_option', () => client.evaluate(model, qPoints(2), misspelt));
    assert.match(unknown.advice ?? '', /dipole/);
    await failsWith('no_scattering_length', () =>
      client.evaluate(model, qPoints(2), { scattering_lengths: { O: 1 } }),
    );
    assert.deepEqual((await client.status()).jobs, []);
  });

  it('takes directions that are given, and those of the list where they are NaN', async () => {
    // the zone centre, then a point in the direction of l
    const qpts = Float64Array.of(0, 0, 0, 0, 0, 0.25);
    const options: EvaluateOptions = { quantity: 'frequencies' };
    const fromList = await client.evaluate(model, qpts, options);
    const nan = await client.evaluate(model, qpts, {
      ...options,
      directions: new Float64Array(6).fill(Number.NaN),
    });
    assert.equal(bits(nan.frequencies), bits(fromList.frequencies));
    const along = Float64Array.of(0, 0, 0, 0, 1, 0);
    const given = await client.evaluate(model, qpts, { ...options, directions: along });
    const across = await client.evaluate(model, qpts, {
      ...options,
      directions: Float64Array.of(1, 0, 0, 0, 0, 0),
    });
    for (let i = 0; i < model.n_modes; i++) {
      assert.ok(Math.abs(given.frequencies[2 * i] - fromList.frequencies[2 * i]) < 1e-9);
    }
    assert.notEqual(bits(across.frequencies), bits(given.frequencies));
  });

  it('stops soon when it is cancelled, and the next one works', async () => {
    const abort = new AbortController();
    let cancelledAt = 0;
    const running = client.evaluate(model, qPoints(2_000_000), {
      signal: abort.signal,
      onProgress: () => {
        if (cancelledAt > 0) return;
        cancelledAt = performance.now();
        abort.abort();
      },
    });
    await failsWith('cancelled', () => running);
    const took = performance.now() - cancelledAt;
    assert.ok(took < 1000, `${took} ms`);
    await eventually(async () => (await client.status()).jobs.length === 0, 'the job is closed');
    await client.evaluate(model, qPoints(100));
    await failsWith('cancelled', () => client.evaluate(model, qPoints(100), { signal: abort.signal }));
  });

  it('is cancelled for good when somebody else does it', async () => {
    const other = daemon.client();
    const running = client.evaluate(model, qPoints(3_000_000));
    const failed = failsWith('cancelled', () => running);
    await eventually(async () => ((await other.status()).jobs[0]?.points ?? 0) > 0, 'it is under way');
    const [job] = (await other.status()).jobs;
    const socket = new RequestSocket(daemon.connection(), daemon.connection().control);
    const { result } = await socket.request('job.cancel', { job: job.job });
    socket.close();
    assert.deepEqual(result, { cancelled: true });
    await failed;
  });

  it('shares the daemon with others', async () => {
    const sizes = [40_000, 100, 3000, 20_000, 1, 700];
    const alone = await Promise.all(sizes.map((n, i) => daemon.client().evaluate(model, qPoints(n, i))));
    for (const [i, n] of sizes.entries()) {
      const again = await client.evaluate(model, qPoints(n, i));
      assert.equal(bits(again.structureFactors), bits(alone[i].structureFactors));
    }
  });

  it('leaves status and ping their time', async () => {
    const running = client.evaluate(model, qPoints(1_000_000), { n_threads: 1 });
    const other = daemon.client();
    await other.connect();
    const times: number[] = [];
    for (let i = 0; i < 50; i++) {
      const start = performance.now();
      await other.ping();
      times.push(performance.now() - start);
      await sleep(2);
    }
    await running;
    times.sort((a, b) => a - b);
    console.log(
      `      ping under load: median ${times[25].toFixed(2)} ms, longest ${times[49].toFixed(2)} ms`,
    );
    assert.ok(times[25] < 20, `median ${times[25]} ms`);
  });
});
