/** The JSON form in which Euphonic writes force constants (`ForceConstants.to_json_file`); units are named in the file. */
import { EuphonicError } from '../../base/errors.js';
import { makeForceConstants } from '../forceConstants.js';
import { type Quantity, toAtomicUnits } from '../units.js';
import { type TakenNumbers, takeNumbers } from './jsonNumbers.js';
import { type ModelFile, polarPair } from './modelFile.js';
import type { ByteSource } from './source.js';
import { piecesOf, uncompressed, whole } from './text.js';

type Json = Record<string, unknown>;

export function isJson(start: Buffer): boolean {
  return /^\uFEFF?\s*\{/.test(start.toString('utf8'));
}

const FORCE_CONSTANTS = 'force_constants';

/** Where there are force constants as they should be, only these are ever in memory as a whole; else the text as well. */
export async function readJson(source: ByteSource): Promise<ModelFile> {
  const taken = await takeNumbers(await piecesOf(source), FORCE_CONSTANTS);
  if (taken) return modelOf(parse(taken.rest, source.name), source.name, taken);
  return readJsonText((await whole(await uncompressed(source))).toString('utf8'), source.name);
}

/** The same of text that is in memory as a whole. */
export function readJsonText(text: string, name: string): ModelFile {
  return modelOf(parse(text, name), name);
}

/** `name` is the path that messages and `source` show. */
function modelOf(root: Json, name: string, taken?: TakenNumbers): ModelFile {
  const crystal = root.crystal;
  if (!isRecord(crystal)) throw notForceConstants(name, root);
  if (root.force_constants === undefined) {
    throw new EuphonicError('no_force_constants', `${name} has a crystal but no force constants.`, {
      where: name,
      expected: "the key 'force_constants'",
      advice: 'Write the file with ForceConstants.to_json_file.',
    });
  }
  const notes: string[] = [];
  const fields = new Fields(name, taken);
  const masses = fields.array(crystal, 'crystal.atom_mass', [-1], 'mass');
  const n = masses.length;
  const origins = fields.array(root, 'cell_origins', [-1, 3]);
  const content = {
    crystal: {
      cellVectors: fields.array(crystal, 'crystal.cell_vectors', [3, 3], 'length'),
      atomR: fields.array(crystal, 'crystal.atom_r', [n, 3]),
      atomType: fields.strings(crystal, 'crystal.atom_type', n),
      atomMass: masses,
    },
    scMatrix: fields.integers(fields.array(root, 'sc_matrix', [3, 3]), 'sc_matrix'),
    cellOrigins: fields.integers(origins, 'cell_origins'),
    forceConstants: fields.array(
      root,
      'force_constants',
      [origins.length / 3, 3 * n, 3 * n],
      'force constant',
    ),
    ...polarPair(
      isPresent(root.born) ? fields.array(root, 'born', [n, 3, 3], 'charge') : undefined,
      isPresent(root.dielectric) ? fields.array(root, 'dielectric', [3, 3], 'permittivity') : undefined,
      notes,
    ),
  };
  const checked = makeForceConstants(content, name, 'file_damaged');
  return { content: checked, isTotal: false, source: `${name} (JSON)`, notes };
}

function parse(text: string, name: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    const reason = (error as Error).message;
    throw new EuphonicError('file_damaged', `${name} is not valid JSON: ${reason}.`, {
      where: name,
      expected: 'a complete JSON object',
      advice: 'Write or copy the file again.',
    });
  }
  if (!isRecord(value)) throw notForceConstants(name, {});
  return value;
}

function notForceConstants(name: string, root: Json): EuphonicError {
  const found = typeof root.__euphonic_class__ === 'string' ? `a ${root.__euphonic_class__}` : 'JSON';
  return new EuphonicError('file_format', `${name} is ${found}, not force constants.`, {
    where: name,
    expected: "an object with the keys 'crystal', 'force_constants', 'sc_matrix', 'cell_origins'",
  });
}

/** Takes arrays out of the parsed file, checking shapes and converting units. */
class Fields {
  constructor(
    private readonly name: string,
    /** the force constants, where they are not in the parsed text */
    private readonly taken?: TakenNumbers,
  ) {}

  /** `key` may have a prefix `crystal.`; −1 in `shape` stands for any length. In atomic units if `quantity` is given. */
  array(owner: Json, key: string, shape: number[], quantity?: Quantity): Float64Array {
    const own = key.replace(/^.*\./, '');
    const lengths = shape.map((length, i) => (length < 0 ? lengthAt(owner[own], i) : length));
    if (key === FORCE_CONSTANTS && this.taken)
      return this.inAtomicUnits(this.takenArray(lengths), owner, key, quantity);
    const array = new Float64Array(lengths.reduce((a, b) => a * b, 1));
    let filled = 0;
    const fill = (value: unknown, depth: number, index: number[]) => {
      if (depth === lengths.length) {
        if (typeof value !== 'number') this.damaged(key, index, value, 'a number');
        array[filled++] = value;
      } else if (Array.isArray(value) && value.length === lengths[depth]) {
        for (let i = 0; i < value.length; i++) fill(value[i], depth + 1, [...index, i]);
      } else {
        this.damaged(
          key,
          index,
          value,
          `an array of ${lengths[depth]} entries (shape [${lengths.join(', ')}])`,
        );
      }
    };
    fill(owner[own], 0, []);
    return this.inAtomicUnits(array, owner, key, quantity);
  }

  private takenArray(lengths: number[]): Float64Array {
    const { numbers, shape } = this.taken!;
    const depth = lengths.findIndex((length, i) => shape[i] !== length);
    if (depth >= 0) {
      const entries = Array(shape[depth] ?? 0);
      const zeros = lengths.slice(0, depth).map(() => 0);
      this.damaged(
        FORCE_CONSTANTS,
        zeros,
        shape[depth] === undefined ? numbers[0] : entries,
        `an array of ${lengths[depth]} entries (shape [${lengths.join(', ')}])`,
      );
    }
    if (shape.length > lengths.length)
      this.damaged(
        FORCE_CONSTANTS,
        lengths.map(() => 0),
        Array(shape[lengths.length]),
        'a number',
      );
    return numbers;
  }

  private inAtomicUnits(array: Float64Array, owner: Json, key: string, quantity?: Quantity): Float64Array {
    if (!quantity) return array;
    const unit = owner[`${key.replace(/^.*\./, '')}_unit`];
    if (typeof unit !== 'string') this.damaged(`${key}_unit`, [], unit, 'the name of a unit');
    const factor = toAtomicUnits(unit, quantity, `${this.name}, ${key}_unit`);
    for (let i = 0; factor !== 1 && i < array.length; i++) array[i] *= factor;
    return array;
  }

  integers(array: Float64Array, key: string): Int32Array {
    array.forEach((x, i) => {
      if (x !== Math.trunc(x) || Math.abs(x) > 0x7fffffff) this.damaged(key, [i], x, 'an integer');
    });
    return Int32Array.from(array);
  }

  strings(owner: Json, key: string, length: number): string[] {
    const value = owner[key.replace(/^.*\./, '')];
    if (
      !Array.isArray(value) ||
      value.length !== length ||
      !value.every((item) => typeof item === 'string')
    ) {
      this.damaged(key, [], value, `${length} strings`);
    }
    return value;
  }

  private damaged(key: string, index: number[], value: unknown, expected: string): never {
    const where = `${key}${index.map((i) => `[${i}]`).join('')}`;
    const found =
      value === undefined
        ? 'missing'
        : Array.isArray(value)
          ? `an array of ${value.length} entries`
          : JSON.stringify(value);
    throw new EuphonicError('file_damaged', `In ${this.name}, ${where} is ${found}.`, {
      where: `${this.name}, ${where}`,
      expected,
    });
  }
}

function lengthAt(value: unknown, depth: number): number {
  let inner = value;
  for (let i = 0; i < depth; i++) inner = Array.isArray(inner) ? inner[0] : undefined;
  return Array.isArray(inner) ? inner.length : 0;
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isPresent(value: unknown): boolean {
  return value !== undefined && value !== null;
}
