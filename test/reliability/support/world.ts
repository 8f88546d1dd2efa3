/** The surroundings of one trial: a folder, daemons and clients of its own, which are all gone afterwards. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '../../../crystals/random.js';
import { eventually, TestDaemon } from '../../support/daemon.js';
import { OctaveSession } from './octave.js';
import { descriptors, processesOf, residentBytes } from './processes.js';
import { type Bits, pointsOf, type RequestName, request } from './results.js';

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));
const PATIENCE_MS = 120_000;

interface WorldOptions {
  long: boolean;
  /** part of the usual counts and times, for trying things out */
  scale: number;
  bits: Bits;
  octave: boolean;
}

/** A daemon of the trial's own, and what the system says of it. */
export class TrialDaemon extends TestDaemon {
  get pid(): number {
    return this.connection().pid;
  }
  get residentBytes(): number {
    return residentBytes(this.pid);
  }
  get descriptors(): number {
    return descriptors(this.pid);
  }
}

/** What a client process says, see worker.ts. */
interface Said {
  event: string;
  [key: string]: unknown;
}

/** A client in a process of its own. */
export class Worker {
  readonly said: Said[] = [];

  constructor(readonly child: ChildProcess) {
    child.on('message', (message) => this.said.push(message as Said));
  }

  get pid(): number {
    return this.child.pid!;
  }

  tell(message: object): void {
    if (this.child.connected) this.child.send(message);
  }

  /** The next message of this kind, which is taken out of those that came. */
  async next(event: string, ms = PATIENCE_MS): Promise<Said> {
    let found: Said | undefined;
    await eventually(
      () => {
        const at = this.said.findIndex((message) => message.event === event);
        if (at >= 0) [found] = this.said.splice(at, 1);
        if (!found && this.child.exitCode !== null) throw new Error('a client process ended by itself');
        return found !== undefined;
      },
      `the message ${event} of a client process`,
      ms,
    );
    return found!;
  }

  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}

export class World {
  readonly folder = mkdtempSync(join(tmpdir(), 'euphonic-reliability-'));
  readonly random = seededRandom(Math.floor(Math.random() * 2 ** 32));
  private readonly daemons: TrialDaemon[] = [];
  private readonly workers: Worker[] = [];
  private readonly sessions: OctaveSession[] = [];

  constructor(readonly options: WorldOptions) {}

  get bits(): Bits {
    return this.options.bits;
  }

  /** The usual count, or the part of it that was asked for. */
  count(usual: number): number {
    return Math.max(1, Math.round(usual * this.options.scale));
  }

  /** A number in [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * (this.random() + 0.5);
  }

  daemon(): TrialDaemon {
    const daemon = new TrialDaemon();
    this.daemons.push(daemon);
    return daemon;
  }

  /** Starts a client process for one of the tasks of worker.ts. */
  worker(daemon: TrialDaemon, task: string, params: object = {}): Worker {
    const child = fork(WORKER, [task, JSON.stringify(params)], {
      env: daemon.env,
      execArgv: ['--import=tsx'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    const worker = new Worker(child);
    this.workers.push(worker);
    return worker;
  }

  /** An Octave session with the package, or undefined where there is no Octave or no MEX file for it. */
  octave(daemon: TrialDaemon): OctaveSession | undefined {
    if (!this.options.octave) return undefined;
    const session = new OctaveSession(daemon.env);
    this.sessions.push(session);
    return session;
  }

  /** A file with the q-points of a request, for other programs. */
  pointsFile(name: RequestName): string {
    const path = join(this.folder, `${name}.bin`);
    writeFileSync(path, new Uint8Array(pointsOf(request(name).nPoints).buffer));
    return path;
  }

  /** Ends everything. Returns what was still there when it should have been gone. */
  async close(): Promise<string[]> {
    for (const session of this.sessions) await session.kill();
    for (const worker of this.workers) await worker.kill();
    const left: string[] = [];
    for (const daemon of this.daemons) {
      await daemon.dispose();
      // those that lost the race for a lock end by themselves
      for (let i = 0; i < 50 && processesOf(daemon.folder).length > 0; i++) await sleep(100);
      for (const pid of processesOf(daemon.folder)) {
        left.push(`process ${pid}`);
        process.kill(pid, 'SIGKILL');
      }
    }
    rmSync(this.folder, { recursive: true, force: true });
    return left;
  }
}
