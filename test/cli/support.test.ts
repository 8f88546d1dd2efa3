import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { appendFileSync, chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { load } from 'js-yaml';
import { readSiteConfig } from '../../src/daemon/limits/siteConfig.js';
import { TestDaemon } from '../support/daemon.js';
import { arbitraryModel } from '../support/models.js';
import { RawPeer } from '../support/rawPeer.js';

const run = promisify(execFile);
const packaging = (name: string) => fileURLToPath(new URL(`../../packaging/${name}`, import.meta.url));

interface Check {
  check: string;
  result: string;
  says: string;
  advice?: string;
}

describe('a daemon seen from outside', function () {
  this.timeout(60_000);
  let daemon: TestDaemon;
  beforeEach(() => {
    daemon = new TestDaemon();
  });
  afterEach(() => daemon.dispose());

  const doctor = async (env: NodeJS.ProcessEnv = {}) => {
    const { code, stdout } = await daemon.cliWith(env, 'doctor', '--json');
    const report = JSON.parse(stdout);
    const check = (name: string): Check => report.checks.find((one: Check) => one.check === name);
    return { code, report, check };
  };

  it('counts what was asked, refused and calculated', async () => {
    const client = daemon.client();
    const model = await client.putModel(arbitraryModel());
    await client.evaluate(
      model,
      Float64Array.from({ length: 90 }, (_, i) => i / 50),
      { chunkPoints: 10 },
    );
    const peer = new RawPeer(daemon.connection(), 'work');
    await peer.request('model.info', { model: 'f'.repeat(64) });
    await peer.send([Buffer.of(0xc1)]);
    await peer.receive();
    const stranger = new RawPeer({ ...daemon.connection(), secret: 'none' } as never, 'work', {
      sendTimeout: 300,
    });
    await stranger.request('hello', {}, [], 1000).catch(() => {});
    peer.close();
    stranger.close();
    const status = JSON.parse((await daemon.cli('status', '--json')).stdout);
    const { counters } = status;
    assert.deepEqual([counters.jobs, counters.chunks, counters.points], [1, 3, 30]);
    assert.deepEqual([counters.errors, counters.messages_refused], [1, 1]);
    assert.ok(counters.connections_refused >= 1 && counters.connections_accepted >= 2);
    const [error] = status.last_errors;
    assert.deepEqual([error.method, error.code], ['model.info', 'unknown_model']);
    assert.ok(Math.abs(Date.parse(error.at) - Date.now()) < 60_000);
    assert.ok(status.memory_committed_bytes < status.memory_limit_bytes);
    assert.equal(status.idle_end_s, 3 * 86_400);
    const text = (await daemon.cli('status')).stdout;
    assert.match(text, /ends after 3 d/);
    assert.match(text, /since start +1 job, 30 q-points, \d+ requests, 1 error\n/);
    assert.match(text, /last errors +\S+ model.info: unknown_model\n/);
  });

  it('shows its log to people and to programs', async () => {
    const nothing = await daemon.cli('logs');
    assert.deepEqual([nothing.code, nothing.stdout], [0, '']);
    assert.match(nothing.stderr, /no log/);
    const client = daemon.client();
    await client.evaluate(await client.putModel(arbitraryModel()), Float64Array.of(0.1, 0.2, 0.3));
    await daemon.cli('stop');
    const lines = (await daemon.cli('logs', '--json')).stdout.trim().split('\n');
    const messages = lines.map((line) => JSON.parse(line).msg);
    for (const message of ['started', 'job opened', 'job closed', 'ending', 'ended']) {
      assert.ok(messages.includes(message), message);
    }
    const readable = (await daemon.cli('logs', '--lines', '1')).stdout;
    assert.match(readable, /^\d{4}-\d\d-\d\dT[\d:.]+Z \[\d+\] ended\n$/);
    appendFileSync(daemon.paths.log, 'a line of Node.js itself\n');
    assert.match((await daemon.cli('logs', '--lines', '2')).stdout, /a line of Node.js itself\n$/);
    assert.equal((await daemon.cli('logs', '--lines', 'many')).code, 2);
  });

  it('is found in order by doctor, with what is needed to help', async () => {
    const before = await doctor();
    assert.equal(before.code, 0);
    assert.match(before.check('daemon').says, /none is alive/);
    const client = daemon.client({ threads: 2 });
    await client.putModel(arbitraryModel());
    const { code, report, check } = await doctor();
    assert.equal(code, 0);
    assert.deepEqual(
      report.checks.filter(({ result }: Check) => result === 'problem'),
      [],
    );
    const { pid } = daemon.connection();
    assert.match(check('daemon').says, new RegExp(`pid ${pid}, version .* answers in`));
    const { installation, paths, environment, daemon: facts } = report;
    for (const key of ['version', 'protocol', 'node', 'zeromq', 'system', 'threads', 'simd', 'open_files']) {
      assert.ok(installation[key], key);
    }
    assert.deepEqual([paths.connection.mode, paths.directory.mode], ['0600', '0700']);
    assert.equal(environment.EUPHONIC_CONNECTION, daemon.paths.connectionFile);
    assert.equal(facts.threads, 2);
    assert.match(facts.threads_reason, /asked for/);
    const text = (await daemon.cli('doctor')).stdout;
    assert.match(text, /ok +daemon: pid/);
  });

  it('tells doctor nothing of what its user calculates', async () => {
    const secretName = join(daemon.folder, 'unpublished-compound.json');
    const client = daemon.client();
    await client.loadModel(secretName).catch(() => {});
    await client.putModel(arbitraryModel());
    const { stdout } = await daemon.cli('doctor', '--json');
    assert.ok(!stdout.includes('unpublished-compound'));
    assert.match(stdout, /file_not_found/);
  });

  it('lets doctor name what is wrong, and what to do', async () => {
    await daemon.client().ping();
    chmodSync(daemon.folder, 0o777);
    const open = await doctor();
    assert.equal(open.code, 1);
    const directory = open.check('runtime directory');
    assert.deepEqual([directory.result, directory.advice], ['problem', `chmod 700 ${daemon.folder}`]);
    chmodSync(daemon.folder, 0o700);
    const { version } = daemon.connection();
    const older = readFileSync(daemon.paths.connectionFile, 'utf8').replace(`"${version}"`, '"0.0.1"');
    writeFileSync(daemon.paths.connectionFile, older);
    const outdated = await doctor();
    assert.equal(outdated.code, 0);
    assert.equal(outdated.check('daemon').result, 'warning');
    const wrong = await doctor({ EUPHONIC_MAX_MEMORY: 'lots' });
    assert.equal(wrong.check('limits').result, 'problem');
    assert.match(wrong.check('limits').says, /EUPHONIC_MAX_MEMORY is 'lots'/);
  });
});

describe('files for administrators', function () {
  this.timeout(60_000);

  it('the example of site limits is one', () => {
    const site = readSiteConfig({ EUPHONIC_SITE_CONFIG: packaging('euphonic-bridge.yaml') });
    assert.deepEqual(
      Object.keys(load(readFileSync(packaging('euphonic-bridge.yaml'), 'utf8')) as object).length,
      6,
    );
    assert.deepEqual([site.maxThreads, site.maxMemoryBytes, site.tcp], [16, 32 * 2 ** 30, 'loopback']);
    assert.equal(site.readTimeMs, 600_000);
  });

  it('every limit is in the table, by its name', () => {
    const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
    const page = read('docs/administration.md');
    const notLimits = ['PROTOCOL_VERSION', 'EXIT_LOCKED', 'REFUSED_BUSY', 'ROTATED'];
    for (const files of [
      ['src/daemon/limits/settings.ts', 'src/runtime/log.ts'],
      ['src/protocol/limits.ts'],
    ]) {
      const text = files.map(read).join('');
      const names = [...text.matchAll(/^export const ([A-Z][A-Z_0-9]+)/gm)].map(([, name]) => name);
      assert.ok(names.length > 10);
      for (const name of names) assert.ok(page.includes(`\`${name}\``) || notLimits.includes(name), name);
    }
  });

  it('systemd takes the unit', async function () {
    const unit = packaging('euphonic-bridge.service');
    try {
      await run('systemd-analyze', ['--version']);
    } catch {
      console.log('      (skipped: no systemd-analyze)');
      this.skip();
    }
    const { stdout, stderr } = await run('systemd-analyze', ['--user', 'verify', unit]).catch(
      (error) => error,
    );
    // the program that it names is that of an installation
    const faults = `${stdout}${stderr}`.split('\n').filter((line) => /euphonic-bridge/.test(line));
    assert.deepEqual(
      faults.filter((line) => !/cli\.js is not executable/.test(line)),
      [],
    );
  });

  it('launchd gets a property list', async function () {
    const program = 'import plistlib,sys; print(plistlib.load(open(sys.argv[1],"rb"))["Label"])';
    try {
      await run('python3', ['-c', 'import plistlib']);
    } catch {
      console.log('      (skipped: no python3 to read property lists)');
      this.skip();
    }
    const { stdout } = await run('python3', ['-c', program, packaging('euphonic-bridge.plist')]);
    assert.equal(stdout.trim(), 'euphonic-bridge');
  });
});
