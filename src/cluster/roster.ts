/** Who works for the gateway: admitted at hello, gone with the connection. */
import { EuphonicError } from '../base/errors.js';
import type { ClusterWorker } from '../compute/executor.js';
import type { Candidate } from './affinity.js';
import type { Build } from './build.js';
import type { HelloMessage, LoadMessage } from './content.js';

interface Member extends HelloMessage, Omit<LoadMessage, 'worker'> {
  since: number;
  heardAt: number;
  pointsPerSecond: number;
  /** false until it has said how it fares for the first time, after its preparations */
  isReady: boolean;
}

/** What a worker fares like that has not said it. */
const NO_LOAD = { points: 0, latencyMs: 0, bytesPerSecond: 0, memory: 0, draining: false };

export class Roster {
  private readonly members = new Map<string, Member>();
  /** how processes have ended, by worker: what their supervisors said */
  private readonly reasons = new Map<string, string>();

  constructor(private readonly build: Build) {}

  /** Throws `protocol_version` for a worker of another version, or with another addon. */
  admit(hello: HelloMessage): void {
    const { version, addon } = this.build;
    if (hello.version !== version) {
      const older = hello.version < version ? 'worker' : 'gateway';
      throw new EuphonicError(
        'protocol_version',
        `The worker on ${hello.host} is of version ${hello.version}, the gateway of ${version}: update the ${older}.`,
        { where: 'version', expected: version },
      );
    }
    if (hello.addon !== addon) {
      throw new EuphonicError(
        'protocol_version',
        `The worker on ${hello.host} has another build of the addon.`,
        {
          where: hello.addon,
          expected: `the gateway's, ${addon}`,
          advice: 'Install the same build on all machines, or build again where it is older: npm run build.',
        },
      );
    }
    if (hello.lastDeath) this.reasons.set(hello.lastDeath.worker, hello.lastDeath.reason);
    const now = Date.now();
    const former = this.members.get(hello.worker) ?? {
      ...NO_LOAD,
      since: now,
      heardAt: now,
      pointsPerSecond: 0,
    };
    this.members.set(hello.worker, { ...former, ...hello, isReady: false });
  }

  hear({ worker, ...load }: LoadMessage): void {
    const member = this.members.get(worker);
    if (!member) return;
    const now = Date.now();
    const seconds = Math.max((now - member.heardAt) / 1000, 0.001);
    const pointsPerSecond = (load.points - member.points) / seconds;
    Object.assign(member, load, { pointsPerSecond, heardAt: now, isReady: true });
  }

  /** The worker; undefined if none has it: another connection took its place. */
  remove(connection: string): string | undefined {
    const member = [...this.members.values()].find((candidate) => candidate.connection === connection);
    if (member) this.members.delete(member.worker);
    return member?.worker;
  }

  /** Nobody's connection has survived. */
  clear(): void {
    this.members.clear();
  }

  has(className: string): boolean {
    return [...this.members.values()].some((member) => member.className === className);
  }

  /** Workers of a class that are prepared for chunks. */
  takers(className: string): Candidate[] {
    return [...this.members.values()].filter(
      (member) => member.className === className && member.isReady && !member.draining,
    );
  }

  /** Classes of which a worker has nothing to do. */
  idleClasses(busy: ReadonlySet<string>): Set<string> {
    const idle = [...this.members.values()].filter(
      ({ worker, draining, isReady }) => isReady && !busy.has(worker) && !draining,
    );
    return new Set(idle.map(({ className }) => className));
  }

  /** Threads of each class. */
  threads(): Map<string, number> {
    const sums = new Map<string, number>();
    for (const { className, threads } of this.members.values())
      sums.set(className, (sums.get(className) ?? 0) + threads);
    return sums;
  }

  get size(): number {
    return this.members.size;
  }

  /** How a worker's process ended, as far as it is known. */
  reasonOf(worker: string): string {
    return this.reasons.get(worker) ?? 'its connection was closed';
  }

  /** Workers of another class than the gateway's wait, unless they have something to do. */
  list(busy: ReadonlySet<string>, ownClass: string): ClusterWorker[] {
    return [...this.members.values()].map((member) => {
      const { worker, host, pid, job, className, threads, pointsPerSecond, memory, since, draining } = member;
      const unused = className === ownClass ? 'idle' : 'waiting';
      const state = draining ? 'draining' : busy.has(worker) ? 'working' : unused;
      return {
        ...{ worker, host, pid, job, class: className, threads, state, memory },
        ...{ points: member.points, points_per_s: pointsPerSecond },
        ...{ latency_ms: member.latencyMs, bytes_per_s: member.bytesPerSecond },
        since: new Date(since).toISOString(),
      };
    });
  }
}
