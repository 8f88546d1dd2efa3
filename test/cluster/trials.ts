/** What is done to a cluster while it calculates; afterwards the bits must be those of a single daemon, and all workers there. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createUser } from '@nats-io/nkeys';
import { decodeAnswer, encodeMessage } from '../../src/cluster/message.js';
import { connectTo, FROM_WORKERS, WORKER_INBOX } from '../../src/cluster/subjects.js';
import { eventually } from '../support/daemon.js';
import { cliPath } from '../support/dist.js';
import { CutWire } from './cutWire.js';
import { heavyModel, polarModel, type Reference, type TestCluster, WORKERS } from './support.js';

export interface Trial {
  name: string;
  what: string;
  /** others take the place of workers first: of one that has died five times in ten minutes nothing is left */
  killsWorkers?: boolean;
  needsRoot?: boolean;
  /** no longer than this without a chunk that is done */
  mostGapMs?: number;
  /** Disturbs what is being calculated, or does its own. */
  run(cluster: TestCluster, reference: Reference): Promise<void>;
}

/** Calculates, and disturbs it as soon as a worker has a chunk. */
const during =
  (disturb: (cluster: TestCluster, claimant: number) => Promise<unknown>): Trial['run'] =>
  async (cluster, reference) => {
    const result = reference.evaluate(cluster.client());
    await disturb(cluster, await cluster.claimant());
    reference.compare(await result);
  };

const kill = (pid: number | null, signal: NodeJS.Signals) => void process.kill(pid!, signal);
const enginePid = async (cluster: TestCluster) => (await cluster.state()).engine.pid;

async function freeze(pid: number, ms: number): Promise<void> {
  kill(pid, 'SIGSTOP');
  await sleep(ms);
  kill(pid, 'SIGCONT');
}

/** Another worker, by hand; ended when `use` has ended. */
async function withWorker(
  cluster: TestCluster,
  options: { env?: NodeJS.ProcessEnv; file?: string },
  use: (pid: number) => Promise<void>,
): Promise<void> {
  const file = options.file ?? join(cluster.directory, 'cluster.json');
  const before = new Set((await cluster.state()).workers.map(({ worker }) => worker));
  const env = { ...cluster.env, ...options.env };
  const child = spawn(process.execPath, [cliPath, 'worker', file, '--threads', '1'], {
    env,
    stdio: 'ignore',
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    let pid = 0;
    await eventually(
      async () => {
        pid = (await cluster.state()).workers.find(({ worker }) => !before.has(worker))?.pid ?? 0;
        return pid > 0;
      },
      'one more worker is there',
      30_000,
    );
    await use(pid);
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
}

async function asWorker<T>(
  cluster: TestCluster,
  use: (connection: Awaited<ReturnType<typeof connectTo>>) => Promise<T>,
): Promise<T> {
  const { urls, certificate, worker_seed: seed } = cluster.clusterFile();
  const connection = await connectTo({ urls, certificate, seed }, { inboxPrefix: WORKER_INBOX });
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

export const TRIALS: readonly Trial[] = [
  {
    name: 'worker-kill',
    what: 'a worker is killed',
    killsWorkers: true,
    mostGapMs: 1000,
    run: during(async (_, claimant) => kill(claimant, 'SIGKILL')),
  },
  {
    name: 'worker-freeze',
    what: 'a worker hangs for 12 s',
    mostGapMs: 8000,
    run: during((_, claimant) => freeze(claimant, 12_000)),
  },
  {
    name: 'worker-cut',
    what: 'a worker is cut off for 10 s, and comes back',
    mostGapMs: 8000,
    run: async (cluster, reference) => {
      const wire = await CutWire.start(cluster.clusterFile(), cluster.folder);
      try {
        await withWorker(cluster, { file: wire.file }, async (pid) => {
          const result = reference.evaluate(cluster.client());
          await eventually(
            async () =>
              (await cluster.state()).workers.some(
                (worker) => worker.pid === pid && worker.state === 'working',
              ),
            'the worker behind the wire has a chunk',
          );
          await wire.cut(10_000);
          reference.compare(await result);
          await eventually(
            async () => (await cluster.state()).workers.some((worker) => worker.pid === pid),
            'it is back',
            20_000,
          );
        });
      } finally {
        wire.close();
      }
    },
  },
  {
    name: 'worker-join',
    what: 'a worker joins',
    run: async (cluster, reference) => {
      const result = reference.evaluate(cluster.client());
      await cluster.claimant();
      await withWorker(cluster, {}, async () => reference.compare(await result));
    },
  },
  {
    name: 'worker-drain',
    what: 'a worker is told to end, and finishes what it has',
    run: async (cluster, reference) => {
      await withWorker(cluster, {}, async (pid) => {
        const result = reference.evaluate(cluster.client());
        await cluster.claimant();
        const parent = Number(/PPid:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
        kill(parent, 'SIGTERM');
        reference.compare(await result);
      });
    },
  },
  {
    name: 'engine-kill',
    what: 'the engine is killed',
    mostGapMs: 3000,
    run: during(async (cluster) => kill(await enginePid(cluster), 'SIGKILL')),
  },
  {
    name: 'engine-twice',
    what: 'the engine is killed twice within a second or so',
    run: during(async (cluster) => {
      const first = await enginePid(cluster);
      kill(first, 'SIGKILL');
      await eventually(async () => ![null, first].includes(await enginePid(cluster)), 'there is another');
      kill(await enginePid(cluster), 'SIGKILL');
    }),
  },
  {
    name: 'engine-freeze',
    what: 'the engine hangs for 3 s',
    run: during(async (cluster) => freeze((await enginePid(cluster))!, 3000)),
  },
  {
    name: 'slow-gateway',
    what: 'the gateway takes nothing for 5 s',
    run: during((cluster) => freeze(cluster.connection().pid, 5000)),
  },
  {
    name: 'gateway-kill',
    what: 'the gateway is killed, and its engine with it',
    run: during(async (cluster) => kill(cluster.connection().pid, 'SIGKILL')),
  },
  {
    name: 'late-result',
    what: 'a result of a chunk that is settled comes again',
    run: async (cluster, reference) => {
      reference.compare(await reference.evaluate(cluster.client()));
      const { late } = (await cluster.state()).ledger;
      const result = { kernelSeconds: 0, imaginary: 0, intensities: new Float64Array(1) };
      const message = encodeMessage('result', { chunk: 'job.1', result });
      await asWorker(cluster, async (connection) =>
        decodeAnswer((await connection.request(FROM_WORKERS.result, message, { timeout: 5000 })).data),
      );
      assert.ok((await cluster.state()).ledger.late > late);
    },
  },
  {
    name: 'wrong-class',
    what: 'a worker whose libm gives other bits takes no part',
    run: async (cluster, reference) => {
      const env = { GLIBC_TUNABLES: 'glibc.cpu.hwcaps=-FMA,-AVX2_Usable,-AVX2' };
      await withWorker(cluster, { env }, async (pid) => {
        const classes = (await cluster.state()).workers.map((worker) => worker.class);
        assert.equal(new Set(classes).size, 2, 'the probe tells it from others');
        reference.compare(await reference.evaluate(cluster.client()));
        const worker = (await cluster.state()).workers.find((other) => other.pid === pid);
        assert.equal(worker?.state, 'waiting');
      });
    },
  },
  {
    name: 'cancel',
    what: 'a calculation is cancelled, and the next one made',
    run: async (cluster, reference) => {
      const abort = new AbortController();
      const result = reference.evaluate(cluster.client(), abort.signal);
      const rejected = assert.rejects(result, { code: 'cancelled' });
      await cluster.claimant();
      abort.abort();
      await rejected;
      const { queued, claimed } = (await cluster.state()).ledger;
      assert.deepEqual([queued, claimed], [0, 0]);
      reference.compare(await reference.evaluate(cluster.client()));
    },
  },
  {
    name: 'two-jobs',
    what: 'two clients calculate at a time, and a worker is killed',
    killsWorkers: true,
    run: async (cluster, reference) => {
      const results = [reference.evaluate(cluster.client()), reference.evaluate(cluster.client())];
      kill(await cluster.claimant(), 'SIGKILL');
      for (const result of await Promise.all(results)) reference.compare(result);
    },
  },
  {
    name: 'poison',
    what: 'three workers die at the same q-points: an error says so, and the cluster goes on',
    killsWorkers: true,
    run: async (cluster, reference) => {
      const failure = assert.rejects(reference.evaluateAtOnce(cluster.client()), (error: Error) => {
        assert.match(error.message, /^3 workers have died/);
        return true;
      });
      const killed = new Set<number>();
      while (killed.size < 3) {
        const pid = await cluster.claimant();
        if (!killed.has(pid)) kill(pid, 'SIGKILL');
        killed.add(pid);
      }
      await failure;
      await cluster.complete();
      reference.compare(await reference.evaluate(cluster.client()));
    },
  },
  {
    name: 'large-model',
    what: 'a model of 102 MB',
    run: async (cluster, reference) => {
      const { done } = (await cluster.state()).ledger;
      const options = { quantity: 'structure_factor', n: 1000 } as const;
      await reference.compareOther(cluster.client(), heavyModel(), options);
      assert.ok((await cluster.state()).ledger.done > done, 'workers have computed');
    },
  },
  {
    name: 'large-result',
    what: 'chunks whose results are larger than a message, which the gateway computes, and ordinary ones',
    run: async (cluster, reference) => {
      const done = async () => (await cluster.state()).ledger.done;
      const options = { quantity: 'structure_factor', n: 3000 } as const;
      const before = await done();
      // one chunk with 2880 B for a q-point: 8.6 MB
      await reference.compareOther(cluster.client(), polarModel(), { ...options, chunkPoints: 3000 });
      assert.equal(await done(), before);
      await reference.compareOther(cluster.client(), polarModel(), options);
      assert.ok((await done()) > before, 'workers have computed');
    },
  },
  {
    name: 'no-worker',
    what: 'all workers go while they calculate, and none is there for the next calculation, which says so',
    run: async (cluster, reference) => {
      try {
        const [result] = await Promise.all([
          reference.evaluate(cluster.client()),
          cluster.claimant().then(() => cluster.scale(0)),
        ]);
        reference.compare(result);
        const evaluation = await reference.evaluate(cluster.client());
        reference.compare(evaluation);
        assert.match(evaluation.notes.join(), /No worker is there yet/);
        assert.match(
          (await cluster.cli('cluster', 'status')).stdout,
          /^workers +0 of 0, so that the gateway calculates/m,
        );
      } finally {
        await cluster.scale(WORKERS);
      }
    },
  },
  {
    name: 'wrong-key',
    what: 'a worker with another key is refused',
    run: async (cluster) => {
      const { urls, certificate, worker_seed } = cluster.clusterFile();
      const seed = Buffer.from(createUser().getSeed()).toString('latin1');
      assert.notEqual(seed, worker_seed);
      await assert.rejects(connectTo({ urls, certificate, seed }, {}), /[Aa]uthorization/);
    },
  },
  {
    name: 'wrong-version',
    what: 'a worker of another version is refused, and the message says which side to update',
    run: async (cluster) => {
      const hello = {
        worker: 'w',
        host: 'h',
        pid: 1,
        connection: 'c',
        className: 'c',
        threads: 1,
        job: null,
      };
      const message = encodeMessage('hello', { ...hello, version: '0.0.1', addon: '' });
      await asWorker(cluster, async (connection) => {
        const answer = await connection.request(FROM_WORKERS.hello, message, { timeout: 5000 });
        assert.throws(() => decodeAnswer(answer.data), {
          code: 'protocol_version',
          message: /update the worker/,
        });
      });
    },
  },
  {
    name: 'selftest',
    what: 'euphonicd cluster selftest, with a model of 6 MB in slices',
    run: async (cluster) => {
      const { code, stdout, stderr } = await cluster.cli('cluster', 'selftest');
      assert.equal(code, 0, stdout + stderr);
      assert.match(stdout, /bits equal to the gateway's own/);
    },
  },
];
