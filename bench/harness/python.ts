/** Python processes for the alternatives: their environment, and a worker that is asked by lines of JSON. */
import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ROOT } from './machine.js';

const FOLDER = join(ROOT, 'bench', 'peers');
const REQUIREMENTS = join(FOLDER, 'requirements.txt');

export interface PythonEnvironment {
  python: string;
  /** of the pinned packages */
  versions: Record<string, string>;
}

/** The environment with the pinned packages, made or completed if need be; outside the checkout. */
export function pythonEnvironment(): PythonEnvironment {
  const folder =
    process.env.EUPHONIC_BENCH_VENV || join(homedir(), '.cache', 'euphonic-bridge', 'bench-peers');
  const python = join(folder, process.platform === 'win32' ? 'Scripts\\python.exe' : 'bin/python');
  const run = (command: string, args: string[]) => execFileSync(command, args, { stdio: ['ignore', 2, 2] });
  const wanted = pinned();
  if (!existsSync(python)) run('python3', ['-m', 'venv', folder]);
  if (!matches(installed(python, wanted), wanted))
    run(python, ['-m', 'pip', 'install', '--disable-pip-version-check', '-r', REQUIREMENTS]);
  return { python, versions: installed(python, wanted) };
}

function pinned(): Record<string, string> {
  const lines = readFileSync(REQUIREMENTS, 'utf8').split('\n');
  return Object.fromEntries(
    lines.filter((line) => /^[\w-]+==/.test(line)).map((line) => line.trim().split('==')),
  );
}

function installed(python: string, wanted: Record<string, string>): Record<string, string> {
  return JSON.parse(
    execFileSync(python, ['-B', join(FOLDER, 'versions.py'), ...Object.keys(wanted)], { encoding: 'utf8' }),
  );
}

function matches(have: Record<string, string>, wanted: Record<string, string>): boolean {
  return Object.entries(wanted).every(([name, version]) => have[name] === version);
}

/** One alternative in a process of its own. */
export class Worker {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly closed: Promise<void>;
  private waiting: { resolve: (answer: never) => void; reject: (error: Error) => void } | undefined;
  private complaints = '';

  constructor(python: string, threads: number) {
    this.child = spawn(python, ['-B', join(FOLDER, 'worker.py')], { env: environment(threads) });
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      const answer = JSON.parse(line);
      if (answer.error !== undefined) this.settle((it) => it.reject(new Error(answer.error)));
      else this.settle((it) => it.resolve(answer as never));
    });
    this.child.stderr.setEncoding('utf8').on('data', (text) => {
      this.complaints = (this.complaints + text).slice(-2000);
    });
    this.closed = new Promise((resolve) => {
      const end = (reason: string) => {
        this.settle((it) => it.reject(new Error(`${reason}: ${this.complaints.trim()}`)));
        resolve();
      };
      this.child.on('error', (error) => end(error.message));
      this.child.on('close', () => end('the process has ended'));
    });
  }

  /** Rejects with what the worker says, or after the time has passed; the process is ended then. */
  ask<T>(request: Record<string, unknown>, timeoutSeconds: number): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.settle((it) => it.reject(new Error(`no answer within ${timeoutSeconds} s`)));
        this.child.kill('SIGKILL');
      }, timeoutSeconds * 1000);
      const settled = <V>(then: (value: V) => void) => {
        return (value: V) => {
          clearTimeout(timer);
          then(value);
        };
      };
      this.waiting = { resolve: settled(resolve), reject: settled(reject) };
      this.child.stdin.write(`${JSON.stringify(request)}\n`);
    });
  }

  async close(): Promise<void> {
    this.child.stdin.end();
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 5000);
    await this.closed;
    clearTimeout(timer);
  }

  private settle(how: (waiting: NonNullable<Worker['waiting']>) => void): void {
    const waiting = this.waiting;
    this.waiting = undefined;
    if (waiting) how(waiting);
  }
}

/** Without what others set for OpenBLAS, which slows it down; one thread in BLAS, since its callers have theirs. */
function environment(threads: number): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('OPENBLAS_'));
  return {
    ...Object.fromEntries(kept),
    OPENBLAS_NUM_THREADS: '1',
    MKL_NUM_THREADS: '1',
    OMP_NUM_THREADS: String(threads),
    RAYON_NUM_THREADS: String(threads),
  };
}
