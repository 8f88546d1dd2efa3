/** Numbers as people write them in texts. */

const DECIMAL = /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eEdD][-+]?\d+)?$/;

/** Value of a decimal number, whose exponent may be one of Fortran's, 1.5D-3; NaN for any other text: 0x1, Infinity, nothing. */
export function decimalNumber(text: string): number {
  return DECIMAL.test(text) ? Number(text.replace(/[dD]/, 'e')) : Number.NaN;
}
