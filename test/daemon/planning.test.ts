import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { materials } from '../../crystals/generate.js';
import type { ModelSummary } from '../../src/protocol/results.js';
import { largeModel } from '../support/crystals.js';
import { describeWithExecutors, eventually, TestDaemon } from '../support/daemon.js';
import { RawPeer } from '../support/rawPeer.js';

describeWithExecutors('planning that nobody waits for', function (executor) {
  this.timeout(180_000);
  let daemon: TestDaemon;
  let model: ModelSummary;
  const peers: RawPeer[] = [];
  before(async () => {
    daemon = new TestDaemon(executor);
    await daemon.start();
    // seconds to plan with a sum rule, which no request can wait for by mistake
    model = await daemon.client().putModel(largeModel(executor === 'local' ? 600 : 350));
  });
  after(() => daemon.dispose());
  afterEach(() => {
    for (const peer of peers.splice(0)) peer.close();
  });

  const peer = (socket: 'work' | 'control') => {
    peers.push(new RawPeer(daemon.connection(), socket));
    return peers.at(-1)!;
  };
  const open = (client: RawPeer, options: object) =>
    client.request('job.open', { model: model.model, n_points: 1, ...options }, [], 170_000);
  const code = (answer: object) => (answer as { error?: { code: string } }).error?.code;
  const cpu = () => daemon.cpuSeconds;

  /** The share of one core that the daemon uses falls to next to nothing. */
  const rests = () =>
    eventually(async () => {
      const before = cpu();
      await sleep(200);
      return cpu() - before < 0.04;
    }, 'the daemon rests');
  const works = () =>
    eventually(async () => (await daemon.client().status()).plans.length > 0, 'the daemon plans');

  it('stops when it is cancelled by its ticket, and can be asked for again', async () => {
    const opening = open(peer('work'), { asr: 'reciprocal', ticket: 'one' });
    await works();
    const { result } = (await peer('control').request('job.cancel', { job: 'one' })) as { result: object };
    assert.deepEqual(result, { cancelled: true });
    const cancelledAt = performance.now();
    assert.equal(code(await opening), 'cancelled');
    assert.ok(performance.now() - cancelledAt < 2000);
    await rests();

    const again = open(peer('work'), { asr: 'reciprocal', ticket: 'two' });
    await works();
    await peer('control').request('job.cancel', { job: 'two' });
    assert.equal(code(await again), 'cancelled');
    const ready = await open(peer('work'), {});
    assert.equal(code(ready), undefined);
  });

  it('is told of in status, as far as it is', async function () {
    if (executor !== 'local') this.skip();
    const { model: id } = await daemon.client().putModel(materials['salt-400']());
    const options = { model: id, asr: 'reciprocal' };
    const seen: number[] = [];
    let isOver = false;
    const opening = open(peer('work'), options).finally(() => {
      isOver = true;
    });
    while (!isOver) {
      for (const { model, fraction, seconds } of (await daemon.client().status()).plans) {
        assert.equal(model, id);
        assert.ok(seconds >= 0 && fraction <= 1);
        seen.push(fraction);
      }
      await sleep(5);
    }
    assert.equal(code(await opening), undefined);
    assert.deepEqual(
      seen,
      seen.toSorted((a, b) => a - b),
    );
    assert.ok(new Set(seen).size > 10 && seen.at(-1)! > 0.8, `found ${seen}`);
    assert.deepEqual((await daemon.client().status()).plans, []);
  });

  it('stops when its client goes', async () => {
    const client = peer('work');
    void open(client, { asr: 'reciprocal' }).catch(() => {});
    await works();
    client.close();
    await rests();
  });

  it('is told that the daemon ends, from which clients recover', async () => {
    const other = new TestDaemon(executor);
    try {
      await other.start();
      const { model: id } = await other.client().putModel(largeModel(500));
      const client = new RawPeer(other.connection(), 'work');
      peers.push(client);
      const params = { model: id, n_points: 1, asr: 'reciprocal' };
      const opening = client.request('job.open', params, [], 20_000);
      await sleep(300);
      process.kill(other.connection().pid, 'SIGTERM');
      assert.equal(code(await opening), 'shutting_down');
    } finally {
      await other.dispose();
    }
  });

  it('goes on for those who stay', async () => {
    const smaller = await daemon.client().putModel(largeModel(350));
    const options = { model: smaller.model, asr: 'realspace' };
    const leaves = open(peer('work'), { ...options, ticket: 'leaves' });
    const stays = open(peer('work'), options);
    await works();
    await peer('control').request('job.cancel', { job: 'leaves' });
    assert.equal(code(await leaves), 'cancelled');
    assert.equal(code(await stays), undefined);
  });
});
