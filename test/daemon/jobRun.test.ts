import assert from 'node:assert/strict';
import { materials } from '../../crystals/generate.js';
import { MAX_RUN_BYTES } from '../../src/daemon/limits/settings.js';
import { float64Frame, toFloat64Array } from '../../src/protocol/arrays.js';
import type { Response } from '../../src/protocol/messages.js';
import type { ModelSummary } from '../../src/protocol/results.js';
import { largeModel } from '../support/crystals.js';
import { describeWithExecutors, eventually, TestDaemon } from '../support/daemon.js';
import { RawPeer } from '../support/rawPeer.js';

describeWithExecutors('job.run', function (executor) {
  this.timeout(60_000);
  let daemon: TestDaemon;
  let peer: RawPeer;
  let quartz: ModelSummary;
  let model: string;
  before(async () => {
    daemon = new TestDaemon(executor);
    await daemon.start();
    quartz = await daemon.client().loadModel(daemon.model('quartz', materials.quartz()));
    model = quartz.model;
    peer = new RawPeer(daemon.connection(), 'work');
  });
  after(async () => {
    peer.close();
    await daemon.dispose();
  });

  const columns = (count: number) => Float64Array.from({ length: 3 * count }, (_, i) => Math.sin(i));
  const points = (count: number) => float64Frame('qpts', [3, count], columns(count));
  const codeOf = (response: Response) => ('error' in response ? response.error.code : undefined);
  const jobs = async () => (await daemon.client().status()).jobs.length;

  it('gives what a job opened, computed and closed gives, and leaves none', async () => {
    const options = { asr: 'reciprocal', temperature: 5, negative_e: true } as const;
    const expected = await daemon.client().evaluate(quartz, columns(50), options);
    const response = await peer.request('job.run', { model, ...options }, [points(50)]);
    assert.ok('result' in response, JSON.stringify(response));
    const { n_surfaces, threads, imaginary, points: done, job } = response.result;
    assert.deepEqual([n_surfaces, imaginary, done, job], [54, expected.imaginary, 50, undefined]);
    assert.ok((threads as number) >= 1);
    const [w, s] = response.frames.map(toFloat64Array);
    assert.deepEqual(w, expected.frequencies);
    assert.deepEqual(s, expected.structureFactors);
    assert.equal(await jobs(), 0);
  });

  it('gives the same bits when few points are asked for again', async () => {
    const options = { temperature: 5, negative_e: true } as const;
    const expected = await daemon.client().evaluate(quartz, columns(3), options);
    for (let call = 0; call < 5; call++) {
      const response = await peer.request('job.run', { model, ...options }, [points(3)]);
      assert.ok('result' in response, JSON.stringify(response));
      assert.ok((response.result.kernel_seconds as number) > 0);
      const [w, s] = response.frames.map(toFloat64Array);
      assert.deepEqual(w, expected.frequencies);
      assert.deepEqual(s, expected.structureFactors);
    }
    assert.equal(await jobs(), 0);
  });

  it('takes energies and directions, and refuses what job.compute refuses', async () => {
    const energies = float64Frame('energies', [2], Float64Array.of(5, 10));
    const directions = float64Frame('directions', [3, 2], Float64Array.of(1, 1, 0, 0, 0, 0));
    const sqw = { model, quantity: 'sqw', width: [1] };
    const response = await peer.request('job.run', sqw, [points(2), energies, directions]);
    assert.ok('result' in response && response.frames[0].name === 'intensities');
    for (const [params, frames, code] of [
      [sqw, [points(2)], 'invalid_argument'],
      [{ model }, [], 'invalid_argument'],
      [{ model }, [points(2), energies], 'invalid_argument'],
      [{ model }, [float64Frame('qpts', [3, 1], Float64Array.of(0, Number.NaN, 0))], 'invalid_argument'],
      [{ model, n_points: 2 }, [points(2)], 'unknown_option'],
      [{ model: '0'.repeat(64) }, [points(2)], 'unknown_model'],
    ] as const) {
      assert.equal(codeOf(await peer.request('job.run', params, [...frames])), code);
    }
    assert.equal(await jobs(), 0);
  });

  it('refuses results that are better cut into chunks', async () => {
    const most = MAX_RUN_BYTES / (2 * 8 * 27);
    assert.equal(codeOf(await peer.request('job.run', { model }, [points(Math.floor(most))])), undefined);
    const response = await peer.request('job.run', { model }, [points(Math.ceil(most + 1))]);
    assert.ok('error' in response && response.error.code === 'too_large' && response.error.where === 'qpts');
    assert.equal(await jobs(), 0);
  });

  it('stops while it computes when it is cancelled by its ticket', async () => {
    const large = await daemon.client().putModel(largeModel(executor === 'local' ? 200 : 120));
    const params = { model: large.model, quantity: 'frequencies' };
    assert.equal(codeOf(await peer.request('job.run', params, [points(1)])), undefined);
    const running = peer.request('job.run', { ...params, ticket: 'one' }, [points(200)]);
    await eventually(async () => (await jobs()) === 1, 'it is computed');
    const control = new RawPeer(daemon.connection(), 'control');
    const answer = await control.request('job.cancel', { job: 'one' });
    control.close();
    assert.ok('result' in answer && answer.result.cancelled);
    assert.equal(codeOf(await running), 'cancelled');
    assert.equal(await jobs(), 0);
  });
});
