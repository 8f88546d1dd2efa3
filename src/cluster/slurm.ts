/** Workers as array jobs of Slurm: each element is a job of one node, which begins when there is room for it, and ends or is requeued alone. */
import { userInfo } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { asEuphonicError, EuphonicError } from '../base/errors.js';
import { digestOf } from './blobs.js';
import { type LauncherFile, readLauncherFile, writeLauncherFile } from './files.js';
import { type Launcher, runProgram, workerCommand } from './program.js';

/** Slurm tells workers to end, waits for KillWait (30 s unless the site says otherwise) and kills them. */
const STOP_MS = 60_000;
const POLL_MS = 200;
/** Workers are told to end so many seconds before their time is over. */
const WARN_SECONDS = 60;
const MINUTE_MS = 60_000;

interface Element {
  id: string;
  state: string;
  /** where it runs, or in brackets why it does not */
  where: string;
}

export const hasSlurm = (): boolean => runProgram('sbatch', ['--version']).code === 0;

/** The job of Slurm that this process is of. */
export function ownJob(env: NodeJS.ProcessEnv = process.env): string | null {
  const { SLURM_ARRAY_JOB_ID: array, SLURM_ARRAY_TASK_ID: task, SLURM_JOB_ID: job } = env;
  return array && task ? `${array}_${task}` : (job ?? null);
}

/** What sbatch takes beside the script, for so many workers. */
export function sbatchOptions(directory: string, file: LauncherFile, workers: number): string[] {
  const { threads_per_worker, partition, time_ms, options } = file;
  return [
    `--job-name=${nameOf(directory)}`,
    `--array=1-${workers}`,
    ...['--nodes=1', '--ntasks=1', `--cpus-per-task=${threads_per_worker}`, '--requeue'],
    ...(partition ? [`--partition=${partition}`] : []),
    ...(time_ms ? [`--time=${Math.ceil(time_ms / MINUTE_MS)}`] : []),
    `--signal=B:TERM@${WARN_SECONDS}`,
    ...[`--chdir=${directory}`, `--output=${directory}/worker-%A_%a.log`, '--open-mode=append'],
    ...options,
  ];
}

/** The batch script is the worker, so that signals reach it. */
export const batchScript = (directory: string, threads: number): string =>
  `#!/bin/sh\nexec ${workerCommand(directory, threads)}\n`;

export class SlurmLauncher implements Launcher {
  constructor(private readonly directory: string) {}

  async scale(workers: number): Promise<void> {
    const file = readLauncherFile(this.directory)!;
    const alive = this.elements().filter(({ state }) => state !== 'COMPLETING');
    if (alive.length < workers) {
      const options = sbatchOptions(this.directory, file, workers - alive.length);
      slurm('sbatch', options, batchScript(this.directory, file.threads_per_worker));
    } else if (alive.length > workers) {
      const running = alive.filter(({ state }) => state === 'RUNNING');
      const others = alive.filter(({ state }) => state !== 'RUNNING');
      const ended = [...running, ...others].slice(workers);
      slurm(
        'scancel',
        ended.map(({ id }) => id),
      );
    }
    writeLauncherFile(this.directory, { ...file, workers });
  }

  async stop(): Promise<void> {
    if (this.elements().length === 0) return;
    slurm('scancel', [`--user=${userInfo().username}`, `--name=${nameOf(this.directory)}`]);
    const deadline = Date.now() + STOP_MS;
    while (this.elements().length > 0 && Date.now() < deadline) await sleep(POLL_MS);
  }

  describe(): string {
    try {
      return this.summary();
    } catch (error) {
      // the rest of the status is known all the same
      return asEuphonicError(error).message;
    }
  }

  private summary(): string {
    const counts = new Map<string, number>();
    for (const { state, where } of this.elements()) {
      const what = `${state.toLowerCase()}${where.startsWith('(') ? ` ${where}` : ''}`;
      counts.set(what, (counts.get(what) ?? 0) + 1);
    }
    const texts = [...counts].map(([what, count]) => `${count} ${what}`);
    return `Slurm: ${texts.join(', ') || 'no job'}`;
  }

  private elements(): Element[] {
    const of = [`--user=${userInfo().username}`, `--name=${nameOf(this.directory)}`];
    return slurm('squeue', ['--noheader', '--array', '--format=%i %T %R', ...of])
      .split('\n')
      .filter(Boolean)
      .map((line) => {
        const [id, state, ...where] = line.trim().split(' ');
        return { id, state, where: where.join(' ') };
      });
  }
}

/** By which the jobs of this cluster are found. */
const nameOf = (directory: string) => `euphonicd-${digestOf(Buffer.from(directory)).slice(0, 8)}`;

/** Throws `invalid_argument` with what Slurm says. */
function slurm(program: string, args: string[], input = ''): string {
  const { code, stdout, stderr } = runProgram(program, args, input);
  if (code === 0) return stdout;
  throw new EuphonicError(
    'invalid_argument',
    `${program} has failed: ${stderr.trim() || 'it is not there'}`,
    {
      where: `${program} ${args.join(' ')}`,
      expected: 'that Slurm takes, shows and cancels the jobs of workers',
      advice:
        "Where Slurm's programs are not on the PATH, load its module. The workers' jobs are those of squeue whose names begin with euphonicd-.",
    },
  );
}
