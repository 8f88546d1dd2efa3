/** Sums over blocks of q-points, as averages over spheres need them. */
import type { Blocks } from '../shells.js';
import { addFigures, type Calculator, type Figures, type QpointOptions } from './calculator.js';

/** How q-points are summed over energy, and what becomes of a sum. */
export interface Counting {
  options: QpointOptions;
  histogram: NonNullable<QpointOptions['histogram']>;
  /** of a histogram */
  numbers: number;
  /** intensities [bins], per atom */
  combine(histogram: Float64Array): Float64Array;
}

/** q-points of spheres that are calculated at a time. */
const MAX_POINTS_AT_ONCE = 2 ** 18;
/** Numbers of their sums, of which a block of so many q-points has its own. */
const MAX_SUMS_AT_ONCE = 2 ** 23;
const SMALL_BLOCK = 50;

/** What sums blocks, with progress until it is stopped, and the figures of all that was calculated. */
export function summing(
  calculator: Pick<Calculator, 'evaluate' | 'progress'>,
  { options, histogram, numbers, combine }: Counting,
) {
  const figures: Figures = { notes: [], threads: 0, kernel_seconds: 0, imaginary: 0 };
  const progress = calculator.progress();
  const sum = async ({ qpts, weights, blockPoints }: Blocks) => {
    const evaluation = await calculator.evaluate(
      qpts,
      { ...options, quantity: 'histogram', weights, histogram: { ...histogram, block_points: blockPoints } },
      progress,
    );
    addFigures(figures, evaluation);
    const sums = evaluation.histogram!;
    return Array.from({ length: sums.length / numbers }, (_, k) =>
      combine(sums.subarray(k * numbers, (k + 1) * numbers)),
    );
  };
  const mostAtOnce = Math.min(MAX_POINTS_AT_ONCE, Math.ceil(MAX_SUMS_AT_ONCE / numbers) * SMALL_BLOCK);
  return { sum, mostAtOnce, figures, stop: () => progress.stop() };
}
