/**
 * The requests whose results are compared, bit for bit, wherever they were made: after deaths and suspensions, by one
 * client or many, from TypeScript, from the command line or from Octave.
 */
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { seededRandom } from '../../../crystals/random.js';
import type { EvaluateOptions, Evaluation } from '../../../src/client/evaluation.js';

/** The crystal of the trials, which comes with the examples. */
export const QUARTZ = fileURLToPath(
  new URL('../../../matlab/examples/data/quartz_bks.json.gz', import.meta.url),
);

interface Request {
  nPoints: number;
  options: EvaluateOptions;
}

const REQUESTS = {
  small: { nPoints: 500, options: { temperature: 300, asr: 'reciprocal' } },
  medium: { nPoints: 20_000, options: { temperature: 300, asr: 'reciprocal' } },
  large: { nPoints: 150_000, options: { temperature: 300, asr: 'reciprocal' } },
  frequencies: { nPoints: 10_000, options: { quantity: 'frequencies', dipole: true } },
  modes: { nPoints: 1500, options: { quantity: 'modes', asr: 'realspace' } },
  cold: { nPoints: 5000, options: { negative_e: true, temperature: 5 } },
} satisfies Record<string, Request>;

export type RequestName = keyof typeof REQUESTS;
export const REQUEST_NAMES = Object.keys(REQUESTS) as RequestName[];

export const request = (name: RequestName): Request => REQUESTS[name];

/** [3,nPoints] q-points, the same every time. */
export function pointsOf(nPoints: number): Float64Array {
  const next = seededRandom(nPoints);
  return Float64Array.from({ length: 3 * nPoints }, () => 4 * next());
}

/** SHA-256 of arrays as they lie in memory, one behind the other. */
export function digest(...arrays: (Float64Array | undefined)[]): string {
  const hash = createHash('sha256');
  for (const array of arrays) {
    if (array) hash.update(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  }
  return hash.digest('hex');
}

export const digestOf = (e: Evaluation): string =>
  digest(e.frequencies, e.structureFactors, e.eigenvectors, e.intensities);

/** Collects the results of all trials: for each request there must be one digest only. */
export class Bits {
  private readonly digests = new Map<string, Set<string>>();
  compared = 0;

  /** True if it is what the same request gave before. */
  check(name: string, value: string): boolean {
    this.compared++;
    const known = this.digests.get(name) ?? new Set();
    this.digests.set(name, known.add(value));
    return known.size === 1;
  }

  get requests(): number {
    return this.digests.size;
  }

  /** Requests that had more than one result. */
  get different(): string[] {
    return [...this.digests].filter(([, values]) => values.size > 1).map(([name]) => name);
  }
}
