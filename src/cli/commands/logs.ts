/** `euphonicd logs`: the end of the daemon's log, for people or as it is stored. */

import { EuphonicError } from '../../base/errors.js';
import { systemReason } from '../../runtime/files.js';
import { runtimePaths } from '../../runtime/paths.js';
import { EXIT_OK } from '../terminal/exitCodes.js';
import { type LogLine, readLogLines } from '../terminal/logFile.js';
import { note, print } from '../terminal/output.js';

export async function logs(options: { lines: number; json?: boolean }): Promise<number> {
  const { log } = runtimePaths();
  let lines: string[];
  try {
    lines = readLogLines(log);
  } catch (error) {
    throw new EuphonicError('file_unreadable', `The log cannot be read: ${systemReason(error)}.`, {
      where: log,
    });
  }
  if (lines.length === 0) note(`There is no log yet: ${log}`);
  for (const line of lines.slice(-options.lines)) print(options.json ? line : readable(line));
  return EXIT_OK;
}

const LEVELS: Readonly<Record<number, string>> = { 30: '', 40: 'WARNING ', 50: 'ERROR ', 60: 'FATAL ' };

/** Time, process, what happened, and its particulars. A line that is not a record, such as Node's own, stays as it is. */
function readable(line: string): string {
  let record: LogLine;
  try {
    record = JSON.parse(line);
  } catch {
    return line;
  }
  const { level, time, pid, msg, ...rest } = record;
  const particulars = Object.entries(rest).map(([key, value]) => `${key}=${shown(value)}`);
  return [time, `[${pid}]`, `${LEVELS[level ?? 0] ?? ''}${msg ?? ''}`, ...particulars].join(' ');
}

function shown(value: unknown): string {
  if (typeof value === 'string') return /\s/.test(value) ? JSON.stringify(value) : value;
  if (typeof value === 'number' && !Number.isInteger(value)) return value.toPrecision(4);
  return JSON.stringify(value);
}
