/**
 * phonopy's summary (phonopy.yaml, phonopy_params.yaml and the like): cells, units, Born charges, perhaps force constants, whose
 * elements go to a scanner of numbers. The rest (displacements, forces) is not looked at.
 */
import { EuphonicError } from '../../base/errors.js';
import { polarPair } from './modelFile.js';
import { lineAt, NotNumbers, scanNumbers } from './numbers.js';
import type { PhonopyCell, PhonopyForceConstants, PhonopyNac, PhonopySummary } from './phonopyData.js';
import { mergedSites, mixtureSymbol, WEIGHTS_TOLERANCE } from './phonopyMixtures.js';
import { isMap, type Range, type Yaml, YamlSections } from './yamlSections.js';

const SECTIONS = [
  'phonopy',
  'physical_unit',
  'primitive_cell',
  'supercell',
  'nac',
  'born_effective_charge',
  'dielectric_constant',
  'force_constants',
];

/** Throws `file_format` for YAML without phonopy's cells, `file_damaged` with the line or the key for what is broken. */
export function parseSummary(bytes: Buffer, name: string, notes: string[]): PhonopySummary {
  const sections = new YamlSections(bytes, name);
  const list = sections.list('force_constants', 'elements');
  // with anchors and aliases in it the list needs the library, too
  const elements = list && !sections.isLinked(list) ? list : undefined;
  const root = sections.parse(SECTIONS, elements);
  for (const key of ['primitive_cell', 'supercell'] as const) {
    if (root[key] !== undefined) continue;
    const expected = 'the summary of phonopy, with primitive_cell and supercell';
    const fail = (message: string, advice?: string): never => {
      throw new EuphonicError('file_format', message, { where: name, expected, advice });
    };
    if (['nqpoint', 'phonon', 'q-points', 'thermal_properties'].some((result) => sections.has(result))) {
      fail(
        `${name} is a result of phonopy (such as band.yaml), without force constants.`,
        'Give phonopy.yaml.',
      );
    }
    if (!isMap(root.phonopy)) fail(`${name} has no '${key}'.`);
    damaged(name, key, undefined, 'a cell with lattice and points');
  }
  const about = isMap(root.phonopy) ? root.phonopy : {};
  const units = isMap(root.physical_unit) ? root.physical_unit : {};
  const text = (value: unknown) =>
    typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  return {
    version: text(about.version),
    calculator: text(about.calculator),
    units: { length: text(units.length), forceConstants: text(units.force_constants) },
    symmetryTolerance: readTolerance(about),
    primitive: readCell(root.primitive_cell, 'primitive_cell', name, about.site_mixture_scheme),
    supercell: readCell(root.supercell, 'supercell', name, about.site_mixture_scheme),
    ...('force_constants' in root && {
      forceConstants: readElements(root.force_constants, bytes, elements, name),
    }),
    ...readNac(root, about, name, notes),
  };
}

/** Older versions have it among the settings, as text. */
function readTolerance(about: Yaml): number | undefined {
  const settings = isMap(about.configuration) ? about.configuration : {};
  const tolerance = Number(about.symmetry_tolerance ?? settings.symmetry_tolerance ?? Number.NaN);
  return tolerance > 0 && Number.isFinite(tolerance) ? tolerance : undefined;
}

/** `scheme` is that of a virtual crystal, if stated. */
function readCell(value: unknown, key: string, name: string, scheme: unknown): PhonopyCell {
  if (!isMap(value)) damaged(name, key, value, 'a cell with lattice and points');
  // older versions: atoms with a position
  const points = value.points ?? value.atoms;
  if (!Array.isArray(points) || points.length === 0)
    damaged(name, `${key}.points`, points, 'a list of atoms');
  const positions = new Float64Array(3 * points.length);
  const masses = new Float64Array(points.length);
  const reduced = new Int32Array(points.length);
  const symbols = points.map((point: unknown, i: number) => {
    const where = `${key}.points[${i}]`;
    if (!isMap(point)) damaged(name, where, point, 'an atom with symbol, coordinates and mass');
    positions.set(numbers(name, `${where}.coordinates`, point.coordinates ?? point.position, [3]), 3 * i);
    masses.set(numbers(name, `${where}.mass`, point.mass, []), i);
    const representative = point.reduced_to;
    reduced[i] = Number.isInteger(representative) ? (representative as number) - 1 : -1;
    if (point.mixture !== undefined) return readMixture(point.mixture, `${where}.mixture`, name);
    if (typeof point.symbol !== 'string')
      damaged(name, `${where}.symbol`, point.symbol, 'the symbol of an element');
    return point.symbol;
  });
  const moments = points.map(({ magnetic_moment: moment }: Yaml) => [moment].flat());
  const isMagnetic = moments.every(
    (moment) => moment.length === moments[0].length && moment.every((x) => typeof x === 'number'),
  );
  const isReduced = reduced.every((k) => k >= 0 && k < points.length);
  const lattice = numbers(name, `${key}.lattice`, value.lattice, [3, 3]);
  const cell: PhonopyCell = {
    lattice,
    positions,
    symbols,
    masses,
    ...(isMagnetic && { moments: moments as number[][] }),
    ...(isReduced && { reducedTo: reduced }),
  };
  const weights = points.map(({ weight = 1 }: Yaml) => numbers(name, `${key}.points`, weight, [])[0]);
  if (weights.every((weight) => weight === 1)) return cell;
  if (scheme === 'split') {
    throw new EuphonicError('file_format', `${name} is of a virtual crystal with the scheme split.`, {
      where: `${name}, phonopy.site_mixture_scheme`,
      expected: 'the scheme merge, with one set of force constants for a site',
      advice: 'Run phonopy with the scheme merge.',
    });
  }
  return mergedSites(cell, weights, (atom, sum) =>
    damaged(name, `the sum of the weights at ${key}.points[${atom}]`, sum, '1'),
  );
}

/** Pairs of symbol and weight. */
function readMixture(value: unknown, where: string, name: string): string {
  const isPair = (pair: unknown): pair is [string, number] =>
    Array.isArray(pair) && pair.length === 2 && typeof pair[0] === 'string' && pair[1] > 0 && pair[1] <= 1;
  const expected = 'symbols and weights that add up to 1, such as [[Ge, 0.5], [Sn, 0.5]]';
  if (!Array.isArray(value) || !value.every(isPair)) damaged(name, where, value, expected);
  const sum = value.reduce((total, [, weight]) => total + weight, 0);
  if (Math.abs(sum - 1) > WEIGHTS_TOLERANCE) damaged(name, where, value, expected);
  return mixtureSymbol(value);
}

/** `elements` is where they are in the file, if not in `block` itself. */
function readElements(
  block: unknown,
  bytes: Buffer,
  elements: Range | undefined,
  name: string,
): PhonopyForceConstants {
  const { shape, elements: values } = isMap(block) ? block : {};
  if (!elements && values === undefined) damaged(name, 'force_constants.elements', undefined, 'the elements');
  if (!Array.isArray(shape) || shape.length !== 2 || !shape.every((x) => Number.isInteger(x) && x > 0)) {
    damaged(name, 'force_constants.shape', shape, 'two numbers of atoms');
  }
  const [rows, columns] = shape as [number, number];
  if (!elements) {
    return { shape: [rows, columns], elements: readPairs(values, rows, columns, name) };
  }
  try {
    return {
      shape: [rows, columns],
      elements: scanNumbers(bytes.subarray(elements.start, elements.end), 9 * rows * columns),
    };
  } catch (error) {
    if (!(error instanceof NotNumbers)) throw error;
    const line = lineAt(bytes, elements.start) + error.line - 1;
    throw new EuphonicError('file_damaged', `${name} is damaged at line ${line}. ${error.message}`, {
      where: `${name}, line ${line}`,
      expected: `force constants of shape [${rows}, ${columns}, 3, 3]`,
    });
  }
}

/** One list of all pairs, as phonopy writes it, or a list of them for each row. */
function readPairs(values: unknown, rows: number, columns: number, name: string): Float64Array {
  const isNested = Array.isArray(values) && values.length === rows && rows !== rows * columns;
  return numbers(
    name,
    'force_constants.elements',
    values,
    isNested ? [rows, columns, 3, 3] : [rows * columns, 3, 3],
  );
}

const OTHER_METHOD =
  "The file says that phonopy is to use Wang's method for the dipole part: here it is always that of Gonze and Lee.";

/** Since 2.18 in a section of its own, before at the top level. */
function readNac(root: Yaml, about: Yaml, name: string, notes: string[]): { nac?: PhonopyNac } {
  const nac = isMap(root.nac) ? root.nac : root;
  const [charges, tensor] = [nac.born_effective_charge, nac.dielectric_constant].map((x) => x ?? undefined);
  if (!polarPair(charges, tensor, notes).born) return {};
  if (/^wang$/i.test(String(nac.method))) notes.push(OTHER_METHOD);
  const count = Array.isArray(charges) ? charges.length : 0;
  const factor = isMap(root.nac) ? root.nac.unit_conversion_factor : about.nac_unit_conversion_factor;
  const born = numbers(name, 'born_effective_charge', charges, [count, 3, 3]);
  const dielectric = numbers(name, 'dielectric_constant', tensor, [3, 3]);
  return { nac: { born, dielectric, ...(typeof factor === 'number' && factor > 0 && { factor }) } };
}

/** `key` is the path of the value inside the file. */
function damaged(name: string, key: string, value: unknown, expected: string): never {
  const found = value === undefined ? 'missing' : shown(value);
  throw new EuphonicError('file_damaged', `In ${name}, ${key} is ${found}.`, {
    where: `${name}, ${key}`,
    expected,
  });
}

/** Lists and maps by their size: with aliases they may be larger than the file. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return isMap(value) ? 'a map' : (JSON.stringify(value)?.slice(0, 80) ?? typeof value);
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
