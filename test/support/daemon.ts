/** A daemon of the tests' own: another connection file in a folder that is removed afterwards. */
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { toJson } from '../../crystals/write.js';
import { type ClientOptions, EuphonicClient } from '../../src/client/client.js';
import { ensureDaemon, findDaemon, stopDaemon } from '../../src/client/launcher.js';
import type { ForceConstants } from '../../src/models/forceConstants.js';
import type { DaemonAddress } from '../../src/runtime/daemonAddress.js';
import { type RuntimePaths, runtimePaths } from '../../src/runtime/paths.js';
import type { StartLimits } from '../../src/runtime/startLimits.js';
import { cpuSeconds } from '../reliability/support/processes.js';
import { cliPath } from './dist.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const otherDaemonPath = join(root, 'test', 'support', 'executor', 'daemon.ts');

export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Where a daemon's threads are: in its own process, or in another (see executor/childExecutor.ts). */
type ExecutorName = 'local' | 'child';

/** Tests that any executor must pass. */
export function describeWithExecutors(
  title: string,
  suite: (this: Mocha.Suite, executor: ExecutorName) => void,
): void {
  for (const executor of ['local', 'child'] as const) {
    describe(executor === 'local' ? title : `${title}, computed in another process`, function () {
      suite.call(this, executor);
    });
  }
}

export class TestDaemon {
  readonly folder = mkdtempSync(join(tmpdir(), 'euphonic-test-'));
  readonly env: NodeJS.ProcessEnv = {
    ...process.env,
    EUPHONIC_CONNECTION: join(this.folder, 'connection.json'),
  };
  readonly paths: RuntimePaths = runtimePaths(this.env);
  private readonly clients: EuphonicClient[] = [];

  constructor(private readonly executor: ExecutorName = 'local') {}

  /** Starts the daemon: needed before the first use of a client if its executor is another than the usual one. */
  async start(limits: Pick<StartLimits, 'threads' | 'maxMemory'> = {}): Promise<void> {
    if (this.executor === 'local') {
      await ensureDaemon({ ...limits, paths: this.paths });
      return;
    }
    const { threads, maxMemory } = limits;
    const args = [
      ...(threads === undefined ? [] : ['--threads', String(threads)]),
      ...(maxMemory === undefined ? [] : ['--max-memory', maxMemory]),
    ];
    spawn(process.execPath, ['--import=tsx', otherDaemonPath, ...args], {
      env: this.env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await eventually(async () => (await findDaemon(this.paths)) !== undefined, 'the daemon is there', 60_000);
  }

  /** A client, closed with the daemon or before; it starts the daemon when it is first used. */
  client(options: Omit<ClientOptions, 'paths'> = {}): EuphonicClient {
    const client = new EuphonicClient({ ...options, paths: this.paths });
    this.clients.push(client);
    return client;
  }

  /** Closes those that there are, since a process has only so many sockets. */
  closeClients(): void {
    for (const client of this.clients.splice(0)) client.close();
  }

  /** What the connection file says. */
  connection(): DaemonAddress {
    return JSON.parse(readFileSync(this.paths.connectionFile, 'utf8'));
  }

  /** Puts force constants into a file of this name in the folder. */
  model(name: string, forceConstants: ForceConstants): string {
    const path = join(this.folder, `${name}.json`);
    writeFileSync(path, toJson(forceConstants));
    return path;
  }

  /** Runs the command line to its end. */
  cli(...args: string[]): Promise<CliResult> {
    return this.cliWith({}, ...args);
  }

  cliWith(env: NodeJS.ProcessEnv, ...args: string[]): Promise<CliResult> {
    return new Promise((resolve) => {
      const options = { env: { ...this.env, ...env }, cwd: this.folder };
      const child = execFile(process.execPath, [cliPath, ...args], options, (_, stdout, stderr) =>
        resolve({ code: child.exitCode, stdout, stderr }),
      );
    });
  }

  /** `euphonicd run` as a child of the tests. */
  run(...args: string[]) {
    return spawn(process.execPath, [cliPath, 'run', ...args], {
      env: this.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** Processor time of the daemon, and of the process in which its executor may be. */
  get cpuSeconds(): number {
    const { pid } = this.connection();
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean);
    return [pid, ...children.map(Number)].reduce((sum, process) => sum + cpuSeconds(process), 0);
  }

  /** Memory of the daemon in bytes, and the most it ever had. */
  memory(): { now: number; peak: number } {
    const status = readFileSync(`/proc/${this.connection().pid}/status`, 'utf8');
    const kibibytes = (key: string) => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1]);
    return { now: 1024 * kibibytes('VmRSS'), peak: 1024 * kibibytes('VmHWM') };
  }

  /** Ends the daemon, if there is one, and removes everything. */
  async dispose(): Promise<void> {
    this.closeClients();
    try {
      await stopDaemon(this.paths);
    } catch {
      // a test left a connection file that is none, or a daemon that does not answer
      const pid = existsSync(this.paths.lock) && Number(readFileSync(this.paths.lock, 'utf8'));
      try {
        if (pid) process.kill(pid, 'SIGKILL');
      } catch {
        // it has ended already
      }
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Waits until `condition` holds; fails after the time. */
export async function eventually(
  condition: () => boolean | Promise<boolean>,
  what: string,
  ms = 10_000,
): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`not within ${ms} ms: ${what}`);
    await sleep(10);
  }
}
