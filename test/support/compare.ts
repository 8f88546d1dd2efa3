/** Comparisons of frequencies and intensities with reference values. */
import assert from 'node:assert/strict';

/** Modes whose neighbouring gaps are no larger belong to one degenerate set, meV. */
const DEGENERATE_GAP = 0.05;
/** Intensities of modes below this are left out of comparisons, meV. */
export const SOFT_MODE = 1;

/** [rows,n] as n lists of rows: what Euphonic's files hold. */
export function transposed(array: Float64Array, nPoints: number): number[][] {
  const rows = array.length / nPoints;
  return Array.from({ length: nPoints }, (_, i) =>
    Array.from({ length: rows }, (_, row) => array[row * nPoints + i]),
  );
}

/** q-points [[h,k,l], …] as [3,n]. */
export function columns(points: readonly (readonly number[])[]): Float64Array {
  return Float64Array.from([0, 1, 2].flatMap((axis) => points.map((point) => point[axis])));
}

interface FrequencyTolerance {
  relative: number;
  /** meV */
  absolute: number;
  /** meV: both sides of an acoustic mode at the zone centre need only be below this */
  acoustic?: number;
}

/** Asserts that each frequency is near its reference; gives the largest difference in meV. */
export function assertFrequencies(
  actual: number[][],
  expected: number[][],
  tolerance: FrequencyTolerance,
): number {
  let largest = 0;
  expected.forEach((row, i) => {
    row.forEach((reference, mode) => {
      const value = actual[i][mode];
      const { relative, absolute, acoustic = 0 } = tolerance;
      if (Math.abs(reference) < acoustic && Math.abs(value) < acoustic) return;
      const difference = Math.abs(value - reference);
      largest = Math.max(largest, difference);
      const allowed = Math.max(absolute, relative * Math.abs(reference));
      assert.ok(difference <= allowed, `q-point ${i}, mode ${mode}: ${value} meV, reference ${reference}`);
    });
  });
  return largest;
}

/** Sets of modes that are degenerate within the gap. */
export function degenerateSets(frequencies: number[]): number[][] {
  const sets: number[][] = [];
  frequencies.forEach((frequency, mode) => {
    const near = mode > 0 && frequency - frequencies[mode - 1] <= DEGENERATE_GAP;
    if (near) sets.at(-1)!.push(mode);
    else sets.push([mode]);
  });
  return sets;
}

/** Intensities summed over each degenerate set, those of soft modes left out, and the strongest of the q-point. */
export function* intensitySums(actual: number[][], expected: number[][], frequencies: number[][]) {
  for (const [i, row] of expected.entries()) {
    const strongest = Math.max(...row.map(Math.abs));
    for (const set of degenerateSets(frequencies[i])) {
      if (set.some((mode) => Math.abs(frequencies[i][mode]) < SOFT_MODE)) continue;
      const sum = (values: number[]) => set.reduce((total, mode) => total + values[mode], 0);
      yield { i, set, value: sum(actual[i]), reference: sum(row), strongest };
    }
  }
}

/**
 * Asserts that intensities, summed over degenerate sets, are near their references: relative to the set's intensity,
 * or within 1e-12 of the strongest at the q-point. Gives the largest relative difference.
 */
export function assertIntensities(
  actual: number[][],
  expected: number[][],
  frequencies: number[][],
  relative: number,
): number {
  let largest = 0;
  for (const { i, set, value, reference, strongest } of intensitySums(actual, expected, frequencies)) {
    const difference = Math.abs(value - reference);
    if (difference <= 1e-12 * strongest) continue;
    largest = Math.max(largest, difference / Math.abs(reference));
    assert.ok(
      difference <= relative * Math.abs(reference),
      `q-point ${i}, modes ${set}: ${value}, reference ${reference}`,
    );
  }
  return largest;
}
