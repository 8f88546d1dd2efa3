/** What Linux tells of processes. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Processor time of all threads so far, s. */
export function cpuSeconds(pid: number): number {
  let nanoseconds = 0;
  for (const task of listed(`/proc/${pid}/task`)) {
    try {
      const [running = '0'] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ');
      nanoseconds += Number(running);
    } catch {
      // the thread has ended meanwhile
    }
  }
  return nanoseconds / 1e9;
}

/** Resident memory in bytes; NaN when the process has gone. */
export function residentBytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return 1024 * Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]);
  } catch {
    return Number.NaN;
  }
}

/** Open file descriptors. */
export const descriptors = (pid: number): number => listed(`/proc/${pid}/fd`).length;

export function isAlive(pid: number): boolean {
  try {
    // a zombie takes signals, too
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** Processes whose environment names something in `folder`: all that was started for a trial. */
export function processesOf(folder: string): number[] {
  return listed('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map(Number)
    .filter((pid) => environment(pid).includes(folder) && isAlive(pid));
}

/** Ports of TCP sockets of a process that listen. */
export function listeningPorts(pid: number): number[] {
  const inodes = new Set<string>();
  for (const fd of listed(`/proc/${pid}/fd`)) {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
      if (inode !== undefined) inodes.add(inode);
    } catch {
      // closed meanwhile
    }
  }
  const ports: number[] = [];
  for (const table of ['tcp', 'tcp6']) {
    for (const line of readFileSync(`/proc/${pid}/net/${table}`, 'utf8').split('\n').slice(1)) {
      const columns = line.trim().split(/\s+/);
      const listens = columns[3] === '0A';
      if (listens && inodes.has(columns[9])) ports.push(Number.parseInt(columns[1].split(':')[1], 16));
    }
  }
  return ports;
}

/** Share of one core that counts as idle, and the time over which it is looked at. */
const IDLE_SHARE = 0.05;
const IDLE_WINDOW_MS = 200;

/** Seconds until the process begins to use no processor time; undefined if it does not within the limit. */
export async function secondsUntilIdle(pid: number, limitSeconds: number): Promise<number | undefined> {
  const start = performance.now();
  for (;;) {
    const from = performance.now();
    const used = cpuSeconds(pid);
    await sleep(IDLE_WINDOW_MS);
    const share = (cpuSeconds(pid) - used) / ((performance.now() - from) / 1000);
    if (share < IDLE_SHARE) return (from - start) / 1000;
    if (from - start > 1000 * limitSeconds) return undefined;
  }
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function environment(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'latin1');
  } catch {
    return '';
  }
}
