/** What `euphonicd doctor` collects: facts, without a judgement. Names of models and files of the user are left out. */
import { lstatSync, type Stats, statfsSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { capability, version as zeromqVersion } from 'zeromq';
import { asEuphonicError } from '../../base/errors.js';
import { VERSION } from '../../base/version.js';
import { findAnyDaemon } from '../../client/launcher.js';
import { RequestSocket } from '../../client/requestSocket.js';
import { loadAddon } from '../../compute/local/addon.js';
import { PROTOCOL_VERSION } from '../../protocol/limits.js';
import type { Status } from '../../protocol/results.js';
import type { DaemonAddress } from '../../runtime/daemonAddress.js';
import { type RuntimePaths, runtimePaths } from '../../runtime/paths.js';
import { system } from '../../runtime/system.js';
import { type LogLine, readLogLines } from '../terminal/logFile.js';

/** pino's level of an error. */
const ERROR_LEVEL = 50;
const FAULTS_SHOWN = 10;

const root = fileURLToPath(new URL('../../../', import.meta.url));

export function installationFacts() {
  const threads = attempt(() => loadAddon().availableThreads());
  return {
    version: VERSION,
    protocol: PROTOCOL_VERSION,
    folder: root,
    node: process.version,
    zeromq: zeromqVersion,
    curve: capability.curve,
    system: `${platform()} ${release()} ${arch()}`,
    processor: cpus()[0]?.model ?? 'unknown',
    logical_processors: cpus().length,
    threads: typeof threads === 'string' ? threads : `${threads.threads} (${threads.reason})`,
    simd: attempt(() => loadAddon().simdTarget()),
    memory_bytes: totalmem(),
    open_files: system.openFilesLimit(),
  };
}

/** Variables that decide where the daemon is and what it may use. None of them is a secret. */
export function environmentFacts(): Record<string, string> {
  const others = ['XDG_RUNTIME_DIR', 'HOME', 'LOCALAPPDATA'];
  const names = Object.keys(process.env).filter(
    (name) => name.startsWith('EUPHONIC_') || others.includes(name),
  );
  return Object.fromEntries(names.sort().map((name) => [name, process.env[name] ?? '']));
}

interface PathFacts {
  path: string;
  kind: 'file' | 'directory' | 'symbolic link' | 'other' | 'none';
  /** what others may do with it as octal mode bits, also where the system has none; left out where it cannot be told */
  mode?: string;
  /** whom it belongs to, where that is another user */
  stranger?: string;
  bytes?: number;
}

export interface AllPathFacts {
  directory: PathFacts;
  connection: PathFacts;
  lock: PathFacts;
  log: PathFacts;
  /** of the file system that they lie in; null where it cannot be told */
  free_bytes: number | null;
}

/** Undefined where the environment leaves no place for the files; the check of the connection file says so. */
export function pathFacts(): AllPathFacts | undefined {
  let paths: RuntimePaths;
  try {
    paths = runtimePaths();
  } catch {
    return undefined;
  }
  const { directory, connectionFile, lock, log } = paths;
  return {
    directory: factsOf(directory),
    connection: factsOf(connectionFile),
    lock: factsOf(lock),
    log: factsOf(log),
    free_bytes: freeBytes(directory),
  };
}

function factsOf(path: string): PathFacts {
  let stats: Stats;
  try {
    stats = lstatSync(path);
  } catch {
    return { path, kind: 'none' };
  }
  const kind = stats.isSymbolicLink()
    ? 'symbolic link'
    : stats.isDirectory()
      ? 'directory'
      : stats.isFile()
        ? 'file'
        : 'other';
  return { path, kind, ...rightsOf(path, stats), ...(kind === 'file' && { bytes: stats.size }) };
}

function rightsOf(path: string, stats: Stats): Pick<PathFacts, 'mode' | 'stranger'> {
  try {
    const stranger = system.strangerOf(path, stats);
    return { mode: system.modeOf(path, stats).toString(8).padStart(4, '0'), ...(stranger && { stranger }) };
  } catch {
    // Windows is asked by the addon; the addon's own check says what is wrong with it
    return {};
  }
}

function freeBytes(directory: string): number | null {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return null;
  }
}

export interface DaemonFacts {
  address?: DaemonAddress;
  /** why it cannot be asked */
  error?: string;
  ping_ms?: number;
  facts: Record<string, unknown> | null;
}

/** The daemon's state, without where its models come from. */
export async function daemonFacts(): Promise<DaemonFacts> {
  try {
    const address = await findAnyDaemon(runtimePaths());
    if (!address) return { facts: null };
    const socket = new RequestSocket(address, address.control);
    try {
      const start = performance.now();
      await socket.request('ping', {});
      const ping_ms = Number((performance.now() - start).toFixed(2));
      const { result } = await socket.request('status', {});
      return { address, ping_ms, facts: { ping_ms, ...withoutUserData(result) } };
    } finally {
      socket.close();
    }
  } catch (error) {
    return { error: asEuphonicError(error).message, facts: null };
  }
}

function withoutUserData({ models, plans = [], jobs, ...rest }: Status): Record<string, unknown> {
  return {
    ...rest,
    models: models.map(({ n_atoms, bytes }) => `${n_atoms} atoms, ${bytes} bytes`),
    plans: plans.map(({ fraction, seconds }) => `${Math.floor(100 * fraction)} % in ${seconds} s`),
    jobs: jobs.map(({ quantity, points, n_points }) => `${quantity}, ${points} of ${n_points} q-points`),
  };
}

/** The latest faults in the log: when, in what, and at which place of the program. */
export function faults(): { time: string; method: string; fault: string }[] {
  const lines = attempt(() => readLogLines(runtimePaths().log));
  if (typeof lines === 'string') return [];
  const records = lines.map((line): LogLine => {
    try {
      return JSON.parse(line);
    } catch {
      return {};
    }
  });
  return records
    .filter(({ level }) => (level ?? 0) >= ERROR_LEVEL)
    .slice(-FAULTS_SHOWN)
    .map(({ time, method, err }) => {
      const { type, stack } = (err ?? {}) as { type?: string; stack?: string };
      const place = /\bat [^\n]*?((?:dist|src|node_modules|node:)[^\n)]*)/.exec(stack ?? '')?.[1];
      return {
        time: time ?? '',
        method: typeof method === 'string' ? method : '',
        fault: [type ?? 'Error', place].filter(Boolean).join(' at '),
      };
    });
}

function attempt<T>(action: () => T): T | string {
  try {
    return action();
  } catch (error) {
    return asEuphonicError(error).message;
  }
}
