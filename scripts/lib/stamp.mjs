// What a step was made from, by content.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './run.mjs';

/** SHA-256 over names and contents of files and, of folders, all files in them; paths are relative to the root. */
export function contentHash(paths) {
  const files = paths.flatMap((path) => {
    try {
      return readdirSync(join(root, path), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
    } catch (error) {
      if (error.code !== 'ENOTDIR') throw error;
      return [join(root, path)];
    }
  });
  const hash = createHash('sha256');
  for (const file of files.sort()) {
    hash
      .update(`${file.slice(root.length)}\0`)
      .update(readFileSync(file))
      .update('\0');
  }
  return hash.digest('hex');
}

export function stampMatches(stampFile, hash) {
  try {
    return readFileSync(stampFile, 'utf8') === hash;
  } catch {
    return false;
  }
}

export const writeStamp = (stampFile, hash) => writeFileSync(stampFile, hash);

/** What dist/ is compiled from, and where it says from which state of that. */
export const distSources = [
  'src',
  'tsconfig.json',
  'tsconfig.build.json',
  'package.json',
  'package-lock.json',
];
export const distStamp = join('dist', '.built-from');

export const isDistCurrent = () => stampMatches(join(root, distStamp), contentHash(distSources));
