/** Finds the daemon of this user and host, starts one detached if there is none, and stops it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { EuphonicError } from '../base/errors.js';
import { VERSION } from '../base/version.js';
import { versionError } from '../protocol/codec.js';
import { EXIT_LOCKED, PROTOCOL_VERSION } from '../protocol/limits.js';
import type { Params } from '../protocol/messages.js';
import type { Results } from '../protocol/results.js';
import { type DaemonAddress, isOfThisHost, readConnectionFile } from '../runtime/daemonAddress.js';
import { cannotWrite, ensurePrivateDirectory } from '../runtime/files.js';
import { type RuntimePaths, runtimePaths } from '../runtime/paths.js';
import type { StartLimits } from '../runtime/startLimits.js';
import { system } from '../runtime/system.js';
import { RequestSocket } from './requestSocket.js';

/** The compiled command line: the same place seen from src/client and from dist/client. */
const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
/** A daemon that is there answers a ping within this time, also one that was just suspended or starved. */
const PING_TIMEOUT_MS = 15_000;
/** A start takes a fraction of a second; many at once on a loaded machine take longer. */
const START_TIMEOUT_MS = Number(process.env.EUPHONIC_START_TIMEOUT_MS) || 30_000;
const POLL_MS = 15;
/** A daemon that was told to end has gone after this time. */
const STOP_TIMEOUT_MS = 10_000;
/** Lines of the log that are shown when a daemon cannot be started. */
const LOG_TAIL_LINES = 12;
const LOG_TAIL_BYTES = 8192;
/** As much as connection file and lock need. */
const PROBE_BYTES = 8192;

/** The daemon that is alive, or undefined. Throws `other_host`, `runtime_directory`, `protocol_version`, `daemon_lost`. */
export async function findDaemon(paths: RuntimePaths = runtimePaths()): Promise<DaemonAddress | undefined> {
  const address = await findAnyDaemon(paths);
  if (address && address.protocol !== PROTOCOL_VERSION) {
    throw versionError(address.protocol, 'daemon', 'client');
  }
  return address;
}

/** As `findDaemon`, of whatever version: all of them can be asked for `ping`, `status` and `shutdown`. */
export async function findAnyDaemon(paths: RuntimePaths): Promise<DaemonAddress | undefined> {
  const address = readConnectionFile(paths);
  if (!address || (isOfThisHost(address) && !processExists(address.pid))) return undefined;
  try {
    await askControl(address, 'ping', PING_TIMEOUT_MS);
    return address;
  } catch (error) {
    // nobody listens at its sockets: another process has its pid by now
    if (error instanceof NotThere) return undefined;
    // it is there, whatever version its file says
    if (error instanceof EuphonicError && error.code === 'protocol_version') return address;
    throw error;
  }
}

/** Nobody takes connections with the secret of the connection file. */
class NotThere extends Error {}

/** Asks the daemon of a connection. Throws NotThere, or `daemon_lost` after the time. */
async function askControl<M extends 'ping' | 'status' | 'shutdown'>(
  address: DaemonAddress,
  method: M,
  milliseconds: number,
): Promise<Results[M]> {
  const socket = new RequestSocket(address, address.control);
  const timeout = new AbortController();
  const silent = new EuphonicError('daemon_lost', `The daemon (pid ${address.pid}) does not answer.`, {
    where: address.control,
    advice: `Wait until it does, or end it on ${address.host}: ${system.endCommand(address.pid, true)}`,
  });
  try {
    const { result } = await Promise.race([
      socket.request(method, {} as Params<M>),
      sleep(milliseconds, undefined, { signal: timeout.signal }).then(() => {
        throw silent;
      }),
    ]);
    return result;
  } catch (error) {
    const lost = error instanceof EuphonicError && error.code === 'daemon_lost' && error !== silent;
    throw lost ? new NotThere() : error;
  } finally {
    timeout.abort();
    socket.close();
  }
}

interface StartOptions extends StartLimits {
  paths?: RuntimePaths;
  /** end a daemon of an older version first, unless it is at work */
  replaceOlder?: boolean;
}

interface Started {
  address: DaemonAddress;
  started: boolean;
  /** the version of the daemon that was ended for it */
  replaced?: string;
}

/** The daemon that is alive, else one that is started detached; `started` tells which. Throws `no_daemon` and what `findDaemon` throws. */
export async function ensureDaemon(options: StartOptions = {}): Promise<Started> {
  const paths = options.paths ?? runtimePaths();
  const replaced = options.replaceOlder ? await endOlder(paths) : undefined;
  const alive = await findDaemon(paths);
  if (alive) return { address: alive, started: false };
  const elsewhere = readConnectionFile(paths);
  if (elsewhere && !isOfThisHost(elsewhere)) {
    throw new EuphonicError('other_host', `The daemon on ${elsewhere.host} does not answer.`, {
      where: paths.connectionFile,
      expected: `a daemon at ${elsewhere.control}`,
      advice: `Start it on ${elsewhere.host}, or let EUPHONIC_CONNECTION name a file of this host's own.`,
    });
  }
  return { ...(await startDetached(paths, options)), ...(replaced !== undefined && { replaced }) };
}

async function startDetached(paths: RuntimePaths, options: StartOptions): Promise<Started> {
  ensurePrivateDirectory(paths.directory);
  // a daemon that finds no room could not even say so in its log
  checkRoom(paths);
  const logStart = sizeOf(paths.log);
  const child = launch(paths, options);
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline) {
    await sleep(POLL_MS);
    const { exitCode } = child;
    const address = await findDaemon(paths);
    if (address) {
      const started = address.pid === child.pid;
      // another start was faster: ours would wait for the lock to become free, and be a daemon that nobody asked for
      if (!started) child.kill();
      return { address, started };
    }
    // another daemon holds the lock and is about to write its connection file
    if (exitCode !== null && exitCode !== EXIT_LOCKED) break;
  }
  // nobody has found it, and it is not to come later
  child.kill();
  const holder = child.exitCode === EXIT_LOCKED ? readText(paths.lock).trim() : '';
  if (holder !== '') {
    throw new EuphonicError('no_daemon', `A daemon (pid ${holder}) holds the lock, but cannot be found.`, {
      where: paths.lock,
      expected: `its connection file ${paths.connectionFile}`,
      advice: `End it: ${system.endCommand(holder, false)}`,
    });
  }
  throw new EuphonicError('no_daemon', 'The daemon could not be started.', {
    where: paths.log,
    expected: `a daemon that answers within ${START_TIMEOUT_MS / 1000} s`,
    advice: `Its log says:\n${logTail(paths.log, logStart)}`,
  });
}

/** Ends a daemon of an older version that is not at work, and says which it was. */
async function endOlder(paths: RuntimePaths): Promise<string | undefined> {
  const address = await findAnyDaemon(paths);
  if (!address || !isOlder(address)) return undefined;
  const { jobs } = await askControl(address, 'status', PING_TIMEOUT_MS).catch((error) => {
    if (error instanceof NotThere) return { jobs: [] };
    throw error;
  });
  if (jobs.length > 0 && address.protocol === PROTOCOL_VERSION) return undefined;
  if (jobs.length > 0) {
    const { pid, version } = address;
    throw new EuphonicError(
      'protocol_version',
      `The daemon (pid ${pid}) is of the older version ${version} and at work.`,
      {
        expected: `protocol ${PROTOCOL_VERSION}, found ${address.protocol}`,
        advice: 'Start again when it is idle, or end it with its work: euphonicd stop',
      },
    );
  }
  await stopDaemon(paths);
  return address.version;
}

function isOlder({ protocol, version }: DaemonAddress): boolean {
  if (protocol !== PROTOCOL_VERSION) return protocol < PROTOCOL_VERSION;
  const numbers = (text: string) => text.split(/[.+-]/).map(Number);
  const [theirs, ours] = [numbers(version), numbers(VERSION)];
  const differing = ours.findIndex((number, i) => number !== theirs[i]);
  return differing >= 0 && (theirs[differing] ?? 0) < ours[differing];
}

/** Ends the daemon, of whatever version, and waits until it has gone; undefined if none is alive. */
export async function stopDaemon(paths: RuntimePaths = runtimePaths()): Promise<DaemonAddress | undefined> {
  const address = await findAnyDaemon(paths);
  if (!address) return undefined;
  await askControl(address, 'shutdown', STOP_TIMEOUT_MS).catch((error) => {
    // it may be gone before its answer is read
    if (!(error instanceof NotThere)) throw error;
  });
  const isThere = async () =>
    isOfThisHost(address) ? processExists(address.pid) : (await findAnyDaemon(paths)) !== undefined;
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  while (await isThere()) {
    if (Date.now() > deadline) {
      throw new EuphonicError('daemon_lost', `The daemon (pid ${address.pid}) does not end.`, {
        advice: `End it: ${system.endCommand(address.pid, true)}`,
      });
    }
    await sleep(POLL_MS);
  }
  return address;
}

/** Throws `runtime_directory` where the files of a daemon cannot be written. */
function checkRoom(paths: RuntimePaths): void {
  const probe = `${paths.connectionFile}.${process.pid}.probe`;
  try {
    writeFileSync(probe, Buffer.alloc(PROBE_BYTES), { mode: 0o600 });
  } catch (error) {
    throw cannotWrite(paths.directory, error);
  } finally {
    rmSync(probe, { force: true });
  }
}

function launch(paths: RuntimePaths, limits: StartLimits): ChildProcess {
  let log: number;
  try {
    log = openSync(paths.log, constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND, 0o600);
  } catch (error) {
    throw cannotWrite(paths.log, error);
  }
  try {
    const child = spawn(process.execPath, [CLI, 'run', ...limitArguments(limits)], {
      cwd: paths.directory,
      detached: true,
      windowsHide: true,
      stdio: ['ignore', log, log],
      env: { ...process.env, ...(paths.chosen ? { EUPHONIC_CONNECTION: paths.connectionFile } : {}) },
    });
    child.unref();
    return child;
  } finally {
    closeSync(log);
  }
}

function limitArguments({ threads, maxMemory, idleEnd, readTime, tcp }: StartLimits): string[] {
  return [
    ...(threads === undefined ? [] : ['--threads', String(threads)]),
    ...(maxMemory === undefined ? [] : ['--max-memory', maxMemory]),
    ...(idleEnd === undefined ? [] : ['--idle-end', idleEnd]),
    ...(readTime === undefined ? [] : ['--read-time', readTime]),
    ...(tcp === undefined ? [] : ['--tcp', tcp]),
  ];
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
