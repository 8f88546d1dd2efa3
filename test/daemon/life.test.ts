import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { ensureDaemon, findDaemon, stopDaemon } from '../../src/client/launcher.js';
import { runtimePaths } from '../../src/runtime/paths.js';
import { eventually, TestDaemon } from '../support/daemon.js';
import { failsWith } from '../support/errors.js';

const socketPaths = ({ work, control }: { work: string; control: string }) =>
  [work, control].map((endpoint) => endpoint.replace('ipc://', ''));

describe('life of a daemon', function () {
  this.timeout(60_000);
  let daemon: TestDaemon;
  beforeEach(() => {
    daemon = new TestDaemon();
  });
  afterEach(() => daemon.dispose());

  it('begins with files that are private to the user and ends without any', async () => {
    const { address, started } = await ensureDaemon({ paths: daemon.paths });
    assert.ok(started);
    assert.deepEqual(daemon.connection(), address);
    const mode = (path: string) => statSync(path).mode & 0o777;
    assert.equal(mode(daemon.paths.connectionFile), 0o600);
    assert.equal(mode(daemon.paths.lock), 0o600);
    assert.equal(mode(daemon.paths.log), 0o600);
    for (const path of socketPaths(address)) assert.equal(mode(path) & 0o077, 0);
    assert.match(address.secret, /^[0-9a-f]{64}$/);
    assert.ok(!readFileSync(daemon.paths.log, 'utf8').includes(address.secret));
    assert.deepEqual(await ensureDaemon({ paths: daemon.paths }), { address, started: false });
    assert.equal((await stopDaemon(daemon.paths))?.pid, address.pid);
    assert.deepEqual(readdirSync(daemon.folder), ['connection.log']);
    assert.equal(await findDaemon(daemon.paths), undefined);
    assert.equal(await stopDaemon(daemon.paths), undefined);
  });

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    it(`ends in order on ${signal}`, async () => {
      const child = daemon.run();
      await eventually(() => existsSync(daemon.paths.connectionFile), 'the daemon is there');
      child.kill(signal);
      const [code] = await once(child, 'exit');
      assert.equal(code, 0);
      assert.deepEqual(readdirSync(daemon.folder), ['connection.log']);
    });
  }

  it('is the only one beside its connection file', async () => {
    const { address } = await ensureDaemon({ paths: daemon.paths });
    const { code, stderr } = await daemon.cli('run');
    assert.equal(code, 5);
    assert.match(stderr, /another daemon is alive/);
    assert.equal((await findDaemon(daemon.paths))?.pid, address.pid);
  });

  it('goes on beside daemons of other connection files', async () => {
    const other = new TestDaemon();
    try {
      const [first, second] = await Promise.all([daemon.client().status(), other.client().status()]);
      assert.notEqual(first.pid, second.pid);
      await stopDaemon(other.paths);
      await daemon.client().ping();
    } finally {
      await other.dispose();
    }
  });

  it('of many starts at once is one', async function () {
    this.timeout(120_000);
    const starts = await Promise.all(Array.from({ length: 16 }, () => ensureDaemon({ paths: daemon.paths })));
    assert.equal(new Set(starts.map(({ address }) => address.pid)).size, 1);
    assert.equal(starts.filter(({ started }) => started).length, 1);
    const clients = starts.map(() => daemon.client());
    await Promise.all(clients.map((client) => client.hello()));
  });

  it('that was killed is replaced, and what it left is cleared away', async () => {
    const { address: killed } = await ensureDaemon({ paths: daemon.paths });
    process.kill(killed.pid, 'SIGKILL');
    await eventually(async () => (await findDaemon(daemon.paths)) === undefined, 'the daemon has gone');
    assert.ok(socketPaths(killed).every(existsSync));
    const { address, started } = await ensureDaemon({ paths: daemon.paths });
    assert.ok(started);
    assert.notEqual(address.secret, killed.secret);
    assert.ok(!socketPaths(killed).some(existsSync));
  });

  it('is not mistaken for a process that has its number by now', async () => {
    const { address } = await ensureDaemon({ paths: daemon.paths });
    process.kill(address.pid, 'SIGKILL');
    await eventually(async () => (await findDaemon(daemon.paths)) === undefined, 'the daemon has gone');
    writeFileSync(daemon.paths.connectionFile, JSON.stringify({ ...address, pid: process.pid }), {
      mode: 0o600,
    });
    assert.equal(await findDaemon(daemon.paths), undefined);
    assert.ok((await ensureDaemon({ paths: daemon.paths })).started);
  });

  it('never removes a file that a connection file only names', async () => {
    const precious = join(daemon.folder, 'precious.txt');
    writeFileSync(precious, 'mine');
    const stale = {
      protocol: 1,
      version: '0',
      host: hostname(),
      pid: 2 ** 22,
      mechanism: 'PLAIN',
      secret: 's',
    };
    const content = { ...stale, work: `ipc://${precious}`, control: `ipc://${precious}` };
    writeFileSync(daemon.paths.connectionFile, JSON.stringify(content), { mode: 0o600 });
    await ensureDaemon({ paths: daemon.paths });
    assert.equal(readFileSync(precious, 'utf8'), 'mine');
  });

  it('has its sockets in a short private directory where their paths would be too long', async () => {
    const folder = join(daemon.folder, 'x'.repeat(100));
    const paths = runtimePaths({ EUPHONIC_CONNECTION: join(folder, 'connection.json') });
    const { address } = await ensureDaemon({ paths });
    const [work] = socketPaths(address);
    try {
      assert.ok(work.length <= 107 && !work.startsWith(folder), work);
      assert.equal(statSync(dirname(work)).mode & 0o777, 0o700);
    } finally {
      await stopDaemon(paths);
    }
    assert.ok(!existsSync(dirname(work)));
  });

  it('does so too where others may look into the directory', async () => {
    chmodSync(daemon.folder, 0o755);
    const { address } = await ensureDaemon({ paths: daemon.paths });
    assert.ok(!address.work.includes(daemon.folder));
  });

  it('is not started because of the connection file of another host', async () => {
    const { address } = await ensureDaemon({ paths: daemon.paths });
    await stopDaemon(daemon.paths);
    writeFileSync(daemon.paths.connectionFile, JSON.stringify({ ...address, host: 'elsewhere' }), {
      mode: 0o600,
    });
    const error = await failsWith('other_host', () => ensureDaemon({ paths: daemon.paths }));
    assert.match(error.message, /elsewhere/);
    assert.ok(!existsSync(daemon.paths.lock));
  });

  it('says why it cannot be started', async () => {
    mkdirSync(daemon.paths.lock);
    const error = await failsWith('no_daemon', () => ensureDaemon({ paths: daemon.paths }));
    assert.match(error.advice ?? '', /connection\.json\.lock/);
  });

  it('says that one hangs which holds the lock, but has no connection file', async () => {
    const { address } = await ensureDaemon({ paths: daemon.paths });
    writeFileSync(daemon.paths.connectionFile, '');
    const { code, stderr } = await daemon.cliWith({ EUPHONIC_START_TIMEOUT_MS: '1500' }, 'start');
    assert.equal(code, 1);
    assert.ok(stderr.includes(`pid ${address.pid}`), stderr);
    process.kill(address.pid, 'SIGTERM');
  });

  it('has as many threads as it is told', async () => {
    const client = daemon.client({ threads: 3 });
    const { threads } = await client.status();
    assert.equal(threads, 3);
  });
});
