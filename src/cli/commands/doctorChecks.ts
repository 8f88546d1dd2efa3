/** What `euphonicd doctor` makes of the facts: what is well, what may become one, and what is a problem; with advice. */
import { capability } from 'zeromq';
import { asEuphonicError } from '../../base/errors.js';
import { showBytes } from '../../base/sizes.js';
import { VERSION } from '../../base/version.js';
import { clusterChecks } from '../../cluster/checks.js';
import { loadAddon } from '../../compute/local/addon.js';
import { localExecutor } from '../../compute/local/localExecutor.js';
import { daemonConfig } from '../../daemon/limits/config.js';
import { MAX_CONNECTIONS } from '../../daemon/limits/settings.js';
import { readConnectionFile } from '../../runtime/daemonAddress.js';
import { MAX_LOG_BYTES } from '../../runtime/log.js';
import { runtimePaths } from '../../runtime/paths.js';
import { system } from '../../runtime/system.js';
import { type AllPathFacts, type DaemonFacts, faults, installationFacts } from './doctorFacts.js';

export interface Check {
  check: string;
  result: 'ok' | 'warning' | 'problem';
  says: string;
  advice?: string;
}

/** Descriptors that the daemon needs beside those of its connections. */
const OTHER_OPEN_FILES = 100;

export function runChecks(daemon: DaemonFacts, paths: AllPathFacts | undefined): Check[] {
  return [
    checkThat('native addon', () => `loads, ${loadAddon().simdTarget()}`),
    checkThat('limits', () => {
      const { threads, memory, site } = daemonConfig({}, localExecutor);
      const source = site.found ? `, site limits from ${site.path}` : '';
      return `${threads.threads} threads (${threads.reason}), ${showBytes(memory.bytes)} (${memory.reason})${source}`;
    }),
    ...(paths ? [checkDirectory(paths), checkRoom(paths)] : []),
    checkThat('connection file', () => {
      const address = readConnectionFile(runtimePaths());
      return address ? `of pid ${address.pid} on ${address.host}` : 'none, so no daemon is alive';
    }),
    checkDaemon(daemon),
    ...checkCluster(),
    checkOpenFiles(),
    capability.curve
      ? { check: 'encryption', result: 'ok', says: 'CURVE is there for TCP' }
      : { check: 'encryption', result: 'warning', says: 'this ZeroMQ has no CURVE: --tcp cannot work' },
    checkFaults(),
  ];
}

/** What `examine` says, or the error that it throws as a problem. */
function checkThat(check: string, examine: () => string): Check {
  try {
    return { check, result: 'ok', says: examine() };
  } catch (thrown) {
    const { message, where, advice } = asEuphonicError(thrown);
    const says = where === undefined || message.includes(where) ? message : `${message} (${where})`;
    return { check, result: 'problem', says, ...(advice !== undefined && { advice }) };
  }
}

function checkCluster(): Check[] {
  try {
    return clusterChecks(runtimePaths()).map(([check, examine]) => checkThat(check, examine));
  } catch (error) {
    return [
      checkThat('cluster files', () => {
        throw error;
      }),
    ];
  }
}

function checkDirectory({ directory }: AllPathFacts): Check {
  const check = 'runtime directory';
  const { path, kind, mode, stranger } = directory;
  if (kind === 'none') return { check, result: 'ok', says: `${path} will be made when a daemon starts` };
  const problem = (says: string, advice: string): Check => ({ check, result: 'problem', says, advice });
  const elsewhere = 'Let EUPHONIC_CONNECTION name a file in another directory.';
  if (kind !== 'directory') return problem(`${path} is not a directory but a ${kind}`, elsewhere);
  if (stranger !== undefined) return problem(`${path} belongs to ${stranger}`, elsewhere);
  if (mode === undefined) return { check, result: 'ok', says: path };
  if ((Number.parseInt(mode, 8) & 0o022) !== 0) {
    return problem(`others may write to ${path} (mode ${mode})`, system.closeCommand(path));
  }
  return { check, result: 'ok', says: `${path}, mode ${mode}` };
}

function checkRoom({ directory, free_bytes: free }: AllPathFacts): Check {
  const check = 'room for files';
  if (free === null) return { check, result: 'ok', says: `not known for ${directory.path}` };
  const needed = 2 * MAX_LOG_BYTES;
  if (free >= needed) return { check, result: 'ok', says: `${showBytes(free)} free` };
  return {
    check,
    result: free < 65_536 ? 'problem' : 'warning',
    says: `${free} bytes free in ${directory.path}, the log may need ${needed}`,
    advice: 'Make room, or let EUPHONIC_CONNECTION name a file in another directory.',
  };
}

function checkDaemon({ address, error, ping_ms }: DaemonFacts): Check {
  const check = 'daemon';
  if (error !== undefined) return { check, result: 'problem', says: error };
  if (!address) return { check, result: 'ok', says: 'none is alive; the first call starts one' };
  const says = `pid ${address.pid}, version ${address.version}, answers in ${ping_ms} ms`;
  if (address.version === VERSION) return { check, result: 'ok', says };
  return {
    check,
    result: 'warning',
    says: `${says}; this installation is ${VERSION}`,
    advice: 'euphonicd start replaces an older daemon that is idle; euphonicd stop ends any.',
  };
}

function checkOpenFiles(): Check {
  const check = 'open files';
  const limit = Number(installationFacts().open_files);
  const needed = MAX_CONNECTIONS + OTHER_OPEN_FILES;
  if (!(limit < needed)) return { check, result: 'ok', says: `limit ${installationFacts().open_files}` };
  return {
    check,
    result: 'warning',
    says: `a process may have ${limit}, ${MAX_CONNECTIONS} connections need ${needed}`,
    advice: `ulimit -n ${needed}`,
  };
}

function checkFaults(): Check {
  const found = faults();
  const check = 'log';
  if (found.length === 0) return { check, result: 'ok', says: 'no faults in it' };
  const last = found.at(-1)!;
  return {
    check,
    result: 'warning',
    says: `${found.length} faults, the last at ${last.time}: ${last.fault}`,
    advice: 'euphonicd logs shows more.',
  };
}
