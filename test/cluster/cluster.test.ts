/** A real engine and two workers: the same bits as a daemon that computes by itself, whatever dies meanwhile. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { connect, nkeyAuthenticator } from '@nats-io/transport-node';
import type { EuphonicClient } from '../../src/client/client.js';
import type { EvaluateOptions, Evaluation } from '../../src/client/evaluation.js';
import { SERVER_NAME } from '../../src/cluster/keys.js';
import { decodeAnswer, encodeMessage } from '../../src/cluster/message.js';
import { CHUNKS, connectTo, FROM_WORKERS, STREAM, WORKER_INBOX } from '../../src/cluster/subjects.js';
import { float64Frame } from '../../src/protocol/arrays.js';
import type { ModelSummary } from '../../src/protocol/results.js';
import { eventually, TestDaemon } from '../support/daemon.js';
import { RawPeer } from '../support/rawPeer.js';
import { hasServer, polarModel, someQpts, TestCluster, WORKERS } from './support.js';

const N = 1800;

const OPTIONS: Record<string, EvaluateOptions> = {
  'structure factors': { quantity: 'structure_factor', temperature: 100, negative_e: true },
  'broadened intensities': {
    quantity: 'sqw',
    shape: 'dho',
    width: [0.5, 0.01],
    temperature: 5,
    energies: Float64Array.from({ length: N }, (_, i) => i / 100),
  },
  'a histogram in blocks': {
    quantity: 'histogram',
    temperature: 300,
    histogram: { energy_min: 0, energy_max: 100, bins: 40, weight: 'structure_factor', block_points: 16 },
  },
};

const SQW = OPTIONS['broadened intensities'];
const WIDER = [0.7];

describe('a cluster of two workers', function () {
  this.timeout(60_000);
  const qpts = someQpts(N);
  let cluster: TestCluster;
  let client: EuphonicClient;
  let model: ModelSummary;
  let alone: TestDaemon;
  const expected = new Map<string, Evaluation>();

  before(async function () {
    if (!hasServer()) this.skip();
    alone = new TestDaemon();
    await alone.start({ threads: 2 });
    const path = alone.model('polar', polarModel());
    const own = alone.client();
    const ownModel = await own.loadModel(path);
    for (const [name, options] of Object.entries(OPTIONS))
      expected.set(name, await own.evaluate(ownModel, qpts, options));
    expected.set('wider', await own.evaluate(ownModel, qpts, { ...SQW, width: WIDER }));
    cluster = new TestCluster();
    await cluster.begin();
    client = cluster.client();
    model = await client.loadModel(path);
  });

  after(async () => {
    await alone?.dispose();
    await cluster?.dispose();
  });

  const ledger = async () => (await cluster.state()).ledger;

  function assertSame(found: Evaluation, name: string): void {
    const wanted = expected.get(name)!;
    for (const key of ['frequencies', 'structureFactors', 'intensities', 'histogram'] as const) {
      assert.deepEqual(
        found[key] && Buffer.from(found[key].buffer),
        wanted[key] && Buffer.from(wanted[key].buffer),
      );
    }
    assert.equal(found.imaginary, wanted.imaginary);
  }

  for (const [name, options] of Object.entries(OPTIONS)) {
    it(`gives ${name} with the bits of a single daemon`, async () => {
      const { done } = await ledger();
      assertSame(await client.evaluate(model, qpts, options), name);
      assert.ok((await ledger()).done > done, 'workers have computed');
    });
  }

  /** The q-points under a name, as a fit asks for them: they are sent once. */
  async function fit(): Promise<void> {
    const peer = new RawPeer(cluster.connection(), 'work');
    const { energies, ...options } = SQW;
    const frames = [float64Frame('qpts', [3, N], qpts), float64Frame('energies', [N], energies!)];
    const points = { id: 'fit', max_bytes: 2 ** 24 };
    try {
      for (const [name, width] of [
        ['broadened intensities', SQW.width],
        ['wider', WIDER],
      ] as const) {
        const isKnown = name === 'wider';
        const params = { model: model.model, ...options, width, points, ...(isKnown && { count: N }) };
        const answer = await peer.request('job.run', params, isKnown ? [] : frames);
        assert.ok('result' in answer, JSON.stringify(answer));
        assert.equal(answer.result.points_kept, N);
        const wanted = expected.get(name)!.intensities!;
        assert.deepEqual(Buffer.from(answer.frames[0].bytes), Buffer.from(wanted.buffer));
      }
    } finally {
      peer.close();
    }
  }

  it('knows the q-points of a fit again', async () => {
    const { done } = await ledger();
    await fit();
    assert.equal((await ledger()).done, done + 2, 'workers have computed');
  });

  it('says who works, as text and as JSON', async () => {
    const { stdout } = await cluster.cli('cluster', 'status', '--json');
    const { directory, connection, engine, workers, ledger: chunks } = JSON.parse(stdout);
    assert.deepEqual([directory, connection], [cluster.directory, cluster.paths.connectionFile]);
    assert.match(engine.version, /^2\.\d+/);
    assert.ok(chunks.done > 0);
    const text = (await cluster.cli('cluster', 'status')).stdout;
    assert.match(text, /^workers +2 of 2$/m);
    assert.equal(workers.length, WORKERS);
    for (const { worker, pid, host, state, threads } of workers) {
      assert.equal(threads, 1);
      assert.ok(worker.includes(String(pid)));
      assert.match(text, new RegExp(`^ +${worker} on ${host}: 1 thread, ${state}, `, 'm'));
    }
  });

  it('is examined by the doctor: files, certificate, engine and scheduler', async () => {
    const results = async () => {
      const { checks } = JSON.parse((await cluster.cli('doctor', '--json')).stdout);
      const ours = checks.filter(({ check }: { check: string }) => check.startsWith('cluster '));
      return ours.map(({ check, result, says }: Record<string, string>) => [check.slice(8), result, says]);
    };
    const well = await results();
    assert.deepEqual(
      well.map(([check, result]: string[]) => `${check} ${result}`),
      ['files ok', 'certificate ok', 'engine ok', 'scheduler ok'],
    );
    const file = join(cluster.directory, 'cluster.json');
    const text = readFileSync(file, 'utf8');
    // which said less
    const older = { ...JSON.parse(text), version: '0.0.1', connection: undefined, certificate: 'another' };
    writeFileSync(file, JSON.stringify(older));
    const ill = await results();
    writeFileSync(file, text);
    assert.deepEqual(
      ill.map(([check, result]: string[]) => `${check} ${result}`),
      ['files problem', 'certificate problem', 'engine ok', 'scheduler ok'],
    );
    assert.match(ill[0][2], /started by version 0\.0\.1/);
  });

  it('says which connection file is meant where another of its files is named', async () => {
    const own = cluster.paths.connectionFile;
    for (const file of [join(cluster.directory, 'cluster.json'), join(cluster.folder, 'gateway.json')]) {
      for (const command of [['status'], ['start'], ['cluster', 'start']]) {
        const { code, stderr } = await cluster.cliWith({ EUPHONIC_CONNECTION: file }, ...command);
        assert.equal(code, 1, stderr);
        assert.ok(stderr.includes(`Let EUPHONIC_CONNECTION name ${own}\n`), stderr);
        assert.doesNotMatch(stderr, /[Rr]emove/);
      }
    }
    const launcher = await cluster.cliWith(
      { EUPHONIC_CONNECTION: join(cluster.directory, 'launcher.json') },
      'status',
    );
    assert.match(launcher.stderr, /another file: no daemon has made this one/);
    const worker = await cluster.cli('worker', own);
    assert.match(worker.stderr, /does not describe a cluster[\s\S]*Name the file cluster\.json/);
  });

  it('is not overwritten by another in its directory or beside its connection file, nor started without Slurm', async () => {
    const other = new TestDaemon();
    const start = (connection: string, ...args: string[]) =>
      other.cliWith({ EUPHONIC_CONNECTION: connection, PATH: other.folder }, 'cluster', 'start', ...args);
    const own = join(other.folder, 'connection.json');
    const none = ['--launcher', 'none', '--directory'];
    for (const [{ code, stderr }, message] of [
      [await start(own, ...none, cluster.directory), /Another cluster has its files in this directory/],
      [await start(join(cluster.folder, 'b.json'), ...none, other.folder), /connection\.json has its keys/],
      [await start(own, '--launcher', 'slurm'), /sbatch does not run[\s\S]*--launcher local/],
      [
        await start(own, ...none, '/proc/cluster'),
        /\/proc\/cluster cannot be made[\s\S]*Let --directory name/,
      ],
      [
        await start(join(other.folder, 'gateway.json'), ...none, join(other.folder, 'c')),
        /take the place of a file/,
      ],
    ] as const) {
      assert.equal(code, 1);
      assert.match(stderr, message);
    }
    await other.dispose();
    assert.equal((await cluster.state()).workers.length, WORKERS);
  });

  /** Computes while `disturb` is at work, and compares. */
  async function disturbed(disturb: () => Promise<void>): Promise<void> {
    const evaluation = client.evaluate(model, qpts, { ...SQW, chunkPoints: 200 });
    await disturb();
    assertSame(await evaluation, 'broadened intensities');
  }

  it('loses nothing with a worker that is killed, which comes back', async () => {
    const { requeued } = await ledger();
    await disturbed(async () => void process.kill(await cluster.claimant(), 'SIGKILL'));
    assert.ok((await ledger()).requeued > requeued);
    await cluster.complete();
  });

  it('loses nothing with the engine, which is started anew', async () => {
    await disturbed(async () => {
      await cluster.claimant();
      process.kill((await cluster.state()).engine.pid!, 'SIGKILL');
    });
    assert.equal((await cluster.state()).engine.restarts, 1);
    await cluster.complete();
  });

  it('loses nothing with a worker that hangs, and has it back', async () => {
    let frozen = 0;
    await disturbed(async () => {
      frozen = await cluster.claimant();
      process.kill(frozen, 'SIGSTOP');
    });
    process.kill(frozen, 'SIGCONT');
    await cluster.complete();
  });

  it('counts a result that comes late, and nothing more', async () => {
    const { late, done } = await ledger();
    const { urls, certificate, worker_seed: seed } = cluster.clusterFile();
    const connection = await connectTo({ urls, certificate, seed }, { inboxPrefix: WORKER_INBOX });
    try {
      const result = { kernelSeconds: 0, imaginary: 0, intensities: new Float64Array(1) };
      const message = encodeMessage('result', { chunk: 'job.1', result });
      decodeAnswer((await connection.request(FROM_WORKERS.result, message, { timeout: 5000 })).data);
    } finally {
      await connection.close();
    }
    const after = await ledger();
    assert.equal(after.done, done);
    // the worker that hung may have brought its own meanwhile
    assert.ok(after.late > late);
  });

  it('goes on when somebody with a worker’s key says what it does not understand', async () => {
    const { urls, certificate, worker_seed: seed } = cluster.clusterFile();
    const connection = await connectTo({ urls, certificate, seed }, { inboxPrefix: WORKER_INBOX });
    try {
      for (const subject of Object.values(FROM_WORKERS)) connection.publish(subject, 'nothing');
      await connection.flush();
    } finally {
      await connection.close();
    }
    const refused = () => readFileSync(join(cluster.directory, 'gateway.log'), 'utf8').match(/was refused/g);
    await eventually(() => (refused()?.length ?? 0) >= Object.keys(FROM_WORKERS).length, 'all are refused');
    await client.status();
    assert.doesNotMatch(readFileSync(cluster.paths.log, 'utf8'), /nobody caught/);
  });

  it('cancels: nothing of the job is left, and the next one is computed', async () => {
    const abort = new AbortController();
    const evaluation = client.evaluate(model, qpts, { ...SQW, chunkPoints: 200, signal: abort.signal });
    await cluster.claimant();
    abort.abort();
    await assert.rejects(evaluation, { code: 'cancelled' });
    const { queued, claimed, cancelled } = await ledger();
    assert.deepEqual([queued, claimed], [0, 0]);
    assert.ok(cancelled > 0);
    assertSame(await client.evaluate(model, qpts, SQW), 'broadened intensities');
  });

  it('gives up a chunk that has ended three workers, and says which', async () => {
    const many = someQpts(20_000);
    const options = { ...SQW, energies: new Float64Array(20_000).fill(1), chunkPoints: 20_000 };
    const evaluation = client.evaluate(model, many, options);
    const failure = assert.rejects(evaluation, (error: { code: string; message: string; where: string }) => {
      assert.equal(error.code, 'internal');
      assert.match(error.message, /^3 workers have died/);
      assert.match(error.where, /^20000 q-points from 0 0 0 on; .*SIGKILL/);
      return true;
    });
    const killed = new Set<number>();
    while (killed.size < 3) {
      const pid = await cluster.claimant();
      if (killed.has(pid)) continue;
      process.kill(pid, 'SIGKILL');
      killed.add(pid);
    }
    await failure;
    await cluster.complete();
  });

  it('comes back with its workers when the gateway is killed', async () => {
    await disturbed(async () => {
      await cluster.claimant();
      process.kill(cluster.connection().pid, 'SIGKILL');
    });
    await cluster.complete();
  });

  it('lets a worker’s key neither make chunks nor take them, nor listen to others', async () => {
    const { urls, certificate, worker_seed: seed } = cluster.clusterFile();
    const connection = await connectTo(
      { urls, certificate, seed },
      { name: 'stranger', inboxPrefix: WORKER_INBOX },
    );
    try {
      for (const subject of [
        'eu.chunk.c.j',
        `$JS.API.STREAM.DELETE.${STREAM}`,
        `$JS.API.STREAM.PURGE.${STREAM}`,
        'eu.all',
      ]) {
        await assert.rejects(connection.request(subject, '', { timeout: 1000 }), /[Pp]ermission/, subject);
      }
      for (const subject of ['>', CHUNKS, 'eu.result', '_INBOX_gateway.>', '$SYS.>']) {
        const refused = new Promise((resolve) =>
          connection.subscribe(subject, { callback: (error) => resolve(error) }),
        );
        assert.match(String(await refused), /[Pp]ermission/, subject);
      }
    } finally {
      await connection.close();
    }
    await assert.rejects(connectTo({ urls, certificate, seed: seed.replace(/.{6}$/, 'AAAAAA') }, {}));
  });

  it('tells nothing to who speaks no TLS, lets nobody in without a key, and listens at the loopback alone', async () => {
    const { urls, certificate, worker_seed: seed } = cluster.clusterFile();
    assert.equal(urls.length, 1);
    const { hostname, port } = new URL(urls[0]);
    assert.equal(hostname, '127.0.0.1');
    const socket = createConnection(Number(port), hostname);
    const heard: Buffer[] = [];
    socket.on('data', (data) => heard.push(data)).on('error', () => {});
    socket.write('CONNECT {}\r\nPING\r\n');
    await once(socket, 'close');
    assert.doesNotMatch(Buffer.concat(heard).toString('latin1'), /INFO|PONG|NATS/);
    const tls = { handshakeFirst: true, ca: certificate, servername: SERVER_NAME };
    await assert.rejects(connect({ servers: urls, tls, reconnect: false }), /[Aa]uthorization/);
    const keyless = { servers: urls, tls: { handshakeFirst: true }, reconnect: false };
    await assert.rejects(
      connect({ ...keyless, authenticator: nkeyAuthenticator(Buffer.from(seed)) }),
      /certificate/,
    );
  });

  it('keeps its directory from others, and its workers refuse one that is open', async () => {
    const file = join(cluster.directory, 'cluster.json');
    assert.deepEqual(
      [cluster.directory, file, join(cluster.folder, 'gateway.json')].map(
        (path) => statSync(path).mode & 0o777,
      ),
      [0o700, 0o600, 0o600],
    );
    chmodSync(cluster.directory, 0o750);
    const { code, stderr } = await cluster.cli('worker', file);
    chmodSync(cluster.directory, 0o700);
    assert.equal(code, 1);
    assert.match(stderr, /Other users may enter .*cluster \(mode 0750\)/);
  });

  it('refuses a worker of another version, and says which side to update', async () => {
    const { urls, certificate, worker_seed: seed } = cluster.clusterFile();
    const connection = await connectTo({ urls, certificate, seed }, { inboxPrefix: WORKER_INBOX });
    try {
      const hello = { worker: 'w', host: 'h', pid: 1, connection: 'c', className: 'c', threads: 1 };
      const message = encodeMessage('hello', { ...hello, version: '0.0.1', addon: '' });
      const answer = await connection.request(FROM_WORKERS.hello, message);
      assert.throws(() => decodeAnswer(answer.data), {
        code: 'protocol_version',
        message: /update the worker/,
      });
    } finally {
      await connection.close();
    }
    assert.equal((await cluster.state()).workers.length, WORKERS);
  });

  it('calculates by itself without workers, and says so', async () => {
    assert.equal((await cluster.cli('cluster', 'scale', '0')).code, 0);
    const evaluation = await client.evaluate(model, qpts, SQW);
    assertSame(evaluation, 'broadened intensities');
    assert.match(evaluation.notes.join(), /No worker is there yet/);
    assert.match((await cluster.cli('cluster', 'status')).stdout, /^workers +0 of 0, so that the gateway/m);
    await fit();
  });

  it('is stopped with all its processes and files', async () => {
    const { engine } = await cluster.state();
    const { code } = await cluster.cli('cluster', 'stop');
    assert.equal(code, 0);
    assert.deepEqual(cluster.processes(), []);
    assert.throws(() => process.kill(engine.pid!, 0), { code: 'ESRCH' });
    assert.equal(existsSync(cluster.directory), false);
    assert.equal(existsSync(join(cluster.folder, 'gateway.json')), false);
    assert.equal((await cluster.cli('cluster', 'status')).code, 3);
  });
});
