/** A fit on a cluster: its q-points have a name, are kept by those who calculate them, and go lost in all ways. */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { VERSION } from '../../src/base/version.js';
import { RequestSocket } from '../../src/client/requestSocket.js';
import { float64Frame, toFloat64Array } from '../../src/protocol/arrays.js';
import { PROTOCOL_VERSION } from '../../src/protocol/limits.js';
import { TestDaemon } from '../support/daemon.js';
import { hasServer, polarModel, someQpts, TestCluster, WORKERS } from './support.js';

const N = 1800;
const OPTIONS = { quantity: 'sqw', shape: 'dho', temperature: 5 } as const;
const WIDTHS = [[0.5, 0.01], [0.7]];

describe('a fit on a cluster of two workers', function () {
  this.timeout(60_000);
  const qpts = someQpts(N);
  const energies = Float64Array.from({ length: N }, (_, i) => i / 100);
  const expected: Buffer[] = [];
  let cluster: TestCluster;
  let peer: RequestSocket;
  let model: string;

  before(async function () {
    if (!hasServer()) this.skip();
    const alone = new TestDaemon();
    await alone.start({ threads: 2 });
    const own = alone.client();
    const ownModel = await own.putModel(polarModel());
    for (const width of WIDTHS) {
      const { intensities } = await own.evaluate(ownModel, qpts, { ...OPTIONS, width, energies });
      expected.push(Buffer.from(intensities!.buffer));
    }
    await alone.dispose();
    cluster = new TestCluster();
    await cluster.begin();
    ({ model } = await cluster.client().putModel(polarModel()));
    const address = await cluster.client().connect();
    peer = new RequestSocket(address, address.work);
    await peer.request('hello', { client: 'test', version: VERSION, protocol: PROTOCOL_VERSION });
  });

  after(async () => {
    peer?.close();
    await cluster?.dispose();
  });

  async function open(id: string, width: number[]) {
    const points = { id, max_bytes: 2 ** 24 };
    return (await peer.request('job.open', { model, ...OPTIONS, width, points, n_points: N })).result;
  }

  const close = ({ job }: { job: string }) => peer.request('job.close', { job });

  function compute(job: string, offset: number, count: number, isKnown: boolean) {
    const columns = new Float64Array(3 * count);
    for (let k = 0; k < 3; k++) columns.set(qpts.subarray(k * N + offset, k * N + offset + count), k * count);
    const own = energies.slice(offset, offset + count);
    const frames = [float64Frame('qpts', [3, count], columns), float64Frame('energies', [count], own)];
    const triple = (i: number): [number, number, number] => [qpts[i], qpts[N + i], qpts[2 * N + i]];
    const around = {
      ...(offset > 0 && { before: triple(offset - 1) }),
      ...(offset + count < N && { after: triple(offset + count) }),
    };
    return peer.request('job.compute', { job, offset, count, ...around }, isKnown ? [] : frames);
  }

  /** All chunks as they are advised; asserts the bits, and returns the chunks' size and how many bytes the engine got. */
  async function iterate(id: string, isKnown: boolean, which = 0) {
    const sent = async () => (await cluster.state()).engine.bytes_sent;
    const before = await sent();
    const job = await open(id, WIDTHS[which]);
    const step = job.chunk_points;
    assert.equal(job.points_kept, isKnown ? N : 0);
    const found = new Float64Array(N);
    const offsets = Array.from({ length: Math.ceil(N / step) }, (_, i) => i * step);
    await Promise.all(
      offsets.map(async (offset) => {
        const { frames } = await compute(job.job, offset, Math.min(step, N - offset), isKnown);
        found.set(toFloat64Array(frames[0]), offset);
      }),
    );
    await close(job);
    assert.ok(Buffer.from(found.buffer).equals(expected[which]), 'the bits are those of a single daemon');
    return { step, bytes: (await sent()) - before };
  }

  it('sends q-points once, and then chunks to those who have them', async () => {
    const first = await iterate('once', false);
    const later = await iterate('once', true, 1);
    assert.ok(first.bytes > 32 * N, String(first.bytes));
    // a chunk or two may go to a worker that has nothing to do
    assert.ok(later.bytes < first.bytes / 2, `${later.bytes} of ${first.bytes}`);
  });

  const QUARTZ = fileURLToPath(new URL('../../matlab/examples/data/quartz_bks.json.gz', import.meta.url));
  for (const [name, load, chunks] of [
    ['60 atoms', async () => model, 4],
    ['quartz', async () => (await cluster.client().loadModel(QUARTZ)).model, 48],
  ] as const) {
    it(`takes at most 8.5 bytes a pixel in later iterations, in chunks as a million pixels get them: ${name}`, async () => {
      const traffic = async () => {
        const { bytes_sent, bytes_received } = (await cluster.state()).engine;
        return bytes_sent + bytes_received;
      };
      const job = { model: await load(), ...OPTIONS, width: [1] };
      const advised = (await peer.request('job.open', { ...job, n_points: 1e6 })).result;
      await close(advised);
      // of quartz fewer would do, which are larger
      const step = Math.min(advised.chunk_points, 6144);
      const n = chunks * step;
      const frames = (offset: number) => [
        float64Frame('qpts', [3, step], someQpts(step, offset + 1)),
        float64Frame('energies', [step], new Float64Array(step)),
      ];
      const points = { id: name, max_bytes: 2 ** 26 };
      for (const isKnown of [false, true, true]) {
        const before = await traffic();
        const opened = (await peer.request('job.open', { ...job, points, n_points: n })).result;
        for (let from = 0; from < chunks; from += 4) {
          const offsets = Array.from({ length: 4 }, (_, i) => (from + i) * step);
          const of = { job: opened.job, count: step };
          await Promise.all(
            offsets.map((offset) =>
              peer.request('job.compute', { ...of, offset }, isKnown ? [] : frames(offset)),
            ),
          );
        }
        await close(opened);
        const bytes = ((await traffic()) - before) / n;
        assert.ok(isKnown ? bytes <= 8.5 : bytes > 40, `${bytes} bytes a pixel in chunks of ${step}`);
      }
    });
  }

  it('is cut as before when there are fewer workers, who get what they have not', async () => {
    const { step } = await iterate('cut', false);
    await cluster.scale(1);
    assert.equal((await iterate('cut', true)).step, step);
    assert.ok((await iterate('another', false)).step > step, 'it would be cut otherwise');
    await cluster.scale(WORKERS);
    await cluster.complete();
    assert.equal((await iterate('cut', true, 1)).step, step);
  });

  it('goes on with an engine, and with workers, that have lost all', async () => {
    const first = await iterate('lost', false);
    process.kill((await cluster.state()).engine.pid!, 'SIGKILL');
    // workers that come back have their q-points, and are waited for
    const later = await iterate('lost', true);
    assert.ok(later.bytes < first.bytes / 2, `${later.bytes} of ${first.bytes}`);
    await cluster.renew();
    await iterate('lost', true, 1);
  });

  it('has its q-points served to workers that ask when others have taken their place, or their list has ended', async () => {
    const [job, other] = [await open('twice', [1]), await open('other', [1])];
    const step = 100;
    await compute(job.job, 1000, step, false);
    // frozen, they ask after the second chunk has taken the place of the first, and an equal one has been cancelled
    const pids = (await cluster.state()).workers.map(({ pid }) => pid);
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    const both = [compute(job.job, 0, step, false), compute(job.job, 0, step, false)];
    const cancelled = assert.rejects(compute(other.job, 0, step, false), { code: 'cancelled' });
    await close(other);
    for (const pid of pids) process.kill(pid, 'SIGCONT');
    await cancelled;
    await Promise.all(both);
    assert.equal((await open('twice', [1])).points_kept, 2 * step);
  });
});
