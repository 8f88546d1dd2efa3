/** Gaussians. */

export const FWHM_PER_DEVIATION = Math.sqrt(8 * Math.LN2);
/** FWHM in meV, as of the kernel's broadened intensities. */
export const MIN_WIDTH = 1e-6;

/** A width whose polynomial in the energy has these ascending coefficients; its sign has no meaning. */
export function fwhmAt(coefficients: readonly number[], energy: number): number {
  return Math.abs(coefficients.reduceRight((sum, coefficient) => sum * energy + coefficient, 0));
}

/** Below it the series converges fast and without loss, beyond it the continued fraction. */
const SERIES_END = 3;
const TERMS = 60;

/**
 * The integral of the normal distribution up to x. Max error: 1e-14. The error function by its series and continued fraction
 * (Abramowitz & Stegun, 7.1.6 and 7.1.14).
 */
export function normalIntegral(x: number): number {
  const z = Math.abs(x) * Math.SQRT1_2;
  const gauss = Math.exp(-z * z) / Math.sqrt(Math.PI);
  let tail: number;
  if (z < SERIES_END) {
    let term = z;
    let sum = z;
    for (let n = 1; n <= TERMS; n++) {
      term *= (2 * z * z) / (2 * n + 1);
      sum += term;
    }
    tail = 0.5 - gauss * sum;
  } else {
    let fraction = z;
    for (let n = TERMS; n >= 1; n--) fraction = z + n / 2 / fraction;
    tail = gauss / (2 * fraction);
  }
  return x > 0 ? 1 - tail : tail;
}
