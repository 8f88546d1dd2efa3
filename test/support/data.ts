/** The data folder beside the checkout: real files that are not part of the project. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** `EUPHONIC_TEST_DATA`, else `../shared/data` from the checkout. */
export const dataFolder = process.env.EUPHONIC_TEST_DATA ?? resolve(root, '..', 'shared', 'data');

/** Path of a file in the data folder; skips the test, saying so, where there is none. */
export function dataFile(context: Mocha.Context, name: string): string {
  const path = join(dataFolder, name);
  if (!existsSync(path)) {
    console.log(`      (skipped: no ${path}; EUPHONIC_TEST_DATA names another folder)`);
    context.skip();
  }
  return path;
}
