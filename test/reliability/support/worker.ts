/** A client process of the trials: `worker.ts TASK PARAMS`. It is told what to do next, and says what it did, by messages. */
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../../crystals/random.js';
import { EuphonicClient } from '../../../src/client/client.js';
import { float64Frame } from '../../../src/protocol/arrays.js';
import { encodeRequest } from '../../../src/protocol/codec.js';
import type { ModelSummary } from '../../../src/protocol/results.js';
import { runtimePaths } from '../../../src/runtime/paths.js';
import { RawPeer } from '../../support/rawPeer.js';
import { digestOf, pointsOf, QUARTZ, type RequestName, request } from './results.js';
import { soak } from './soakClient.js';

const say = (message: object) => process.send?.(message);
const client = new EuphonicClient();

const evaluate = async (model: ModelSummary, name: RequestName, onProgress = () => {}) => {
  const { nPoints, options } = request(name);
  return digestOf(await client.evaluate(model, pointsOf(nPoints), { ...options, onProgress }));
};

const tasks: Record<string, (params: never) => Promise<void>> = {
  /** Keeps the daemon at work: the same request again and again, or `times`. */
  async load({ name, times = Number.POSITIVE_INFINITY }: { name: RequestName; times?: number }) {
    const model = await client.loadModel(QUARTZ);
    let running = false;
    for (let i = 0; i < times; i++) {
      const digest = await evaluate(model, name, () => {
        if (!running) say({ event: 'running' });
        running = true;
      });
      say({ event: 'result', name, digest });
    }
    client.close();
    process.disconnect();
  },

  /** Pings the daemon and an idle one in turn; when told to, says how long each took, ms. */
  async ping({ idle }: { idle: string }) {
    const reference = new EuphonicClient({ paths: runtimePaths({ EUPHONIC_CONNECTION: idle }) });
    const times: Record<'pings' | 'references', number[]> = { pings: [], references: [] };
    process.on('message', () => say({ event: 'times', ...times }));
    await reference.ping();
    await client.ping();
    say({ event: 'running' });
    for (;;) {
      for (const [list, asked] of [
        [times.pings, client],
        [times.references, reference],
      ] as const) {
        const start = performance.now();
        await asked.ping();
        list.push(performance.now() - start);
        await sleep(2);
      }
    }
  },

  /** Asks for chunks far beyond its credit and reads no answer. */
  async flood({ megabytes }: { megabytes: number }) {
    const { model } = await client.loadModel(QUARTZ);
    const peer = new RawPeer(await client.connect(), 'work', { receiveHighWaterMark: 1 });
    const opened = await peer.request('job.open', { model, n_points: 2 ** 30 });
    if (!('result' in opened)) throw new Error(JSON.stringify(opened));
    const { job, chunk_points, bytes_per_point } = opened.result as Record<string, never>;
    const qpts = float64Frame('qpts', [3, chunk_points], pointsOf(chunk_points));
    const chunkBytes = chunk_points * bytes_per_point;
    const chunks = (megabytes * 2 ** 20) / chunkBytes;
    for (let i = 0; i < chunks; i++) {
      const params = { job, offset: i * chunk_points, count: chunk_points };
      await peer.send(encodeRequest({ id: 100 + i, method: 'job.compute', params, frames: [qpts] }));
      await sleep(2);
    }
    say({ event: 'running', chunks: Math.ceil(chunks), chunkBytes, requestBytes: qpts.bytes.length });
    await new Promise(() => {});
  },

  /** Random requests, cancels and deaths. */
  async soak({ seed }: { seed: number }) {
    await soak(client, seededRandom(seed), say);
  },
};

const [task, params] = process.argv.slice(2);
await tasks[task](JSON.parse(params) as never);
