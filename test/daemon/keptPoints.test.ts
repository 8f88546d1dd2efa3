import assert from 'node:assert/strict';
import { materials } from '../../crystals/generate.js';
import { float64Frame, toFloat64Array } from '../../src/protocol/arrays.js';
import type { ArrayFrame, Response } from '../../src/protocol/messages.js';
import { describeWithExecutors, eventually, TestDaemon } from '../support/daemon.js';
import { RawPeer } from '../support/rawPeer.js';

const COUNT = 200;
/** of quartz: 2·27 + 1 numbers of each of 224 lanes, and an energy of each point */
const BYTES = 8 * (55 * 224 + COUNT);

describeWithExecutors('points that a client names', function (executor) {
  this.timeout(60_000);
  let daemon: TestDaemon;
  let peer: RawPeer;
  let model: string;
  before(async () => {
    daemon = new TestDaemon(executor);
    await daemon.start();
    model = (await daemon.client().loadModel(daemon.model('quartz', materials.quartz()))).model;
    peer = new RawPeer(daemon.connection(), 'work');
  });
  after(async () => {
    peer.close();
    await daemon.dispose();
  });

  const keeps = executor === 'local';
  const frames = (shift = 0) => [
    float64Frame(
      'qpts',
      [3, COUNT],
      Float64Array.from({ length: 3 * COUNT }, (_, i) => Math.sin(i + shift)),
    ),
    float64Frame(
      'energies',
      [COUNT],
      Float64Array.from({ length: COUNT }, (_, i) => i / 2),
    ),
  ];
  const options = { quantity: 'sqw', temperature: 300, negative_e: true, width: [1.5] } as const;
  const named = (id: string, max_bytes = 2 ** 30) => ({ points: { id, max_bytes } });
  const run = (more: Record<string, unknown>, sent: ArrayFrame[] = [], from = peer) =>
    from.request('job.run', { model, ...options, ...more, ...(sent.length === 0 && { count: COUNT }) }, sent);
  const codeOf = (response: Response) => ('error' in response ? response.error.code : undefined);
  const keptBy = (response: Response) => ('result' in response ? response.result.points_kept : response);
  const intensities = (response: Response) => {
    assert.ok('result' in response, JSON.stringify(response));
    return toFloat64Array(response.frames[0]);
  };
  const forgets = async (more: Record<string, unknown>, from = peer) =>
    codeOf(await run(more, [], from)) === 'unknown_points';
  const committed = async () => (await daemon.client().status()).memory_committed_bytes;

  it('need not be sent again for other line shapes, temperatures and scales, and give the same bits', async () => {
    assert.equal(keptBy(await run({}, frames())), undefined);
    assert.equal(keptBy(await run(named('a'), frames())), keeps ? COUNT : 0);
    for (const more of [
      {},
      { width: [0.3, 0.01], scale: 3, frequency_scale: 1.1 },
      { temperature: null, negative_e: false },
      { shape: 'lorentz', bose: false, intensity_limit: 2, n_threads: 1 },
    ]) {
      const again = await run({ ...named('a'), ...more });
      if (keeps) assert.deepEqual(intensities(again), intensities(await run(more, frames())));
      else assert.equal(codeOf(again), 'unknown_points');
    }
  });

  it('are sent again where the calculation is another one, the name unknown or another client asks', async () => {
    await run(named('a'), frames());
    const stranger = new RawPeer(daemon.connection(), 'work');
    assert.ok(await forgets(named('a'), stranger));
    stranger.close();
    for (const more of [
      named('b'),
      { ...named('a'), shape: 'dho' },
      { ...named('a'), asr: 'reciprocal' },
      { ...named('a'), scattering_lengths: { Si: 1, O: 2 } },
      { ...named('a'), debye_waller_grid: [1, 1, 2] },
      { ...named('a'), count: COUNT - 1 },
    ])
      assert.equal(
        codeOf(await peer.request('job.run', { model, ...options, count: COUNT, ...more })),
        'unknown_points',
      );
    assert.equal(codeOf(await peer.request('job.run', { model, ...options })), 'invalid_argument');
    assert.equal(codeOf(await run(named('a', -1), frames())), 'invalid_argument');
  });

  if (!keeps) return;

  it('of damped oscillators are kept, too', async () => {
    const dho = { ...named('dho'), shape: 'dho' };
    await run(dho, frames());
    assert.deepEqual(
      intensities(await run({ ...dho, width: [4] })),
      intensities(await run({ shape: 'dho', width: [4] }, frames())),
    );
  });

  it('are the only ones that need not be sent', async () => {
    const response = await run({});
    assert.ok('error' in response);
    assert.equal(response.error.code, 'invalid_argument');
    assert.match(response.error.message, /frame qpts is missing/);
  });

  it('are cut into the same chunks, one of which may be missing', async () => {
    const open = async (more: Record<string, unknown>) => {
      const answer = await peer.request('job.open', { model, ...options, n_points: COUNT, ...more });
      assert.ok('result' in answer, JSON.stringify(answer));
      return answer.result as { job: string; points_kept: number; chunk_points: number };
    };
    const compute = (job: string, offset: number, sent: ArrayFrame[] = []) =>
      peer.request('job.compute', { job, offset, count: 100 }, sent);
    const half = (seed: number) => [
      float64Frame(
        'qpts',
        [3, 100],
        Float64Array.from({ length: 300 }, (_, i) => Math.cos(i + seed)),
      ),
      float64Frame('energies', [100], new Float64Array(100).fill(12)),
    ];
    const first = await open(named('halves'));
    assert.equal(first.points_kept, 0);
    assert.equal(codeOf(await compute(first.job, 0)), 'unknown_points');
    await compute(first.job, 0, half(1));
    await peer.request('job.close', { job: first.job });
    const second = await open({ ...named('halves'), width: [2] });
    assert.equal(second.points_kept, 100);
    const known = intensities(await compute(second.job, 0));
    assert.equal(codeOf(await compute(second.job, 100)), 'unknown_points');
    assert.equal(codeOf(await compute(second.job, 50)), 'unknown_points');
    await compute(second.job, 100, half(2));
    await peer.request('job.close', { job: second.job });
    const third = await open({ width: [2] });
    assert.deepEqual(known, intensities(await compute(third.job, 0, half(1))));
    assert.equal(codeOf(await compute(third.job, 100)), 'invalid_argument');
    const fourth = await open(named('halves'));
    assert.deepEqual([fourth.points_kept, fourth.chunk_points], [COUNT, 100]);
    const quarter = [
      float64Frame('qpts', [3, 50], new Float64Array(150).fill(0.1)),
      float64Frame('energies', [50], new Float64Array(50)),
    ];
    // chunks of the former cut are not kept beside those of another
    await peer.request('job.compute', { job: fourth.job, offset: 0, count: 50 }, quarter);
    const fifth = await open(named('halves'));
    assert.deepEqual([fifth.points_kept, fifth.chunk_points], [50, 50]);
  });

  it('count as memory, within the limit that the client names, and go with it', async () => {
    const other = new RawPeer(daemon.connection(), 'work');
    await run({}, frames(), other);
    const before = await committed();
    const limit = 2.5 * BYTES;
    for (const id of ['1', '2', '1', '3']) await run(named(id, limit), frames(), other);
    assert.equal((await committed()) - before, 2 * BYTES);
    assert.deepEqual(
      [await forgets(named('1'), other), await forgets(named('2'), other), await forgets(named('3'), other)],
      [false, true, false],
    );
    assert.equal(keptBy(await run(named('4', BYTES - 1), frames(), other)), 0);
    other.close();
    await eventually(async () => (await committed()) < before + BYTES, 'what it had is forgotten');
  });
});

describe('points that a client names, where memory is short', function () {
  this.timeout(60_000);
  it('are forgotten for what calculations need', async () => {
    const daemon = new TestDaemon();
    await daemon.start({ maxMemory: '220M' });
    const { model } = await daemon.client().loadModel(daemon.model('quartz', materials.quartz()));
    const peer = new RawPeer(daemon.connection(), 'work');
    const count = 40_000;
    const sent = [
      float64Frame(
        'qpts',
        [3, count],
        Float64Array.from({ length: 3 * count }, (_, i) => Math.sin(i)),
      ),
      float64Frame('energies', [count], new Float64Array(count)),
    ];
    const kept: unknown[] = [];
    for (let i = 0; i < 8; i++) {
      const points = { id: String(i), max_bytes: 2 ** 40 };
      const answer = await peer.request('job.run', { model, quantity: 'sqw', width: [1], points }, sent);
      assert.ok('result' in answer, JSON.stringify(answer));
      kept.push(answer.result.points_kept);
    }
    const { memory_committed_bytes, memory_limit_bytes } = await daemon.client().status();
    assert.ok(memory_committed_bytes <= memory_limit_bytes);
    assert.ok(
      kept.every((points) => points === count),
      String(kept),
    );
    peer.close();
    await daemon.dispose();
  });
});
