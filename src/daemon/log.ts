/** The daemon's log: JSON lines in one file beside the connection file, bounded in size. */
import { renameSync, statSync } from 'node:fs';
import { type Logger, pino } from 'pino';
import { MAX_LOG_BYTES, MAX_LOG_WAITING_BYTES } from './settings.js';

export interface Log extends Logger {
  /** Writes what waits, before the process ends. */
  finish(): void;
}

/** What the older half of a log has after its name. */
export const ROTATED = '.1';

/** A log that never stops the daemon: where nothing can be written, lines are lost. */
export function openLog(path: string, level = 'info'): Log {
  const file = pino.destination({ dest: path, mode: 0o600, sync: false, maxLength: MAX_LOG_WAITING_BYTES });
  // a full disk: what waits is written when there is room again, what is too much is lost
  file.on('error', () => {});
  let size = sizeOf(path);
  const bounded = {
    write(line: string): void {
      size += Buffer.byteLength(line);
      if (size > MAX_LOG_BYTES) {
        rotate(path);
        file.reopen();
        size = 0;
      }
      file.write(line);
    },
  };
  const options = { level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime };
  const finish = () => {
    try {
      file.flushSync();
    } catch {
      // the file could not be opened
    }
  };
  return Object.assign(pino(options, bounded), { finish });
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

function rotate(path: string): void {
  try {
    renameSync(path, `${path}${ROTATED}`);
  } catch {
    // the next line tries again
  }
}
