/** A daemon or the gateway of a cluster on this computer, asked by a socket without a client's arrays. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { VERSION } from '../../src/base/version.js';
import { EuphonicClient } from '../../src/client/client.js';
import { RequestSocket } from '../../src/client/requestSocket.js';
import type { ForceConstants } from '../../src/models/forceConstants.js';
import { float64Frame } from '../../src/protocol/arrays.js';
import { PROTOCOL_VERSION } from '../../src/protocol/limits.js';
import type { Params } from '../../src/protocol/messages.js';
import { runtimePaths } from '../../src/runtime/paths.js';
import { ROOT } from './machine.js';

const CLI = join(ROOT, 'dist', 'cli.js');

interface Flow {
  /** q-points of a chunk, and chunks under way; absent: as the daemon advises */
  chunkPoints?: number;
  window?: number;
  /** [n] meV, for sqw */
  energies?: Float64Array;
  /** the daemon knows the q-points: they are not sent */
  isKnown?: boolean;
  /** chunks are sent for this long, or until all q-points are done */
  seconds?: number;
}

export class Gateway {
  private readonly folder = mkdtempSync(join(tmpdir(), 'euphonic-bench-'));
  private readonly env = { ...process.env, EUPHONIC_CONNECTION: join(this.folder, 'connection.json') };
  private readonly paths = runtimePaths(this.env);
  private readonly client = new EuphonicClient({ paths: this.paths });
  private socket!: RequestSocket;

  /** With workers of one thread each; 0: a daemon with `threads`. */
  static async start(workers: number, threads: number): Promise<Gateway> {
    const gateway = new Gateway();
    if (workers === 0) gateway.run('start', '--threads', String(threads));
    else {
      const directory = join(gateway.folder, 'cluster');
      gateway.run(
        'cluster',
        'start',
        '--workers',
        String(workers),
        '--launcher',
        'local',
        '--directory',
        directory,
      );
      while ((await gateway.client.status()).cluster?.workers.length !== workers) await sleep(50);
    }
    const address = await gateway.client.connect();
    gateway.socket = new RequestSocket(address, address.work);
    await gateway.socket.request('hello', { client: 'bench', version: VERSION, protocol: PROTOCOL_VERSION });
    return gateway;
  }

  async put(fc: ForceConstants): Promise<string> {
    return (await this.client.putModel(fc)).model;
  }

  /** Has q-points computed, whose results are dropped as they come. Resolves with chunks, q-points and seconds. */
  async flow(
    params: Params<'job.open'>,
    qpts: Float64Array,
    { chunkPoints, window, energies, isKnown = false, seconds = Number.POSITIVE_INFINITY }: Flow = {},
  ): Promise<{ chunks: number; points: number; seconds: number }> {
    const { result: opened } = await this.socket.request('job.open', params);
    const { job } = opened;
    const step = chunkPoints ?? opened.chunk_points;
    const of = qpts.length / 3;
    const start = performance.now();
    const elapsed = () => (performance.now() - start) / 1000;
    let [offset, chunks] = [0, 0];
    const lane = async () => {
      while (offset < params.n_points && elapsed() < seconds) {
        const count = Math.min(step, params.n_points - offset);
        const from = offset % Math.max(1, of - count + 1);
        const frames = isKnown ? [] : framesOf(qpts, energies, from, count);
        const request = { job, offset, count };
        offset += count;
        chunks++;
        await this.socket.request('job.compute', request, frames);
      }
    };
    await Promise.all(Array.from({ length: window ?? opened.window }, lane));
    const took = elapsed();
    await this.socket.request('job.close', { job });
    return { chunks, points: offset, seconds: took };
  }

  async status() {
    return this.client.status();
  }

  /** Bytes between gateway and engine so far. */
  async traffic(): Promise<number> {
    const { bytes_sent, bytes_received } = (await this.status()).cluster!.engine;
    return bytes_sent + bytes_received;
  }

  /** CPU seconds so far, of each kind of process. */
  async cpu(): Promise<{ gateway: number; engine: number; workers: number }> {
    const { pid, cluster } = await this.status();
    const workers = cluster?.workers.map((worker) => cpuSeconds(worker.pid)) ?? [];
    return {
      gateway: cpuSeconds(pid),
      engine: cluster?.engine.pid ? cpuSeconds(cluster.engine.pid) : 0,
      workers: workers.reduce((sum, seconds) => sum + seconds, 0),
    };
  }

  /** Bytes that the gateway has at most while `work` is done. */
  async peakBytes(work: () => Promise<unknown>): Promise<number> {
    const { pid } = await this.status();
    // 5: the peak is counted from here on
    writeFileSync(`/proc/${pid}/clear_refs`, '5');
    await work();
    return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  }

  async stop(): Promise<void> {
    const { cluster } = await this.status();
    this.socket.close();
    this.client.close();
    this.run(...(cluster ? ['cluster', 'stop'] : ['stop']));
    rmSync(this.folder, { recursive: true, force: true });
  }

  private run(...args: string[]): void {
    execFileSync(process.execPath, [CLI, ...args], { env: this.env, stdio: ['ignore', 'ignore', 'inherit'] });
  }
}

function framesOf(qpts: Float64Array, energies: Float64Array | undefined, from: number, count: number) {
  const of = qpts.length / 3;
  const some = new Float64Array(3 * count);
  for (let axis = 0; axis < 3; axis++)
    some.set(qpts.subarray(axis * of + from, axis * of + from + count), axis * count);
  const frames = [float64Frame('qpts', [3, count], some)];
  if (energies) frames.push(float64Frame('energies', [count], energies.slice(from, from + count)));
  return frames;
}

function cpuSeconds(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const each = threads.map((thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8'));
  return each.reduce((sum, text) => sum + Number(text.split(' ')[0]) / 1e9, 0);
}
