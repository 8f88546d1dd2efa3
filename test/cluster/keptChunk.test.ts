/** q-points of a fit at the gateway: workers may ask for them as long as a chunk of theirs is under way. */
import assert from 'node:assert/strict';
import { Blobs } from '../../src/cluster/blobs.js';
import { ClusterJob } from '../../src/cluster/clusterJob.js';
import type { KeptChunk } from '../../src/cluster/keptChunk.js';
import { decodeAnswer } from '../../src/cluster/message.js';
import type { Chunk, ChunkResult } from '../../src/compute/executor.js';

const RESULT: ChunkResult = { kernelSeconds: 0, imaginary: 0 };
const chunk: Chunk = { qpts: Float64Array.of(1, 2, 3, 4, 5, 6), energies: Float64Array.of(7, 8) };

describe('q-points that workers ask for', () => {
  /** A job whose chunks end when the test says so: only then is it sure what a worker meets that asks meanwhile. */
  function job(blobs: Blobs) {
    const ends: ((result: ChunkResult) => void)[] = [];
    const dispatch = {
      ownClass: 'c',
      threadsOf: () => 2,
      hasWorker: () => true,
      compute: () => new Promise<ChunkResult>((resolve) => ends.push(resolve)),
    };
    const home = {
      nModes: 3,
      nSurfaces: 3,
      bytesPerPoint: 8,
      bytesPerChunk: 0,
      threads: 1,
      notes: [],
      keeper: {},
    };
    const advice = { chunkPoints: 2, window: 1 };
    const shape = { nPoints: 2, nModes: 3, nTerms: 1, bytesPerPoint: 8, bytesPerChunk: 0, blockPoints: 0 };
    const own = { blobs, advice, shape, job: 'j', digest: 'd', className: 'c', notes: [] };
    const parts = { ...own, home, dispatch } as unknown as ConstructorParameters<typeof ClusterJob>[0];
    return { job: new ClusterJob(parts, () => {}), ends };
  }

  it('are served after they have been forgotten, until the chunk is done', async () => {
    const blobs = new Blobs();
    const { job: first, ends } = job(blobs);
    const kept = first.keeper!.make(2) as KeptChunk;
    const result = first.compute({ ...chunk, kept });
    kept.release();
    const { bytes } = await blobs.slice(kept.digest, 0);
    assert.deepEqual(decodeAnswer<Chunk>(bytes).qpts, chunk.qpts);
    ends[0](RESULT);
    assert.equal(await result, RESULT);
    await assert.rejects(blobs.slice(kept.digest, 0), { code: 'unknown_job' });
  });

  it('are served for one list when an equal one has ended', async () => {
    const blobs = new Blobs();
    const { job: first, ends } = job(blobs);
    const lists = [first.keeper!.make(2) as KeptChunk, first.keeper!.make(2) as KeptChunk];
    const results = lists.map((kept) => first.compute({ ...chunk, kept }));
    for (const end of ends) end(RESULT);
    await Promise.all(results);
    assert.equal(lists[0].digest, lists[1].digest);
    lists[0].release();
    lists[0].release();
    await blobs.slice(lists[1].digest, 0);
    lists[1].release();
    await assert.rejects(blobs.slice(lists[1].digest, 0), { code: 'unknown_job' });
  });
});
