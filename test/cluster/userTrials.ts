/** What users and their computers do to a cluster: a disk that is full, a folder of another, an early stop, Ctrl-C. */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { eventually } from '../support/daemon.js';
import { TestCluster } from './support.js';
import type { Trial } from './trials.js';

const PACKAGE = fileURLToPath(new URL('../../matlab', import.meta.url));
/** Some user's number. */
const ANOTHER = 54321;

/** A cluster of its own, of which nothing may be left when `use` has ended it. */
async function withCluster(use: (cluster: TestCluster) => Promise<void>): Promise<void> {
  const cluster = new TestCluster();
  try {
    await use(cluster);
    assert.deepEqual(cluster.processes(), []);
    assert.ok(!existsSync(join(cluster.folder, 'gateway.json')), 'no key is left');
  } finally {
    await cluster.dispose();
  }
}

/** With so many bytes of disk at the cluster's directory. */
async function onDisk(cluster: TestCluster, bytes: number, use: () => Promise<void>): Promise<void> {
  mkdirSync(cluster.directory, { mode: 0o700 });
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=0700`, 'tmpfs', cluster.directory]);
  try {
    await use();
  } finally {
    await cluster.cli('cluster', 'stop');
    execFileSync('umount', [cluster.directory]);
  }
}

function fill(directory: string): void {
  try {
    for (const size of [2 ** 16, 1])
      for (let i = 0; ; i++) writeFileSync(join(directory, `${size}-${i}`), Buffer.alloc(size));
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
  }
}

const start = (cluster: TestCluster) =>
  cluster.cli('cluster', 'start', '--workers', '2', '--launcher', 'local', '--directory', cluster.directory);

export const USER_TRIALS: readonly Trial[] = [
  {
    name: 'full-disk',
    what: 'the disk of the cluster is full: no start, with a reason; one that runs goes on, also with a new engine',
    needsRoot: true,
    run: (_, reference) =>
      withCluster((cluster) =>
        onDisk(cluster, 2 ** 20, async () => {
          fill(cluster.directory);
          const before = readdirSync(cluster.directory);
          const { code, stderr } = await start(cluster);
          assert.equal(code, 1);
          assert.match(
            stderr,
            /cannot be written: no space left on device[\s\S]*Let --directory name a folder/,
          );
          assert.deepEqual(readdirSync(cluster.directory), before);
          assert.deepEqual(cluster.processes(), []);
          // and with room for the cluster's own files alone: then it is the gateway that cannot begin
          for (const name of before.filter((file) => file.startsWith('65536')).slice(0, 1))
            rmSync(join(cluster.directory, name));
          for (let i = 0; i < 13; i++) writeFileSync(join(cluster.directory, `more-${i}`), 'x');
          const gateway = await start(cluster);
          assert.equal(gateway.code, 1);
          assert.match(gateway.stderr, /engine\/.* cannot be written: no space left on device/);
          assert.deepEqual(cluster.processes(), []);
          execFileSync('find', [cluster.directory, '-type', 'f', '-delete']);

          await cluster.begin();
          fill(cluster.directory);
          reference.compare(await reference.evaluate(cluster.client()));
          process.kill((await cluster.state()).engine.pid!, 'SIGKILL');
          reference.compare(await reference.evaluate(cluster.client()));
          await cluster.complete();
          assert.equal((await cluster.cli('cluster', 'stop')).code, 0);
          assert.ok(!existsSync(join(cluster.directory, 'cluster.json')));
        }),
      ),
  },
  {
    name: 'strange-directory',
    what: 'a directory of another user is neither taken for a cluster nor believed by a worker',
    needsRoot: true,
    run: () =>
      withCluster(async (cluster) => {
        mkdirSync(cluster.directory, { mode: 0o700 });
        const file = join(cluster.directory, 'cluster.json');
        chownSync(cluster.directory, ANOTHER, ANOTHER);
        const { code, stderr } = await start(cluster);
        assert.equal(code, 1);
        assert.match(stderr, /cluster belongs to .*54321[\s\S]*Let --directory name a folder of your own/);
        assert.deepEqual(readdirSync(cluster.directory), []);

        const keys = {
          version: '',
          connection: '',
          urls: ['tls://127.0.0.1:1'],
          certificate: '',
          worker_seed: '',
        };
        writeFileSync(file, JSON.stringify(keys), { mode: 0o600 });
        const ofDirectory = await cluster.cli('worker', file);
        chownSync(cluster.directory, process.getuid!(), process.getgid!());
        chownSync(file, ANOTHER, ANOTHER);
        const ofFile = await cluster.cli('worker', file);
        for (const refused of [ofDirectory, ofFile]) {
          assert.equal(refused.code, 1);
          assert.match(refused.stderr, /belongs to .*54321/);
        }
      }),
  },
  {
    name: 'stop-busy',
    what: 'the cluster is stopped while it calculates: nothing of it is left, and the call is completed by a daemon',
    run: (_, reference) =>
      withCluster(async (cluster) => {
        await cluster.begin();
        const result = reference.evaluate(cluster.client());
        await cluster.claimant();
        const { engine, workers } = await cluster.state();
        assert.equal((await cluster.cli('cluster', 'stop')).code, 0);
        assert.deepEqual(cluster.processes(), []);
        for (const pid of [engine.pid!, ...workers.map((worker) => worker.pid)])
          assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
        assert.ok(!existsSync(cluster.directory));
        reference.compare(await result);
      }),
  },
  {
    name: 'ctrl-c',
    what: 'Ctrl-C in Octave while the cluster calculates: back at the prompt, workers free, and the next call works',
    run: async (cluster, reference) => {
      const [ready, answer] = ['ready', 'answer'].map((name) =>
        join(cluster.folder, `${name}-${Date.now()}`),
      );
      const lines = [
        `addpath('${PACKAGE}');`,
        "data = fullfile(fileparts(which('euphonic.start')), '..', 'examples', 'data', 'quartz_bks.json.gz');",
        "model = euphonic.CoherentCrystal(euphonic.ForceConstants.from_json_file(data), 'verbose', false);",
        'q = linspace(0.1, 3, 5e6);',
        'caught = 0;',
        `fclose(fopen('${ready}', 'w'));`,
        'try, model.horace_disp(q, 0 * q, q); catch, caught = 1; end',
        'w = model.horace_disp(0, 0, 1);',
        `id = fopen('${answer}', 'w'); fprintf(id, '%d %d', caught, numel(w)); fclose(id);`,
      ];
      const octave = spawn('octave-cli', ['-q', '--norc', '--no-history'], {
        env: cluster.env,
        stdio: ['pipe', 'ignore', 'ignore'],
      });
      const ended = new Promise((resolve) => octave.once('exit', resolve));
      try {
        octave.stdin.end(`${lines.join('\n')}\n`);
        await eventually(() => existsSync(ready), 'Octave is there', 60_000);
        await cluster.claimant();
        await sleep(200);
        octave.kill('SIGINT');
        await ended;
        assert.equal(readFileSync(answer, 'utf8'), '0 27');
        await eventually(async () => {
          const { ledger, workers } = await cluster.state();
          return ledger.queued + ledger.claimed === 0 && workers.every(({ state }) => state === 'idle');
        }, 'the workers are free');
        reference.compare(await reference.evaluate(cluster.client()));
      } finally {
        octave.kill('SIGKILL');
      }
    },
  },
];
