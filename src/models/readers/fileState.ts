/** What tells whether a file is still as it was when it was read. */
import { stat } from 'node:fs/promises';

/** File systems' clocks tick, some in seconds: of two changes within this time the second may leave no trace. */
const TICK_MS = 100;
const SLOW_TICK_MS = 2000;

/** Another one after each change, and when the file comes or goes; undefined: it has just changed, so the next change may not show. */
export type FileState = string | undefined;

/** A folder stays the same whatever is in it. */
export async function fileState(path: string): Promise<FileState> {
  try {
    const found = await stat(path, { bigint: true });
    const { dev, ino, size, mtimeNs, ctimeNs } = found;
    if (!found.isFile()) return `${found.mode} ${dev} ${ino}`;
    const tick = ctimeNs % 1_000_000_000n === 0n ? SLOW_TICK_MS : TICK_MS;
    const isFresh = Number(ctimeNs / 1_000_000n) > Date.now() - tick;
    return isFresh ? undefined : [dev, ino, size, mtimeNs, ctimeNs].join(' ');
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}
