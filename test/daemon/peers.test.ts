import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { float64Frame } from '../../src/protocol/arrays.js';
import { encodeRequest } from '../../src/protocol/codec.js';
import { MAX_FRAME_BYTES } from '../../src/protocol/limits.js';
import type { Response } from '../../src/protocol/messages.js';
import type { DaemonAddress } from '../../src/runtime/daemonAddress.js';
import { corpus } from '../protocol/frameCorpus.js';
import { eventually, TestDaemon } from '../support/daemon.js';
import { RawPeer } from '../support/rawPeer.js';

const codeOf = (response: Response | undefined) =>
  response && ('error' in response ? response.error.code : 'no error');

describe('peers of a daemon', function () {
  this.timeout(60_000);
  let daemon: TestDaemon;
  let address: DaemonAddress;
  const peers: RawPeer[] = [];
  const peer = (socket: 'work' | 'control', options?: object) => {
    const made = new RawPeer(address, socket, options);
    peers.push(made);
    return made;
  };
  before(async () => {
    daemon = new TestDaemon();
    address = await daemon.client().connect();
  });
  afterEach(() => {
    for (const made of peers.splice(0)) made.close();
  });
  after(() => daemon.dispose());

  it('are let in with the secret only', async () => {
    const wrong: object[] = [
      { plainPassword: '0'.repeat(64) },
      { plainPassword: address.secret.slice(0, -1) },
      { plainUsername: 'root' },
      { plainUsername: null, plainPassword: null },
    ];
    for (const socket of ['work', 'control'] as const) {
      for (const options of wrong) {
        const stranger = peer(socket, { ...options, sendTimeout: 200 });
        await stranger.send(encodeRequest({ id: 1, method: 'ping', params: {}, frames: [] })).catch(() => {});
        assert.equal(await stranger.receive(150), undefined);
      }
    }
    const { counters } = await daemon.client().status();
    assert.ok((counters.connections_refused ?? 0) >= 5);
    assert.equal(codeOf(await peer('control').request('ping')), 'no error');
  });

  it('get a typed error for each message that breaks the protocol, and the daemon goes on', async () => {
    const refused = corpus().filter(
      ({ direction, verdict }) => direction === 'request' && verdict !== 'accept',
    );
    for (const socket of ['work', 'control'] as const) {
      const sender = peer(socket);
      for (const { parts, verdict, note } of refused) {
        // one without frames cannot be sent
        if (parts.length === 0) continue;
        await sender.send(parts);
        assert.equal(codeOf(await sender.receive()), verdict, note);
      }
    }
    await daemon.client().ping();
  });

  it('cannot bring it down with random bytes', async () => {
    const sender = peer('work');
    for (let i = 0; i < 500; i++) await sender.send([randomBytes(1 + (i % 90)), randomBytes(i % 40)]);
    for (let i = 0; i < 500; i++) assert.equal(codeOf(await sender.receive()), 'bad_message');
    await daemon.client().ping();
  });

  it('are told which side to update', async () => {
    const { parts } = corpus().find(({ file }) => file.includes('version-2'))!;
    const sender = peer('work');
    await sender.send(parts);
    const response = await sender.receive();
    assert.ok(response && 'error' in response);
    assert.match(response.error.message, /update the daemon/);
    const hello = await sender.request('hello', { client: 'test', version: '0', protocol: 0 });
    assert.ok('error' in hello && /update the client/.test(hello.error.message));
  });

  it('find each method on its own socket', async () => {
    assert.equal(codeOf(await peer('work').request('status')), 'unknown_method');
    assert.equal(codeOf(await peer('control').request('job.open')), 'unknown_method');
    assert.equal(codeOf(await peer('control').request('ping', { loud: 1 })), 'unknown_option');
  });

  it('that send a frame over the limit are dropped, the others not', async function () {
    if (process.env.EUPHONIC_TEST_LARGE === undefined) {
      console.log('      (skipped: it takes 1 GiB of memory; EUPHONIC_TEST_LARGE=1 runs it)');
      this.skip();
    }
    const sender = peer('work', { reconnectInterval: -1 });
    await sender.send([Buffer.of(0x80), Buffer.alloc(MAX_FRAME_BYTES + 1)]);
    assert.equal(await sender.receive(1000), undefined);
    await daemon.client().ping();
  });

  describe('with a job', () => {
    let model: string;
    before(async () => {
      const { arbitraryModel } = await import('../support/models.js');
      model = (await daemon.client().putModel(arbitraryModel())).model;
    });
    const open = async (sender: RawPeer, params: object = {}) => {
      const response = await sender.request('job.open', { model, n_points: 100_000, ...params });
      assert.ok('result' in response, JSON.stringify(response));
      return response.result as { job: string; bytes_per_point: number; chunk_points: number };
    };
    const compute = (sender: RawPeer, job: string, count: number, offset = 0, q = 0.1) =>
      sender.request('job.compute', { job, offset, count }, [
        float64Frame('qpts', [3, count], new Float64Array(3 * count).fill(q)),
      ]);

    it('get errors for chunks that do not belong to it', async () => {
      const sender = peer('work');
      const { job } = await open(sender);
      assert.equal(codeOf(await compute(sender, job, 1000, 99_500)), 'invalid_argument');
      assert.equal(codeOf(await compute(sender, job, 10, 0, Number.NaN)), 'invalid_argument');
      assert.equal(codeOf(await compute(sender, job, 10, 0, Number.POSITIVE_INFINITY)), 'invalid_argument');
      assert.equal(codeOf(await compute(sender, 'another', 10)), 'unknown_job');
      assert.equal(codeOf(await compute(peer('work'), job, 10)), 'unknown_job');
      assert.equal(codeOf(await compute(sender, job, 10)), 'no error');
      assert.equal(codeOf(await sender.request('job.close', { job })), 'no error');
      const histogram = { energy_min: 0, energy_max: 1, bins: 1, block_points: 100 };
      const ofBlocks = await open(sender, { quantity: 'histogram', histogram, n_points: 150 });
      for (const [count, offset] of [
        [50, 0],
        [50, 50],
        [50, 90],
      ])
        assert.equal(codeOf(await compute(sender, ofBlocks.job, count, offset)), 'invalid_argument');
      assert.equal(codeOf(await compute(sender, ofBlocks.job, 50, 100)), 'no error');
      assert.equal(codeOf(await compute(sender, ofBlocks.job, 100)), 'no error');
      assert.equal(codeOf(await sender.request('job.close', { job })), 'unknown_job');
    });

    it('get errors for models and options that are not there', async () => {
      const sender = peer('work');
      const refusal = async (params: object) =>
        codeOf(await sender.request('job.open', { model, n_points: 1, ...params }));
      assert.equal(await refusal({ model: 'f'.repeat(64) }), 'unknown_model');
      assert.equal(await refusal({ temprature: 5 }), 'unknown_option');
      assert.equal(await refusal({ temperature: -5 }), 'invalid_argument');
      assert.equal(await refusal({ scattering_lengths: { O: 5.8 } }), 'no_scattering_length');
      assert.equal(await refusal({ scattering_lengths: { O: 5.8 }, quantity: 'frequencies' }), 'no error');
    });

    it('may have no more results under way than the limit', async () => {
      const sender = peer('work');
      const { job, bytes_per_point } = await open(sender, { n_points: 2 ** 24 });
      const tooMany = Math.ceil(2 ** 26 / bytes_per_point) + 1;
      assert.equal(codeOf(await compute(sender, job, tooMany)), 'too_large');
      const third = Math.ceil(2 ** 26 / bytes_per_point / 3);
      const qpts = float64Frame('qpts', [3, third], new Float64Array(3 * third).fill(0.1));
      for (let i = 0; i < 4; i++) {
        const params = { job, offset: i * third, count: third };
        await sender.send(encodeRequest({ id: 100 + i, method: 'job.compute', params, frames: [qpts] }));
      }
      const answers = [];
      for (let i = 0; i < 4; i++) answers.push(await sender.receive(30_000));
      const codes = answers.map(codeOf);
      assert.ok(codes.includes('over_capacity'), codes.join());
      assert.ok(codes.includes('no error'), codes.join());
    });

    it('lose it when they go', async () => {
      const sender = new RawPeer(address, 'work');
      await open(sender);
      assert.equal((await daemon.client().status()).jobs.length >= 1, true);
      sender.close();
      await eventually(async () => (await daemon.client().status()).jobs.length === 0, 'its jobs are closed');
    });

    it('that never read hold up nobody and cost no more than their credit', async () => {
      const idle = daemon.memory().now;
      const sender = peer('work', { receiveHighWaterMark: 1 });
      const { job, chunk_points } = await open(sender, { n_points: 2 ** 30 });
      const qpts = float64Frame('qpts', [3, chunk_points], new Float64Array(3 * chunk_points).fill(0.1));
      for (let i = 0; i < 150; i++) {
        const params = { job, offset: i * chunk_points, count: chunk_points };
        await sender.send(encodeRequest({ id: 100 + i, method: 'job.compute', params, frames: [qpts] }));
        if (i % 10 === 0) await sleep(10);
      }
      await sleep(500);
      // other programs may have the processors once
      const times: number[] = [];
      for (let i = 0; i < 5; i++) {
        const start = performance.now();
        await daemon.client().ping();
        times.push(performance.now() - start);
      }
      assert.ok(Math.min(...times) < 200, times.join());
      const grown = daemon.memory().now - idle;
      assert.ok(grown < 100 * 2 ** 20, `${(grown / 2 ** 20).toFixed(0)} MiB`);
      sender.close();
      await eventually(async () => (await daemon.client().status()).jobs.length === 0, 'its jobs are closed');
    });
  });
});
