/** From intensities to colours. */
import * as vega from 'vega';
import type { ColourScale, PictureOptions } from './choices.js';

/** Where between the limits of colours an intensity stands, from 0 to 1; NaN stays NaN. It runs in pages, too: alone, of nothing else. */
export function shade(value: number, low: number, high: number, scale: ColourScale): number {
  const [v, a, b] = [value, low, high].map((x) =>
    scale === 'log'
      ? Math.log(Math.max(x, 1e-300))
      : scale === 'sqrt'
        ? Math.sign(x) * Math.sqrt(Math.abs(x))
        : x,
  );
  return Math.min(1, Math.max(0, (v - a) / (b - a)));
}

/** Colours of a scheme, as many rows of red, green and blue. */
export const COLOURS = 256;

/** [COLOURS,3] of 0 to 255. */
export function coloursOf(name = 'viridis'): Uint8Array {
  const interpolator = vega.scheme(name.replace(/_r$/, '')) as (t: number) => string;
  const table = new Uint8Array(3 * COLOURS);
  for (let k = 0; k < COLOURS; k++) {
    const t = k / (COLOURS - 1);
    table.set(rgb(interpolator(name.endsWith('_r') ? 1 - t : t)), 3 * k);
  }
  return table;
}

/** Of `rgb(1, 2, 3)` or `#010203`. */
function rgb(colour: string): number[] {
  if (colour.startsWith('#')) return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return colour.match(/\d+/g)!.slice(0, 3).map(Number);
}

/** Of all intensities so many are below the last colour. */
const USUAL_PART = 0.995;
/** Of a logarithmic scale: the first colour over the last one. */
const LOG_RANGE = 1e-3;

/** Intensities of the first and the last colour: given, or from the lowest on, with a few of the highest left out. */
export function limitsOf(
  values: Float64Array,
  { min, max, colourScale }: PictureOptions,
): [low: number, high: number] {
  const sorted = values.filter(Number.isFinite).sort();
  const highest = sorted.at(-1) ?? 1;
  const lowest = sorted[0] ?? 0;
  const usual = sorted[Math.floor(USUAL_PART * (sorted.length - 1))] ?? 1;
  // a map of a few sharp lines is zero almost everywhere
  const high = max ?? (usual > Math.max(0, lowest) ? usual : highest);
  const low = min ?? (colourScale === 'log' ? LOG_RANGE * high : Math.min(lowest, 0));
  return high > low ? [low, high] : [low, low + (Math.abs(low) || 1)];
}
