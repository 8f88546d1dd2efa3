/** Where the command line and the daemon look for each other, whatever the environment says: as real processes. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findDaemon } from '../../src/client/launcher.js';
import { type CliResult, TestDaemon } from '../support/daemon.js';
import { cliPath } from '../support/dist.js';

/** A number that belongs to no user, as containers have them. */
const NOBODY = '54321';

const inHome = (home: string, host = hostname()) =>
  join(home, '.cache', 'euphonic-bridge', host, 'connection.json');

describe('connection file, wherever it is looked for', function () {
  this.timeout(60_000);
  let daemon: TestDaemon;
  beforeEach(() => {
    daemon = new TestDaemon();
  });
  afterEach(() => daemon.dispose());

  /** The command line with nothing of the environment but PATH and what is given, in the test's folder. */
  const cli = (given: NodeJS.ProcessEnv, ...args: string[]) => {
    const none = Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined]));
    return daemon.cliWith(
      { ...none, EUPHONIC_CONNECTION: undefined, PATH: process.env.PATH, ...given },
      ...args,
    );
  };
  const json = ({ stdout }: CliResult) => JSON.parse(stdout);

  /** A shell script, with the daemon's command line as $EUPHONICD. */
  const shell = (command: string[], script: string): Promise<CliResult> =>
    new Promise((resolve) => {
      const env = {
        PATH: process.env.PATH,
        EUPHONICD: `${process.execPath} ${cliPath}`,
        FOLDER: daemon.folder,
      };
      const [program, ...args] = [...command, 'sh', '-c', script];
      const child = execFile(program, args, { env, cwd: daemon.folder }, (_, stdout, stderr) =>
        resolve({ code: child.exitCode, stdout, stderr }),
      );
    });

  it('is at an absolute path', async () => {
    const known = userInfo().homedir;
    const { folder } = daemon;
    const places: [NodeJS.ProcessEnv, string][] = [
      [{}, inHome(known)],
      [{ HOME: '' }, inHome(known)],
      [{ HOME: 'relative' }, inHome(known)],
      [{ HOME: folder }, inHome(folder)],
      [{ HOME: folder, XDG_RUNTIME_DIR: '' }, inHome(folder)],
      [{ HOME: folder, XDG_RUNTIME_DIR: 'relative' }, inHome(folder)],
      [{ HOME: '', XDG_RUNTIME_DIR: folder }, join(folder, 'euphonic', 'connection.json')],
      [{ HOME: '', EUPHONIC_CONNECTION: 'a/b.json' }, join(folder, 'a', 'b.json')],
    ];
    for (const [given, expected] of places) {
      const found = json(await cli(given, 'status', '--json'));
      assert.equal(found.connection_file, expected, JSON.stringify(given));
    }
  });

  it('is found by those who follow, also with paths that are relative', async () => {
    const relative = { HOME: daemon.folder, XDG_RUNTIME_DIR: 'run' };
    for (const given of [relative, { HOME: daemon.folder, EUPHONIC_CONNECTION: 'a/b.json' }]) {
      const started = json(await cli(given, 'start', '--json'));
      const status = json(await cli(given, 'status', '--json'));
      const stopped = json(await cli(given, 'stop', '--json'));
      assert.deepEqual([status.pid, stopped.pid], [started.pid, started.pid]);
      assert.equal(started.connection_file, status.connection_file);
    }
    assert.ok(!existsSync(join(daemon.folder, 'run')));
  });

  it('of one daemon is not that of another: stop says which is meant', async () => {
    const other = { HOME: daemon.folder };
    await daemon.cli('start');
    const nothing = await cli(other, 'stop');
    assert.equal(nothing.stdout, `No daemon is alive (connection file ${inHome(daemon.folder)}).\n`);
    const { pid } = daemon.connection();
    const stopped = await daemon.cli('stop');
    const where = daemon.paths.connectionFile;
    assert.equal(stopped.stdout, `The daemon has been stopped (pid ${pid}, connection file ${where}).\n`);
  });

  it('is in the home that the system knows where HOME is empty', async function () {
    const passwd = readFileSync('/etc/passwd', 'utf8').replace(
      new RegExp(`^((?:[^:]*:){2}${process.getuid?.()}:[^:]*:[^:]*:)[^:]*`, 'm'),
      `$1${daemon.folder}/home`,
    );
    writeFileSync(join(daemon.folder, 'passwd'), passwd);
    const asRoot = ['unshare', '--mount', '--propagation', 'private'];
    const script = `mount --bind "$FOLDER/passwd" /etc/passwd || exit 77
      for home in unset empty; do
        [ $home = unset ] || export HOME=
        $EUPHONICD start --json && $EUPHONICD status --json && $EUPHONICD stop --json || exit
      done`;
    const { code, stdout, stderr } = await shell(asRoot, script);
    if (process.getuid?.() !== 0 || code === 77 || /unshare/.test(stderr)) {
      console.log('      (skipped: needs root and a mount namespace)');
      this.skip();
    }
    assert.equal(code, 0, stderr);
    const files = [...stdout.matchAll(/"connection_file": "(.*)"/g)].map(([, file]) => file);
    assert.deepEqual(files, Array(6).fill(inHome(join(daemon.folder, 'home'))));
  });

  it('of a user whom the system does not know has to be named', async function () {
    const folder = mkdtempSync(join(tmpdir(), 'euphonic-test-'));
    const user = ['setpriv', '--reuid', NOBODY, '--regid', NOBODY, '--clear-groups'];
    try {
      chmodSync(folder, 0o777);
      chmodSync(daemon.folder, 0o755);
      const readable = `test -r ${cliPath} && test -x ${process.execPath}`;
      const reads = await shell(user, `${readable} && mkdir -m 700 ${folder}/own`);
      if (reads.code !== 0) {
        console.log('      (skipped: needs root, and a checkout and a Node.js that every user can read)');
        this.skip();
      }
      for (const command of ['start', 'run', 'status', 'stop', 'logs', 'doctor']) {
        const { code, stdout, stderr } = await shell(user, `$EUPHONICD ${command}`);
        assert.equal(code, 1, command);
        assert.match(
          stdout + stderr,
          /no home directory is known.*Let EUPHONIC_CONNECTION name a file/s,
          command,
        );
      }
      const { code, stdout } = await shell(
        user,
        `export EUPHONIC_CONNECTION=${folder}/own/connection.json
        $EUPHONICD start && $EUPHONICD status && $EUPHONICD stop`,
      );
      assert.equal(code, 0);
      assert.ok(stdout.includes(`connection file ${folder}/own/connection.json`), stdout);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('that nobody looks at any more, since the host has another name, ends the daemon', async function () {
    mkdirSync(join(daemon.folder, 'home'));
    const script = `export HOME="$FOLDER/home"
      $EUPHONICD start --json && echo another-name > /proc/sys/kernel/hostname || exit 77
      pid=$(cat "$HOME"/.cache/euphonic-bridge/*/connection.json.lock)
      i=0; while kill -0 $pid 2>/dev/null && [ $i -lt 200 ]; do i=$((i + 1)); sleep 0.1; done
      $EUPHONICD status --json; kill -0 $pid 2>/dev/null && { kill $pid; exit 1; }; exit 0`;
    const { code, stdout, stderr } = await shell(['unshare', '--uts'], script);
    if (process.getuid?.() !== 0 || code === 77 || /unshare/.test(stderr)) {
      console.log('      (skipped: needs root and a namespace of names)');
      this.skip();
    }
    assert.equal(code, 0, 'the daemon ends');
    assert.ok(stdout.includes(inHome(join(daemon.folder, 'home'), 'another-name')), stdout);
  });

  it('that nobody finds in time is no daemon that stays', async () => {
    const { code, stderr } = await daemon.cliWith({ EUPHONIC_START_TIMEOUT_MS: '1' }, 'start');
    assert.equal(code, 1, stderr);
    assert.match(stderr, /could not be started/);
    await sleep(3000);
    assert.equal(await findDaemon(daemon.paths), undefined);
  });
});
