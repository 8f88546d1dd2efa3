// The user's own daemon is left alone: what runs tests has a connection file of its own, and stops its daemon.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, run } from './run.mjs';

/** Calls `go` with EUPHONIC_CONNECTION naming a new file, and stops what daemon then runs there. */
export async function withOwnDaemon(go) {
  const folder = mkdtempSync(join(tmpdir(), 'euphonic-test-'));
  const before = process.env.EUPHONIC_CONNECTION;
  process.env.EUPHONIC_CONNECTION = join(folder, 'connection.json');
  try {
    return await go();
  } finally {
    await run(process.execPath, [join(root, 'dist', 'cli.js'), 'stop'], {
      quiet: true,
      timeoutSeconds: 20,
    }).catch(() => {});
    rmSync(folder, { recursive: true, force: true });
    if (before === undefined) delete process.env.EUPHONIC_CONNECTION;
    else process.env.EUPHONIC_CONNECTION = before;
  }
}
