// A zip of the same bytes whenever it is made of the same files.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

/** Of every file in the zip: what a build depends on is its commit, not the hour. */
const TIME = Date.UTC(2026, 0, 1) / 1000;

const isProgram = (path) => /(^|\/)(node|node\.exe|euphonicd)$|\.(mex\w+|node|dll)$/.test(path);

/** Paths of all files of a folder, in one order everywhere; empty folders do not matter. */
function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort();
}

/** Packs the folder as FOLDER.zip, and returns that path. */
export function pack(folder) {
  const archive = `${folder}.zip`;
  rmSync(archive, { force: true });
  const files = filesOf(folder);
  for (const file of files) {
    chmodSync(file, isProgram(file) && statSync(file).mode & 0o100 ? 0o755 : 0o644);
    utimesSync(file, TIME, TIME);
  }
  const parent = dirname(folder);
  const { status, stderr } = spawnSync('zip', ['-X', '-q', '-9', '-@', basename(archive)], {
    cwd: parent,
    env: { ...process.env, TZ: 'UTC' },
    input: files.map((file) => `${relative(parent, file)}\n`).join(''),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`zip failed (exit code ${status}): ${stderr}`);
  return archive;
}

export const sumOf = (path) => createHash('sha256').update(readFileSync(path)).digest('hex');
