/** Daemons of other versions: this program, copied, with another version in it. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ensureDaemon, stopDaemon } from '../../src/client/launcher.js';
import { READER_IDLE_MS } from '../../src/daemon/limits/settings.js';
import { QUARTZ } from '../reliability/support/results.js';
import { eventually, TestDaemon } from '../support/daemon.js';
import { dist } from '../support/dist.js';
import { failsWith } from '../support/errors.js';
import { arbitraryModel } from '../support/models.js';
import { RawPeer } from '../support/rawPeer.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe('a daemon of another version', function () {
  this.timeout(60_000);
  let daemon: TestDaemon;
  const children: ChildProcess[] = [];
  beforeEach(() => {
    daemon = new TestDaemon();
  });
  afterEach(async () => {
    await daemon.dispose();
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  const copyOf = (version: string, protocol: number) => join(daemon.folder, `version-${version}-${protocol}`);

  /** Starts one that says it is of this version, and speaks this protocol. */
  const start = async (version: string, protocol = 1) => {
    const copy = copyOf(version, protocol);
    const copied = join(copy, basename(dist));
    mkdirSync(copy);
    cpSync(dist, copied, { recursive: true });
    for (const name of ['node_modules', 'build']) symlinkSync(join(root, name), join(copy, name));
    const facts = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    writeFileSync(join(copy, 'package.json'), JSON.stringify({ ...facts, version }));
    const limits = join(copied, 'protocol', 'limits.js');
    const text = readFileSync(limits, 'utf8');
    const changed = text.replace(/(PROTOCOL_VERSION = )\d+/, `$1${protocol}`);
    assert.match(changed, new RegExp(`PROTOCOL_VERSION = ${protocol};`));
    writeFileSync(limits, changed);
    const child = spawn(process.execPath, [join(copied, 'cli.js'), 'run'], {
      env: daemon.env,
      stdio: 'ignore',
    });
    children.push(child);
    await eventually(() => existsSync(daemon.paths.connectionFile), 'it is there');
    assert.deepEqual([daemon.connection().version, daemon.connection().protocol], [version, protocol]);
    return daemon.connection().pid;
  };

  it('that is older and idle is replaced by start', async () => {
    for (const [version, protocol] of [
      ['0.0.9', 1],
      ['0.0.9', 0],
    ] as const) {
      const pid = await start(version, protocol);
      const { code, stdout, stderr } = await daemon.cli('start', '--json');
      assert.equal(code, 0, stderr);
      const started = JSON.parse(stdout);
      assert.deepEqual([started.started, started.replaced], [true, version]);
      assert.notEqual(started.pid, pid);
      await daemon.client().ping();
      await stopDaemon(daemon.paths);
    }
  });

  it('that is older and at work is left alone', async () => {
    const pid = await start('0.0.9');
    const client = daemon.client();
    const { model } = await client.putModel(arbitraryModel());
    const peer = new RawPeer(daemon.connection(), 'work');
    try {
      await peer.request('job.open', { model, n_points: 1 });
      const { address, started } = await ensureDaemon({ paths: daemon.paths, replaceOlder: true });
      assert.deepEqual([address.pid, started], [pid, false]);
      // and goes on to serve this client, whose protocol it speaks
      await client.evaluate(await client.putModel(arbitraryModel()), Float64Array.of(0.1, 0.2, 0.3));
    } finally {
      peer.close();
    }
  });

  it('that is newer is used where it speaks the same protocol, and never replaced', async () => {
    const pid = await start('99.0.0');
    const client = daemon.client();
    assert.equal((await client.hello()).version, '99.0.0');
    assert.equal(JSON.parse((await daemon.cli('start', '--json')).stdout).pid, pid);
  });

  it('with another protocol is named together with the side to update, and can be stopped', async () => {
    for (const [protocol, side] of [
      [0, 'update the daemon'],
      [2, 'update the client'],
    ] as const) {
      const pid = await start(protocol === 0 ? '0.0.9' : '99.0.0', protocol);
      const error = await failsWith('protocol_version', () => daemon.client().ping());
      assert.match(error.message, new RegExp(side));
      if (protocol === 2) {
        const { code, stderr } = await daemon.cli('start');
        assert.equal(code, 1);
        assert.match(stderr, /update the client/);
      }
      assert.equal((await stopDaemon(daemon.paths))?.pid, pid);
    }
  });
  it('whose files another has taken since says to start it again, and goes on with what it has', async () => {
    const pid = await start('99.0.0');
    const client = daemon.client();
    const model = await client.putModel(arbitraryModel());
    await client.evaluate(model, Float64Array.of(0.1, 0.2, 0.3));
    // the thread that checked the model ends when it is idle: the next would run what lies there then
    await sleep(READER_IDLE_MS + 1000);
    const file = join(copyOf('99.0.0', 1), basename(dist), 'models', 'forceConstants.js');
    appendFileSync(file, '\n');
    const error = await failsWith('internal', () => client.loadModel(QUARTZ));
    assert.match(error.message, /files .* have changed since it was started/);
    assert.match(error.advice ?? '', /euphonicd stop/);
    await client.evaluate(model, Float64Array.of(0.1, 0.2, 0.3));
    assert.equal((await client.status()).pid, pid);
  });
});
