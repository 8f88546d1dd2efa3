/** `euphonicd info`: what a file of force constants holds, and what is to be known before it is used. */
import { EuphonicClient } from '../../client/client.js';
import { toFloat64Array } from '../../protocol/arrays.js';
import type { ModelSummary } from '../../protocol/results.js';
import { withFlags } from '../options/flagNames.js';
import { type ModelFlags, modelOptions } from '../options/modelOptions.js';
import { EXIT_OK } from '../terminal/exitCodes.js';
import { print, printJson } from '../terminal/output.js';

/** Imaginary modes are looked for on a grid of as many points along each axis; it holds the zone centre. */
const COARSE_GRID = 5;
/** Asymmetries below this are rounding. */
const SYMMETRIC = 1e-9;

/** What is found by calculation. */
interface Trial {
  /** meV: what the three translations have at the zone centre without a sum rule */
  translations: number[];
  /** modes with negative frequencies on the coarse grid, of how many, with the reciprocal sum rule */
  imaginary: number;
  modes: number;
  /** meV */
  lowest: number;
  highest: number;
  /** of the Ewald sums, 1/Å */
  ewald_lambda: number;
  microseconds_per_q: number;
  threads: number;
}

export async function info(path: string, flags: ModelFlags & { json?: boolean }): Promise<number> {
  const client = new EuphonicClient();
  try {
    const summary = await client.loadModel(path, modelOptions(flags));
    const { result, frames } = await client.modelInfo(summary, true);
    const array = (name: string) => {
      const frame = frames.find((candidate) => candidate.name === name);
      return frame ? [...toFloat64Array(frame)] : undefined;
    };
    const scMatrix = frames.find(({ name }) => name === 'sc_matrix')!;
    const cell = array('cell_vectors')!;
    const positions = array('atom_r')!;
    const masses = array('atom_mass')!;
    const born = array('born');
    const dielectric = array('dielectric');
    const content = {
      ...summary,
      notes: summary.notes.map(withFlags),
      formula: formula(summary.atom_type),
      space_group: result.space_group ?? null,
      cell_vectors: rows(cell),
      cell_lengths: rows(cell).map((vector) => Math.hypot(...vector)),
      cell_angles: angles(rows(cell)),
      cell_volume: volume(rows(cell)),
      sc_matrix: rows([...new Int32Array(scMatrix.bytes.slice().buffer)]),
      atom_r: rows(positions),
      atom_mass: masses,
      ...(born &&
        dielectric && { born: tensors(born), dielectric: rows(dielectric), charge_sum: sum(tensors(born)) }),
      ...(await trial(client, summary, masses)),
    };
    if (flags.json) printJson(content);
    else lines(content).forEach(print);
    return EXIT_OK;
  } finally {
    client.close();
  }
}

async function trial(client: EuphonicClient, model: ModelSummary, masses: number[]): Promise<Trial> {
  const centre = await client.evaluate(model, new Float64Array(3), { quantity: 'modes', splitting: false });
  const grid = await client.evaluate(model, coarseGrid(), {
    quantity: 'frequencies',
    asr: 'reciprocal',
    splitting: false,
  });
  return {
    translations: translations(centre.frequencies, centre.eigenvectors!, masses),
    imaginary: grid.imaginary,
    modes: grid.frequencies.length,
    lowest: grid.frequencies.reduce((a, b) => Math.min(a, b)),
    highest: grid.frequencies.reduce((a, b) => Math.max(a, b)),
    ewald_lambda: grid.plan.ewald_lambda,
    microseconds_per_q: (1e6 * grid.kernel_seconds) / grid.nPoints,
    threads: grid.threads,
  };
}

/** Frequencies of the three modes that are most like the crystal moving as a whole: Σ_κ √M_κ e_κ is largest. */
function translations(frequencies: Float64Array, eigenvectors: Float64Array, masses: number[]): number[] {
  const n = masses.length;
  const overlaps = Array.from(frequencies, (frequency, mode) => {
    let overlap = 0;
    for (let part = 0; part < 6; part++) {
      const sum = masses.reduce(
        (s, m, k) => s + Math.sqrt(m) * eigenvectors[(part * n + k) * 3 * n + mode],
        0,
      );
      overlap += sum ** 2;
    }
    return { frequency, overlap };
  });
  return overlaps
    .sort((a, b) => b.overlap - a.overlap)
    .slice(0, 3)
    .map(({ frequency }) => frequency)
    .sort((a, b) => a - b);
}

/** [3,N³] r.l.u., all h, then all k, then all l. */
function coarseGrid(): Float64Array {
  const n = COARSE_GRID ** 3;
  const at = (i: number) => ((i % COARSE_GRID) - (COARSE_GRID - 1) / 2) / COARSE_GRID;
  return Float64Array.from({ length: 3 * n }, (_, k) =>
    at(Math.floor((k % n) / COARSE_GRID ** Math.floor(k / n))),
  );
}

type Content = Trial &
  ModelSummary & {
    formula: string;
    space_group: { number: number; symbol: string } | null;
    cell_vectors: number[][];
    cell_lengths: number[];
    cell_angles: number[];
    cell_volume: number;
    sc_matrix: number[][];
    atom_r: number[][];
    atom_mass: number[];
    born?: number[][][];
    dielectric?: number[][];
    charge_sum?: number[][];
  };

/** Without the sign of a zero. */
function fixed(x: number, digits: number): string {
  return x.toFixed(digits).replace(/^-(0\.0*)$/, '$1');
}

function lines(c: Content): string[] {
  const numbers = (row: number[], digits: number) =>
    row.map((x) => ` ${fixed(x, digits).padStart(digits + 4)}`).join('');
  const matrix = (m: number[][], digits: number) => m.map((row) => `[${numbers(row, digits)} ]`).join(' ');
  const [a, b, g] = c.cell_angles.map((x) => x.toFixed(2));
  const charge = c.charge_sum && Math.max(...c.charge_sum.flat().map(Math.abs));
  const group = c.space_group ? `${c.space_group.symbol} (${c.space_group.number})` : 'none was found';
  const asymmetry =
    c.asymmetry < SYMMETRIC
      ? 'symmetric'
      : `asymmetric by ${c.asymmetry.toExponential(1)} of the largest; one triangle counts`;
  return [
    c.source,
    `model            ${c.model}`,
    `formula          ${c.formula}: ${c.n_atoms} ${c.n_atoms === 1 ? 'atom' : 'atoms'}, ${c.n_modes} modes`,
    `space group      ${group}`,
    `supercell        ${c.n_cells} ${c.n_cells === 1 ? 'cell' : 'cells'}, matrix ${c.sc_matrix.map((row) => `[${row.join(' ')}]`).join(' ')}`,
    `cell             ${c.cell_lengths.map((x) => x.toFixed(4)).join(' ')} Å, ${a} ${b} ${g}°, ${c.cell_volume.toFixed(3)} Å³`,
    ...c.cell_vectors.map((vector) => `  ${numbers(vector, 6)}`),
    'atoms            fractional coordinates, amu',
    ...c.atom_type.map(
      (type, i) => `  ${type.padEnd(4)}${numbers(c.atom_r[i], 6)}${numbers([c.atom_mass[i]], 3)}`,
    ),
    ...(c.born && c.dielectric
      ? [
          `dielectric       ${matrix(c.dielectric, 3)}`,
          'Born charges     e',
          ...c.born.map((z, i) => `  ${c.atom_type[i].padEnd(4)}${matrix(z, 3)}`),
          `charge sum       at most ${charge!.toExponential(1)} e in an element`,
        ]
      : ['polar            no Born charges']),
    `force constants  ${asymmetry}`,
    `sum rule         translations have ${c.translations.map((x) => fixed(x, 3)).join(' ')} meV without it`,
    `frequencies      ${fixed(c.lowest, 2)} to ${fixed(c.highest, 2)} meV on a ${COARSE_GRID}×${COARSE_GRID}×${COARSE_GRID} grid, with the reciprocal sum rule`,
    c.imaginary === 0
      ? 'imaginary modes  none there'
      : `imaginary modes  ${c.imaginary} of ${c.modes} there: the crystal is unstable, or the supercell too small`,
    ...(c.ewald_lambda > 0
      ? [`Ewald parameter  ${c.ewald_lambda.toFixed(4)} /Å, found by counting operations`]
      : []),
    `speed            about ${c.microseconds_per_q.toFixed(1)} µs per q-point with ${c.threads} threads`,
    ...c.notes,
  ];
}

const rows = (numbers: number[]) =>
  Array.from({ length: numbers.length / 3 }, (_, i) => numbers.slice(3 * i, 3 * i + 3));

const tensors = (numbers: number[]) =>
  Array.from({ length: numbers.length / 9 }, (_, i) => rows(numbers.slice(9 * i, 9 * i + 9)));

const sum = (list: number[][][]) =>
  [0, 1, 2].map((a) => [0, 1, 2].map((b) => list.reduce((total, tensor) => total + tensor[a][b], 0)));

const dot = (a: number[], b: number[]) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/** α, β, γ in degrees. */
function angles(cell: number[][]): number[] {
  return [
    [1, 2],
    [0, 2],
    [0, 1],
  ].map(([i, j]) => {
    const [u, v] = [cell[i], cell[j]];
    return (180 / Math.PI) * Math.acos(dot(u, v) / Math.hypot(...u) / Math.hypot(...v));
  });
}

function volume([a, b, c]: number[][]): number {
  const [x, y, z] = [a, b, c];
  const cross = [y[1] * z[2] - y[2] * z[1], y[2] * z[0] - y[0] * z[2], y[0] * z[1] - y[1] * z[0]];
  return Math.abs(dot(x, cross));
}

/** Elements with their counts, in the order in which they first occur. */
function formula(atomTypes: string[]): string {
  const counts = new Map<string, number>();
  for (const type of atomTypes) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].map(([type, count]) => (count === 1 ? type : `${type}${count}`)).join(' ');
}
