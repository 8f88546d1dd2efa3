/** Files that results go into. */
import { existsSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { EuphonicError } from '../../base/errors.js';
import { systemReason } from '../../runtime/files.js';

/** Throws `file_unreadable` where the file cannot be written. */
export async function writeOutput(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(path, content);
  } catch (error) {
    throw outputFailure(path, error);
  }
}

/** What is said of an error of the system that a file could not be written for. */
export function outputFailure(path: string, error: unknown): EuphonicError {
  const folder = dirname(resolve(path));
  const reason = existsSync(folder) ? systemReason(error) : `there is no folder ${folder}`;
  return new EuphonicError('file_unreadable', `The output cannot be written: ${reason}.`, {
    where: path,
    expected: 'a file that can be written',
  });
}

/** Whether two paths lead to one file that is there. */
export function isSameFile(a: string, b: string): boolean {
  if (!existsSync(a) || !existsSync(b)) return false;
  const [x, y] = [statSync(a), statSync(b)];
  return x.isFile() && x.ino === y.ino && x.dev === y.dev;
}
