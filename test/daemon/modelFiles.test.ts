/** A file is read again when it, or a file that it draws on, has changed, has come or has gone, and not otherwise. */
import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { EuphonicClient } from '../../src/client/client.js';
import { makeForceConstants } from '../../src/models/forceConstants.js';
import type { Params } from '../../src/protocol/messages.js';
import { castepFile } from '../support/castepFile.js';
import { TestDaemon } from '../support/daemon.js';
import { arbitraryInside } from '../support/models.js';

const golden = fileURLToPath(new URL('../golden/', import.meta.url));

/** Longer than a tick of the file system's clock: two changes within one may look like one. */
const settle = () => sleep(150);

describe('files of models', function () {
  this.timeout(60_000);
  let daemon: TestDaemon;
  let client: EuphonicClient;
  before(() => {
    daemon = new TestDaemon();
    client = daemon.client();
  });
  after(() => daemon.dispose());

  const inFolder = (...names: string[]) => join(daemon.folder, ...names);
  const filesRead = async () => (await client.status()).counters.files_read;
  type Options = Omit<Params<'model.load'>, 'path'>;

  /** Loads once, and says whether the daemon read for it. */
  async function load(path: string, options: Options = {}) {
    const before = await filesRead();
    const summary = await client.loadModel(path, options);
    return { ...summary, wasRead: (await filesRead()) > before };
  }

  async function readsOnce(path: string, options: Options = {}) {
    await settle();
    const first = await load(path, options);
    assert.ok(first.wasRead, `${path} has not been read`);
    const again = await load(path, options);
    assert.ok(!again.wasRead, `${path} was read again`);
    assert.deepEqual({ ...again, wasRead: true }, first);
    return first;
  }

  it('of one part are read again when they change', async () => {
    const path = inFolder('model.castep_bin');
    const fc = arbitraryInside();
    writeFileSync(path, castepFile(makeForceConstants(fc)));
    const first = await readsOnce(path);
    const { born, dielectric, ...rest } = fc;
    writeFileSync(path, castepFile(makeForceConstants(rest)));
    assert.notEqual((await readsOnce(path)).model, first.model);
    rmSync(path);
    await assert.rejects(load(path), { code: 'file_not_found' });
    await assert.rejects(load(path), { code: 'file_not_found' });
    writeFileSync(path, castepFile(makeForceConstants(fc)));
    assert.equal((await readsOnce(path)).model, first.model);
  });

  it('are read again when they may have changed within a tick of the clock', async () => {
    const path = inFolder('fresh.castep_bin');
    const models = new Set<string>();
    for (let mass = 1; mass <= 5; mass++) {
      const content = arbitraryInside();
      content.crystal.atomMass.fill(1000 * mass);
      writeFileSync(path, castepFile(makeForceConstants(content)));
      models.add((await load(path)).model);
    }
    assert.equal(models.size, 5);
  });

  it('of a folder of phonopy are all looked at', async () => {
    const folder = inFolder('rocksalt');
    cpSync(join(golden, 'phonopy', 'rocksalt'), folder, { recursive: true });
    const first = await readsOnce(folder);
    for (const name of ['phonopy.yaml', 'FORCE_CONSTANTS']) {
      appendFileSync(join(folder, name), '\n');
      assert.equal((await readsOnce(folder)).model, first.model, name);
    }
    const numbers = readFileSync(join(folder, 'FORCE_CONSTANTS'), 'latin1');
    writeFileSync(join(folder, 'FORCE_CONSTANTS'), numbers.replace(/(\d\.\d*)1/, '$12'));
    assert.notEqual((await readsOnce(folder)).model, first.model);
    // what comes first in the order of names wins: FORCE_CONSTANTS goes, and comes again
    copyFileSync(join(folder, 'compact.hdf5'), join(folder, 'force_constants.hdf5'));
    renameSync(join(folder, 'FORCE_CONSTANTS'), join(folder, 'aside'));
    await readsOnce(folder);
    copyFileSync(join(folder, 'full.hdf5'), join(folder, 'force_constants.hdf5'));
    await readsOnce(folder);
    writeFileSync(join(folder, 'FORCE_CONSTANTS'), numbers);
    assert.equal((await readsOnce(folder)).model, first.model);
    // beside files that do not count nothing is read
    writeFileSync(join(folder, 'other'), '');
    assert.ok(!(await load(folder)).wasRead);
    renameSync(join(folder, 'phonopy.yaml'), join(folder, 'phonopy_disp.yaml'));
    await assert.rejects(load(folder), { code: 'file_not_found' });
    await readsOnce(folder, { summary_name: 'phonopy_disp.yaml' });
  });

  it('of a folder of phonopy with Born charges likewise, named or not', async () => {
    const folder = inFolder('orbits');
    cpSync(join(golden, 'phonopy', 'orbits'), folder, { recursive: true });
    const born = join(folder, 'BORN');
    const text = readFileSync(born, 'utf8');
    const polar = await readsOnce(folder, { born_name: 'BORN' });
    assert.ok(polar.polar);
    writeFileSync(born, text.replace(/(\d\.\d*)1/, '$12'));
    assert.notEqual((await readsOnce(folder, { born_name: 'BORN' })).model, polar.model);
    assert.match((await readsOnce(folder)).notes.join(), /There is a file BORN/);
    rmSync(born);
    assert.doesNotMatch((await readsOnce(folder)).notes.join(), /BORN/);
    await assert.rejects(load(folder, { born_name: 'BORN' }), { code: 'file_not_found' });
    writeFileSync(born, text);
    assert.match((await readsOnce(folder)).notes.join(), /There is a file BORN/);
    assert.equal((await readsOnce(folder, { born_name: 'BORN' })).model, polar.model);
  });

  it('through a symbolic link are those that it points to', async () => {
    const [link, one, other] = ['link', 'one', 'other'].map((name) => inFolder(name));
    copyFileSync(inFolder('model.castep_bin'), one);
    cpSync(inFolder('rocksalt'), other, { recursive: true });
    symlinkSync(one, link);
    const first = await readsOnce(link);
    rmSync(link);
    symlinkSync(other, link);
    const second = await readsOnce(link, { summary_name: 'phonopy_disp.yaml' });
    assert.notEqual(second.model, first.model);
  });
});
