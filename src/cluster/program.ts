/** How a worker is started, and what has to do with other programs. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { clusterPath } from './files.js';

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** What it has started stands in the cluster's directory, or is found by its name, so that any later command finds it. */
export interface Launcher {
  /** Sees to it that there are so many workers. */
  scale(workers: number): Promise<void>;
  /** Ends all, and resolves when they have gone. */
  stop(): Promise<void>;
  /** What is known of workers that are not there yet. */
  describe?(): string;
}

export const workerArguments = (directory: string, threads: number): string[] => [
  ...[process.execPath, CLI, 'worker', clusterPath(directory)],
  ...['--threads', String(threads)],
];

/** For a shell. */
export const workerCommand = (directory: string, threads: number): string =>
  workerArguments(directory, threads).map(quoted).join(' ');

const quoted = (text: string) => (/^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/** Runs a program to its end; one that is not there ends with null. */
export function runProgram(
  program: string,
  args: string[],
  input = '',
): { code: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(program, args, { input, encoding: 'utf8' });
  return { code: status, stdout: stdout ?? '', stderr: stderr ?? '' };
}
