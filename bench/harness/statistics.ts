/** The middle value; of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

export interface Ratio {
  /** of the medians */
  median: number;
  /** smallest and largest ratio within one round */
  min: number;
  max: number;
}

/** Ratio of two things that were measured side by side in the same rounds. */
export function ratio(numerators: readonly number[], denominators: readonly number[]): Ratio {
  const each = numerators.map((value, round) => value / denominators[round]);
  return {
    median: median(numerators) / median(denominators),
    min: Math.min(...each),
    max: Math.max(...each),
  };
}
