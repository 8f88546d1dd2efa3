/** `euphonicd worker`: a supervisor without native code. It starts the process that calculates, and again when that one dies. */
import { type ChildProcess, fork } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readClusterFile } from './files.js';

const KERNEL = fileURLToPath(new URL('./kernelProcess.js', import.meta.url));

/** Exit codes with which the kernel process has ended by itself: done, or refused by the gateway. */
const ENDED = [0, 6];

/** Pauses before it is started again: each death within the time below doubles it. */
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 30_000;
/** So many deaths within this time: something is wrong here. */
const MAX_DEATHS = 5;
const DEATHS_MS = 10 * 60_000;
/** A kernel process that was told to end has this time, which is more than it gives to what is under way. */
const DRAIN_MS = 25_000;

export interface WorkerOptions {
  /** absent: as many as the computer grants */
  threads?: number;
}

/** Resolves with the exit code. Throws `file_not_found`, `runtime_directory`, `file_damaged` for the cluster's file. */
export async function superviseWorker(file: string, { threads }: WorkerOptions): Promise<number> {
  readClusterFile(file);
  let child: ChildProcess | undefined;
  let isEnding = false;
  const pause = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      isEnding = true;
      pause.abort();
      if (child?.connected) child.send('drain');
      setTimeout(() => child?.kill('SIGKILL'), DRAIN_MS).unref();
    });
  }
  let deaths: number[] = [];
  let lastDeath: { worker: string; reason: string } | undefined;
  while (!isEnding) {
    let worker = '';
    child = fork(KERNEL, [JSON.stringify({ file, threads, lastDeath })]);
    child.on('message', (message: { worker: string }) => {
      worker = message.worker;
    });
    const ended = await new Promise<number | string>((resolve) => {
      child!.on('exit', (code, signal) => resolve(code ?? signal ?? 'unknown'));
    });
    if (typeof ended === 'number' && ENDED.includes(ended)) return ended;
    const now = Date.now();
    deaths = [...deaths.filter((at) => now - at < DEATHS_MS), now];
    const reason = typeof ended === 'string' ? ended : `exit code ${ended}`;
    process.stderr.write(`euphonicd worker: the process that calculates has died: ${reason}\n`);
    lastDeath = { worker, reason };
    if (deaths.length >= MAX_DEATHS) return 1;
    const wait = Math.min(FIRST_PAUSE_MS * 2 ** (deaths.length - 1), LONGEST_PAUSE_MS);
    await sleep(wait, undefined, { signal: pause.signal }).catch(() => {});
  }
  return 0;
}
