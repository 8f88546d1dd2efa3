/** Spectra as texts: Euphonic's JSON, and columns. */
import { VERSION } from '../base/version.js';
import { type Axis, type Line, type Measured, rowsOf, type Spectrum } from './spectrum.js';
import { type EnergyUnit, unitOf } from './units.js';

const GREEK: Readonly<Record<string, string>> = {
  GAMMA: '\\Gamma',
  DELTA: '\\Delta',
  LAMBDA: '\\Lambda',
  SIGMA: '\\Sigma',
};

/** A label of a point as Euphonic writes it for its pictures: GAMMA is $\Gamma$, SIGMA_0 $\Sigma_0$. */
function texLabel(label: string): string {
  const [, name, rest = ''] = /^([A-Z]+)(_\d+)?$/.exec(label) ?? [];
  const greek = GREEK[name];
  return greek ? `$${greek}${rest}$` : label;
}

/** The object that Spectrum1D, Spectrum1DCollection or Spectrum2D of Euphonic 2.1.1 reads with `from_dict`, or from a file. */
export function euphonicJson(spectrum: Spectrum, energyUnit: EnergyUnit): Record<string, unknown> {
  const { x, y, lines, measured, provenance } = spectrum;
  const rows = rowsOf(spectrum).map((row) => scaled(row, unitOf(measured, energyUnit).factor));
  const dataUnit = unitOf(measured, energyUnit).pint;
  const kind = y ? 'Spectrum2D' : lines.length === 1 ? 'Spectrum1D' : 'Spectrum1DCollection';
  const common = {
    __euphonic_class__: kind,
    __euphonic_version__: `euphonic-bridge ${VERSION}`,
    metadata: {
      ...provenance,
      ...directionJson('x', x),
      ...(y && directionJson('y', y)),
      ...(kind === 'Spectrum1D' && lines[0]),
      ...(kind === 'Spectrum1DCollection' && lines.some(({ label }) => label) && { line_data: lines }),
    },
    ...axisJson('x', x, energyUnit),
    ...(x.ticks && { x_tick_labels: x.ticks.map(({ index, label }) => [index, texLabel(label)]) }),
  };
  if (!y) return { ...common, y_data: kind === 'Spectrum1D' ? rows[0] : rows, y_data_unit: dataUnit };
  return { ...common, ...axisJson('y', y, energyUnit), z_data: rows, z_data_unit: dataUnit };
}

/** The same as a text, with NaN for what is not known, as Python writes and reads it. */
export function euphonicText(spectrum: Spectrum, energyUnit: EnergyUnit): string {
  const text = JSON.stringify(
    euphonicJson(spectrum, energyUnit),
    spectrum.data.some(Number.isNaN) ? markNaN : undefined,
  );
  return `${text.replaceAll(`"${NAN_MARK}"`, 'NaN')}\n`;
}

const NAN_MARK = '(NaN)';
const markNaN = (_: string, value: unknown) => (Number.isNaN(value) ? NAN_MARK : value);

function axisJson(name: 'x' | 'y', { measured, values }: Axis, energyUnit: EnergyUnit) {
  const { pint, factor } = unitOf(measured, energyUnit);
  return { [`${name}_data`]: scaled(values, factor), [`${name}_data_unit`]: pint };
}

/** Entries of the metadata by which an axis in lattice units is known again. */
export const directionKeys = (name: 'x' | 'y') =>
  ({
    origin: `${name}_origin_rlu`,
    hkl: `${name}_direction_rlu`,
    length: `${name}_unit_per_angstrom`,
  }) as const;

function directionJson(name: 'x' | 'y', { direction }: Axis): Record<string, string | number> {
  if (!direction) return {};
  const { origin, hkl, length } = directionKeys(name);
  return {
    [origin]: direction.origin.join(' '),
    [hkl]: direction.hkl.join(' '),
    [length]: direction.length,
  };
}

const scaled = (values: Float64Array, factor: number) => Array.from(values, (x) => x * factor);

/** Heads of columns. */
export const WORDS: Record<Measured, string> = {
  energy: 'energy',
  wavevector: 'wavevector',
  lattice_units: 'wavevector',
  per_energy: 'density of states',
  cross_section_per_energy: 'intensity',
};

/**
 * Columns separated by commas, with a line of names and # lines that say how it came about. The first column is the axis, its
 * bins by their centres; a map has a line for each pair.
 */
export function csv(spectrum: Spectrum, energyUnit: EnergyUnit): string {
  const { x, y, lines, measured, provenance } = spectrum;
  const rows = rowsOf(spectrum);
  const unit = unitOf(measured, energyUnit);
  const column = (axis: Axis) =>
    scaled(axis.of === 'bins' ? centres(axis.values) : axis.values, unitOf(axis.measured, energyUnit).factor);
  const name = (axis: Axis) => {
    const along = axis.direction ? ` along ${axis.direction.hkl.join(' ')}` : '';
    return `${WORDS[axis.measured]}${along} (${unitOf(axis.measured, energyUnit).text})`;
  };
  const nameOfLine = ({ label }: Line, i: number) =>
    `${(label ?? `${WORDS[measured]} ${lines.length > 1 ? i + 1 : ''}`).replaceAll(',', ' ').trim()} (${unit.text})`;
  const head = Object.entries(provenance).map(([key, value]) => `# ${key}: ${value}`.replaceAll('\n', ' '));
  const body: string[] = [];
  if (y) {
    body.push([name(x), name(y), `${WORDS[measured]} (${unit.text})`].join(','));
    const ys = column(y);
    column(x).forEach((along, i) => {
      rows[i].forEach((value, k) => {
        body.push([along, ys[k], value * unit.factor].join(','));
      });
    });
  } else {
    body.push([name(x), ...lines.map(nameOfLine)].join(','));
    column(x).forEach((along, k) => {
      body.push([along, ...rows.map((row) => row[k] * unit.factor)].join(','));
    });
  }
  return `${[...head, ...body].join('\n')}\n`;
}

const centres = (values: Float64Array) => values.subarray(1).map((x, k) => (x + values[k]) / 2);
