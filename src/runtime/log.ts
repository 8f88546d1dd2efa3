/** The daemon's log: JSON lines in one file beside the connection file, bounded in size. */
import { closeSync, constants, fstatSync, openSync, write } from 'node:fs';
import { type Logger, pino } from 'pino';
import { system } from './system.js';

/** A log file is renamed to `….1` at this size; only one such is kept. */
export const MAX_LOG_BYTES = 4 * 2 ** 20;

/** Lines of the log that wait where the disk is full. */
const MAX_LOG_WAITING_BYTES = 2 ** 18;

/** What the older half of a log has after its name. */
export const ROTATED = '.1';

export interface Log extends Logger {
  /** Resolves when what waits has been written, or cannot be: before the process ends. */
  finish(): Promise<void>;
}

/** A log that never stops the daemon: where nothing can be written, lines are lost, and counted. */
export function openLog(path: string, level = 'info'): Log {
  const file = new LogFile(path);
  const options = { level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime };
  const logger = pino(options, { write: (line: string) => file.add(line) });
  return Object.assign(logger, { finish: () => file.finish() });
}

/** Lines on their way to a file: written behind the daemon's back, and given up where that fails. */
class LogFile {
  private fd: number | undefined;
  private size = 0;
  private waiting = '';
  private writing = false;
  private lost = 0;
  /** of `finish` */
  private finished = () => {};

  constructor(private readonly path: string) {}

  add(line: string): void {
    if (this.waiting.length + line.length > MAX_LOG_WAITING_BYTES) this.lost++;
    else this.waiting += line;
    if (!this.writing) this.next();
  }

  finish(): Promise<void> {
    return new Promise((resolve) => {
      this.finished = resolve;
      if (!this.writing) this.next();
    });
  }

  private next(): void {
    const fd = this.waiting === '' ? undefined : this.open();
    if (fd === undefined) {
      this.finished();
      return;
    }
    const text = this.take();
    this.writing = true;
    write(fd, text, 0, text.length, null, (error, written) => {
      this.writing = false;
      this.size += written ?? 0;
      if (error || written < text.length)
        this.lost += text.toString('latin1', written ?? 0).split('\n').length - 1;
      // what came meanwhile; where the disk is full no line is tried twice
      this.next();
    });
  }

  /** What waits, after a word about what was lost before it. */
  private take(): Buffer {
    const { lost } = this;
    const note = lost
      ? `\n${JSON.stringify({ level: 40, time: new Date().toISOString(), pid: process.pid, lost, msg: 'lines of the log were lost' })}\n`
      : '';
    this.lost = 0;
    const text = Buffer.from(note + this.waiting);
    this.waiting = '';
    return text;
  }

  /** The file to write to, a new one where the old one is full; undefined if there is none. */
  private open(): number | undefined {
    if (this.fd !== undefined && this.size < MAX_LOG_BYTES) return this.fd;
    try {
      if (this.fd !== undefined) {
        closeSync(this.fd);
        this.fd = undefined;
        system.replaceFile(this.path, `${this.path}${ROTATED}`);
      }
      const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
      this.fd = openSync(this.path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK, 0o600);
      this.size = fstatSync(this.fd).size;
      return this.size < MAX_LOG_BYTES ? this.fd : this.open();
    } catch {
      return undefined;
    }
  }
}
