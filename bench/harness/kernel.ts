/** The kernel in this process, through the addon, without daemon and sockets. */

import { memoryPasses } from '../../src/base/passingMemory.js';
import type { JobOptions } from '../../src/compute/executor.js';
import { loadAddon } from '../../src/compute/local/addon.js';
import { nativeContent } from '../../src/compute/local/content.js';
import type { NativeAddon, NativePlan, NativePool } from '../../src/compute/local/native.js';
import type { ForceConstants } from '../../src/models/forceConstants.js';
import { coherentScatteringLengths } from '../../src/models/scatteringLengths.js';
import { firstPoints } from './points.js';

export type Quantity = JobOptions['quantity'];

/** Results of a chunk, and chunks under way: enough that no thread waits, little enough to stay in memory. */
const CHUNK_BYTES = 4 << 20;
const WINDOW = 8;
/** A chunk is made of full batches whatever the register width. */
const STEP = 64;

export interface PlannedMaterial {
  fc: ForceConstants;
  plan: NativePlan;
}

export class Kernel {
  private readonly pool: NativePool;

  constructor(
    threads: number,
    private readonly addon: NativeAddon = loadAddon(),
  ) {
    this.pool = new addon.Pool(threads);
  }

  get threads(): number {
    return this.pool.threads;
  }

  async plan(fc: ForceConstants): Promise<PlannedMaterial> {
    const model = await this.addon.createModel(nativeContent(fc));
    const options = { asr: 'none', dipole: true, dipoleParameter: 1 } as const;
    return { fc, plan: await this.pool.plan(model, options).plan };
  }

  /** Computes [3,count] q-points and hands each chunk's results over. Resolves with the seconds it took. */
  async run(
    material: PlannedMaterial,
    quantity: Quantity,
    qpts: Float64Array,
    threads = this.threads,
    take: (first: number, frequencies: Float64Array, structureFactors?: Float64Array) => void = () => {},
  ): Promise<number> {
    const job = this.pool.job(material.plan, jobOptions(material.fc, quantity, threads));
    const count = qpts.length / 3;
    // Small chunks for few points, so that all threads have some.
    const wanted = Math.min(CHUNK_BYTES / job.bytesPerPoint, count / (4 * threads));
    const step = Math.max(STEP, Math.floor(wanted / STEP) * STEP);
    const chunks: { first: number; qpts: Float64Array }[] = [];
    for (let first = 0; first < count; first += step) {
      chunks.push({ first, qpts: columns(qpts, first, Math.min(step, count - first)) });
    }
    const begin = performance.now();
    let next = 0;
    const lane = async () => {
      while (next < chunks.length) {
        const chunk = chunks[next++];
        const result = await job.compute({ qpts: chunk.qpts });
        memoryPasses((chunk.qpts.length / 3) * job.bytesPerPoint);
        take(chunk.first, result.frequencies!, result.structureFactors);
      }
    };
    await Promise.all(Array.from({ length: WINDOW }, lane));
    return (performance.now() - begin) / 1000;
  }

  /** Seconds for a q-point, from a short run after a first one that warms up. */
  async secondsPerPoint(
    material: PlannedMaterial,
    quantity: Quantity,
    qpts: Float64Array,
    threads = this.threads,
  ): Promise<number> {
    const total = qpts.length / 3;
    for (let count = Math.min(total, STEP * threads); ; count = Math.min(total, 4 * count)) {
      const seconds = await this.run(material, quantity, firstPoints(qpts, count), threads);
      if (seconds > 0.1 || count === total) return seconds / count;
    }
  }

  close(): void {
    this.pool.close();
  }
}

export function jobOptions(fc: ForceConstants, quantity: Quantity, threads: number): JobOptions {
  return {
    quantity,
    nThreads: threads,
    splitting: true,
    scatteringLengths: coherentScatteringLengths(fc.crystal.atomType),
    bose: false,
    negativeE: false,
  };
}

/** As many q-points as fit into the time, in full batches; at least one, at most all. */
export function affordablePoints(secondsPerPoint: number, seconds: number, most: number): number {
  const points = Math.floor(seconds / secondsPerPoint / STEP) * STEP;
  return Math.min(most, Math.max(STEP, points));
}

function columns(qpts: Float64Array, first: number, count: number): Float64Array {
  const n = qpts.length / 3;
  const some = new Float64Array(3 * count);
  for (let axis = 0; axis < 3; axis++)
    some.set(qpts.subarray(axis * n + first, axis * n + first + count), axis * count);
  return some;
}
