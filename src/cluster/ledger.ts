/**
 * The ledger of chunks: what is queued, who has claimed what, what each event means. It has no clock, no socket and no promise: times
 * are given, and what is to be done is told to its effects. The broker delivers a chunk at least once; here it counts once.
 */

/** A chunk whose claimants died so often ends its job: it may be what kills them. */
export const POISON_DEATHS = 3;

/** A chunk that nobody has claimed for this long while a worker was idle is published again: the broker may have lost it. */
export const REPUBLISH_MS = 5000;

/** Sooner than that where a connection has ended meanwhile, since the broker may have delivered the chunk to it. */
export const SUSPECT_MS = 200;

/** Connections that have ended are remembered, since a claim may arrive after the word of its connection's end. */
const MAX_ENDED = 1000;

/** Who has a chunk: a worker, and the connection by which it came; a worker that comes back has another one. */
export interface Claimant {
  readonly worker: string;
  readonly host: string;
  readonly connection: string;
}

/** How a connection ended: the process died; it said goodbye; it was cut off, and may come back with its results. */
export type End = 'died' | 'left' | 'cut';

/** Why a chunk is given up: the claimants that died. */
export interface Poison {
  readonly chunk: string;
  readonly deaths: readonly Claimant[];
}

/** What the ledger has done: of the broker, and of whoever waits for the chunk. */
export interface Effects {
  /** Whether the broker or a worker had been given it before; one that is held back has not. */
  publish(chunk: string): boolean;
  /** The broker is to deliver this again at once. */
  requeue(ack: string): void;
  /** The broker is to forget this. */
  forget(ack: string): void;
  fail(poison: Poison): void;
}

interface LedgerCounts {
  queued: number;
  claimed: number;
  done: number;
  failed: number;
  cancelled: number;
  /** deliveries that were given back because a connection ended */
  requeued: number;
  /** results of chunks that were settled already */
  late: number;
  /** chunks that were published again because nobody claimed them */
  republished: number;
}

interface Entry {
  readonly chunk: string;
  readonly job: string;
  readonly className: string;
  /** by connection; `ack` is where the broker is answered, empty if it did not deliver this */
  readonly claims: Map<string, { claimant: Claimant; ack: string }>;
  readonly deaths: Claimant[];
  /** when it was last given to the broker, or back to it */
  queuedAt: number;
  /** when a connection ended to which the broker may have delivered it */
  suspectAt: number | undefined;
}

export class Ledger {
  private readonly entries = new Map<string, Entry>();
  private readonly ended = new Map<string, End>();
  private nextNumber = 1;
  private isEngineThere = false;
  private readonly counters = { done: 0, failed: 0, cancelled: 0, requeued: 0, late: 0, republished: 0 };

  constructor(private readonly effects: Effects) {}

  get counts(): LedgerCounts {
    const claimed = [...this.entries.values()].filter(({ claims }) => claims.size > 0).length;
    return { queued: this.entries.size - claimed, claimed, ...this.counters };
  }

  /**
   * Takes a chunk of a job for workers of a class; `known` is told its name before it is published. Numbers alone would be those of
   * a gateway that was killed, whose results its workers bring to the next one.
   */
  add(job: string, className: string, now: number, known: (chunk: string) => void): void {
    const chunk = `${job}.${this.nextNumber++}`;
    this.entries.set(chunk, {
      chunk,
      job,
      className,
      claims: new Map(),
      deaths: [],
      queuedAt: now,
      suspectAt: undefined,
    });
    known(chunk);
    if (this.isEngineThere) this.effects.publish(chunk);
  }

  /** A worker says that it has the chunk. */
  claim(chunk: string, claimant: Claimant, ack: string, now: number): void {
    const entry = this.entries.get(chunk);
    if (!entry) {
      if (ack) this.effects.forget(ack);
      return;
    }
    entry.claims.set(claimant.connection, { claimant, ack });
    const end = this.ended.get(claimant.connection);
    if (end !== undefined) this.giveUp(entry, claimant.connection, end, now);
  }

  /** A worker is there whose connection ended as if it had died: it has not. */
  returned(worker: string): void {
    for (const entry of this.entries.values()) {
      const dead = entry.deaths.findIndex((claimant) => claimant.worker === worker);
      if (dead >= 0) entry.deaths.splice(dead, 1);
    }
  }

  /** Results of the chunk have come, or the error of one: true if they count. */
  settle(chunk: string, outcome: 'done' | 'failed'): boolean {
    if (!this.entries.delete(chunk)) {
      this.counters.late++;
      return false;
    }
    this.counters[outcome]++;
    return true;
  }

  /** Ends all chunks of the job and returns them. */
  cancel(job: string): string[] {
    const chunks = [...this.entries.values()].filter((entry) => entry.job === job).map(({ chunk }) => chunk);
    for (const chunk of chunks) this.entries.delete(chunk);
    this.counters.cancelled += chunks.length;
    return chunks;
  }

  /** A connection of a worker has ended: what it had claimed goes to others. */
  disconnect(connection: string, end: End, now: number): void {
    this.ended.set(connection, end);
    if (this.ended.size > MAX_ENDED) this.ended.delete(this.ended.keys().next().value!);
    for (const entry of [...this.entries.values()]) {
      if (entry.claims.has(connection)) this.giveUp(entry, connection, end, now);
      // for a moment the broker still delivers to a connection of whose end it has told
      if (entry.claims.size === 0) entry.suspectAt = now;
    }
  }

  /** The broker has gone with all that it held, claims too. */
  engineLost(): void {
    this.isEngineThere = false;
    for (const { claims } of this.entries.values()) claims.clear();
  }

  /** A broker is there that holds nothing. */
  engineReady(now: number): void {
    this.isEngineThere = true;
    for (const entry of this.entries.values()) this.publish(entry, now);
  }

  /** The way to the broker was interrupted: what nobody has claimed may never have arrived. */
  wayRestored(now: number): void {
    for (const entry of this.entries.values()) if (entry.claims.size === 0) this.publish(entry, now);
  }

  /** Publishes again what should have been claimed by now. `idle` are classes of which a worker has nothing to do. */
  watch(idle: ReadonlySet<string>, now: number): string[] {
    const isOverdue = ({ queuedAt, suspectAt = Number.POSITIVE_INFINITY }: Entry) =>
      now - queuedAt >= REPUBLISH_MS || now - suspectAt >= SUSPECT_MS;
    const overdue = [...this.entries.values()].filter(
      (entry) =>
        this.isEngineThere && entry.claims.size === 0 && idle.has(entry.className) && isOverdue(entry),
    );
    const again = overdue.filter((entry) => this.publish(entry, now));
    this.counters.republished += again.length;
    return again.map(({ chunk }) => chunk);
  }

  /** Chunks of a class that nobody has. */
  unclaimed(className: string): string[] {
    return [...this.entries.values()]
      .filter((entry) => entry.className === className && entry.claims.size === 0)
      .map(({ chunk }) => chunk);
  }

  /** Classes of which there are chunks. */
  classes(): Set<string> {
    return new Set([...this.entries.values()].map(({ className }) => className));
  }

  /** Workers that have a chunk. */
  busyWorkers(): Set<string> {
    const claims = [...this.entries.values()].flatMap((entry) => [...entry.claims.values()]);
    return new Set(claims.map(({ claimant }) => claimant.worker));
  }

  private publish(entry: Entry, now: number): boolean {
    entry.queuedAt = now;
    entry.suspectAt = undefined;
    return this.effects.publish(entry.chunk);
  }

  /** The claim of a connection that has ended is no more. */
  private giveUp(entry: Entry, connection: string, end: End, now: number): void {
    const { claimant, ack } = entry.claims.get(connection)!;
    entry.claims.delete(connection);
    if (end === 'died') entry.deaths.push(claimant);
    if (entry.deaths.length >= POISON_DEATHS) {
      if (ack) this.effects.forget(ack);
      this.entries.delete(entry.chunk);
      this.counters.failed++;
      this.effects.fail({ chunk: entry.chunk, deaths: entry.deaths });
      return;
    }
    entry.queuedAt = now;
    this.counters.requeued++;
    if (ack) this.effects.requeue(ack);
    else if (entry.claims.size === 0) this.effects.publish(entry.chunk);
  }
}
