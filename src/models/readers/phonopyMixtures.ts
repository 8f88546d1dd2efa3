/**
 * Virtual crystals of phonopy, whose sites hold several elements: points with a `mixture`, or, in 4.10, atoms with a `weight` at
 * one place, which with the scheme "merge" make a site. A site's type is that of `siteMixture`, such as Ge0.3Sn0.7.
 */
import type { PhonopyCell } from './phonopyData.js';

/** Atoms are at one place when their coordinates differ by no more. */
const SAME_PLACE = 1e-4;

/** So far from 1 may the weights of a site be in sum: files have them in a few digits. */
export const WEIGHTS_TOLERANCE = 1e-3;

/** Digits of weights. */
const DIGITS = 8;

/** Element (a label of digits does not count) and weight; in alphabetical order, since cells may list them differently. */
export function mixtureSymbol(parts: readonly (readonly [symbol: string, weight: number])[]): string {
  const weights = new Map<string, number>();
  for (const [symbol, weight] of parts) {
    const element = symbol.replace(/\d+$/, '');
    weights.set(element, (weights.get(element) ?? 0) + weight);
  }
  const sorted = [...weights].sort(([a], [b]) => (a < b ? -1 : 1));
  if (sorted.length === 1) return sorted[0][0];
  return sorted.map(([element, weight]) => `${element}${Number(weight.toFixed(DIGITS))}`).join('');
}

/** Atoms with weights at one place made one site, in the order of their first atoms. `fail` is called where weights are not 1 in sum. */
export function mergedSites(
  { lattice, positions, symbols, masses, reducedTo }: PhonopyCell,
  weights: readonly number[],
  fail: (atom: number, sum: number) => never,
): PhonopyCell {
  const sites: number[][] = [];
  const siteOf = new Int32Array(symbols.length);
  symbols.forEach((_, i) => {
    const isHere = ([first]: number[]) =>
      weights[first] < 1 &&
      [0, 1, 2].every((k) => {
        const apart = positions[3 * i + k] - positions[3 * first + k];
        return Math.abs(apart - Math.round(apart)) < SAME_PLACE;
      });
    const found = weights[i] < 1 ? sites.findIndex(isHere) : -1;
    siteOf[i] = found < 0 ? sites.push([i]) - 1 : found;
    if (found >= 0) sites[found].push(i);
  });
  sites.forEach((site) => {
    const sum = site.reduce((total, i) => total + weights[i], 0);
    if (Math.abs(sum - 1) > WEIGHTS_TOLERANCE) fail(site[0], sum);
  });
  return {
    lattice,
    positions: Float64Array.from(sites.flatMap(([i]) => [...positions.subarray(3 * i, 3 * i + 3)])),
    symbols: sites.map((site) =>
      site.length === 1 ? symbols[site[0]] : mixtureSymbol(site.map((i) => [symbols[i], weights[i]])),
    ),
    masses: Float64Array.from(sites, (site) => site.reduce((sum, i) => sum + weights[i] * masses[i], 0)),
    ...(reducedTo && { reducedTo: Int32Array.from(sites, ([i]) => siteOf[reducedTo[i]]) }),
  };
}
