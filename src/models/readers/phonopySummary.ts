/**
 * phonopy's summary (phonopy.yaml, phonopy_params.yaml and the like): cells, units, Born charges, perhaps force constants.
 *
 * A summary may hold millions of numbers, for which a YAML library takes minutes. So the text is cut at its top-level keys
 * first; the few sections of interest go to the library, the elements of the force constants to a scanner of numbers, the
 * rest (displacements, forces) is not looked at.
 */
import { parse } from 'yaml';
import { EuphonicError } from '../../base/errors.js';
import { lineAt, NotNumbers, scanNumbers } from './numbers.js';

export interface PhonopyCell {
  /** [3,3] in the file's unit of length, one vector a row */
  lattice: Float64Array;
  /** [n,3] fractional */
  positions: Float64Array;
  symbols: string[];
  /** [n] amu */
  masses: Float64Array;
  /** for each atom of a supercell the number (from 0) of the atom that stands for its primitive atom, if stated */
  reducedTo?: Int32Array;
}

export interface PhonopyForceConstants {
  /** atoms in rows and columns: primitive or all atoms of the supercell, and all atoms of the supercell */
  shape: [rows: number, columns: number];
  /** [rows,columns,3,3] */
  elements: Float64Array;
  /** the atom of the supercell (from 0) that each row belongs to, if stated */
  rowAtoms?: Int32Array;
  unit?: string;
}

export interface PhonopyNac {
  /** [n,3,3] e, first index electric field, second displacement; n atoms, or those that symmetry tells apart */
  born: Float64Array;
  /** [3,3] */
  dielectric: Float64Array;
  /** e²/4πε₀ in the file's units, if stated */
  factor?: number;
}

export interface PhonopySummary {
  version?: string;
  calculator?: string;
  units: { length?: string; forceConstants?: string };
  primitive: PhonopyCell;
  supercell: PhonopyCell;
  forceConstants?: PhonopyForceConstants;
  nac?: PhonopyNac;
}

const SECTIONS = [
  'phonopy',
  'physical_unit',
  'primitive_cell',
  'supercell',
  'nac',
  'born_effective_charge',
  'dielectric_constant',
];

type Yaml = Record<string, unknown>;

/** Whether a text may be a summary: its first words are the key of a block. */
export function isYaml(start: Buffer): boolean {
  return /^(\uFEFF)?(---\s*\n)?(\s*(#.*)?\n)*[A-Za-z_][A-Za-z_0-9 ]*:(\s|$)/.test(start.toString('utf8'));
}

/** Throws `file_format` for YAML without phonopy's cells, `file_damaged` with the line or the key for what is broken. */
export function parseSummary(bytes: Buffer, name: string): PhonopySummary {
  const sections = cut(bytes);
  const root: Yaml = {};
  for (const key of SECTIONS) {
    const range = sections.get(key);
    if (range) Object.assign(root, parseYaml(bytes, range, name));
  }
  for (const key of ['primitive_cell', 'supercell'] as const) {
    if (root[key] !== undefined) continue;
    const message = `${name} has no '${key}'.`;
    if (!isMap(root.phonopy)) {
      const expected = 'the summary of phonopy, with primitive_cell and supercell';
      throw new EuphonicError('file_format', message, { where: name, expected });
    }
    damaged(name, key, undefined, 'a cell with lattice and points');
  }
  const about = isMap(root.phonopy) ? root.phonopy : {};
  const units = isMap(root.physical_unit) ? root.physical_unit : {};
  const text = (value: unknown) =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  const block = sections.get('force_constants');
  return {
    version: text(about.version),
    calculator: text(about.calculator),
    units: { length: text(units.length), forceConstants: text(units.force_constants) },
    primitive: readCell(root.primitive_cell, 'primitive_cell', name),
    supercell: readCell(root.supercell, 'supercell', name),
    ...(block && { forceConstants: readElements(bytes, block, name) }),
    ...readNac(root, about, name),
  };
}

interface Range {
  start: number;
  end: number;
}

/** Byte ranges of the top-level keys; the first of equal ones counts. */
function cut(bytes: Buffer): Map<string, Range> {
  const starts: { key: string; start: number }[] = [];
  for (let line = 0; line >= 0 && line < bytes.length; ) {
    const byte = bytes[line];
    if ((byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x5f) {
      const match = /^(\w+)\s*:/.exec(bytes.toString('latin1', line, line + 80));
      if (match) starts.push({ key: match[1], start: line });
    }
    const end = bytes.indexOf(0x0a, line);
    line = end < 0 ? -1 : end + 1;
  }
  const sections = new Map<string, Range>();
  starts.forEach(({ key, start }, i) => {
    if (!sections.has(key)) sections.set(key, { start, end: starts[i + 1]?.start ?? bytes.length });
  });
  return sections;
}

function parseYaml(bytes: Buffer, { start, end }: Range, name: string): Yaml {
  let value: unknown;
  try {
    value = parse(bytes.toString('utf8', start, end), {
      maxAliasCount: 0,
      prettyErrors: false,
      logLevel: 'error',
    });
  } catch (error) {
    const line = lineAt(bytes, start);
    throw new EuphonicError(
      'file_damaged',
      `${name} is not valid YAML after line ${line}: ${(error as Error).message}.`,
      {
        where: `${name}, after line ${line}`,
        advice: 'Write or copy the file again.',
      },
    );
  }
  return isMap(value) ? value : {};
}

function readCell(value: unknown, key: string, name: string): PhonopyCell {
  if (!isMap(value)) damaged(name, key, value, 'a cell with lattice and points');
  const points = value.points;
  if (!Array.isArray(points) || points.length === 0)
    damaged(name, `${key}.points`, points, 'a list of atoms');
  const positions = new Float64Array(3 * points.length);
  const masses = new Float64Array(points.length);
  const reduced = new Int32Array(points.length);
  const symbols = points.map((point: unknown, i: number) => {
    const where = `${key}.points[${i}]`;
    if (!isMap(point)) damaged(name, where, point, 'an atom with symbol, coordinates and mass');
    positions.set(numbers(name, `${where}.coordinates`, point.coordinates, [3]), 3 * i);
    masses.set(numbers(name, `${where}.mass`, [point.mass], [1]), i);
    const representative = point.reduced_to;
    reduced[i] = Number.isInteger(representative) ? (representative as number) - 1 : -1;
    if (typeof point.symbol !== 'string')
      damaged(name, `${where}.symbol`, point.symbol, 'the symbol of an element');
    return point.symbol;
  });
  const isReduced = reduced.every((k) => k >= 0 && k < points.length);
  const lattice = numbers(name, `${key}.lattice`, value.lattice, [3, 3]);
  return { lattice, positions, symbols, masses, ...(isReduced && { reducedTo: reduced }) };
}

/** format, shape, and elements, which are the last key. */
function readElements(bytes: Buffer, block: Range, name: string): PhonopyForceConstants {
  const mark = bytes.subarray(0, block.end).indexOf('elements:', block.start);
  if (mark < 0) damaged(name, 'force_constants.elements', undefined, 'the elements');
  const header = parseYaml(bytes, { start: block.start, end: mark }, name).force_constants;
  const shape = isMap(header) ? header.shape : undefined;
  if (!Array.isArray(shape) || shape.length !== 2 || !shape.every((x) => Number.isInteger(x) && x > 0)) {
    damaged(name, 'force_constants.shape', shape, 'two numbers of atoms');
  }
  const [rows, columns] = shape as [number, number];
  const start = mark + 'elements:'.length;
  try {
    return {
      shape: [rows, columns],
      elements: scanNumbers(bytes.subarray(start, block.end), 9 * rows * columns),
    };
  } catch (error) {
    if (!(error instanceof NotNumbers)) throw error;
    const line = lineAt(bytes, start) + error.line - 1;
    throw new EuphonicError('file_damaged', `${name} is damaged at line ${line}. ${error.message}`, {
      where: `${name}, line ${line}`,
      expected: `force constants of shape [${rows}, ${columns}, 3, 3]`,
    });
  }
}

/** Since 2.18 in a section of its own, before at the top level. */
function readNac(root: Yaml, about: Yaml, name: string): { nac?: PhonopyNac } {
  const nac = isMap(root.nac) ? root.nac : root;
  if (nac.born_effective_charge === undefined || nac.dielectric_constant === undefined) return {};
  const charges = nac.born_effective_charge;
  const count = Array.isArray(charges) ? charges.length : 0;
  const factor = isMap(root.nac) ? root.nac.unit_conversion_factor : about.nac_unit_conversion_factor;
  const born = numbers(name, 'born_effective_charge', charges, [count, 3, 3]);
  const dielectric = numbers(name, 'dielectric_constant', nac.dielectric_constant, [3, 3]);
  return { nac: { born, dielectric, ...(typeof factor === 'number' && factor > 0 && { factor }) } };
}

function isMap(value: unknown): value is Yaml {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `key` is the path of the value inside the file. */
function damaged(name: string, key: string, value: unknown, expected: string): never {
  const found = value === undefined ? 'missing' : (JSON.stringify(value)?.slice(0, 80) ?? typeof value);
  throw new EuphonicError('file_damaged', `In ${name}, ${key} is ${found}.`, {
    where: `${name}, ${key}`,
    expected,
  });
}

/** Nested arrays of finite numbers, flat. */
function numbers(name: string, key: string, value: unknown, shape: number[]): Float64Array {
  const flat: number[] = [];
  const collect = (inner: unknown, depth: number, where: string) => {
    if (depth === shape.length) {
      if (typeof inner !== 'number' || !Number.isFinite(inner)) damaged(name, where, inner, 'a number');
      flat.push(inner);
    } else if (!Array.isArray(inner) || inner.length !== shape[depth]) {
      damaged(name, where, inner, `an array of shape [${shape.join(', ')}]`);
    } else {
      inner.forEach((item, i) => {
        collect(item, depth + 1, `${where}[${i}]`);
      });
    }
  };
  collect(value, 0, key);
  return Float64Array.from(flat);
}
