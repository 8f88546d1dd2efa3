import assert from 'node:assert/strict';
import { existsSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { connect as connectSocket, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import type { EuphonicError } from '../../src/base/errors.js';
import { parseBytes, parseDuration } from '../../src/base/sizes.js';
import { localExecutor } from '../../src/compute/local/localExecutor.js';
import { daemonConfig } from '../../src/daemon/limits/config.js';
import {
  CONNECTION_CHECK_MS,
  MAX_CONNECTIONS,
  MAX_REQUESTS_PER_CLIENT,
} from '../../src/daemon/limits/settings.js';
import { encodeRequest } from '../../src/protocol/codec.js';
import type { DaemonAddress } from '../../src/runtime/daemonAddress.js';
import { eventually, TestDaemon } from '../support/daemon.js';
import { failsWith } from '../support/errors.js';
import { arbitraryModel } from '../support/models.js';
import { RawPeer } from '../support/rawPeer.js';

const phonopyFile = fileURLToPath(new URL('../golden/cases/yaml-sorted-keys/plain.yaml', import.meta.url));

/** Many who come to a daemon's control socket. */
class Crowd {
  readonly peers: RawPeer[] = [];
  private readonly strangers: Socket[] = [];

  constructor(private readonly address: DaemonAddress) {}

  /** All of them are at the door before the daemon, which is stopped meanwhile, lets in the first. */
  async connect(count: number): Promise<void> {
    const { address, peers } = this;
    process.kill(address.pid, 'SIGSTOP');
    for (let k = 0; k < count; k++) peers.push(new RawPeer(address, 'control', { reconnectInterval: -1 }));
    await sleep(300);
    process.kill(address.pid, 'SIGCONT');
  }

  /** Who is still at the door takes nobody's place: some say nothing, some what ZeroMQ does not understand. */
  loiter(): void {
    for (let k = 0; k < 40; k++) {
      const stranger = connectSocket(this.address.control.replace('ipc://', ''));
      stranger.on('error', () => {});
      if (k % 2 === 0) stranger.write('GET / HTTP/1.0\r\n\r\n'.repeat(20));
      this.strangers.push(stranger);
    }
  }

  sendStrangersAway(): void {
    for (const stranger of this.strangers.splice(0)) stranger.destroy();
  }
}

/** What peers are told, from now on; to listen to one takes two of the 1023 sockets of a process. */
function heardBy(peers: readonly RawPeer[]): { in: number; refused: number } {
  const heard = { in: 0, refused: 0 };
  for (const { socket } of peers) {
    socket.events.on('handshake', () => void heard.in++);
    socket.events.on('handshake:error:auth', () => void heard.refused++);
  }
  return heard;
}

describe('limits of a daemon', function () {
  this.timeout(60_000);
  let daemon: TestDaemon;
  let site: string;
  const withSite = (text: string) => {
    writeFileSync(site, text);
    return { EUPHONIC_SITE_CONFIG: site };
  };
  beforeEach(() => {
    daemon = new TestDaemon();
    site = join(daemon.folder, 'site.yaml');
  });
  afterEach(() => daemon.dispose());

  describe('of the site', () => {
    it('cap what users ask for', () => {
      const env = withSite('max_threads: 2\nmax_memory: 1 GiB\nidle_end: 2h\nread_time: 30s\nmax_jobs: 7\n');
      const config = daemonConfig({ threads: 8, maxMemory: '64G', idleEnd: 'never' }, localExecutor, env);
      assert.equal(config.threads.threads, 2);
      assert.ok(config.threads.reason.includes(site));
      assert.deepEqual([config.memory.bytes, config.idleEndMs, config.maxJobs], [2 ** 30, 7_200_000, 7]);
      assert.equal(config.readTimeMs, 30_000);
      assert.equal(daemonConfig({ readTime: '90s' }, localExecutor, env).readTimeMs, 30_000);
      assert.equal(daemonConfig({}, localExecutor, { ...env, EUPHONIC_READ_TIME: '2s' }).readTimeMs, 2000);
      const modest = daemonConfig({ threads: 1, maxMemory: '512M', idleEnd: '1h' }, localExecutor, env);
      assert.deepEqual(
        [modest.threads.threads, modest.memory.bytes, modest.idleEndMs],
        [1, 2 ** 29, 3_600_000],
      );
    });

    it('hold for a daemon whatever its user says', async () => {
      const env = withSite('max_threads: 1\nmax_memory: 300M\nmax_jobs: 2\n');
      const { code, stderr } = await daemon.cliWith(
        { ...env, EUPHONIC_MAX_THREADS: '64', EUPHONIC_MAX_MEMORY: '900G' },
        'start',
      );
      assert.equal(code, 0, stderr);
      const client = daemon.client();
      const status = await client.status();
      assert.deepEqual([status.threads, status.memory_limit_bytes], [1, 300 * 2 ** 20]);
      assert.deepEqual(status.site_config, { path: site, found: true });
      const { model } = await client.putModel(arbitraryModel());
      const peer = new RawPeer(daemon.connection(), 'work');
      try {
        for (const expected of ['result', 'result', 'error']) {
          const response = await peer.request('job.open', { model, n_points: 1 });
          assert.ok(expected in response, JSON.stringify(response));
          if ('error' in response) {
            assert.deepEqual([response.error.code, response.error.where], ['over_capacity', 'max_jobs']);
          }
        }
      } finally {
        peer.close();
      }
    });

    it('that cannot be understood let no daemon start', async () => {
      const wrong: [string, RegExp][] = [
        ['max_thread: 2', /max_threads\?/],
        ['max_threads: many', /an integer from 1/],
        ['max_memory: 8 apples', /size such as 8G/],
        ['max_memory: 1M', /at least/],
        ['idle_end: soon', /time such as 3d/],
        ['tcp: everywhere', /none, loopback, any/],
        ['- 1', /does not consist of keys/],
        ['a: [', /YAML/],
      ];
      for (const [text, words] of wrong) {
        const { code, stderr } = await daemon.cliWith(withSite(text), 'run');
        assert.equal(code, 1, text);
        assert.match(stderr, words);
        assert.ok(stderr.includes(site), stderr);
      }
      const missing = await daemon.cliWith({ EUPHONIC_SITE_CONFIG: join(daemon.folder, 'none') }, 'run');
      assert.equal(missing.code, 1);
      assert.match(missing.stderr, /no such file/);
      assert.ok(!existsSync(daemon.paths.connectionFile));
    });

    it('may forbid TCP', async () => {
      const refused = await daemon.cliWith(withSite('tcp: none'), 'run', '--tcp');
      assert.equal(refused.code, 1);
      assert.match(refused.stderr, /does not allow/);
      const env = withSite('tcp: loopback');
      await failsWith('invalid_argument', () => daemonConfig({ tcp: '0.0.0.0' }, localExecutor, env));
      assert.equal(daemonConfig({ tcp: '127.0.0.1' }, localExecutor, env).tcp?.host, '127.0.0.1');
    });
  });

  it('are read as people write them', async () => {
    assert.deepEqual(
      ['8G', '8 GiB', '512mb', '1.5k', '4096'].map((text) => parseBytes(text, 'x')),
      [...[8 * 2 ** 30, 8 * 2 ** 30, 512 * 2 ** 20, 1536, 4096]],
    );
    assert.deepEqual(
      ['3d', '12h', '30 min', '90s', 'never'].map((text) => parseDuration(text, 'x')),
      [...[259_200_000, 43_200_000, 1_800_000, 90_000, Number.POSITIVE_INFINITY]],
    );
    for (const text of ['', '0', '-1G', '8 X', '1e3', 'G']) {
      await failsWith('invalid_argument', () => parseBytes(text, 'x'));
    }
    for (const text of ['', '0s', '3', '3 days', '-1h']) {
      await failsWith('invalid_argument', () => parseDuration(text, 'x'));
    }
  });

  it('hold for the requests of one client, and not for others', async () => {
    const client = daemon.client();
    await client.ping();
    const peer = new RawPeer(daemon.connection(), 'work', { receiveHighWaterMark: 1, sendHighWaterMark: 0 });
    try {
      // more requests than it may have, whose answers it does not read: they are refused, then dropped
      const params = { client: 'x'.repeat(4000), version: '0', protocol: 1 };
      for (let i = 0; i < 4 * MAX_REQUESTS_PER_CLIENT; i++) {
        await peer.send(encodeRequest({ id: i, method: 'hello', params, frames: [] }));
      }
      await eventually(async () => {
        const { last_errors } = await client.status();
        return last_errors.some(({ code }) => code === 'over_capacity');
      }, 'requests are refused');
      const start = performance.now();
      await client.hello();
      assert.ok(performance.now() - start < 1000);
    } finally {
      peer.close();
    }
  });

  it('hold for connections, and say so to who has the secret', async () => {
    const first = daemon.client();
    await first.ping();
    const address = daemon.connection();
    const answerToAnother = async () => {
      // closed at once: a process has 1023 sockets
      const client = daemon.client();
      try {
        await client.ping();
        return 'pong';
      } catch (error) {
        return (error as EuphonicError).code;
      } finally {
        client.close();
      }
    };
    const crowd = new Crowd(address);
    const counters = async () => (await first.status()).counters as Record<string, number>;
    const full = () =>
      eventually(async () => (await counters()).connections === MAX_CONNECTIONS, 'all places are taken');
    // its other socket may be on the way
    await eventually(async () => (await counters()).connections === 2, 'the first has its two connections');
    crowd.loiter();
    try {
      const free = MAX_CONNECTIONS - 2;
      const connecting = crowd.connect(free + 40);
      const leaving = crowd.peers.slice(0, 100);
      const heard = heardBy(leaving);
      await connecting;
      await full();
      await eventually(
        async () => (await counters()).connections_refused_busy === 40,
        'only the excess is refused',
      );
      assert.equal(await answerToAnother(), 'over_capacity');
      const refused = (await counters()).connections_refused_busy;
      await eventually(() => heard.in + heard.refused === leaving.length, 'all of them were answered');
      // those at the door, who say nothing, are still there
      for (const peer of leaving) peer.close();
      await eventually(
        async () => (await counters()).connections === MAX_CONNECTIONS - heard.in,
        'as many have gone as had been let in',
      );
      crowd.sendStrangersAway();
      crowd.loiter();
      await crowd.connect(heard.in + 30);
      await full();
      await eventually(
        async () => (await counters()).connections_refused_busy === refused + 30,
        'again only the excess is refused',
      );
    } finally {
      crowd.sendStrangersAway();
      for (const peer of crowd.peers) peer.close();
    }
    await eventually(async () => (await answerToAnother()) === 'pong', 'there is room again');
  });

  describe('in time:', () => {
    it('it ends when nobody has needed it for the time that was set', async () => {
      const { stderr, code } = await daemon.cli('start', '--idle-end', '1.5s');
      assert.equal(code, 0, stderr);
      const client = daemon.client();
      const { pid, idle_end_s } = await client.status();
      assert.equal(idle_end_s, 1.5);
      // asking how it is does not keep it
      const asking = setInterval(() => void client.ping().catch(() => {}), 100);
      try {
        await eventually(() => !existsSync(daemon.paths.connectionFile), 'it has ended');
      } finally {
        clearInterval(asking);
      }
      await eventually(() => !existsSync(`/proc/${pid}`), 'its process has ended');
    });

    it('reading a file is stopped, and those who wait go on', async () => {
      await daemon.cli('start', '--read-time', '3s');
      const client = daemon.client();
      // a small file that takes many times as long: fifty million comments
      const bomb = join(daemon.folder, 'phonopy.yaml.gz');
      writeFileSync(bomb, gzipSync(Buffer.alloc(10 ** 8, '#\n'), { level: 1 }));
      const start = performance.now();
      const [stopped, read] = await Promise.all([
        failsWith('too_large', () => client.loadModel(bomb, { format: 'phonopy' })),
        client.loadModel(phonopyFile),
      ]);
      assert.ok(performance.now() - start < 20_000);
      assert.ok(stopped.message.includes(`Reading ${bomb} took longer than 3 s`), stopped.message);
      assert.deepEqual([stopped.where, /--read-time/.test(stopped.advice ?? '')], [bomb, true]);
      assert.equal(read.n_atoms, 2);
      // nothing goes on with the file that was given up
      const used = daemon.cpuSeconds;
      await sleep(1000);
      assert.ok(daemon.cpuSeconds - used < 0.5, `${daemon.cpuSeconds - used} s`);
    });

    it('a job that is open keeps it', async () => {
      await daemon.cli('start', '--idle-end', '1s');
      const client = daemon.client();
      const { model } = await client.putModel(arbitraryModel());
      const peer = new RawPeer(daemon.connection(), 'work');
      await peer.request('job.open', { model, n_points: 1 });
      await sleep(2500);
      assert.ok(existsSync(daemon.paths.connectionFile));
      peer.close();
      await eventually(() => !existsSync(daemon.paths.connectionFile), 'it has ended');
    });
  });

  describe('of being found:', () => {
    // Daemons look every CONNECTION_CHECK_MS, and so all of these wait at the same time.
    const disturbed = {
      directory: (one: TestDaemon) => rmSync(one.folder, { recursive: true, force: true }),
      sockets: (one: TestDaemon) => rmSync(one.connection().control.replace('ipc://', '')),
      files: (one: TestDaemon) => {
        const other = JSON.stringify({ ...one.connection(), secret: 'of another' });
        writeFileSync(`${one.paths.connectionFile}.new`, other, { mode: 0o600 });
        renameSync(`${one.paths.connectionFile}.new`, one.paths.connectionFile);
      },
      clocks: (one: TestDaemon) => {
        // files from the future, and from long ago
        for (const time of [4e9, 1]) utimesSync(one.paths.connectionFile, time, time);
      },
    };
    const daemons = Object.keys(disturbed).map(() => new TestDaemon());
    const pids: number[] = [];
    let since = 0;
    before(async () => {
      for (const one of daemons) pids.push((await one.client().status()).pid);
      Object.values(disturbed).forEach((disturb, k) => {
        disturb(daemons[k]);
      });
      since = performance.now();
    });
    after(async () => {
      for (const one of daemons) await one.dispose();
    });
    const ends = (k: number, what: string) =>
      eventually(() => !existsSync(`/proc/${pids[k]}`), what, CONNECTION_CHECK_MS + 10_000);

    it('it ends when its directory has gone', () => ends(0, 'it has ended without its directory'));

    it('it ends when its sockets have gone', async () => {
      await ends(1, 'it has ended without a socket');
      assert.ok(!existsSync(daemons[1].paths.connectionFile));
    });

    it('it ends without touching the files of another that took its place', async () => {
      await ends(2, 'it has ended');
      assert.equal(daemons[2].connection().secret, 'of another');
    });

    it('it does not mind that clocks jump', async () => {
      await sleep(Math.max(0, since + CONNECTION_CHECK_MS + 1000 - performance.now()));
      await daemons[3].client().ping();
      assert.ok(existsSync(`/proc/${pids[3]}`));
    });
  });
});
