/** q-points and energies of a chunk that is calculated again and again: kept here for workers that do not have them, and sent by digest. */
import type { Chunk, KeptLines } from '../compute/executor.js';
import { INPUT_BYTES } from './advice.js';
import { type Blobs, digestOf } from './blobs.js';
import { decodeAnswer, encodeAnswer } from './message.js';

/** What the message holds beside the numbers is less. */
const HEADER_BYTES = 1024;

export const keptBytes = (count: number) => count * INPUT_BYTES + HEADER_BYTES;

export class KeptChunk implements KeptLines {
  bytes: number;
  /** of the q-points as a worker gets them; empty until `fill` */
  digest = '';
  /** [3] */
  first: number[] = [];
  /** workers that have the q-points; some may have gone */
  readonly holders = new Set<string>();
  private encoded: Uint8Array = new Uint8Array();
  private free = () => {};

  constructor(
    private readonly blobs: Blobs,
    readonly count: number,
  ) {
    this.bytes = keptBytes(count);
  }

  fill({ kept: _, ...chunk }: Chunk): void {
    const encoded = encodeAnswer(chunk);
    this.encoded = encoded;
    this.digest = digestOf(encoded);
    this.first = firstOf(chunk.qpts);
    this.free = this.hold();
  }

  /** Gives the q-points, also after `release`: a chunk that is under way then may still come home. */
  reader(): () => Chunk {
    const { encoded } = this;
    return () => decodeAnswer<Chunk>(encoded);
  }

  /** Workers may ask for the q-points until the function that is returned has been called, also after `release`. */
  hold(): () => void {
    const { encoded } = this;
    return this.blobs.hold(this.digest, async () => [encoded]);
  }

  release(): void {
    this.free();
    this.free = () => {};
    this.encoded = new Uint8Array();
    this.bytes = 0;
  }
}

/** The first of [3,count] q-points. */
export const firstOf = (qpts: Float64Array) => [0, 1, 2].map((k) => qpts[(k * qpts.length) / 3]);
