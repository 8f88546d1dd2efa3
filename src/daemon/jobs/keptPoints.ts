/** What is remembered of q-points that a client calculates again and again, as a fit does, with other widths, scales and temperatures. */
import { createHash } from 'node:crypto';
import type { ChunkAdvice, JobOptions, KeptLines, LineKeeper } from '../../compute/executor.js';
import type { CheckedParams } from '../../protocol/messages.js';
import type { Holder } from '../limits/memoryBudget.js';
import { KEPT_IDLE_MS } from '../limits/settings.js';
import type { Peer } from '../sockets/peerSocket.js';

/** Points that are kept in chunks of more than so many times what is advised are rather sent again, in smaller ones. */
const COARSE = 4;
/** A client may have 2048 requests without an answer. */
const MAX_KEPT_WINDOW = 1024;

interface Place {
  offset: number;
  count: number;
}

/** A client's points with the options that their lines depend on. */
interface Entry {
  readonly peer: Peer;
  /** by place and length of the chunk */
  readonly chunks: Map<string, Place & { lines: KeptLines }>;
  readonly nPoints: number;
  /** q-points of a chunk, by the first; 0: nothing is there, or all is one chunk, as job.run has it */
  cut: number;
  /** of what is kept and of what is being calculated to be kept */
  bytes: number;
  /** q-points in `chunks` */
  points: number;
  /** jobs that use it */
  users: number;
  usedAt: number;
}

const nameOf = (offset: number, count: number) => `${offset}+${count}`;

/** All that lines depend on beside the points themselves. The order of a job's points decides LO–TO directions, so their number counts. */
function keyOf(params: CheckedParams<'job.open'>, options: JobOptions): string {
  const { model, asr, dipole, dipole_parameter, splitting, shape, n_points } = params;
  const hash = createHash('sha256');
  for (const array of [options.scatteringLengths, options.debyeWaller])
    hash.update(array ? new Uint8Array(array.buffer, array.byteOffset, array.byteLength) : '-').update('/');
  const plan = [model, asr, dipole, dipole_parameter, splitting, shape === 'dho', n_points];
  return JSON.stringify([...plan, hash.digest('hex')]);
}

const isCoarse = (cut: number, { chunkPoints, window }: ChunkAdvice) =>
  cut > chunkPoints * Math.min(window, COARSE);

/** What a job uses of its client's points. */
export class PointsInUse {
  constructor(
    private readonly kept: KeptPoints,
    private readonly entry: Entry,
    private readonly maxBytes: number,
    private readonly keeper: LineKeeper,
  ) {}

  /** q-points whose lines are there */
  get points(): number {
    return this.entry.points;
  }

  /** How a job is cut so that it meets what is kept, which may have been cut for other numbers of workers. */
  advice(own: ChunkAdvice): ChunkAdvice {
    const { cut } = this.entry;
    if (cut === 0 || isCoarse(cut, own)) return own;
    const window = Math.floor((own.chunkPoints * own.window) / cut);
    return { chunkPoints: cut, window: Math.min(window, Math.max(own.window, MAX_KEPT_WINDOW)) };
  }

  /** Lines of a chunk, for a job that was cut into the same ones; undefined where there are none. */
  find(offset: number, count: number): KeptLines | undefined {
    return this.entry.chunks.get(nameOf(offset, count))?.lines;
  }

  /** Calls `compute` with lines that it may fill, if there is room for any; they are kept once it has succeeded. */
  async fill<R>(
    offset: number,
    count: number,
    compute: (lines: KeptLines | undefined) => Promise<R>,
  ): Promise<R> {
    const lines = this.kept.make(this.entry, this.maxBytes, this.keeper, count);
    try {
      const result = await compute(lines);
      if (lines) this.kept.put(this.entry, { offset, count }, lines);
      return result;
    } catch (error) {
      if (lines) this.kept.discard(this.entry, lines);
      throw error;
    }
  }

  /** Once, when the job ends. */
  release(): void {
    this.entry.users--;
    this.entry.usedAt = performance.now();
  }
}

export class KeptPoints implements Holder {
  /** the one used last comes last */
  private readonly entries = new Map<string, Entry>();
  private readonly watched = new WeakSet<Peer>();
  bytes = 0;

  /** `freeBytes`: how much of the daemon's memory nobody has been promised. */
  constructor(private readonly freeBytes: () => number) {}

  /** Undefined where the client has not asked for it, or the executor keeps nothing. */
  use(
    peer: Peer,
    params: CheckedParams<'job.open'>,
    options: JobOptions,
    keeper: LineKeeper | undefined,
  ): PointsInUse | undefined {
    if (!params.points || !keeper) return undefined;
    const key = JSON.stringify([peer.key, params.points.id, keyOf(params, options)]);
    const entry = this.entries.get(key) ?? {
      peer,
      chunks: new Map(),
      nPoints: params.n_points,
      cut: 0,
      bytes: 0,
      points: 0,
      users: 0,
      usedAt: 0,
    };
    this.entries.delete(key);
    this.entries.set(key, entry);
    entry.users++;
    this.watch(peer);
    return new PointsInUse(this, entry, params.points.max_bytes, keeper);
  }

  makeRoom(bytes: number): void {
    const wanted = this.bytes - bytes;
    this.drop(() => this.bytes > wanted);
  }

  /** Forgets what has not been used for long, and entries that have nothing. */
  expire(): void {
    const oldest = performance.now() - KEPT_IDLE_MS;
    this.drop(({ usedAt, bytes }) => usedAt < oldest || bytes === 0);
  }

  /** Room is made by forgetting what was used least recently: of this client beyond its limit, of any where memory is short. */
  make(entry: Entry, maxBytes: number, keeper: LineKeeper, count: number): KeptLines | undefined {
    const bytes = keeper.bytes(count);
    const beyond = () => this.bytesOf(entry.peer) + bytes - maxBytes;
    this.drop(({ peer }) => peer === entry.peer && beyond() > 0);
    if (beyond() > 0) return undefined;
    this.drop(() => this.freeBytes() < bytes);
    if (this.freeBytes() < bytes) return undefined;
    const lines = keeper.make(count);
    if (lines) this.count(entry, lines.bytes);
    return lines;
  }

  put(entry: Entry, { offset, count }: Place, lines: KeptLines): void {
    const name = nameOf(offset, count);
    this.forget(entry, name);
    if (offset === 0 && count < entry.nPoints) this.cut(entry, count);
    entry.chunks.set(name, { offset, count, lines });
    entry.points += count;
    // its client went meanwhile
    if (entry.peer.signal.aborted) this.clear(entry);
  }

  discard(entry: Entry, lines: KeptLines): void {
    this.count(entry, -lines.bytes);
    lines.release();
  }

  private count(entry: Entry, bytes: number): void {
    entry.bytes += bytes;
    this.bytes += bytes;
  }

  private bytesOf(peer: Peer): number {
    let sum = 0;
    for (const entry of this.entries.values()) if (entry.peer === peer) sum += entry.bytes;
    return sum;
  }

  /** Forgets entries that no job uses, as long as they are to go; those used least recently first. */
  private drop(isToGo: (entry: Entry) => boolean): void {
    for (const [key, entry] of this.entries) {
      if (entry.users > 0 || !isToGo(entry)) continue;
      this.clear(entry);
      this.entries.delete(key);
    }
  }

  /** Forgets what was cut otherwise: the same points would be kept twice. */
  private cut(entry: Entry, count: number): void {
    if (entry.cut === count) return;
    entry.cut = count;
    for (const [name, { offset, count: length }] of entry.chunks) {
      const isLast = offset + length === entry.nPoints && length < count;
      if (offset % count !== 0 || (length !== count && !isLast)) this.forget(entry, name);
    }
  }

  private forget(entry: Entry, name: string): void {
    const chunk = entry.chunks.get(name);
    if (!chunk) return;
    entry.chunks.delete(name);
    entry.points -= chunk.count;
    this.discard(entry, chunk.lines);
  }

  private clear(entry: Entry): void {
    for (const name of entry.chunks.keys()) this.forget(entry, name);
    entry.cut = 0;
  }

  /** What a client had goes with it. */
  private watch(peer: Peer): void {
    if (this.watched.has(peer)) return;
    this.watched.add(peer);
    peer.signal.addEventListener('abort', () => {
      for (const [key, entry] of this.entries) {
        if (entry.peer !== peer) continue;
        this.clear(entry);
        this.entries.delete(key);
      }
    });
  }
}
