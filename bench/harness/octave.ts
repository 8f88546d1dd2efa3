/** An Octave session that takes commands, one a line, and answers each with the seconds it took. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from './machine.js';

export class Octave {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly waiting: { resolve: (seconds: number) => void; reject: (error: Error) => void }[] = [];
  private readonly closed: Promise<void>;
  private complaints = '';

  /** Runs a function of bench/workloads. `ready` settles when it answers for the first time. */
  readonly ready: Promise<number>;

  constructor(entry: string, env: NodeJS.ProcessEnv) {
    const paths = [join(ROOT, 'matlab'), join(ROOT, 'bench', 'workloads')];
    const code = `${paths.map((path) => `addpath('${path.replaceAll("'", "''")}');`).join(' ')} ${entry}()`;
    this.child = spawn('octave-cli', ['-q', '--norc', '--no-history', '--eval', code], { cwd: ROOT, env });
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      const [word, seconds] = line.split(' ');
      if (word === 'answer') this.waiting.shift()?.resolve(Number(seconds));
      else console.error(`octave: ${line}`);
    });
    this.child.stderr.setEncoding('utf8').on('data', (text) => {
      this.complaints += text;
    });
    const fail = (reason: string) => {
      for (const { reject } of this.waiting.splice(0))
        reject(new Error(`${reason}\n${this.complaints}`.trim()));
    };
    this.child.on('error', (error) => fail(`octave-cli cannot be run: ${error.message}`));
    this.closed = new Promise((resolve) => {
      this.child.on('close', () => {
        fail('Octave has ended.');
        resolve();
      });
    });
    this.ready = this.answer();
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  command(...words: (string | number)[]): Promise<number> {
    const answer = this.answer();
    this.child.stdin.write(`${words.join(' ')}\n`);
    return answer;
  }

  async close(): Promise<void> {
    this.child.stdin.end();
    await this.closed;
  }

  private answer(): Promise<number> {
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }));
  }
}

export interface Memory {
  /** bytes in memory now, and the most that there were */
  now: number;
  peak: number;
}

/** What the system says of a process; NaN where it does not say. */
export function memoryOf(pid: number): Memory {
  const read = (status: string, key: string) =>
    Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? Number.NaN) * 1024;
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return { now: read(status, 'VmRSS'), peak: read(status, 'VmHWM') };
  } catch {
    return { now: Number.NaN, peak: Number.NaN };
  }
}
