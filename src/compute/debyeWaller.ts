/** Debye–Waller tensors: averages of mean-square displacement tensors over the points that stand for a grid. */
import { SYMMETRIC_ELEMENTS } from '../models/lattice.js';
import type { Operation } from '../models/symmetry.js';
import type { GridPart } from '../qpoints/grid.js';
import { isSymmetric } from '../qpoints/irreducibleWedge.js';
import type { ExecutorJob } from './executor.js';

/** Sums symmetric tensors over a part of a grid. */
export class TensorSum {
  /** [nAtoms,6]: elements 00 01 02 11 12 22 */
  private readonly sum: Float64Array;
  private weights = 0;

  constructor(
    private readonly nAtoms: number,
    private readonly part: GridPart,
  ) {
    this.sum = new Float64Array(6 * nAtoms);
  }

  /** Adds `displacements` [nAtoms,6,count] of the points from `offset`. Chunks come in order. */
  add(displacements: Float64Array, offset: number, count: number): void {
    const weights = Float64Array.from({ length: count }, (_, k) => this.part.weight(offset + k));
    for (let row = 0; row < this.sum.length; row++) {
      let sum = 0;
      for (let k = 0; k < count; k++) sum += weights[k] * displacements[row * count + k];
      this.sum[row] += sum;
    }
    this.weights += weights.reduce((sum, weight) => sum + weight, 0);
  }

  /** [nAtoms,3,3] */
  average(): Float64Array {
    return Float64Array.from(
      { length: 9 * this.nAtoms },
      (_, i) => this.sum[6 * Math.floor(i / 9) + SYMMETRIC_ELEMENTS[i % 9]] / this.weights,
    );
  }
}

interface TensorAverage {
  /** [nAtoms,3,3] Å² */
  tensors: Float64Array;
  /** modes with a negative frequency, which are left out */
  imaginary: number;
}

/**
 * Average of the tensors of a job of displacements over a part of a grid, which is cut into chunks as advised. They are
 * added in the order of the points: the same bits however many threads work. Rejects with the first chunk's error, while others are still
 * under way.
 */
export async function averageTensors(
  job: ExecutorJob,
  part: GridPart,
  onProgress: (points: number) => void,
): Promise<TensorAverage> {
  const { chunkPoints, window } = job.advice;
  const total = new TensorSum(job.nModes / 3, part);
  let imaginary = 0;
  const submit = (offset: number) => {
    const count = Math.min(chunkPoints, part.count - offset);
    const result = job.compute({ qpts: part.points(offset, count) });
    // it is awaited in its turn; a failure before it must not leave this one unheard
    result.catch(() => {});
    return { offset, count, result };
  };
  const underWay: ReturnType<typeof submit>[] = [];
  let next = 0;
  while (next < part.count || underWay.length > 0) {
    while (next < part.count && underWay.length < window) {
      underWay.push(submit(next));
      next += chunkPoints;
    }
    const { offset, count, result } = underWay.shift()!;
    const chunk = await result;
    imaginary += chunk.imaginary;
    total.add(chunk.displacements!, offset, count);
    onProgress(offset + count);
  }
  return { tensors: total.average(), imaginary };
}

/** Whether the tensors of a job of displacements have the symmetry of the operations, as far as their `probePoints` show. */
export async function hasSymmetry(
  job: ExecutorJob,
  operations: readonly Operation[],
  probes: Float64Array,
): Promise<boolean> {
  const { displacements } = await job.compute({ qpts: probes });
  return isSymmetric(displacements!, operations);
}
