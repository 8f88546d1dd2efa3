/** Significant digits of lengths, positions and masses in generated files. */
const DIGITS = 12;

/** Rounded as generated files write it: the last digits of a calculation depend on the machine. */
export const rounded = (x: number): number => Number(x.toPrecision(DIGITS));
