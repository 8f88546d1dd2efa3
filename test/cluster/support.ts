/** A cluster of the tests' own: gateway, engine and workers as the command line starts them. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../crystals/random.js';
import type { EuphonicClient } from '../../src/client/client.js';
import type { EvaluateOptions, Evaluation } from '../../src/client/evaluation.js';
import { findServer } from '../../src/cluster/engine.js';
import { type ForceConstants, makeForceConstants } from '../../src/models/forceConstants.js';
import type { ClusterStatus } from '../../src/protocol/results.js';
import { largeModel } from '../support/crystals.js';
import { eventually, TestDaemon } from '../support/daemon.js';

export const WORKERS = 2;

const NO_SERVER = 'SKIPPED: there is no nats-server; npm run setup -- cluster installs it';

/** Says so where there is no engine for a cluster. */
export function hasServer(): boolean {
  try {
    findServer();
    return true;
  } catch {
    console.log(NO_SERVER);
    return false;
  }
}

/** As many atoms as a calculation of a second or so needs, with Born charges, so that directions count at zone centres. */
export function polarModel(): ForceConstants {
  const atoms = 60;
  const content = largeModel(atoms);
  const charge = (i: number) => (Math.floor(i / 9) % 2 === 0 ? 0.5 : -0.5);
  const born = Float64Array.from({ length: 9 * atoms }, (_, i) => ((i % 9) % 4 === 0 ? charge(i) : 0));
  return makeForceConstants({ ...content, born, dielectric: Float64Array.of(3, 0, 0, 0, 3, 0, 0, 0, 3) });
}

/** 60 atoms with 7·7·8 lattice vectors: 102 MB of force constants. */
export function heavyModel(): ForceConstants {
  const { crystal, forceConstants: first } = largeModel(60);
  const sizes = [8, 7, 7];
  const nCells = sizes[0] * sizes[1] * sizes[2];
  const forceConstants = new Float64Array(nCells * first.length);
  forceConstants.set(first);
  const next = seededRandom(2);
  for (let i = first.length; i < forceConstants.length; i++) forceConstants[i] = 1e-6 * (next() - 0.5);
  const cell = (i: number) => [i % 8, Math.floor(i / 8) % 7, Math.floor(i / 56)];
  return makeForceConstants({
    crystal,
    scMatrix: Int32Array.of(8, 0, 0, 0, 7, 0, 0, 0, 7),
    cellOrigins: Int32Array.from({ length: 3 * nCells }, (_, i) => cell(Math.floor(i / 3))[i % 3]),
    forceConstants,
  });
}

/** [3,n] q-points, the first and one in the middle of which are zone centres. */
export function someQpts(n: number, seed = 1): Float64Array {
  const next = seededRandom(seed);
  const qpts = Float64Array.from({ length: 3 * n }, () => next() - 0.5);
  for (const i of [0, Math.floor(n / 2)]) for (let k = 0; k < 3; k++) qpts[k * n + i] = 0;
  return qpts;
}

const N = 1800;

/** What a single daemon gives, and the same asked of a cluster. */
export class Reference {
  private readonly qpts = someQpts(N);
  private readonly options: EvaluateOptions = {
    quantity: 'sqw',
    shape: 'dho',
    width: [0.5, 0.01],
    temperature: 5,
    energies: Float64Array.from({ length: N }, (_, i) => i / 100),
    chunkPoints: 200,
  };
  private readonly model = polarModel();
  private expected!: Buffer;

  static async make(): Promise<Reference> {
    const reference = new Reference();
    const alone = new TestDaemon();
    try {
      await alone.start({ threads: 2 });
      reference.expected = bytesOf(await reference.evaluate(alone.client()));
    } finally {
      await alone.dispose();
    }
    return reference;
  }

  async evaluate(client: EuphonicClient, signal?: AbortSignal): Promise<Evaluation> {
    const model = await client.putModel(this.model);
    return client.evaluate(model, this.qpts, { ...this.options, ...(signal && { signal }) });
  }

  /** Asserts that another calculation gives the same in a cluster as in a single daemon. */
  async compareOther(
    client: EuphonicClient,
    content: ForceConstants,
    options: EvaluateOptions & { n: number },
  ): Promise<void> {
    const { n, ...rest } = options;
    const ask = async (of: EuphonicClient) => {
      const { frequencies, structureFactors } = await of.evaluate(
        await of.putModel(content),
        someQpts(n),
        rest,
      );
      return [frequencies, structureFactors!].map(({ buffer }) => Buffer.from(buffer));
    };
    const found = await ask(client);
    const alone = new TestDaemon();
    try {
      await alone.start({ threads: 2 });
      const expected = await ask(alone.client());
      assert.ok(
        found.every((bytes, i) => bytes.equals(expected[i])),
        'the bits are those of a single daemon',
      );
    } finally {
      await alone.dispose();
    }
  }

  /** Twenty seconds of one worker in one chunk. */
  async evaluateAtOnce(client: EuphonicClient): Promise<Evaluation> {
    const [n, model] = [20_000, await client.putModel(this.model)];
    const energies = new Float64Array(n).fill(1);
    return client.evaluate(model, someQpts(n), { ...this.options, energies, chunkPoints: n });
  }

  compare(found: Evaluation): void {
    assert.ok(bytesOf(found).equals(this.expected), 'the bits are those of a single daemon');
  }
}

const bytesOf = ({ intensities }: Evaluation) =>
  Buffer.from(intensities!.buffer, intensities!.byteOffset, intensities!.byteLength);

export class TestCluster extends TestDaemon {
  readonly directory = join(this.folder, 'cluster');
  private asking: EuphonicClient | undefined;

  async begin(): Promise<void> {
    const args = ['cluster', 'start', '--workers', String(WORKERS), '--launcher', 'local'];
    const { code, stderr } = await this.cli(...args, '--directory', this.directory);
    if (code !== 0) throw new Error(stderr);
    await this.complete();
  }

  async scale(workers: number): Promise<void> {
    assert.equal((await this.cli('cluster', 'scale', String(workers))).code, 0);
  }

  /** Other workers take the place of those that are there. */
  async renew(): Promise<void> {
    await this.scale(0);
    await this.scale(WORKERS);
    await this.complete();
  }

  /** Waits until all workers are there. */
  complete(): Promise<void> {
    return eventually(
      async () => (await this.state()).workers.length === WORKERS,
      'all workers are there',
      20_000,
    );
  }

  /** What the gateway says of its cluster; a lost gateway is started again by that. */
  async state(): Promise<ClusterStatus> {
    this.asking ??= this.client();
    return (await this.asking.status()).cluster!;
  }

  /** The worker that has a chunk, as soon as one has. */
  async claimant(): Promise<number> {
    let pid = 0;
    await eventually(
      async () => {
        pid = (await this.state()).workers.find(({ state }) => state === 'working')?.pid ?? 0;
        return pid > 0;
      },
      'a worker has a chunk',
      30_000,
    );
    return pid;
  }

  /** Measures the longest time in which chunks were there and none was done. */
  watchGap(): { end(): Promise<number> } {
    let [longest, since, done, isEnding] = [0, performance.now(), -1, false];
    const watching = (async () => {
      while (!isEnding) {
        // a gateway that has been killed does not answer at once
        const ledger = await this.state().then(
          (state) => state.ledger,
          () => undefined,
        );
        const now = performance.now();
        if (ledger && ledger.queued + ledger.claimed === 0) since = now;
        else longest = Math.max(longest, now - since);
        if (ledger && ledger.done !== done) [since, done] = [now, ledger.done];
        await sleep(10);
      }
    })();
    return {
      end: async () => {
        isEnding = true;
        await watching;
        return longest;
      },
    };
  }

  /** Processes whose command line names this cluster's folder, or its engine. */
  processes(): string[] {
    const all = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
    return all.filter((line) => line.includes(this.directory));
  }

  clusterFile(): { urls: string[]; certificate: string; worker_seed: string } {
    return JSON.parse(readFileSync(join(this.directory, 'cluster.json'), 'utf8'));
  }

  override closeClients(): void {
    super.closeClients();
    this.asking = undefined;
  }

  override async dispose(): Promise<void> {
    await this.cli('cluster', 'stop');
    await super.dispose();
  }
}
