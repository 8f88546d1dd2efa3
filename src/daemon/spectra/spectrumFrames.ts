/** Spectra as messages carry them. */
import { float64Frame } from '../../protocol/arrays.js';
import type { ArrayFrame } from '../../protocol/messages.js';
import type { SpectrumSummary } from '../../protocol/results.js';
import { type Axis, rowsOf, type Spectrum } from '../../spectra/spectrum.js';
import { unitOf } from '../../spectra/units.js';
import type { MadeSpectrum } from './spectrumTask.js';

const textOf = (measured: Axis['measured']) => unitOf(measured, 'meV').text;
const axisOf = ({ measured }: Axis) => ({ measured, unit: textOf(measured) });

export function spectrumSummary({ spectrum, figures, notes }: MadeSpectrum): SpectrumSummary {
  const { x, y, measured, lines, provenance } = spectrum;
  return {
    x: { ...axisOf(x), ticks: (x.ticks ?? []).map(({ index, label }) => ({ index, label })) },
    y: y ? axisOf(y) : null,
    measured,
    unit: textOf(measured),
    lines: lines.map(({ label = '', species = '' }) => ({ label, species })),
    provenance: { ...provenance },
    kernel_seconds: figures.kernel_seconds,
    threads: figures.threads,
    imaginary: figures.imaginary,
    notes: [...new Set([...figures.notes, ...notes])],
  };
}

/** Edges of bins, or points, of each axis; the numbers; what there is one of for each sphere. */
export function framesOfSpectrum({ spectrum, spheres = {} }: MadeSpectrum): ArrayFrame[] {
  const axis = (name: string, { values }: Axis) => float64Frame(name, [values.length], values);
  const rows = rowsOf(spectrum as Spectrum);
  return [
    axis('x', spectrum.x),
    ...(spectrum.y ? [axis('y', spectrum.y)] : []),
    float64Frame('data', [rows.length, spectrum.data.length / rows.length], spectrum.data),
    ...Object.entries(spheres).map(([name, values]) =>
      float64Frame(name, [values.length], Float64Array.from(values)),
    ),
  ];
}
