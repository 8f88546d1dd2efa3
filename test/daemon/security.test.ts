import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { curveKeyPair, Dealer } from 'zeromq';
import { stopDaemon } from '../../src/client/launcher.js';
import { encodeRequest } from '../../src/protocol/codec.js';
import { type CurveAddress, clientSecurity } from '../../src/runtime/daemonAddress.js';
import { parseTcpAddress } from '../../src/runtime/tcpAddress.js';
import { TestDaemon } from '../support/daemon.js';
import { failsWith } from '../support/errors.js';
import { arbitraryModel } from '../support/models.js';

const run = promisify(execFile);
const STRANGER = fileURLToPath(new URL('../support/stranger.mjs', import.meta.url));
const NOBODY = 65534;

/** Whether a peer with these options gets an answer. */
async function isLetIn(endpoint: string, options: object, ms = 500): Promise<boolean> {
  const socket = new Dealer({ linger: 0, sendTimeout: ms, receiveTimeout: ms, ...options });
  try {
    socket.connect(endpoint);
    await socket.send(encodeRequest({ id: 1, method: 'ping', params: {}, frames: [] }) as Buffer[]);
    await socket.receive();
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}

describe('a daemon is closed to others', function () {
  this.timeout(60_000);
  let daemon: TestDaemon;
  beforeEach(() => {
    daemon = new TestDaemon();
  });
  afterEach(() => daemon.dispose());

  it('tells its secrets in the connection file alone', async () => {
    for (const args of [['start'], ['start', '--tcp']]) {
      const { code, stdout, stderr } = await daemon.cli(...args);
      assert.equal(code, 0, stderr);
      const address = daemon.connection();
      const secrets = [address.secret];
      if (address.mechanism === 'CURVE') secrets.push(address.client_secret_key);
      await daemon.client().status();
      const places = [
        stdout,
        readFileSync(`/proc/${address.pid}/cmdline`, 'utf8'),
        readFileSync(`/proc/${address.pid}/environ`, 'utf8'),
        readFileSync(daemon.paths.log, 'utf8'),
        (await daemon.cli('status', '--json')).stdout,
        (await daemon.cli('doctor', '--json')).stdout,
        (await daemon.cli('logs', '--json')).stdout,
      ];
      for (const [i, text] of places.entries()) {
        assert.ok(text.length > 0);
        for (const secret of secrets) assert.ok(!text.includes(secret), `place ${i}`);
      }
      await stopDaemon(daemon.paths);
    }
  });

  it('lets nobody in with another user id, even where modes have been loosened', async function () {
    if (process.getuid?.() !== 0) {
      console.log('      (skipped: only root can take another user id)');
      this.skip();
    }
    await daemon.client().ping();
    const { control, secret } = daemon.connection();
    // where that user may read it, with the library that it needs
    const place = join(daemon.folder, 'public');
    mkdirSync(place);
    copyFileSync(STRANGER, join(place, 'stranger.mjs'));
    symlinkSync(join(dirname(STRANGER), '../../node_modules'), join(place, 'node_modules'));
    const attempt = async (...credentials: string[]) => {
      const command = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', process.execPath];
      const args = [...command, join(place, 'stranger.mjs'), control, ...credentials, '10'];
      return Number((await run('setpriv', args, { cwd: '/' })).stdout);
    };
    const socket = control.replace('ipc://', '');
    chmodSync(place, 0o755);
    // the program itself must be reachable, so the directory is opened for passing through, the socket is not
    chmodSync(daemon.folder, 0o711);
    let atFirst: number;
    try {
      atFirst = await attempt('euphonic', secret);
    } catch {
      console.log('      (skipped: another user cannot run a program of this checkout)');
      this.skip();
    }
    assert.equal(atFirst, 0, 'the socket is for its owner');
    chmodSync(socket, 0o777);
    assert.equal(await attempt('euphonic', 'a guess'), 0, 'the secret is asked for');
    assert.equal(await attempt('', ''), 0, 'and cannot be left out');
    // the same program gets in with the secret: it would have told
    assert.ok((await attempt('euphonic', secret)) > 0);
    chmodSync(daemon.folder, 0o700);
  });

  describe('over TCP', () => {
    let address: CurveAddress;
    const start = async (...tcp: string[]) => {
      const { code, stderr } = await daemon.cli('start', '--tcp', ...tcp);
      assert.equal(code, 0, stderr);
      address = daemon.connection() as CurveAddress;
    };

    it('it listens on loopback, encrypted, and works as over ipc', async () => {
      const other = new TestDaemon();
      try {
        const qpts = Float64Array.from({ length: 3000 }, (_, i) => i / 777);
        const local = other.client();
        const expected = await local.evaluate(await local.putModel(arbitraryModel()), qpts);
        await start();
        assert.equal(address.mechanism, 'CURVE');
        assert.match(address.work, /^tcp:\/\/127\.0\.0\.1:\d+$/);
        const client = daemon.client();
        const result = await client.evaluate(await client.putModel(arbitraryModel()), qpts);
        assert.deepEqual(result.structureFactors, expected.structureFactors);
        assert.equal((await client.status()).mechanism, 'CURVE');
        assert.equal((await daemon.cli('stop')).code, 0);
      } finally {
        await other.dispose();
      }
    });

    it('it lets in the keys of the connection file alone', async () => {
      await start();
      assert.ok(await isLetIn(address.control, clientSecurity(address), 10_000));
      const stranger = curveKeyPair();
      const strangers: object[] = [
        {},
        { plainUsername: 'euphonic', plainPassword: address.secret },
        {
          curveServerKey: address.server_key,
          curvePublicKey: stranger.publicKey,
          curveSecretKey: stranger.secretKey,
        },
        {
          ...clientSecurity(address),
          curveServerKey: stranger.publicKey,
        },
      ];
      for (const options of strangers) {
        for (const endpoint of [address.work, address.control]) {
          assert.equal(await isLetIn(endpoint, options), false, JSON.stringify(options));
        }
      }
      const { counters } = await daemon.client().status();
      assert.ok((counters.connections_refused ?? 0) >= 2);
    });

    it('a daemon that was killed is found dead and replaced', async () => {
      await start();
      process.kill(address.pid, 'SIGKILL');
      const client = daemon.client();
      assert.notEqual((await client.status()).pid, address.pid);
    });

    it('it takes the address and port that it is given, and says so when it cannot', async () => {
      await start('0.0.0.0');
      assert.ok(address.work.startsWith(`tcp://${hostname()}:`), address.work);
      const taken = Number(address.work.split(':').at(-1));
      const other = new TestDaemon();
      try {
        const { code, stderr } = await other.cli('run', '--tcp', `127.0.0.1:${taken}`);
        assert.equal(code, 1);
        assert.match(stderr, /[Aa]ddress/);
        assert.match(stderr, /free/);
      } finally {
        await other.dispose();
      }
      assert.deepEqual(parseTcpAddress('localhost:5000'), { host: '127.0.0.1', port: 5000 });
      for (const text of ['example.org', '1.2.3', '127.0.0.1:0', '127.0.0.1:x', '127.0.0.1:1:2', '*']) {
        await failsWith('invalid_argument', () => parseTcpAddress(text));
      }
    });

    it('a daemon of another host that does not answer starts nothing here', async () => {
      await start();
      await stopDaemon(daemon.paths);
      const { writeFileSync } = await import('node:fs');
      const elsewhere = { ...address, host: 'elsewhere' };
      writeFileSync(daemon.paths.connectionFile, JSON.stringify(elsewhere), { mode: 0o600 });
      const error = await failsWith('other_host', () => daemon.client().ping());
      assert.match(error.advice ?? '', /elsewhere/);
    });
  });
});
