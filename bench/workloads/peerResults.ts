/** What a comparison with the alternatives gives, as it is stored in bench/results. */
import type { Ratio } from '../harness/statistics.js';

export const QUANTITIES = ['modes', 'structure_factor'] as const;
export type PeerQuantity = (typeof QUANTITIES)[number];

export interface Timing {
  /** q-points of one measurement */
  points: number;
  kernelPoints: number;
  /** microseconds per q-point, one for each round */
  peer: number[];
  kernel: number[];
  ratio: Ratio;
}

export interface PeerResult {
  peer: string;
  label: string;
  /** what the worker says of itself, such as the best dipole_parameter */
  info: Record<string, string | number | null>;
  prepareSeconds: number;
  timings: Partial<Record<PeerQuantity, Timing>>;
  /** largest and median difference of a frequency from the kernel's, meV */
  deviation?: { largest: number; median: number };
  /** largest relative difference of a q-point's structure factors, summed over its modes */
  intensityDeviation?: number;
  /** why there is no measurement, or not all */
  failure?: string;
}

export interface MaterialResult {
  material: string;
  label: string;
  date: string;
  /** of this project */
  version: string;
  peers: PeerResult[];
}
