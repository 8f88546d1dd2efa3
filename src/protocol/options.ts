/** What requests may be told, as schemas: numbers, names and the options of calculations; messages.ts makes parameters of them. */
import * as v from 'valibot';
import {
  MAX_BLOCK_POINTS,
  MAX_HISTOGRAM_NUMBERS,
  MAX_STRING,
  MAX_THREADS,
  MAX_WIDTH_COEFFICIENTS,
} from './limits.js';

/** A schema with the words that an error message uses for what was expected. */
export function expect<S extends v.GenericSchema>(words: string, schema: S) {
  return v.pipe(schema, v.description(words));
}

export const text = expect(
  `a text of 1 to ${MAX_STRING} characters`,
  v.pipe(v.string(), v.minLength(1), v.maxLength(MAX_STRING)),
);
export const optionalText = expect(`a text of 1 to ${MAX_STRING} characters`, v.optional(text));
export const symbol = v.pipe(v.string(), v.minLength(1), v.maxLength(64));
export const finite = v.pipe(v.number(), v.finite());
export const flag = (byDefault: boolean) => expect('true or false', v.optional(v.boolean(), byDefault));
export const integer = (min: number, max: number) =>
  expect(
    `an integer from ${min} to ${max}`,
    v.pipe(v.number(), v.safeInteger(), v.minValue(min), v.maxValue(max)),
  );
export const kelvin = v.pipe(finite, v.minValue(0));
const gridSize = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
export const grid = v.strictTuple([gridSize, gridSize, gridSize]);
export const GRID_WORDS = '[n1, n2, n3], integers ≥ 1';
const millerIndex = v.pipe(v.number(), v.safeInteger(), v.minValue(-1e9), v.maxValue(1e9));
export const ticket = expect(
  'a text of 1 to 64 characters',
  v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(64))),
);
export const qPoint = expect(
  '[h, k, l], finite numbers',
  v.optional(v.strictTuple([finite, finite, finite])),
);
export const modelId = expect(
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
export const width = v.pipe(v.array(finite), v.minLength(1), v.maxLength(MAX_WIDTH_COEFFICIENTS));

export const fwhm = expect(
  `1 to ${MAX_WIDTH_COEFFICIENTS} finite numbers: an FWHM, or ascending coefficients of its polynomial`,
  v.optional(width),
);

const HISTOGRAM_WEIGHTS = ['modes', 'structure_factor'] as const;

interface Counting {
  by_atom?: boolean | undefined;
  by_direction?: boolean | undefined;
}

/** How modes are counted over energy. */
const histogram = v.strictObject({
  energy_min: finite,
  energy_max: finite,
  bins: v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(MAX_HISTOGRAM_NUMBERS)),
  by_atom: v.optional(v.boolean(), false),
  by_direction: v.optional(v.boolean(), false),
  width: v.optional(width),
  q_width: v.optional(v.pipe(finite, v.minValue(0)), 0),
  weight: v.optional(v.picklist(HISTOGRAM_WEIGHTS), 'modes'),
  block_points: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(MAX_BLOCK_POINTS))),
});

/** Rows of a histogram for each atom, beside that of the modes. */
export function sharesPerAtom({ by_atom, by_direction }: Counting): 0 | 1 | 3 {
  if (by_direction) return 3;
  return by_atom ? 1 : 0;
}

/** Numbers of one histogram: [rows, bins]. */
export function histogramShape(histogram: Counting & { bins: number }, nAtoms: number): [number, number] {
  return [1 + sharesPerAtom(histogram) * nAtoms, histogram.bins];
}

export const positive = (byDefault: number) =>
  expect('a number > 0', v.optional(v.pipe(finite, v.gtValue(0)), byDefault));

/** What decides the dynamical matrix. */
export const PLAN_OPTIONS = {
  asr: expect('reciprocal, realspace or null', v.optional(v.nullable(v.picklist(SUM_RULES)), null)),
  dipole: flag(true),
  dipole_parameter: positive(1),
};

export const THREAD_OPTIONS = {
  n_threads: expect(
    `an integer from 1 to ${MAX_THREADS}, or null for the daemon's budget`,
    v.optional(v.nullable(v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(MAX_THREADS))), null),
  ),
};

/** What a calculation may be told: the same names in messages, command-line flags and MATLAB. */
export const CALCULATION_OPTIONS = {
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

export const empty = v.strictObject({});

/** Energies of a spectrum, and the grid under it. */
export const SPECTRUM_OPTIONS = {
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
export const SCATTERING_OPTIONS = {
  splitting: expect('true or false', v.optional(v.boolean())),
  temperature: CALCULATION_OPTIONS.temperature,
  bose: flag(true),
  scattering_lengths: CALCULATION_OPTIONS.scattering_lengths,
  debye_waller_grid: CALCULATION_OPTIONS.debye_waller_grid,
};

/** Of modes, or by cross-sections. */
export const PLAIN_DOS_WEIGHTINGS = [
  'dos',
  'coherent-dos',
  'incoherent-dos',
  'coherent-plus-incoherent-dos',
] as const;
/** With the Debye–Waller factor, too: the generalised density of states that measured powders give. */
export const NEUTRON_WEIGHTED = 'neutron-weighted';
export const DOS_WEIGHTINGS = [...PLAIN_DOS_WEIGHTINGS, NEUTRON_WEIGHTED] as const;
/** What a line of a partial density of states is of. */
export const PDOS_PARTS = ['species', 'atom', 'direction'] as const;
export const MAP_WEIGHTINGS = ['coherent', 'dos'] as const;
/** Scattering of one phonon, coherent or incoherent, of several, their sums; densities of states. */
export const POWDER_WEIGHTINGS = [
  'coherent',
  'incoherent',
  'multiphonon',
  'coherent-plus-incoherent',
  'total',
  ...PLAIN_DOS_WEIGHTINGS,
] as const;
export const SAMPLINGS = ['turned', 'golden'] as const;

export const count = expect('an integer ≥ 1', v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(1))));
export const optionalPositive = expect('a number > 0', v.optional(v.pipe(finite, v.gtValue(0))));

export const PATH_OPTIONS = {
  path: optionalText,
  q: optionalText,
  zone: expect(
    '[h, k, l], three integers',
    v.optional(v.strictTuple([millerIndex, millerIndex, millerIndex])),
  ),
  q_spacing: expect('a number > 0, in 1/Å', v.optional(v.pipe(finite, v.gtValue(0)))),
};

/** A name for the q-points of a job of sqw, and how much of the daemon's memory may remember them. */
const points = v.strictObject({
  id: v.pipe(v.string(), v.minLength(1), v.maxLength(64)),
  max_bytes: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
});

export const JOB_OPTIONS = {
  model: modelId,
  ...CALCULATION_OPTIONS,
  histogram: expect(
    '{energy_min, energy_max, bins, by_atom, by_direction, width, q_width, weight, block_points}: bins of energy in meV, and what of a mode they count',
    v.optional(histogram),
  ),
  points: expect('{id, max_bytes}: a text of 1 to 64 characters, and an integer ≥ 0', v.optional(points)),
  ticket,
};
