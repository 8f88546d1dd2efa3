import { setTimeout as sleep } from 'node:timers/promises';
import { QUARTZ, type RequestName } from '../support/results.js';
import { rises, trend } from '../support/trend.js';
import type { TrialDaemon, Worker, World } from '../support/world.js';
import type { Trial } from '../trial.js';

const CLIENTS = 8;
const MINUTES = 10;
const LONG_MINUTES = 60;
/** Time after which memory is as it will be, as a part of the whole. */
const WARM_UP = 0.3;
/** Times at which all clients are idle and the daemon is looked at. */
const LOOKS = 24;
const LIMIT_RISE = 0.05;
const MIB = 2 ** 20;

export const soak: Trial = {
  name: 'soak',
  what: `${CLIENTS} clients (one of them Octave) with random requests, cancels and deaths, ${MINUTES} minutes (--long: ${LONG_MINUTES})`,
  required:
    'no error but the intended ones, resident memory (all clients idle) does not rise after the warm-up: by 5 % and three standard errors of its line, descriptors constant',
  async run(world) {
    const minutes = (world.options.long ? LONG_MINUTES : MINUTES) * world.options.scale;
    const daemon = world.daemon();
    await daemon.client().loadModel(QUARTZ);
    const { pid } = daemon;
    const crowd = new Crowd(world, daemon);
    const looks: Look[] = [];
    const end = performance.now() + 60_000 * minutes;
    while (performance.now() < end) {
      await crowd.work((60_000 * minutes) / LOOKS);
      const look = await crowd.look();
      looks.push(look);
      console.log(`  ${(look.bytes / MIB).toFixed(1)} MiB, ${look.descriptors} descriptors`);
    }
    await crowd.end();
    if (daemon.pid !== pid) crowd.faults.push('the daemon was replaced');
    const warmUp = Math.max(1, Math.floor(WARM_UP * looks.length));
    const settled = looks.slice(warmUp);
    const levels = settled.map(({ bytes }) => bytes);
    const { rise, error } = trend(levels);
    const descriptors = new Set(settled.map((look) => look.descriptors));
    const done = [...crowd.done].map(([name, n]) => `${n} ${name}`).join(', ');
    const inMiB = (bytes: number) => (bytes / MIB).toFixed(0);
    const memory = `${levels.map(inMiB).join(', ')} MiB, a rise of ${inMiB(rise)} ± ${inMiB(error)}`;
    return {
      measured: `${minutes.toFixed(0)} min (${done}): ${crowd.faults.length} faults${
        crowd.faults.length > 0 ? ` (${crowd.faults.slice(0, 3).join('; ')})` : ''
      }; ${memory}; descriptors ${[...descriptors].join(', ')}`,
      passed: crowd.faults.length === 0 && !rises(levels, LIMIT_RISE) && descriptors.size === 1,
    };
  },
};

interface Look {
  bytes: number;
  descriptors: number;
}

/** Eight clients: those that die are replaced. */
class Crowd {
  readonly faults: string[] = [];
  readonly done = new Map<string, number>();
  private readonly workers: Worker[];
  private readonly octave: OctaveClient | undefined;

  constructor(
    private readonly world: World,
    private readonly daemon: TrialDaemon,
  ) {
    const octave = world.octave(daemon);
    this.octave = octave && new OctaveClient(world, octave, this.faults, () => this.count('in Octave'));
    this.workers = Array.from({ length: octave ? CLIENTS - 1 : CLIENTS }, () => this.start());
  }

  async work(ms: number): Promise<void> {
    const end = performance.now() + ms;
    this.octave?.resume();
    while (performance.now() < end) {
      await sleep(100);
      this.listen();
    }
  }

  /** Waits until all clients have nothing under way, and looks at the daemon. */
  async look(): Promise<Look> {
    await this.octave?.pause();
    for (const worker of this.workers) worker.tell({ order: 'pause' });
    for (let i = 0; i < this.workers.length; ) {
      // one may die on the way to its pause
      if (this.replaceDead(i)) this.workers[i].tell({ order: 'pause' });
      const isPaused = this.workers[i].said.some(({ event }) => event === 'paused');
      if (isPaused) i++;
      else await sleep(50);
    }
    this.listen();
    // a reader of files that is idle goes, and answers that were sent are let go of
    await sleep(this.world.options.scale < 0.2 ? 1000 : 11_000);
    const look = { bytes: this.daemon.residentBytes, descriptors: this.daemon.descriptors };
    for (const worker of this.workers) worker.tell({ order: 'resume' });
    return look;
  }

  async end(): Promise<void> {
    await this.octave?.pause();
    for (const worker of this.workers) await worker.kill();
  }

  private start(): Worker {
    const seed = Math.floor(this.world.between(0, 2 ** 31));
    return this.world.worker(this.daemon, 'soak', { seed });
  }

  private count(name: string): void {
    this.done.set(name, (this.done.get(name) ?? 0) + 1);
  }

  private listen(): void {
    this.workers.forEach((worker, i) => {
      this.take(worker);
      this.replaceDead(i);
    });
  }

  /** Notes what a client has said. */
  private take(worker: Worker): void {
    for (const { event, name, digest, message } of worker.said.splice(0)) {
      if (event === 'did') this.count(name as string);
      if (event === 'dying') this.count('deaths');
      if (event === 'fault') this.faults.push(`${name}: ${message}`);
      if (event === 'result' && !this.world.bits.check(name as RequestName, digest as string)) {
        this.faults.push(`other bits of ${name}`);
      }
    }
  }

  private replaceDead(i: number): boolean {
    const worker = this.workers[i];
    const { exitCode, signalCode } = worker.child;
    if (exitCode === null && signalCode === null) return false;
    if (signalCode !== 'SIGKILL') this.faults.push(`a client ended with ${exitCode ?? signalCode}`);
    this.take(worker);
    this.workers[i] = this.start();
    return true;
  }
}

/** An Octave session that calculates again and again. */
class OctaveClient {
  private running: Promise<void> = Promise.resolve();
  private isPaused = true;
  private isPrepared = false;

  constructor(
    private readonly world: World,
    private readonly session: NonNullable<ReturnType<World['octave']>>,
    private readonly faults: string[],
    private readonly count: () => void,
  ) {}

  resume(): void {
    if (!this.isPaused) return;
    this.isPaused = false;
    this.running = this.loop().catch((error) => {
      this.faults.push(`Octave: ${error}`);
    });
  }

  async pause(): Promise<void> {
    this.isPaused = true;
    await this.running;
  }

  private async loop(): Promise<void> {
    const { session } = this;
    await session.ready;
    if (!this.isPrepared) await session.run(`[h, k, l] = points('${this.world.pointsFile('medium')}');`);
    this.isPrepared = true;
    while (!this.isPaused) {
      await session.run(
        "m = euphonic.CoherentCrystal(euphonic.ForceConstants.from_json_file(quartz), 'temperature', 300, 'asr', 'reciprocal', 'verbose', false);",
      );
      const digest = await session.run('[w, sf] = m.horace_disp(h, k, l); say(digest([w sf]));');
      if (!this.world.bits.check('medium', digest)) this.faults.push('other bits in Octave');
      this.count();
    }
  }
}
