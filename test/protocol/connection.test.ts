import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DaemonAddress, readConnectionFile } from '../../src/runtime/daemonAddress.js';
import { ensurePrivateDirectory } from '../../src/runtime/files.js';
import { runtimePaths } from '../../src/runtime/paths.js';
import { failsWith } from '../support/errors.js';

const address: DaemonAddress = {
  protocol: 1,
  version: '0.1.0',
  host: hostname(),
  pid: process.pid,
  work: 'ipc:///tmp/w',
  control: 'ipc:///tmp/c',
  mechanism: 'PLAIN',
  secret: 'x',
};

describe('connection file', () => {
  let folder: string;
  const paths = () => runtimePaths({ EUPHONIC_CONNECTION: join(folder, 'connection.json') });
  const write = (content: unknown, mode = 0o600) => {
    writeFileSync(paths().connectionFile, typeof content === 'string' ? content : JSON.stringify(content));
    chmodSync(paths().connectionFile, mode);
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'euphonic-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('lies where the environment says', () => {
    const at = (env: NodeJS.ProcessEnv) => runtimePaths(env).connectionFile;
    assert.equal(at({ EUPHONIC_CONNECTION: '/a/b.json', XDG_RUNTIME_DIR: '/run/user/1' }), '/a/b.json');
    assert.equal(
      at({ XDG_RUNTIME_DIR: '/run/user/1', HOME: '/home/x' }),
      '/run/user/1/euphonic/connection.json',
    );
    assert.equal(at({ HOME: '/home/x' }), `/home/x/.cache/euphonic-bridge/${hostname()}/connection.json`);
    const { lock, log } = runtimePaths({ EUPHONIC_CONNECTION: '/a/b.json' });
    assert.deepEqual([lock, log], ['/a/b.json.lock', '/a/b.log']);
  });

  it('is read, and absent when there is none', () => {
    assert.equal(readConnectionFile(paths()), undefined);
    write(address);
    assert.deepEqual(readConnectionFile(paths()), address);
  });

  it('that is empty counts as none, one that is something else is left alone', async () => {
    write('');
    assert.equal(readConnectionFile(paths()), undefined);
    write('{"some": "data of the user"}');
    await failsWith('file_damaged', () => readConnectionFile(paths()));
    write({ ...address, pid: 'one' });
    await failsWith('file_damaged', () => readConnectionFile(paths()));
  });

  it('of another host says so', async () => {
    write({ ...address, host: 'elsewhere' });
    const error = await failsWith('other_host', () => readConnectionFile(paths()));
    assert.match(error.message, /elsewhere/);
  });

  it('that others may read or write is refused', async () => {
    for (const mode of [0o644, 0o640, 0o602]) {
      write(address, mode);
      await failsWith('runtime_directory', () => readConnectionFile(paths()));
    }
  });

  it('that is a symbolic link is refused', async () => {
    writeFileSync(join(folder, 'real'), JSON.stringify(address), { mode: 0o600 });
    symlinkSync(join(folder, 'real'), paths().connectionFile);
    await failsWith('runtime_directory', () => readConnectionFile(paths()));
  });

  it('has a directory that is made for this user alone', () => {
    const deep = runtimePaths({ EUPHONIC_CONNECTION: join(folder, 'a', 'b', 'connection.json') });
    ensurePrivateDirectory(deep.directory);
    assert.equal(statSync(deep.directory).mode & 0o777, 0o700);
    ensurePrivateDirectory(deep.directory);
  });

  it('refuses a directory that others may write to, that is a link, or that is a file', async () => {
    chmodSync(folder, 0o777);
    const open = await failsWith('runtime_directory', () => ensurePrivateDirectory(paths().directory));
    assert.match(open.advice ?? '', /chmod 700/);
    chmodSync(folder, 0o700);
    const inside = (name: string) =>
      runtimePaths({ EUPHONIC_CONNECTION: join(folder, name, 'connection.json') });
    mkdirSync(join(folder, 'real'));
    symlinkSync(join(folder, 'real'), join(folder, 'link'));
    await failsWith('runtime_directory', () => ensurePrivateDirectory(inside('link').directory));
    writeFileSync(join(folder, 'file'), '');
    await failsWith('runtime_directory', () => ensurePrivateDirectory(inside('file').directory));
    const impossible = runtimePaths({ EUPHONIC_CONNECTION: '/proc/euphonic/connection.json' });
    if (process.platform === 'linux') {
      await failsWith('runtime_directory', () => ensurePrivateDirectory(impossible.directory));
    }
  });

  it('refuses a directory of another user', async function () {
    if (process.getuid?.() !== 0) {
      console.log('      (skipped: only root can give a directory away)');
      this.skip();
    }
    const { chownSync } = await import('node:fs');
    chownSync(folder, 65534, 65534);
    await failsWith('runtime_directory', () => ensurePrivateDirectory(paths().directory));
  });
});
