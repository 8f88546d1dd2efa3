/** A daemon of the tests' own: another connection file in a folder that is removed afterwards. */
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ClientOptions, EuphonicClient } from '../../src/client/client.js';
import { stopDaemon } from '../../src/client/launcher.js';
import type { Connection } from '../../src/runtime/connection.js';
import { type RuntimePaths, runtimePaths } from '../../src/runtime/paths.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const cliPath = join(root, 'dist', 'cli.js');

/** Daemons run from dist/, which may be older than what stands in src/. */
function checkBuild(): void {
  const built = statSync(join(root, 'dist', '.built-from')).mtimeMs;
  for (const name of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
    const newer = name.endsWith('.ts') && statSync(join(root, 'src', name)).mtimeMs > built;
    if (newer) console.warn(`src/${name} is newer than dist/, which these tests run: npm run build`);
  }
}
checkBuild();

export interface CliResult {
  code: number | null;
  stdout: string;
  stderr: string;
}

export class TestDaemon {
  readonly folder = mkdtempSync(join(tmpdir(), 'euphonic-test-'));
  readonly env: NodeJS.ProcessEnv = {
    ...process.env,
    EUPHONIC_CONNECTION: join(this.folder, 'connection.json'),
  };
  readonly paths: RuntimePaths = runtimePaths(this.env);
  private readonly clients: EuphonicClient[] = [];

  /** A client, closed with the daemon; it starts the daemon when it is first used. */
  client(options: Omit<ClientOptions, 'paths'> = {}): EuphonicClient {
    const client = new EuphonicClient({ ...options, paths: this.paths });
    this.clients.push(client);
    return client;
  }

  /** What the connection file says. */
  connection(): Connection {
    return JSON.parse(readFileSync(this.paths.connection, 'utf8'));
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

  /** Memory of the daemon in bytes, and the most it ever had. */
  memory(): { now: number; peak: number } {
    const status = readFileSync(`/proc/${this.connection().pid}/status`, 'utf8');
    const kibibytes = (key: string) => Number(new RegExp(`${key}:\\s+(\\d+)`).exec(status)?.[1]);
    return { now: 1024 * kibibytes('VmRSS'), peak: 1024 * kibibytes('VmHWM') };
  }

  /** Ends the daemon, if there is one, and removes everything. */
  async dispose(): Promise<void> {
    for (const client of this.clients) client.close();
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
