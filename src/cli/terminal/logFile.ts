/** The daemon's log as it lies on disk: lines of JSON, the older ones in a second file. */
import { readFileSync } from 'node:fs';
import { ROTATED } from '../../runtime/log.js';

export interface LogLine {
  level?: number;
  time?: string;
  pid?: number;
  msg?: string;
  [key: string]: unknown;
}

/** All lines, oldest first. Throws the system's error where a file is there and cannot be read. */
export function readLogLines(path: string): string[] {
  return [`${path}${ROTATED}`, path].flatMap((file) => {
    try {
      return readFileSync(file, 'utf8').split('\n').filter(Boolean);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  });
}
