/** Whether levels rise, where each by itself is up to chance. */

interface Trend {
  /** of the straight line through the levels, from the first to the last of them */
  rise: number;
  /** standard error of the rise, from how far the levels lie from the line; infinite for fewer than three */
  error: number;
}

/** Least squares, of levels at equal distances whose deviations are independent. */
export function trend(levels: readonly number[]): Trend {
  const n = levels.length;
  const mean = levels.reduce((sum, level) => sum + level, 0) / n;
  // positions are counted from the middle
  const position = (i: number) => i - (n - 1) / 2;
  const spread = levels.reduce((sum, _, i) => sum + position(i) ** 2, 0);
  const slope = levels.reduce((sum, level, i) => sum + position(i) * level, 0) / spread;
  const squares = levels.reduce((sum, level, i) => sum + (level - mean - slope * position(i)) ** 2, 0);
  const error = n < 3 ? Number.POSITIVE_INFINITY : Math.sqrt(squares / (n - 2) / spread);
  return { rise: slope * (n - 1), error: error * (n - 1) };
}

/** Errors by which a rise is more than chance: of ten levels without a trend one set in more than a hundred looks like it. */
const ERRORS = 3;

/** Whether the levels rise by more than this part of their mean, and more than chance has it. */
export function rises(levels: readonly number[], part: number): boolean {
  const { rise, error } = trend(levels);
  const mean = levels.reduce((sum, level) => sum + level, 0) / levels.length;
  return rise > part * mean && rise > ERRORS * error;
}
