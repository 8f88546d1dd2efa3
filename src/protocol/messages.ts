/**
 * Every method of the protocol: its name, the schema of its parameters and the arrays that travel with it. PROTOCOL.md says the
 * same in words; options.ts has the options of calculations, results.ts what is answered, and validate.ts applies it.
 */
import * as v from 'valibot';
import type { ErrorBody } from '../base/errors.js';
import { MAX_POINTS, MAX_WIDTH_COEFFICIENTS } from './limits.js';
import {
  CALCULATION_OPTIONS,
  count,
  DOS_WEIGHTINGS,
  empty,
  expect,
  finite,
  flag,
  fwhm,
  GRID_WORDS,
  grid,
  integer,
  JOB_OPTIONS,
  kelvin,
  MAP_WEIGHTINGS,
  MODEL_FORMATS,
  modelId,
  optionalPositive,
  optionalText,
  PATH_OPTIONS,
  PDOS_PARTS,
  PHONOPY_FC_FORMATS,
  PLAN_OPTIONS,
  POWDER_WEIGHTINGS,
  positive,
  qPoint,
  SAMPLINGS,
  SCATTERING_OPTIONS,
  SPECTRUM_OPTIONS,
  symbol,
  THREAD_OPTIONS,
  text,
  ticket,
  width,
} from './options.js';

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

const WIDTH = expect(
  `1 to ${MAX_WIDTH_COEFFICIENTS} finite numbers: FWHM in meV, ascending coefficients in the energy transfer`,
  width,
);

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
    q_mean: optionalPositive,
    temperature: CALCULATION_OPTIONS.temperature,
    debye_waller_grid: CALCULATION_OPTIONS.debye_waller_grid,
    adaptive: flag(false),
    adaptive_scale: positive(1),
    pdos: expect(
      'true for all atom types, or a list of some',
      v.optional(v.union([v.boolean(), v.array(symbol)]), false),
    ),
    pdos_by: expect(PDOS_PARTS.join(', '), v.optional(v.picklist(PDOS_PARTS), 'species')),
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
    pdos: expect('an atom type', v.optional(symbol)),
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
  'spectrum.sqw': v.strictObject({
    model: modelId,
    ...PLAN_OPTIONS,
    ...SCATTERING_OPTIONS,
    negative_e: flag(false),
    width: WIDTH,
    intensity_limit: CALCULATION_OPTIONS.intensity_limit,
    ...THREAD_OPTIONS,
    ticket,
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
    width: WIDTH,
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
  'job.run': v.strictObject({
    ...JOB_OPTIONS,
    count: expect(`an integer from 1 to ${MAX_POINTS}`, v.optional(integer(1, MAX_POINTS))),
  }),
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
  'spectrum.sqw',
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
export type Dimension = number | 'n' | '3n' | 'c' | 'm' | 'count';

export interface FrameRule {
  dtype: Dtype;
  shape: readonly Dimension[];
  optional?: true;
}

const DEBYE_WALLER_FRAME: FrameRule = { dtype: '<f8', shape: ['n', 3, 3], optional: true };

const POINT_FRAMES: Readonly<Record<string, FrameRule>> = {
  qpts: { dtype: '<f8', shape: [3, 'count'], optional: true },
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
  'spectrum.dos': { debye_waller: DEBYE_WALLER_FRAME },
  'spectrum.map': { debye_waller: DEBYE_WALLER_FRAME },
  'spectrum.powder': { debye_waller: DEBYE_WALLER_FRAME },
  'spectrum.sqw': {
    debye_waller: DEBYE_WALLER_FRAME,
    qpts: { dtype: '<f8', shape: [3, 'count'] },
    directions: { dtype: '<f8', shape: [3, 'count'], optional: true },
    energies: { dtype: '<f8', shape: ['m'] },
  },
  'spectrum.powder_sqw': {
    debye_waller: DEBYE_WALLER_FRAME,
    q: { dtype: '<f8', shape: ['count'] },
    energies: { dtype: '<f8', shape: ['count'] },
  },
  'job.run': { debye_waller: DEBYE_WALLER_FRAME, ...POINT_FRAMES },
};
