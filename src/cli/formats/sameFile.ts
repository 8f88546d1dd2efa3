import { existsSync, statSync } from 'node:fs';

/** Whether two paths lead to one file that is there. */
export function isSameFile(a: string, b: string): boolean {
  if (!existsSync(a) || !existsSync(b)) return false;
  const [x, y] = [statSync(a), statSync(b)];
  return x.isFile() && x.ino === y.ino && x.dev === y.dev;
}
