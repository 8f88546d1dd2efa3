/** What a run of the benchmarks is asked for. */
export interface Settings {
  /** folder with real files that take the place of generated materials of the same name */
  data?: string;
  /** names of materials; undefined: the workload's own list */
  materials?: string[];
  threads: number;
  /** at most so many q-points */
  points: number;
  /** at most about so many seconds for one measurement */
  seconds: number;
  /** measurements of each kind, in alternation */
  rounds: number;
}

export const DEFAULT_POINTS = 50_000;
export const DEFAULT_SECONDS = 10;
export const DEFAULT_ROUNDS = 5;
