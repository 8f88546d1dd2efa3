/** Spectra from Euphonic's JSON, as it or we write it. */
import { EuphonicError } from '../base/errors.js';
import { directionKeys } from './files.js';
import type { Axis, Line, Measured, Provenance, Spectrum } from './spectrum.js';
import { ENERGY_UNITS, type EnergyUnit, unitOf } from './units.js';

const MEASURED: readonly Measured[] = [
  'energy',
  'wavevector',
  'lattice_units',
  'per_energy',
  'cross_section_per_energy',
];

interface Quantity {
  measured: Measured;
  unit: EnergyUnit;
  /** by which numbers of the file are divided */
  factor: number;
}

/** The text of a file as a spectrum, and the unit of its energies. Throws `invalid_argument` where it is none. */
export function readSpectrum(text: string, where: string): { spectrum: Spectrum; unit: EnergyUnit } {
  const refuse = (what: string): never => {
    throw new EuphonicError('invalid_argument', `The file holds no spectrum: ${what}.`, {
      where,
      expected: 'Spectrum1D, Spectrum1DCollection or Spectrum2D of Euphonic 2.1.1 in JSON',
    });
  };
  const parsed = parse(text) ?? refuse('it is not JSON');
  const kind = String(parsed.__euphonic_class__ ?? 'an object without __euphonic_class__');
  if (!/^Spectrum(1D|1DCollection|2D)$/.test(kind)) refuse(`it is ${kind}`);
  const quantityOf = (key: string) =>
    quantity(String(parsed[`${key}_unit`])) ?? refuse(`${key}_unit is ${parsed[`${key}_unit`]}`);
  const numbers = (key: string, { factor }: Quantity) => {
    const found = array(parsed[key]) ?? refuse(`${key} is no array of numbers`);
    return found.map((x) => x / factor);
  };
  const isMap = kind === 'Spectrum2D';
  const [x, data] = [quantityOf('x_data'), quantityOf(isMap ? 'z_data' : 'y_data')];
  const y = isMap ? quantityOf('y_data') : undefined;
  const dataValues = numbers(isMap ? 'z_data' : 'y_data', data);
  const rows = kind === 'Spectrum1D' ? 1 : (parsed[isMap ? 'z_data' : 'y_data'] as unknown[]).length;
  const length = dataValues.length / rows;
  const metadata = (parsed.metadata ?? {}) as Record<string, unknown>;
  const axis = (name: 'x' | 'y', { measured, ...of }: Quantity, count: number): Axis => {
    const values = numbers(`${name}_data`, { measured, ...of });
    if (values.length !== count && values.length !== count + 1)
      refuse(`an axis of ${values.length} numbers has ${count} intensities`);
    const kind = values.length === count ? 'points' : 'bins';
    return { measured, of: kind, values, ...directionOf(metadata, name) };
  };
  const spectrum: Spectrum = {
    x: { ...axis('x', x, isMap ? rows : length), ...ticksOf(parsed.x_tick_labels) },
    ...(y && { y: axis('y', y, length) }),
    measured: data.measured,
    data: dataValues,
    lines: isMap ? [] : linesOf(metadata, rows),
    provenance: provenanceOf(metadata),
  };
  const energy =
    [x, y, data].find((found) => found?.measured === 'energy') ??
    (data.measured.endsWith('per_energy') ? data : refuse('it has no energies'));
  return { spectrum, unit: energy.unit };
}

/** Python writes NaN where JSON has no number. */
function parse(text: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(text.replace(/-?\b(NaN|Infinity)\b(?=\s*[,\]])/g, 'null'));
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** All numbers of an array, or of equally long arrays in one; undefined where there is anything else. */
function array(value: unknown): Float64Array | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const rows = value.every(Array.isArray) ? (value as unknown[][]) : [value as unknown[]];
  const isNumber = (x: unknown) => x === null || typeof x === 'number';
  if (!rows.every((row) => row.length === rows[0].length && row.every(isNumber))) return undefined;
  return Float64Array.from(rows.flat(), (x) => (x === null ? Number.NaN : (x as number)));
}

/** Names of pint's registry, in any order. */
function quantity(text: string): Quantity | undefined {
  for (const measured of MEASURED) {
    for (const unit of ENERGY_UNITS) {
      const { pint, factor } = unitOf(measured, unit);
      if (sorted(pint) === sorted(text)) return { measured, unit, factor };
    }
  }
  return undefined;
}

/** Factors of a unit above and below its line, in the order of the alphabet. */
function sorted(unit: string): string {
  const [above, ...below] = unit.split('/').map((part) => part.trim());
  const factors = above.split('*').map((part) => part.trim());
  return `${factors.filter((name) => name !== '1').sort()} / ${below.sort()}`;
}

function ticksOf(labels: unknown): Pick<Axis, 'ticks'> {
  if (!Array.isArray(labels)) return {};
  return {
    ticks: labels.map(([index, label]) => ({ index: Number(index), label: plainLabel(String(label)) })),
  };
}

/** $\Gamma$ is GAMMA, $\Sigma_0$ SIGMA_0. */
function plainLabel(label: string): string {
  const [, name, rest = ''] = /^\$\\([A-Z][a-z]+)(_\d+)?\$$/.exec(label) ?? [];
  return name === undefined ? label : `${name.toUpperCase()}${rest}`;
}

/** Of an axis in lattice units, as our files have it. */
function directionOf(metadata: Record<string, unknown>, name: 'x' | 'y'): Pick<Axis, 'direction'> {
  const keys = directionKeys(name);
  const triple = (key: string) => String(metadata[key]).split(' ').map(Number) as [number, number, number];
  const [origin, hkl, length] = [triple(keys.origin), triple(keys.hkl), Number(metadata[keys.length])];
  const isWhole = [...origin, ...hkl, length].every(Number.isFinite) && origin.length + hkl.length === 6;
  return isWhole ? { direction: { origin, hkl, length } } : {};
}

function linesOf(metadata: Record<string, unknown>, count: number): Line[] {
  const given = Array.isArray(metadata.line_data) ? metadata.line_data : [metadata];
  return Array.from({ length: count }, (_, i) => {
    const { label, species } = (given[i] ?? {}) as Record<string, unknown>;
    const name = label ?? species;
    return {
      ...(name !== undefined && { label: String(name) }),
      ...(species !== undefined && { species: String(species) }),
    };
  });
}

/** What the axes say themselves. */
const OF_AXES: readonly string[] = (['x', 'y'] as const).flatMap((name) =>
  Object.values(directionKeys(name)),
);

function provenanceOf({ line_data, label, ...metadata }: Record<string, unknown>): Provenance {
  return Object.fromEntries(
    Object.entries(metadata).filter(
      (entry): entry is [string, string | number] =>
        (typeof entry[1] === 'string' || typeof entry[1] === 'number') && !OF_AXES.includes(entry[0]),
    ),
  );
}
