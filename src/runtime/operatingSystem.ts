/** What is done otherwise on Windows than on Linux and macOS: one file for each, and `system.ts` chooses. */
import type { Stats } from 'node:fs';

export interface OperatingSystem {
  /** whether there are sockets in the file system (ipc); else a daemon listens at the loopback, with keys */
  readonly hasLocalSockets: boolean;
  /** what keeps files private, as errors say what was expected */
  readonly privacy: string;
  /** where `defaultPlace` looks for a home, as errors say it */
  readonly homes: string;
  /** signals that end a daemon as `euphonicd stop` does */
  readonly endSignals: readonly NodeJS.Signals[];
  /** folder of the connection file; `local`: no other host can see it. Undefined where no home folder is known. */
  defaultPlace(env: NodeJS.ProcessEnv): { folder: string; local: boolean } | undefined;
  /** the site's limits, where no variable names another file */
  siteFile(env: NodeJS.ProcessEnv): string;
  /** whether a file or directory belongs to somebody else: whom, as errors say it */
  strangerOf(path: string, stats: Stats): string | undefined;
  /** who may do what with it, as mode bits */
  modeOf(path: string, stats: Stats): number;
  /** what a user types to close a directory to others */
  closeCommand(directory: string): string;
  /** opens a file but not what a link leads to (ELOOP), and waits for nobody */
  openPrivate(path: string): number;
  /** gives a file the name of another, which goes; while readers may have that open */
  replaceFile(from: string, to: string): void;
  /** removes a file if it is there; while readers may have it open */
  removeFile(path: string): void;
  /** how many files a process may have open; `unknown` where it cannot be told */
  openFilesLimit(): string;
  /** what a user types to end a process, `hard` without a word to it */
  endCommand(pid: number | string, hard: boolean): string;
}
