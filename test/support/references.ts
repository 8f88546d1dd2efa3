/** Every reference of the data folder: what it holds, how it is calculated through the daemon, and how near that must be. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EuphonicClient } from '../../src/client/client.js';
import type { EvaluateOptions } from '../../src/client/evaluation.js';
import type { Crystal } from '../../src/models/crystal.js';
import type { ReadOptions } from '../../src/models/readers/index.js';
import { spaceGroup, symmetrisedTensors } from '../../src/models/symmetry.js';
import { ANGSTROM_PER_BOHR, ELECTRON_MASS_PER_AMU } from '../../src/models/units.js';
import type { Params } from '../../src/protocol/messages.js';
import type { ModelSummary } from '../../src/protocol/results.js';
import { columns, intensitySums, transposed } from './compare.js';
import { type MatValue, readMat } from './matFile.js';
import { readForceConstants } from './readModel.js';

interface Comparison {
  /** what was compared, and how the deviation is measured */
  quantity: string;
  deviation: number;
  tolerance: number;
}

interface ReferenceCase {
  /** in the data folder */
  file: string;
  options: string;
  run(client: EuphonicClient, folder: string): Promise<Comparison[]>;
}

/** Frequencies below this count as of this size in relative deviations, meV. */
const FREQUENCY_FLOOR = 10;
/** Acoustic modes at the zone centre need only be below this on both sides, meV. */
const ACOUSTIC = 0.55;
/** Differences below this part of the strongest intensity at a q-point are rounding. */
const NEGLIGIBLE = 1e-12;
/** The same with the reciprocal sum rule, which breaks selection rules by its own rounding. */
const NEGLIGIBLE_SUM_RULE = 1e-8;

const quartz = 'quartz/quartz.castep_bin';

const EXACT = { relative: 1e-7 };
/** The reciprocal sum rule amplifies rounding near the zone centre: an absolute tolerance in meV. */
const SUM_RULE = { absolute: 0.01 };
type FrequencyTolerance = { relative: number } | { absolute: number };

/** Largest |Δω|, over |ω| or in meV; acoustic modes at lattice points are compared by `ACOUSTIC`. */
export function frequencyDeviation(
  actual: number[][],
  expected: number[][],
  qpts: number[][],
  tolerance: FrequencyTolerance,
): Comparison {
  const relative = 'relative' in tolerance;
  let largest = 0;
  expected.forEach((row, i) => {
    const atLatticePoint = qpts[i].every((x) => Math.abs(x - Math.round(x)) < 1e-10);
    row.forEach((reference, mode) => {
      const value = actual[i][mode];
      if (atLatticePoint && Math.abs(reference) < ACOUSTIC && Math.abs(value) < ACOUSTIC) return;
      const scale = relative ? Math.max(Math.abs(reference), FREQUENCY_FLOOR) : 1;
      largest = Math.max(largest, Math.abs(value - reference) / scale);
    });
  });
  return {
    quantity: relative ? 'ω, relative' : 'ω, meV',
    deviation: largest,
    tolerance: relative ? tolerance.relative : tolerance.absolute,
  };
}

/** Largest relative difference of intensities summed over degenerate sets; soft modes are left out, and rounding is relative
 * to the strongest. */
export function intensityDeviation(
  actual: number[][],
  expected: number[][],
  frequencies: number[][],
  tolerance: number,
  negligible = NEGLIGIBLE,
): Comparison {
  let largest = 0;
  for (const { value, reference, strongest } of intensitySums(actual, expected, frequencies)) {
    const difference = Math.abs(value - reference);
    if (difference === 0) continue;
    const scale = difference <= negligible * strongest ? strongest : Math.abs(reference);
    largest = Math.max(largest, difference / scale);
  }
  return { quantity: 'S, relative', deviation: largest, tolerance };
}

interface ModesFile {
  qpts: number[][];
  frequencies: number[][];
  structure_factors?: number[][];
}

const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));

/** A file of frequencies, or of structure factors too. */
function evaluated(
  file: string,
  model: string,
  options: EvaluateOptions,
  tolerance: FrequencyTolerance,
  intensity?: number,
  { load = {}, tensors }: { load?: Omit<Params<'model.load'>, 'path'>; tensors?: string } = {},
): ReferenceCase {
  return {
    file,
    options: [model, ...described({ ...load, ...options }), ...(tensors ? [tensors] : [])].join(', '),
    async run(client, folder) {
      const { qpts, frequencies, structure_factors }: ModesFile = json(join(folder, file));
      const debyeWaller = tensors && Float64Array.from(json(join(folder, tensors)).debye_waller.flat(2));
      return compared(
        client,
        await client.loadModel(join(folder, model), load),
        { qpts, frequencies, ...(intensity !== undefined && { structure_factors }) },
        { ...options, ...(debyeWaller && { debyeWaller }) },
        tolerance,
        intensity,
      );
    },
  };
}

async function compared(
  client: EuphonicClient,
  model: ModelSummary,
  { qpts, frequencies, structure_factors }: ModesFile,
  options: EvaluateOptions,
  tolerance: FrequencyTolerance,
  intensity = 0,
): Promise<Comparison[]> {
  const quantity = structure_factors ? 'structure_factor' : 'frequencies';
  const result = await client.evaluate(model, columns(qpts), { ...options, quantity });
  const found = transposed(result.frequencies, qpts.length);
  const comparisons = [frequencyDeviation(found, frequencies, qpts, tolerance)];
  if (structure_factors) {
    const s = transposed(result.structureFactors!, qpts.length);
    const negligible = 'relative' in tolerance ? NEGLIGIBLE : NEGLIGIBLE_SUM_RULE;
    comparisons.push(intensityDeviation(s, structure_factors, frequencies, intensity, negligible));
  }
  return comparisons;
}

function described(options: object): string[] {
  return Object.entries(options).map(([name, value]) => `${name} ${String(value).replaceAll(',', '×')}`);
}

/** Force constants and Born charges as phonopy's files give them, against Euphonic's JSON form of the same. */
function reading(name: string, options: ReadOptions): ReferenceCase {
  const file = 'nacl/NaCl_force_constants.json';
  return {
    file,
    options: ['read from', `nacl/${name}`, ...Object.values(options)].join(' '),
    async run(_, folder) {
      const { fc } = await readForceConstants(join(folder, 'nacl', name), options);
      const { fc: reference } = await readForceConstants(join(folder, file));
      const of = (a: Float64Array, b: Float64Array) =>
        Math.max(...b.map((x, k) => Math.abs(x - a[k]))) / Math.max(...b.map(Math.abs));
      const tolerance = 1e-8;
      return [
        {
          quantity: 'force constants, of the largest',
          deviation: of(fc.forceConstants, reference.forceConstants),
          tolerance,
        },
        { quantity: 'Born charges, of the largest', deviation: of(fc.born!, reference.born!), tolerance },
      ];
    },
  };
}

/** The two halves of the VASP reference, each with frequencies and structure factors. */
function vasp(asr: 'none' | 'reciprocal'): ReferenceCase {
  const file = 'vasp/GaAs_reference.json';
  return {
    file,
    options: `vasp/GaAs_vaspout.h5, asr ${asr}, splitting false`,
    async run(client, folder) {
      const reference = json(join(folder, file));
      const content = {
        qpts: reference.qpts,
        frequencies: reference[`frequencies_asr_${asr}`],
        structure_factors: reference[`structure_factors_mbarn_asr_${asr}`],
      };
      const model = await client.loadModel(join(folder, 'vasp/GaAs_vaspout.h5'));
      const options = { asr: asr === 'none' ? null : asr, splitting: false };
      return asr === 'none'
        ? compared(client, model, content, options, EXACT, 1e-7)
        : compared(client, model, content, options, SUM_RULE, 3e-4);
    },
  };
}

const debyeWallerFile = (temperature: number, suffix = '') =>
  `quartz/quartz_666_${temperature}K${suffix}_debye_waller.json`;

/**
 * Tensors of the files, averaged over the space group here unless they are already: they were made from the points of the
 * grid that symmetry tells apart, so that only the average can be compared. The frequencies that they were made from were
 * rounded: Euphonic's own deviation is the same.
 */
function debyeWaller(temperature: number, suffix = ''): ReferenceCase {
  const file = debyeWallerFile(temperature, suffix);
  return {
    file,
    options: `${quartz}, asr reciprocal${suffix === '' ? ', both symmetrised' : ''}`,
    async run(client, folder) {
      const { debye_waller, crystal } = json(join(folder, file));
      let expected: Float64Array = Float64Array.from(debye_waller.flat(2));
      if (suffix === '') expected = symmetrisedTensors(expected, await spaceGroup(crystalOf(crystal)));
      const model = await client.loadModel(join(folder, quartz));
      const { tensors } = await client.debyeWaller(model, {
        grid: [6, 6, 6],
        temperature,
        asr: 'reciprocal',
      });
      const largest = Math.max(...expected.map(Math.abs));
      const deviation = Math.max(...expected.map((x, k) => Math.abs(x - tensors[k]))) / largest;
      return [{ quantity: 'W, of its largest element', deviation, tolerance: 1e-6 }];
    },
  };
}

/** Euphonic's JSON form of a crystal, in atomic units. */
function crystalOf({ cell_vectors, atom_r, atom_type, atom_mass }: JsonCrystal): Crystal {
  return {
    cellVectors: Float64Array.from(cell_vectors.flat(), (x) => x / ANGSTROM_PER_BOHR),
    atomR: Float64Array.from(atom_r.flat()),
    atomType: atom_type,
    atomMass: Float64Array.from(atom_mass, (x) => x * ELECTRON_MASS_PER_AMU),
  };
}

interface JsonCrystal {
  /** Å */
  cell_vectors: number[][];
  atom_r: number[][];
  atom_type: string[];
  /** amu */
  atom_mass: number[];
}

/** q-points of the files that Horace's users have had from Euphonic's MATLAB interface. */
const HORACE_QPTS = [
  [0, 0, 0],
  [0.1, 0.2, 0.3],
  [0.4, 0.5, 0],
  [0.6, 0, 0.7],
  [0, 0.8, 0.9],
  [-0.5, 0, 0],
  [0, -0.5, 0],
  [0, 0, -0.5],
  [1, -1, -1],
];
const CONVERSION = [
  [-0.5, 0.5, 0.5],
  [0.5, -0.5, 0.5],
  [0.5, 0.5, -0.5],
];

/** Options stand in the name, such as quartz_T300_dw666_bosefalse_negative_etrue_conv_mat_det0p5_lim100.mat */
function horace(name: string): ReferenceCase {
  const file = `quartz_mat/${name}`;
  const has = (word: string) => name.includes(word);
  const kelvin = /_T(\d+)/.exec(name)?.[1];
  const negativeE = has('negative_etrue');
  const limit = has('lim100') ? 100 : Number.POSITIVE_INFINITY;
  const options: EvaluateOptions = {
    asr: 'reciprocal',
    ...(kelvin !== undefined && { temperature: Number(kelvin) }),
    ...(has('dw666') && kelvin !== undefined && { debye_waller_grid: [6, 6, 6] as [number, number, number] }),
    ...(has('bosefalse') && { bose: false }),
    ...(negativeE && { negative_e: true }),
  };
  return {
    file,
    options: 'as the name says',
    async run(client, folder) {
      const variables = readMat(readFileSync(join(folder, file)));
      const expected = (key: string) => surfaces(variables.get(key)!);
      const qpts = has('conv_mat')
        ? HORACE_QPTS.map((q) => [0, 1, 2].map((j) => q.reduce((sum, x, i) => sum + x * CONVERSION[i][j], 0)))
        : HORACE_QPTS;
      const model = await client.loadModel(join(folder, 'quartz/quartz.castep_bin'));
      const result = await client.evaluate(model, columns(qpts), {
        ...options,
        quantity: 'structure_factor',
      });
      const w = transposed(result.frequencies, qpts.length);
      const s = transposed(result.structureFactors!, qpts.length).map((row) =>
        row.map((x) => Math.min(x, limit)),
      );
      const [w0, s0] = [expected('expected_w'), expected('expected_sf')];
      const n = result.nModes;
      const halves = negativeE ? [0, 1] : [0];
      const comparisons = halves.flatMap((half) => {
        const part = (rows: number[][]) => rows.map((row) => row.slice(half * n, (half + 1) * n));
        const energies = half === 0 ? w : w.map((row) => row.map((x) => -x));
        return [
          frequencyDeviation(energies, part(w0), qpts, { absolute: 6e-4 }),
          intensityDeviation(part(s), part(s0), w, 1e-2, NEGLIGIBLE_SUM_RULE),
        ];
      });
      // of both halves the larger deviation
      return [0, 1].map((k) =>
        comparisons.filter((_, i) => i % 2 === k).reduce((a, b) => (b.deviation > a.deviation ? b : a)),
      );
    },
  };
}

/** [n_qpts][n_surfaces], from a matrix or a cell of columns. */
function surfaces(value: MatValue): number[][] {
  const list = 'cells' in value ? value.cells : [value];
  const data = list.flatMap((item) => ('data' in item ? item.data : []));
  const count = HORACE_QPTS.length;
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: data.length / count }, (_, k) => data[k * count + i]),
  );
}

const reciprocal = { asr: 'reciprocal' } as const;
const phonopyNames = ['FORCE_CONSTANTS', 'FULL_FORCE_CONSTANTS', 'force_constants.hdf5'];
const naclReference = 'nacl/NaCl_reciprocal_qpoint_phonon_modes.json';

/** All of them; those of Horace's users are found in the folder. */
export function references(folder: string): ReferenceCase[] {
  return [
    evaluated('quartz/quartz_no_asr_qpoint_phonon_modes.json', quartz, { splitting: false }, EXACT),
    evaluated(
      'quartz/quartz_no_asr_qpoint_phonon_modes.json',
      quartz,
      { splitting: false, dipole_parameter: 0.75 },
      EXACT,
    ),
    evaluated(
      'quartz/quartz_reciprocal_qpoint_phonon_modes.json',
      quartz,
      { ...reciprocal, splitting: false },
      SUM_RULE,
    ),
    evaluated(
      'quartz/quartz_reciprocal_qpoint_phonon_modes.json',
      quartz,
      { ...reciprocal, splitting: false, dipole_parameter: 0.75 },
      SUM_RULE,
    ),
    evaluated('quartz/quartz_split_reciprocal_qpoint_phonon_modes.json', quartz, reciprocal, SUM_RULE),
    evaluated('quartz/quartz_single_qpoint_phonon_modes.json', quartz, {}, EXACT),
    evaluated('lzo/LZO_no_asr_qpoint_frequencies.json', 'lzo/LZO_force_constants.json', {}, EXACT),
    evaluated(
      'lzo/LZO_realspace_qpoint_frequencies.json',
      'lzo/LZO_force_constants.json',
      { asr: 'realspace' },
      EXACT,
    ),
    evaluated(naclReference, 'nacl/NaCl_force_constants.json', reciprocal, SUM_RULE),
    evaluated(naclReference, 'nacl/phonopy_all_in_one.yaml', reciprocal, SUM_RULE),
    reading('phonopy_all_in_one.yaml', {}),
    ...phonopyNames.map((fcName) => reading('phonopy.yaml', { bornName: 'BORN', fcName })),
    ...phonopyNames.map((fc_name) =>
      evaluated(naclReference, 'nacl/phonopy.yaml', reciprocal, SUM_RULE, undefined, {
        load: { born_name: 'BORN', fc_name },
      }),
    ),
    evaluated('quartz/quartz_fc_structure_factor.json', quartz, {}, EXACT, 1e-7),
    ...[0, 300].map((temperature) =>
      evaluated(
        `quartz/quartz_${temperature}K_fc_structure_factor.json`,
        quartz,
        { temperature, bose: false },
        EXACT,
        1e-7,
        { tensors: debyeWallerFile(temperature) },
      ),
    ),
    evaluated(
      'quartz/quartz_recip_asr_300K_fc_structure_factor.json',
      quartz,
      { ...reciprocal, temperature: 300, bose: false },
      SUM_RULE,
      3e-4,
      { tensors: debyeWallerFile(300) },
    ),
    debyeWaller(0),
    debyeWaller(300),
    debyeWaller(300, '_symm'),
    vasp('none'),
    vasp('reciprocal'),
    ...readdirSync(join(folder, 'quartz_mat'))
      .filter((name) => name.endsWith('.mat'))
      .sort()
      .map(horace),
  ];
}
