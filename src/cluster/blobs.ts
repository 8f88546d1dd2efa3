/** Models and jobs for workers that do not have them: by digest, in slices. */
import { createHash } from 'node:crypto';
import { EuphonicError } from '../base/errors.js';

/** Bytes of an answer, below the engine's limit of a message. */
const SLICE_BYTES = 4 * 2 ** 20;

export interface Slice {
  bytes: Uint8Array;
  total: number;
}

interface Blob {
  /** made when somebody asks */
  parts: () => Promise<readonly Uint8Array[]>;
  made?: Promise<readonly Uint8Array[]>;
  uses: number;
}

export const digestOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

export class Blobs {
  private readonly blobs = new Map<string, Blob>();

  /** Keeps it until the function that is returned has been called. */
  hold(digest: string, parts: Blob['parts']): () => void {
    const blob = this.blobs.get(digest) ?? { parts, uses: 0 };
    blob.uses++;
    this.blobs.set(digest, blob);
    return () => {
      blob.uses--;
      if (blob.uses === 0 && this.blobs.get(digest) === blob) this.blobs.delete(digest);
    };
  }

  /** Throws `unknown_job` for what nobody computes any more. */
  async slice(digest: string, offset: number): Promise<Slice> {
    const blob = this.blobs.get(digest);
    if (!blob) throw new EuphonicError('unknown_job', 'The job has ended.', { where: digest });
    blob.made ??= blob.parts();
    const parts = await blob.made;
    const total = parts.reduce((sum, { length }) => sum + length, 0);
    const end = Math.min(total, offset + SLICE_BYTES);
    const pieces: Uint8Array[] = [];
    let start = 0;
    for (const part of parts) {
      const from = Math.max(offset - start, 0);
      const to = Math.min(end - start, part.length);
      if (from < to) pieces.push(part.subarray(from, to));
      start += part.length;
    }
    return { bytes: Buffer.concat(pieces), total };
  }
}
