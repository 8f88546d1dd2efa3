/**
 * Every method of the protocol: its name, the schema of its parameters, the arrays that travel with it and the type
 * of its result, side by side. PROTOCOL.md says the same in words; `validate.ts` applies it.
 */
import * as v from 'valibot';
import type { ErrorBody } from '../base/errors.js';
import {
  MAX_BLOCK_POINTS,
  MAX_HISTOGRAM_NUMBERS,
  MAX_POINTS,
  MAX_STRING,
  MAX_THREADS,
  MAX_WIDTH_COEFFICIENTS,
} from './limits.js';

type Dtype = '<f8' | '<i4' | '|u1';

/** Bytes of one item. */
export const ITEM_BYTES: Readonly<Record<Dtype, number>> = { '<f8': 8, '<i4': 4, '|u1': 1 };

/** How the header describes the array frame at the same position. */
interface FrameDescription {
  name: string;
  dtype: Dtype;
  shape: number[];
  /** last index fastest; nothing else exists */
  order: 'C';
}

/** A description with the bytes it describes: as many as its shape says. They may lie at any address. */
export interface ArrayFrame extends FrameDescription {
  bytes: Uint8Array;
}

export interface Request {
  id: number;
  method: string;
  params: Record<string, unknown>;
  frames: ArrayFrame[];
}

/** `id` is -1 when the answered message had no readable one. */
export type Response =
  | { id: number; result: Record<string, unknown>; frames: ArrayFrame[] }
  | { id: number; error: ErrorBody };

// -- parameters ------------------------------------------------------------------------------------------------------

/** A schema with the words that an error message uses for what was expected. */
function expect<S extends v.GenericSchema>(words: string, schema: S) {
  return v.pipe(schema, v.description(words));
}

const text = expect(
  `a text of 1 to ${MAX_STRING} characters`,
  v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_STRING)),
);
const optionalText = expect(`a text of 1 to ${MAX_STRING} characters`, v.optional(text));
const symbol = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
const finite = v.pipe(v.number(), v.finite());
const flag = (byDefault: boolean) => expect('true or false', v.optional(v.boolean(), byDefault));
const integer = (min: number, max: number) =>
  expect(
    `an integer from ${min} to ${max}`,
    v.pipe(v.number(), v.safeInteger(), v.minValue(min), v.maxValue(max)),
  );
const kelvin = v.pipe(finite, v.minValue(0));
const gridSize = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const grid = v.strictTuple([gridSize, gridSize, gridSize]);
const GRID_WORDS = '[n1, n2, n3], integers ≥ 1';
const millerIndex = v.pipe(v.number(), v.safeInteger(), v.minValue(-1e9), v.maxValue(1e9));
const ticket = expect(
  'a text of 1 to 64 characters',
  v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(64))),
);
const qPoint = expect('[h, k, l], finite numbers', v.optional(v.strictTuple([finite, finite, finite])));
const modelId = expect(
  'the 64 hexadecimal digits of a model summary',
  v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
);

/** Formats by which a file may be read whatever its content looks like. */
export const MODEL_FORMATS = ['castep', 'json', 'phonopy', 'vasp'] as const;
export const PHONOPY_FC_FORMATS = ['phonopy', 'hdf5'] as const;
const QUANTITIES = ['structure_factor', 'frequencies', 'modes', 'sqw', 'histogram'] as const;
/** Gauss, Lorentz, damped harmonic oscillators. */
const LINE_SHAPES = ['gauss', 'lorentz', 'dho'] as const;
export const SUM_RULES = ['reciprocal', 'realspace'] as const;
export const SCATTERING_LENGTH_TABLES = ['Sears1992', 'BlueBook'] as const;

/** fm, real or [re, im], or an element or isotope of a table */
const scatteringLength = v.union([
  finite,
  v.strictTuple([finite, finite]),
  v.pipe(v.string(), v.regex(/^\d*[-_]?[A-Z][a-z]?[-_]?\d*$/)),
]);

const optionalEnergy = expect('a finite number, meV', v.optional(finite));
const width = v.pipe(v.array(finite), v.minLength(1), v.maxLength(MAX_WIDTH_COEFFICIENTS));

const fwhm = expect(
  `1 to ${MAX_WIDTH_COEFFICIENTS} finite numbers: an FWHM, or ascending coefficients of its polynomial`,
  v.optional(width),
);

const HISTOGRAM_WEIGHTS = ['modes', 'structure_factor'] as const;

/** How modes are counted over energy. */
const histogram = v.strictObject({
  energy_min: finite,
  energy_max: finite,
  bins: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(MAX_HISTOGRAM_NUMBERS)),
  by_atom: v.optional(v.boolean(), false),
  width: v.optional(width),
  q_width: v.optional(v.pipe(finite, v.minValue(0)), 0),
  weight: v.optional(v.picklist(HISTOGRAM_WEIGHTS), 'modes'),
  block_points: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(MAX_BLOCK_POINTS))),
});

const positive = (byDefault: number) =>
  expect('a number > 0', v.optional(v.pipe(finite, v.gtValue(0)), byDefault));

/** What decides the dynamical matrix. */
const PLAN_OPTIONS = {
  asr: expect('reciprocal, realspace or null', v.optional(v.nullable(v.picklist(SUM_RULES)), null)),
  dipole: flag(true),
  dipole_parameter: positive(1),
};

const THREAD_OPTIONS = {
  n_threads: expect(
    `an integer from 1 to ${MAX_THREADS}, or null for the daemon's budget`,
    v.optional(v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(MAX_THREADS))), null),
  ),
};

/** What a calculation may be told: the same names in messages, command-line flags and MATLAB. */
const CALCULATION_OPTIONS = {
  quantity: expect(QUANTITIES.join(', '), v.optional(v.picklist(QUANTITIES), 'structure_factor')),
  ...PLAN_OPTIONS,
  splitting: flag(true),
  mode_gradients: flag(false),
  temperature: expect('kelvin, a number ≥ 0, or null', v.optional(v.nullable(kelvin), null)),
  bose: flag(true),
  negative_e: flag(false),
  scattering_lengths: expect(
    `${SCATTERING_LENGTH_TABLES.join(', ')}, a map of atom type to fm, a number, [re, im] or a name such as '62Ni', or a list of such values`,
    v.optional(
      v.union([
        v.picklist(SCATTERING_LENGTH_TABLES),
        v.array(scatteringLength),
        v.record(symbol, v.union([scatteringLength, v.picklist(SCATTERING_LENGTH_TABLES)])),
      ]),
      'Sears1992',
    ),
  ),
  debye_waller_grid: expect(GRID_WORDS, v.optional(grid)),
  shape: expect(LINE_SHAPES.join(', '), v.optional(v.picklist(LINE_SHAPES), 'gauss')),
  width: expect(
    `1 to ${MAX_WIDTH_COEFFICIENTS} finite numbers: FWHM in meV, ascending coefficients in the energy transfer`,
    v.optional(width),
  ),
  scale: expect('a finite number', v.optional(finite, 1)),
  frequency_scale: positive(1),
  intensity_limit: expect('a number > 0', v.optional(v.pipe(finite, v.gtValue(0)))),
  ...THREAD_OPTIONS,
};

const calculation = v.strictObject(CALCULATION_OPTIONS);

/** As a caller gives them: everything optional. */
export type CalculationOptions = v.InferInput<typeof calculation>;

const empty = v.strictObject({});

/** Energies of a spectrum, and the grid under it. */
const SPECTRUM_OPTIONS = {
  model: modelId,
  ...PLAN_OPTIONS,
  e_min: optionalEnergy,
  e_max: optionalEnergy,
  ebins: expect(
    `an integer from 1 to ${MAX_HISTOGRAM_NUMBERS}`,
    v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(MAX_HISTOGRAM_NUMBERS)), 200),
  ),
  energy_broadening: fwhm,
  grid: expect(GRID_WORDS, v.optional(grid)),
  grid_spacing: positive(0.1),
  ...THREAD_OPTIONS,
  ticket,
};

/** What S(Q,ω) depends on beside. */
const SCATTERING_OPTIONS = {
  splitting: expect('true or false', v.optional(v.boolean())),
  temperature: CALCULATION_OPTIONS.temperature,
  bose: flag(true),
  scattering_lengths: CALCULATION_OPTIONS.scattering_lengths,
  debye_waller_grid: CALCULATION_OPTIONS.debye_waller_grid,
};

const DOS_WEIGHTINGS = ['dos', 'coherent-dos', 'incoherent-dos', 'coherent-plus-incoherent-dos'] as const;
const MAP_WEIGHTINGS = ['coherent', 'dos'] as const;
const POWDER_WEIGHTINGS = [
  'coherent',
  'incoherent',
  'multiphonon',
  'coherent-plus-incoherent',
  'total',
  ...DOS_WEIGHTINGS,
] as const;
const SAMPLINGS = ['turned', 'golden'] as const;

const count = expect('an integer ≥ 1', v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))));
const optionalPositive = expect('a number > 0', v.optional(v.pipe(finite, v.gtValue(0))));

const PATH_OPTIONS = {
  path: optionalText,
  q: optionalText,
  zone: expect(
    '[h, k, l], three integers',
    v.optional(v.strictTuple([millerIndex, millerIndex, millerIndex])),
  ),
  q_spacing: expect('a number > 0, in 1/Å', v.optional(v.pipe(finite, v.gtValue(0)))),
};

const JOB_OPTIONS = {
  model: modelId,
  ...CALCULATION_OPTIONS,
  histogram: expect(
    '{energy_min, energy_max, bins, by_atom, width, q_width, weight, block_points}: bins of energy in meV, and what of a mode they count',
    v.optional(histogram),
  ),
  ticket,
};

export const PARAMS = {
  hello: v.strictObject({ client: text, version: text, protocol: integer(0, 1e6) }),
  'model.load': v.strictObject({
    path: text,
    format: expect(MODEL_FORMATS.join(', '), v.optional(v.picklist(MODEL_FORMATS))),
    summary_name: optionalText,
    born_name: optionalText,
    fc_name: optionalText,
    fc_format: expect(PHONOPY_FC_FORMATS.join(', '), v.optional(v.picklist(PHONOPY_FC_FORMATS))),
  }),
  'model.put': v.strictObject({
    atom_type: expect('one element symbol for each atom', v.pipe(v.array(symbol), v.minLength(1))),
  }),
  'model.info': v.strictObject({ model: modelId, symmetry: flag(false) }),
  'model.content': v.strictObject({ model: modelId }),
  debye_waller: v.strictObject({
    model: modelId,
    grid: expect(GRID_WORDS, grid),
    temperature: expect('kelvin, a number ≥ 0', kelvin),
    ...PLAN_OPTIONS,
    frequency_min: positive(0.01),
    symmetrise: flag(true),
    ...THREAD_OPTIONS,
    ticket,
  }),
  'spectrum.path': v.strictObject({ model: modelId, ...PATH_OPTIONS }),
  'spectrum.dos': v.strictObject({
    ...SPECTRUM_OPTIONS,
    splitting: flag(false),
    weighting: expect(DOS_WEIGHTINGS.join(', '), v.optional(v.picklist(DOS_WEIGHTINGS), 'dos')),
    adaptive: flag(false),
    adaptive_scale: positive(1),
    pdos: expect(
      'true for all atom types, or a list of some',
      v.optional(v.union([v.boolean(), v.array(symbol)]), false),
    ),
  }),
  'spectrum.map': v.strictObject({
    ...SPECTRUM_OPTIONS,
    ...SCATTERING_OPTIONS,
    ...PATH_OPTIONS,
    weighting: expect(MAP_WEIGHTINGS.join(', '), v.optional(v.picklist(MAP_WEIGHTINGS), 'coherent')),
  }),
  'spectrum.powder': v.strictObject({
    ...SPECTRUM_OPTIONS,
    ...SCATTERING_OPTIONS,
    weighting: expect(POWDER_WEIGHTINGS.join(', '), v.optional(v.picklist(POWDER_WEIGHTINGS), 'coherent')),
    q_min: expect('a number ≥ 0, in 1/Å', v.optional(v.pipe(finite, v.minValue(0)), 0)),
    q_max: positive(3),
    q_spacing: positive(0.025),
    q_broadening: fwhm,
    npts: count,
    npts_density: optionalPositive,
    npts_min: count,
    npts_max: count,
    sampling: expect(SAMPLINGS.join(', '), v.optional(v.picklist(SAMPLINGS), 'turned')),
    converge: flag(true),
    error: positive(1),
    e_incident: optionalPositive,
    e_final: optionalPositive,
    angle_range: expect(
      '[low, high], degrees between 0 and 180',
      v.optional(
        v.pipe(
          v.strictTuple([finite, finite]),
          v.check(([low, high]) => low >= 0 && low < high && high <= 180),
        ),
      ),
    ),
  }),
  'spectrum.powder_sqw': v.strictObject({
    model: modelId,
    ...PLAN_OPTIONS,
    ...SCATTERING_OPTIONS,
    negative_e: flag(false),
    q_spacing: positive(0.025),
    error: positive(1),
    npts: count,
    npts_max: count,
    shape: CALCULATION_OPTIONS.shape,
    width: expect(
      `1 to ${MAX_WIDTH_COEFFICIENTS} finite numbers: FWHM in meV, ascending coefficients in the energy transfer`,
      width,
    ),
    frequency_scale: positive(1),
    ...THREAD_OPTIONS,
    ticket,
  }),
  'job.open': v.strictObject({ ...JOB_OPTIONS, n_points: integer(0, MAX_POINTS) }),
  'job.compute': v.strictObject({
    job: text,
    offset: integer(0, MAX_POINTS),
    count: integer(1, MAX_POINTS),
    before: qPoint,
    after: qPoint,
  }),
  'job.close': v.strictObject({ job: text }),
  'job.run': v.strictObject(JOB_OPTIONS),
  ping: empty,
  status: empty,
  'job.cancel': v.strictObject({ job: text }),
  shutdown: empty,
};

export type Method = keyof typeof PARAMS;

/** Parameters as they are sent. */
export type Params<M extends Method> = v.InferInput<(typeof PARAMS)[M]>;
/** Parameters after validation: defaults filled in. */
export type CheckedParams<M extends Method> = v.InferOutput<(typeof PARAMS)[M]>;

export const WORK_METHODS = [
  'hello',
  'model.load',
  'model.put',
  'model.info',
  'model.content',
  'debye_waller',
  'spectrum.path',
  'spectrum.dos',
  'spectrum.map',
  'spectrum.powder',
  'spectrum.powder_sqw',
  'job.open',
  'job.compute',
  'job.close',
  'job.run',
] as const satisfies readonly Method[];
export const CONTROL_METHODS = [
  'ping',
  'status',
  'job.cancel',
  'shutdown',
] as const satisfies readonly Method[];

export type WorkMethod = (typeof WORK_METHODS)[number];
export type ControlMethod = (typeof CONTROL_METHODS)[number];

// -- arrays of requests ----------------------------------------------------------------------------------------------

/** A dimension is a number, or a letter that has the same value wherever it occurs in one message; `3n` is 3 times n. */
export type Dimension = number | 'n' | '3n' | 'c' | 'count';

export interface FrameRule {
  dtype: Dtype;
  shape: readonly Dimension[];
  optional?: true;
}

const DEBYE_WALLER_FRAME: FrameRule = { dtype: '<f8', shape: ['n', 3, 3], optional: true };

const POINT_FRAMES: Readonly<Record<string, FrameRule>> = {
  qpts: { dtype: '<f8', shape: [3, 'count'] },
  directions: { dtype: '<f8', shape: [3, 'count'], optional: true },
  energies: { dtype: '<f8', shape: ['count'], optional: true },
  weights: { dtype: '<f8', shape: ['count'], optional: true },
};

/** The array frames that a method takes; every other method takes none. */
export const REQUEST_FRAMES: { readonly [M in Method]?: Readonly<Record<string, FrameRule>> } = {
  'model.put': {
    cell_vectors: { dtype: '<f8', shape: [3, 3] },
    atom_r: { dtype: '<f8', shape: ['n', 3] },
    atom_mass: { dtype: '<f8', shape: ['n'] },
    sc_matrix: { dtype: '<i4', shape: [3, 3] },
    cell_origins: { dtype: '<i4', shape: ['c', 3] },
    force_constants: { dtype: '<f8', shape: ['c', '3n', '3n'] },
    born: { dtype: '<f8', shape: ['n', 3, 3], optional: true },
    dielectric: { dtype: '<f8', shape: [3, 3], optional: true },
  },
  'job.open': {
    debye_waller: DEBYE_WALLER_FRAME,
  },
  'job.compute': POINT_FRAMES,
  'spectrum.map': { debye_waller: DEBYE_WALLER_FRAME },
  'spectrum.powder': { debye_waller: DEBYE_WALLER_FRAME },
  'spectrum.powder_sqw': {
    debye_waller: DEBYE_WALLER_FRAME,
    q: { dtype: '<f8', shape: ['count'] },
    energies: { dtype: '<f8', shape: ['count'] },
  },
  'job.run': { debye_waller: DEBYE_WALLER_FRAME, ...POINT_FRAMES },
};

// -- results ---------------------------------------------------------------------------------------------------------

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
  jobs: { job: string; model: string; quantity: string; points: number; n_points: number; seconds: number }[];
  endpoints: { work: string; control: string };
  last_job: JobFigures | null;
  counters: Record<string, number>;
  log: string;
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
