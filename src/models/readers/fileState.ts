/** What tells whether a file is still as it was when it was read. */
import { stat } from 'node:fs/promises';

/** File systems' clocks tick, some in seconds: of two changes within this time the second may leave no trace. */
const TICK_MS = 100;
const SLOW_TICK_MS = 2000;

export interface FileState {
  /** Another one after each change, and when the file comes or goes; undefined: it has just changed, so the next change may not show. */
  state: string | undefined;
  /** bytes; 0 where it is not a file */
  size: number;
}

/** A folder stays the same whatever is in it. */
export async function fileState(path: string): Promise<FileState> {
  try {
    const found = await stat(path, { bigint: true });
    const { dev, ino, size, mtimeNs, ctimeNs } = found;
    if (!found.isFile()) return { state: `${found.mode} ${dev} ${ino}`, size: 0 };
    const tick = ctimeNs % 1_000_000_000n === 0n ? SLOW_TICK_MS : TICK_MS;
    const isFresh = Number(ctimeNs / 1_000_000n) > Date.now() - tick;
    return { state: isFresh ? undefined : [dev, ino, size, mtimeNs, ctimeNs].join(' '), size: Number(size) };
  } catch (error) {
    return { state: String((error as NodeJS.ErrnoException).code), size: 0 };
  }
}
