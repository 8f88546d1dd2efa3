import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { windows } from '../../src/runtime/windows.js';

/** What does not need Windows to be tried; `npm run test:platforms` runs the rest. */
describe('the rules of Windows', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'euphonic-test-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('put the connection file where profiles do not roam, and never by HOME', () => {
    const local = String.raw`C:\Users\Jörg Ångström\AppData\Local`;
    const place = { folder: String.raw`${local}\euphonic-bridge`, local: true };
    assert.deepEqual(windows.defaultPlace({ LOCALAPPDATA: local, HOME: '/c/Users/Jörg' }), place);
    const USERPROFILE = String.raw`C:\Users\Jörg Ångström`;
    for (const LOCALAPPDATA of [undefined, '', 'AppData']) {
      assert.deepEqual(windows.defaultPlace({ LOCALAPPDATA, USERPROFILE, HOME: '/c/x' }), place);
    }
    assert.equal(windows.defaultPlace({ USERPROFILE: 'somewhere' }), undefined);
  });

  it("take a site's limits from where administrators alone write", () => {
    assert.equal(
      windows.siteFile({ ProgramData: String.raw`D:\Data` }),
      String.raw`D:\Data\euphonic-bridge\config.yaml`,
    );
    assert.equal(windows.siteFile({}), String.raw`C:\ProgramData\euphonic-bridge\config.yaml`);
  });

  it('open what is a file, and not what a link leads to', () => {
    const [file, link] = [join(folder, 'file'), join(folder, 'link')];
    writeFileSync(file, '');
    symlinkSync(file, link);
    assert.ok(windows.openPrivate(file) > 0);
    assert.throws(() => windows.openPrivate(link), { code: 'ELOOP' });
    assert.throws(() => windows.openPrivate(join(folder, 'none')), { code: 'ENOENT' });
  });

  it('replace and remove files, and say at once what waiting does not mend', () => {
    const [from, to] = [join(folder, 'from'), join(folder, 'to')];
    writeFileSync(from, 'new');
    writeFileSync(to, 'old');
    windows.replaceFile(from, to);
    assert.equal(readFileSync(to, 'utf8'), 'new');
    windows.removeFile(to);
    windows.removeFile(to);
    const start = performance.now();
    assert.throws(() => windows.replaceFile(from, to), { code: 'ENOENT' });
    assert.ok(performance.now() - start < 500);
  });
});
