/** Finds the daemon of this user and host, starts one detached if there is none, and stops it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { versionError } from '../protocol/codec.js';
import {
  type Connection,
  ensureRuntimeDirectory,
  type RuntimePaths,
  readConnection,
  runtimePaths,
} from '../protocol/connection.js';
import { EuphonicError } from '../protocol/errors.js';
import { EXIT_LOCKED, PROTOCOL_VERSION } from '../protocol/limits.js';
import { Channel } from './channel.js';

/** The compiled command line: the same place seen from src/client and from dist/client. */
const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
/** A daemon that is there answers a ping within this time, also one that was just suspended or starved. */
const PING_TIMEOUT_MS = 5000;
/** A start takes a fraction of a second; many at once on a loaded machine take longer. */
const START_TIMEOUT_MS = Number(process.env.EUPHONIC_START_TIMEOUT_MS) || 30_000;
const POLL_MS = 15;
/** A daemon that was told to end has gone after this time. */
const STOP_TIMEOUT_MS = 10_000;
/** Lines of the log that are shown when a daemon cannot be started. */
const LOG_TAIL_LINES = 12;
const LOG_TAIL_BYTES = 8192;

/** The daemon that is alive, or undefined. Throws `other_host`, `runtime_directory`, `protocol_version`, `daemon_lost`. */
export async function findDaemon(paths: RuntimePaths = runtimePaths()): Promise<Connection | undefined> {
  const connection = readConnection(paths);
  if (!connection || !processExists(connection.pid)) return undefined;
  const channel = new Channel(connection, connection.control);
  const timeout = new AbortController();
  try {
    await Promise.race([
      channel.request('ping', {}),
      sleep(PING_TIMEOUT_MS, undefined, { signal: timeout.signal }).then(() => {
        throw new EuphonicError('daemon_lost', `The daemon (pid ${connection.pid}) does not answer.`, {
          where: paths.connection,
          advice: `Wait until it does, or end it: kill -9 ${connection.pid}`,
        });
      }),
    ]);
  } catch (error) {
    // nobody listens at its sockets: another process has its pid by now
    if (channel.lost) return undefined;
    if (connection.protocol !== PROTOCOL_VERSION) throw versionError(connection.protocol, 'daemon', 'client');
    throw error;
  } finally {
    timeout.abort();
    channel.close();
  }
  if (connection.protocol !== PROTOCOL_VERSION) throw versionError(connection.protocol, 'daemon', 'client');
  return connection;
}

export interface StartOptions {
  /** thread budget of a daemon that has to be started */
  threads?: number;
  paths?: RuntimePaths;
}

/** The daemon that is alive, else one that is started detached; `started` tells which. Throws `no_daemon` and what `findDaemon` throws. */
export async function ensureDaemon(
  options: StartOptions = {},
): Promise<{ connection: Connection; started: boolean }> {
  const paths = options.paths ?? runtimePaths();
  const alive = await findDaemon(paths);
  if (alive) return { connection: alive, started: false };
  ensureRuntimeDirectory(paths);
  const logStart = sizeOf(paths.log);
  const child = launch(paths, options.threads);
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    await sleep(POLL_MS);
    const { exitCode } = child;
    const connection = await findDaemon(paths);
    if (connection) {
      const started = connection.pid === child.pid;
      // another start was faster: ours would wait for the lock to become free, and be a daemon that nobody asked for
      if (!started) child.kill();
      return { connection, started };
    }
    // another daemon holds the lock and is about to write its connection file
    if (exitCode !== null && exitCode !== EXIT_LOCKED) break;
  }
  const holder = child.exitCode === EXIT_LOCKED ? readText(paths.lock).trim() : '';
  if (holder !== '') {
    throw new EuphonicError('no_daemon', `A daemon (pid ${holder}) holds the lock, but cannot be found.`, {
      where: paths.lock,
      expected: `its connection file ${paths.connection}`,
      advice: `End it: kill ${holder}`,
    });
  }
  throw new EuphonicError('no_daemon', 'The daemon could not be started.', {
    where: paths.log,
    expected: `a daemon that answers within ${START_TIMEOUT_MS / 1000} s`,
    advice: `Its log says:\n${logTail(paths.log, logStart)}`,
  });
}

/** Ends the daemon and waits until it has gone; false if none is alive. */
export async function stopDaemon(paths: RuntimePaths = runtimePaths()): Promise<Connection | undefined> {
  const connection = await findDaemon(paths);
  if (!connection) return undefined;
  const channel = new Channel(connection, connection.control);
  try {
    await channel.request('shutdown', {});
  } catch (error) {
    // it may be gone before its answer is read
    if (!channel.lost) throw error;
  } finally {
    channel.close();
  }
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  while (processExists(connection.pid)) {
    if (Date.now() > deadline) {
      throw new EuphonicError('daemon_lost', `The daemon (pid ${connection.pid}) does not end.`, {
        advice: `End it: kill -9 ${connection.pid}`,
      });
    }
    await sleep(POLL_MS);
  }
  return connection;
}

function launch(paths: RuntimePaths, threads: number | undefined): ChildProcess {
  const log = openSync(paths.log, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND, 0o600);
  try {
    const child = spawn(
      process.execPath,
      [CLI, 'run', ...(threads === undefined ? [] : ['--threads', String(threads)])],
      {
        cwd: paths.directory,
        detached: true,
        windowsHide: true,
        stdio: ['ignore', log, log],
        env: { ...process.env, ...(paths.chosen ? { EUPHONIC_CONNECTION: paths.connection } : {}) },
      },
    );
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** The last lines that were written since the log had `start` bytes. */
function logTail(path: string, start: number): string {
  try {
    const text = readFileSync(path).subarray(start).subarray(-LOG_TAIL_BYTES).toString('utf8');
    return text.trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n') || '(nothing)';
  } catch {
    return '(there is no log)';
  }
}
