/** What starts workers and ends them: Slurm, this computer, or nobody, where they are started by hand. */
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { clusterPath, readLauncherFile, writeLauncherFile } from './files.js';
import type { LauncherName } from './launcherNames.js';
import { type Launcher, workerArguments } from './program.js';
import { hasSlurm, SlurmLauncher } from './slurm.js';

/** A worker that was told to end has this time; then it is killed. */
const STOP_MS = 25_000;
const POLL_MS = 20;

/** Where Slurm is, the computer that one logs in to is not the one that calculates. */
export const defaultLauncher = (): LauncherName => (hasSlurm() ? 'slurm' : 'local');

/** The one by which the cluster in this directory was started. */
export function launcherOf(directory: string): Launcher {
  const name = readLauncherFile(directory)?.launcher;
  if (name === 'slurm') return new SlurmLauncher(directory);
  return name === 'local' ? new LocalLauncher(directory) : new NoLauncher(directory);
}

/** Keeps how many were asked for, from which the gateway knows how many are to come. */
class NoLauncher implements Launcher {
  constructor(private readonly directory: string) {}

  async scale(workers: number): Promise<void> {
    const file = readLauncherFile(this.directory);
    if (file) writeLauncherFile(this.directory, { ...file, workers });
  }

  async stop(): Promise<void> {}
}

class LocalLauncher implements Launcher {
  constructor(private readonly directory: string) {}

  async scale(workers: number): Promise<void> {
    const file = readLauncherFile(this.directory)!;
    const alive = file.pids.filter((pid) => this.isWorker(pid));
    const kept = alive.slice(0, workers);
    const started = Array.from({ length: Math.max(0, workers - alive.length) }, (_, i) =>
      this.spawn(kept.length + i + 1, file.threads_per_worker),
    );
    writeLauncherFile(this.directory, { ...file, workers, pids: [...kept, ...started] });
    await this.end(alive.slice(workers));
  }

  async stop(): Promise<void> {
    await this.end(readLauncherFile(this.directory)?.pids ?? []);
  }

  private spawn(number: number, threads: number): number {
    const log = openSync(join(this.directory, `worker-${number}.log`), 'a', 0o600);
    try {
      const [program, ...args] = workerArguments(this.directory, threads);
      const child = spawn(program, args, { detached: true, stdio: ['ignore', log, log] });
      child.unref();
      return child.pid!;
    } finally {
      closeSync(log);
    }
  }

  private async end(pids: number[]): Promise<void> {
    const alive = () => pids.filter((pid) => this.isWorker(pid));
    for (const pid of alive()) process.kill(pid, 'SIGTERM');
    for (const deadline = Date.now() + STOP_MS; alive().length > 0 && Date.now() < deadline; )
      await sleep(POLL_MS);
    for (const pid of alive()) process.kill(pid, 'SIGKILL');
  }

  /** Another process may have its number by now. */
  private isWorker(pid: number): boolean {
    try {
      const args = execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' });
      return args.includes(clusterPath(this.directory));
    } catch {
      return false;
    }
  }
}
