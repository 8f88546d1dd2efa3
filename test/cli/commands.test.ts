import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { TestDaemon } from '../support/daemon.js';
import { dataFile } from '../support/data.js';
import { cliPath } from '../support/dist.js';
import { arbitraryModel } from '../support/models.js';

const STATUS_KEYS = [
  'pid',
  'version',
  'protocol',
  'host',
  'uptime_s',
  'threads',
  'simd',
  'memory_bytes',
  'models',
  'plans',
  'jobs',
  'endpoints',
  'last_job',
];

describe('euphonicd', function () {
  this.timeout(60_000);
  let daemon: TestDaemon;
  before(() => {
    daemon = new TestDaemon();
  });
  after(() => daemon.dispose());

  it('starts, tells and stops', async () => {
    const none = await daemon.cli('status');
    const connection_file = daemon.paths.connectionFile;
    assert.deepEqual(
      [none.code, none.stdout],
      [3, `No daemon is alive (connection file ${connection_file}).\n`],
    );
    assert.deepEqual(JSON.parse((await daemon.cli('status', '--json')).stdout), {
      running: false,
      connection_file,
    });

    const started = JSON.parse((await daemon.cli('start', '--threads', '3', '--json')).stdout);
    assert.equal(started.started, true);
    const again = await daemon.cli('start', '--json');
    assert.deepEqual(JSON.parse(again.stdout), { ...started, started: false });

    const { code, stdout } = await daemon.cli('status', '--json');
    assert.equal(code, 0);
    const status = JSON.parse(stdout);
    for (const key of STATUS_KEYS) assert.ok(key in status, key);
    assert.equal(status.pid, started.pid);
    assert.equal(status.host, hostname());
    assert.equal(status.threads, 3);
    assert.equal(status.last_job, null);
    assert.equal(status.connection_file, connection_file);
    const shown = (await daemon.cli('status')).stdout;
    assert.match(shown, new RegExp(`pid ${started.pid} `));
    assert.ok(shown.includes(connection_file), shown);

    const stopped = await daemon.cli('stop', '--json');
    assert.deepEqual(JSON.parse(stopped.stdout), { stopped: true, pid: started.pid, connection_file });
    const nothing = await daemon.cli('stop', '--json');
    assert.deepEqual(
      [nothing.code, JSON.parse(nothing.stdout)],
      [0, { stopped: false, pid: null, connection_file }],
    );
    assert.equal((await daemon.cli('status')).code, 3);
  });

  it('takes its number of threads from the environment', async () => {
    await daemon.cliWith({ EUPHONIC_MAX_THREADS: '5' }, 'start');
    assert.equal(JSON.parse((await daemon.cli('status', '--json')).stdout).threads, 5);
    await daemon.cli('stop');
    const wrong = await daemon.cliWith({ EUPHONIC_MAX_THREADS: 'many' }, 'start');
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /EUPHONIC_MAX_THREADS is 'many'/);
  });

  const usage: [string, string[], RegExp][] = [
    ['an unknown command', ['strat'], /start/],
    ['an unknown option', ['start', '--thread', '2'], /--threads/],
    ['a word for a number', ['start', '--threads', 'two'], /integer/],
    ['no threads', ['start', '--threads', '0'], /integer/],
    ['a word for a size', ['start', '--max-memory', 'lots'], /such as 8G/],
    ['too little memory', ['run', '--max-memory', '1k'], /at least \d+ bytes/],
    ['a time in another unit', ['start', '--idle-end', '3 weeks'], /such as 3d/],
    ['a word for an address', ['run', '--tcp', 'here'], /IPv4/],
    ['an argument too many', ['start', '8'], /too many/],
    ['a missing argument', ['info'], /model/],
    ['an empty name', ['info', 'x', '--born-name', ''], /--born-name/],
    ['a missing option', ['sqw', 'x'], /--q-file/],
    [
      'a misspelt option',
      ['sqw', 'x', '--q-file', 'q', '--output', 'o', '--temprature', '5'],
      /--temperature/,
    ],
    ['an unknown choice', ['sqw', 'x', '--q-file', 'q', '--output', 'o', '--asr', 'real'], /realspace/],
    [
      'a word for a number',
      ['sqw', 'x', '--q-file', 'q', '--output', 'o', '--temperature', 'cold'],
      /number/,
    ],
  ];
  for (const [what, args, words] of usage) {
    it(`ends with code 2 for ${what}: ${args.join(' ')}`, async () => {
      const { code, stderr } = await daemon.cli(...args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, words);
    });
  }

  it('says the same of wrong options whether a daemon is alive or not', async () => {
    const wrong = [
      ['--max-memory', 'lots'],
      ['--idle-end', '-3h'],
      ['--tcp', '127.0.0.1:70000'],
      ['--threads', '0'],
      ['--thread', '2'],
    ];
    const answers = async () => {
      const found = [];
      for (const args of wrong) found.push(await daemon.cli('start', ...args));
      return found;
    };
    await daemon.cli('stop');
    const withNone = await answers();
    assert.equal((await daemon.cli('status')).code, 3, 'nothing was started');
    await daemon.cli('start');
    const withOne = await answers();
    assert.deepEqual(withOne, withNone);
    assert.deepEqual(
      withOne.map(({ code, stdout }) => [code, stdout]),
      wrong.map(() => [2, '']),
    );
  });

  it('says which options have no effect because a daemon is alive', async () => {
    await daemon.cli('stop');
    const first = await daemon.cli('start', '--threads', '2', '--idle-end', '2h');
    assert.deepEqual([first.code, first.stderr], [0, '']);
    const second = await daemon.cli('start', '--threads', '3', '--tcp', '--json');
    assert.equal(second.code, 0);
    assert.match(second.stderr, /^.*without effect of: --threads, --tcp .*\n$/);
    assert.equal(JSON.parse(second.stdout).started, false);
    assert.deepEqual((await daemon.cli('start')).stderr, '');
  });

  it('shows a model once, and tells models of the same source from each other', async () => {
    await daemon.cli('stop');
    const client = daemon.client();
    const [one, other] = [arbitraryModel(), arbitraryModel()];
    other.forceConstants[0] *= 1.5;
    const ids: string[] = [];
    for (const model of [one, other, one]) ids.push((await client.putModel(model)).model);
    assert.equal(new Set(ids).size, 2);
    const lines = (await daemon.cli('status')).stdout.split('\n').filter((line) => / atoms, /.test(line));
    assert.equal(lines.length, 2);
    for (const id of ids)
      assert.equal(lines.filter((line) => line.endsWith(`model ${id.slice(0, 8)}`)).length, 1);
  });

  it('ends with code 0 when it is asked for help or its version', async () => {
    const help = await daemon.cli('--help');
    assert.deepEqual([help.code, help.stderr], [0, '']);
    for (const command of ['start', 'stop', 'status', 'run', 'sqw', 'info']) {
      assert.ok(help.stdout.includes(command), command);
    }
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    assert.equal((await daemon.cli('--version')).stdout, `${version}\n`);
    assert.match((await daemon.cli('sqw', '--help')).stdout, /--dipole-parameter/);
    // flags without effect are not in a command's help, but those of sqw are taken
    const dispersion = await daemon.cli('dispersion', '--help');
    assert.match(dispersion.stdout, /--splitting-direction/);
    assert.doesNotMatch(dispersion.stdout, /--bose|--temperature|--scattering-lengths|--negative-e/);
    assert.doesNotMatch((await daemon.cli('dos', '--help')).stdout, /--splitting-direction/);
    assert.match((await daemon.cli('map', '--help')).stdout, /Bose factor \(default: with a\s+temperature/);
    assert.match(help.stdout, /Exit codes: 0 .* 2 wrong usage/s);
  });

  describe('given bad input', () => {
    let qFile: string;
    const output = () => join(daemon.folder, 'out.json');
    const sqw = (model: string, ...options: string[]) =>
      daemon.cli('sqw', model, '--q-file', qFile, '--output', output(), ...options);
    before(() => {
      qFile = join(daemon.folder, 'q.txt');
      writeFileSync(qFile, '# h k l\n0 0 0.5\n0.1, 0.2, 0.3 # a comment\n\n');
    });
    const ends = async (
      expected: number,
      result: Promise<{ code: number | null; stderr: string }>,
      words: (RegExp | string)[],
    ) => {
      const { code, stderr } = await result;
      assert.equal(code, expected, stderr);
      for (const word of words) {
        if (typeof word === 'string') assert.ok(stderr.includes(word), stderr);
        else assert.match(stderr, word);
      }
    };
    const says = (result: ReturnType<typeof sqw>, ...words: (RegExp | string)[]) => ends(1, result, words);
    const refuses = (result: ReturnType<typeof sqw>, ...words: (RegExp | string)[]) => ends(2, result, words);

    it('says which file is missing', () => says(sqw('/no/such.castep_bin'), '/no/such.castep_bin'));

    it('says where a file ends too early', async function () {
      const cut = join(daemon.folder, 'cut.castep_bin');
      copyFileSync(dataFile(this, 'quartz/quartz.castep_bin'), cut);
      truncateSync(cut, 100_000);
      await says(sqw(cut), cut, /byte/);
    });

    it('says that a file is of another kind', () => says(sqw(process.execPath), process.execPath, /CASTEP/));

    it('says what is wrong with a file of q-points', async () => {
      const wrong: [string, RegExp][] = [
        ['0 0\n', /line 1/],
        ['0 0 0\n0 0 x\n', /line 2/],
        ['0 0 NaN\n', /line 1/],
        ['0 0 1e999\n', /line 1/],
        ['[[0,0,0],[0,0]]', /q-point 1/],
        ['[[0,0,null]]', /q-point 0/],
        ['[[0,0,0]', /JSON/],
        ['# nothing\n', /no q-points/],
        ['0 0 0x1\n', /line 1/],
        ['0 0 0b1\n', /line 1/],
        ['0 0 Infinity\n', /line 1/],
        ['0 0 1_0\n', /line 1/],
        [',0 0\n', /line 1/],
        ['0,,0\n', /line 1/],
        ['0 0 1.1e9\n', /line 1.*1000000000/s],
        ['[[0,0,-2e9]]', /q-point 0.*1000000000/s],
      ];
      for (const [text, words] of wrong) {
        const file = join(daemon.folder, 'wrong.txt');
        writeFileSync(file, text);
        await says(daemon.cli('sqw', 'x', '--q-file', file, '--output', output()), words, file);
      }
      await says(daemon.cli('sqw', 'x', '--q-file', '/no/q.txt', '--output', output()), '/no/q.txt');
    });

    it('says which value is out of range, and reads no file before', async () => {
      const model = '/no/such.castep_bin';
      await refuses(sqw(model, '--temperature', '-5'), /--temperature is -5/, /kelvin/);
      await refuses(sqw(model, '--dipole-parameter', '0'), /--dipole-parameter is 0/);
      await refuses(sqw(model, '--n-threads', '1.5'), /--n-threads is 1.5/);
      await refuses(sqw(model, '--scattering-lengths', '{"Na": }'), /JSON/);
      await refuses(sqw(model, '--scattering-lengths', '{"Na": true}'), /--scattering-lengths/);
      await refuses(sqw(model, '--fc-name', ''), /--fc-name/);
      await refuses(daemon.cli('sqw', qFile, '--q-file', qFile, '--output', qFile), /overwritten/);
    });

    it('says which scattering lengths it does not have', async function () {
      const model = dataFile(this, 'nacl/NaCl_force_constants.json');
      await says(sqw(model, '--scattering-lengths', '{"Na": 3.63}'), /Cl/);
      await says(sqw(model, '--scattering-lengths', '/no/lengths.json'), '/no/lengths.json');
    });

    it('says where it cannot write', async function () {
      const model = dataFile(this, 'nacl/NaCl_force_constants.json');
      await says(daemon.cli('sqw', model, '--q-file', qFile, '--output', '/no/out.json'), '/no/out.json');
    });

    it('says that a directory is open to others', async () => {
      const open = join(daemon.folder, 'open');
      const { mkdirSync } = await import('node:fs');
      mkdirSync(open);
      chmodSync(open, 0o777);
      const started = daemon.cliWith({ EUPHONIC_CONNECTION: join(open, 'connection.json') }, 'start');
      await says(started, open, /chmod 700/);
    });

    it('leaves the daemon alive', async () => {
      assert.equal((await daemon.cli('status')).code, 0);
    });
  });

  it('ends at once at Ctrl-C while the daemon reads a file', async () => {
    await daemon.cli('stop');
    await daemon.cli('start', '--read-time', '10s');
    // a small file that takes many times as long: fifty million comments
    const bomb = join(daemon.folder, 'phonopy.yaml.gz');
    writeFileSync(bomb, gzipSync(Buffer.alloc(10 ** 8, '#\n'), { level: 1 }));
    const child = spawn(process.execPath, [cliPath, 'thermo', bomb, '--format', 'phonopy'], {
      env: daemon.env,
      stdio: 'ignore',
    });
    await sleep(2000);
    child.kill('SIGINT');
    const pressed = performance.now();
    const [, signal] = await once(child, 'exit');
    assert.equal(signal, 'SIGINT');
    assert.ok(performance.now() - pressed < 3000);
    await daemon.cli('stop');
  });
});
