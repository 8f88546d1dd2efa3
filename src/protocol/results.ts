/** What methods answer, beside array frames: the types of their results. */
interface Limits {
  max_frame_bytes: number;
  max_frames: number;
  max_header_bytes: number;
  max_inflight_bytes: number;
}

export interface ModelSummary {
  /** SHA-256 of the canonical content, 64 hexadecimal digits */
  model: string;
  n_atoms: number;
  n_modes: number;
  n_cells: number;
  atom_type: string[];
  polar: boolean;
  source: string;
  notes: string[];
  /** largest difference between a force constant and its mirror image, of the largest force constant */
  asymmetry: number;
}

/** What a plan decided. */
export interface PlanSummary {
  /** Λ of the Ewald sums in 1/Å, 0 without a dipole term */
  ewald_lambda: number;
  /** lattice-vector terms over all atom pairs */
  n_terms: number;
  /** distinct lattice vectors */
  n_lattice_vectors: number;
  /** reciprocal-lattice vectors of the Ewald sums */
  n_reciprocal: number;
  inversion_centre: boolean;
}

export interface JobSummary {
  job: string;
  n_modes: number;
  /** columns of structure factors for each q-point; twice n_modes with negative_e */
  n_surfaces: number;
  /** of results, or of q-points and energies where those are more */
  bytes_per_point: number;
  /** of results of a chunk beside those */
  bytes_per_chunk: number;
  /** advised q-points of a chunk */
  chunk_points: number;
  /** advised number of chunks under way */
  window: number;
  threads: number;
  plan: PlanSummary;
  notes: string[];
  /** what is strange in the model itself, whatever the options: also among the notes of its summary */
  doubts: string[];
  /** with the parameter `points`: how many q-points need not be sent */
  points_kept?: number;
}

/** Figures of a finished job. */
export interface JobFigures {
  points: number;
  /** wall time in which at least one of the job's chunks was being worked on */
  kernel_seconds: number;
  /** from job.open to its end */
  total_seconds: number;
  threads: number;
}

/** Of a job that was opened, computed and closed by one request. */
export interface JobResult extends Omit<JobSummary, 'job'>, JobFigures {
  /** how many modes have a negative frequency */
  imaginary: number;
}

/** What came out of a Debye–Waller grid; the tensors are the frame `debye_waller`. */
export interface DebyeWallerSummary {
  /** q-points of the grid */
  n_points: number;
  /** q-points that were evaluated: half of them, by time reversal */
  evaluated: number;
  /** how many of the modes evaluated have a negative frequency; they are left out */
  imaginary: number;
  /** wall time of the evaluation, whenever that was */
  kernel_seconds: number;
  /** true: it was there already */
  cached: boolean;
  /** over which was averaged; null without `symmetrise` */
  space_group: { number: number; symbol: string } | null;
  notes: string[];
}

/** A path through reciprocal space; its q-points, LO–TO directions and distances are frames. */
export interface PathSummary {
  /** extended Bravais symbol of Hinuma et al.; null where no space group is found, and the path is one of coordinates */
  bravais: string | null;
  space_group: { number: number; symbol: string } | null;
  /** labels of the corners, | where the path breaks */
  path: string;
  /** straight lines from one corner to the next: labels and indices, from 0, of the q-points at both ends */
  lines: { from: string; to: string; first: number; last: number }[];
  notes: string[];
}

/** A spectrum; its axes and numbers are frames. */
export interface SpectrumSummary {
  /** what x is over, and in which unit */
  x: { measured: string; unit: string; ticks: { index: number; label: string }[] };
  /** of maps */
  y: { measured: string; unit: string } | null;
  measured: string;
  unit: string;
  /** of the rows of a density of states */
  lines: { label: string; species: string }[];
  /** how it came about, names and values for people */
  provenance: Record<string, string | number>;
  kernel_seconds: number;
  threads: number;
  /** how many modes have a negative frequency */
  imaginary: number;
  notes: string[];
}

/** Of intensities at q-points and energies, which are a frame. */
interface SqwSummary {
  kernel_seconds: number;
  threads: number;
  /** how many modes have a negative frequency */
  imaginary: number;
  notes: string[];
}

/** How well a powder average is known; the intensities are a frame. */
export interface PowderSqwSummary {
  /** relative errors of the spheres, as their sampling has them: median and largest */
  error: [number, number];
  /** the same of the interpolation between them */
  interpolation_error: [number, number];
  n_spheres: number;
  directions: number;
  /** true: nothing but widths and scales was calculated */
  cached: boolean;
  kernel_seconds: number;
  imaginary: number;
  notes: string[];
}

export interface Status {
  pid: number;
  version: string;
  protocol: number;
  host: string;
  uptime_s: number;
  threads: number;
  /** why that many */
  threads_reason: string;
  simd: string;
  /** resident */
  memory_bytes: number;
  /** what the daemon may use, and why that much */
  memory_limit_bytes: number;
  memory_limit_reason: string;
  /** what it has promised by its estimates: models, plans, jobs */
  memory_committed_bytes: number;
  /** since the last request of work */
  idle_s: number;
  /** after which it ends; null: never */
  idle_end_s: number | null;
  mechanism: string;
  /** the site's limits, and whether there is such a file */
  site_config: { path: string; found: boolean };
  /** the latest errors that clients were told of */
  last_errors: { at: string; method: string; code: string }[];
  models: { model: string; source: string; n_atoms: number; bytes: number }[];
  /** those that are being made, and how far they are, from 0 to 1 */
  plans: { model: string; fraction: number; seconds: number }[];
  jobs: { job: string; model: string; quantity: string; points: number; n_points: number; seconds: number }[];
  endpoints: { work: string; control: string };
  last_job: JobFigures | null;
  counters: Record<string, number>;
  log: string;
  /** null for a daemon that computes by itself */
  cluster: ClusterStatus | null;
}

/** Workers that compute for a daemon, what hands them chunks, and what became of these. */
export interface ClusterStatus {
  directory: string;
  class: string;
  engine: {
    version: string;
    pid: number | null;
    restarts: number;
    bytes_sent: number;
    bytes_received: number;
  };
  workers: {
    worker: string;
    host: string;
    pid: number;
    job: string | null;
    class: string;
    threads: number;
    state: string;
    points: number;
    points_per_s: number;
    latency_ms: number;
    bytes_per_s: number;
    memory: number;
    since: string;
  }[];
  ledger: Record<string, number>;
}

export interface Results {
  hello: {
    version: string;
    protocol: number;
    host: string;
    pid: number;
    threads: number;
    simd: string;
    limits: Limits;
  };
  'model.load': ModelSummary;
  'model.put': ModelSummary;
  'model.info': ModelSummary & { space_group?: { number: number; symbol: string } | null };
  'model.content': { atom_type: string[] };
  debye_waller: DebyeWallerSummary;
  'spectrum.path': PathSummary;
  'spectrum.dos': SpectrumSummary;
  'spectrum.map': SpectrumSummary;
  'spectrum.powder': SpectrumSummary;
  'spectrum.sqw': SqwSummary;
  'spectrum.powder_sqw': PowderSqwSummary;
  'job.open': JobSummary;
  'job.compute': { job: string; offset: number; count: number; kernel_seconds: number; imaginary: number };
  'job.close': JobFigures;
  'job.run': JobResult;
  ping: Record<string, never>;
  status: Status;
  'job.cancel': { cancelled: boolean };
  shutdown: Record<string, never>;
}
