/** Pictures of lines: dispersion curves, and densities of states alone or beside another picture. */
import { EuphonicError } from '../base/errors.js';
import { rowsOf, type Spectrum } from '../spectra/spectrum.js';
import { type EnergyUnit, unitOf } from '../spectra/units.js';
import type { PictureOptions } from './choices.js';
import { type LineStyles, legendOf, stylesOf } from './lineStyles.js';
import { pathPanel, pathParts } from './path.js';
import type { Content, Panel, Part, Scale, Table } from './spec.js';
import { fontSizeOf } from './style.js';
import { densityTitle, energyTitle, wavevectorTitle } from './words.js';

interface Area {
  width: number;
  height: number;
}

/** Beyond the extremes, relative. */
const MARGIN = 0.04;
/** An energy below this, relative to the highest, is of an imaginary mode and no rounding. */
const BELOW_ZERO = 1e-3;

/** A density of states below this, relative to the highest, is the end of a Gaussian. */
const NOTHING = 1e-2;

/** Energies between which a density of states is to be seen. */
function densityRange({ x, lines, data }: Spectrum): [number, number] {
  const length = data.length / lines.length;
  const most = data.reduce((sum, g) => Math.max(sum, g), 0);
  const seen = Array.from({ length }, (_, k) => k).filter((k) =>
    lines.some((_, line) => data[line * length + k] > NOTHING * most),
  );
  return seen.length === 0 ? [0, 0] : [x.values[seen[0]], x.values[seen[seen.length - 1] + 1] ?? 0];
}

/** From the lowest imaginary mode, or zero, to above the highest, on the path or beside it; or what is wanted. */
function energyScale(
  spectrum: Spectrum,
  unit: EnergyUnit,
  { energyRange: [from, to] = [undefined, undefined] }: PictureOptions,
  beside: Spectrum | undefined,
): Scale {
  const { factor } = unitOf('energy', unit);
  let [lowest, highest] = beside ? densityRange(beside) : [0, 0];
  for (const energy of spectrum.data) {
    if (energy < lowest) lowest = energy;
    if (energy > highest) highest = energy;
  }
  const isStable = lowest >= -BELOW_ZERO * highest;
  const top = isStable && highest === 0 ? 1 : highest * (1 + MARGIN) * factor;
  const usual = [isStable ? 0 : lowest * (1 + MARGIN) * factor, top] as const;
  const domain: [number, number] = [from ?? usual[0], to ?? usual[1]];
  if (domain[0] >= domain[1]) {
    throw new EuphonicError('invalid_argument', `The energies would go from ${domain[0]} to ${domain[1]}.`, {
      where: 'e_min, e_max',
      expected: 'a range that goes up; without them it holds all modes',
    });
  }
  return { name: 'energy', of: energyTitle(unit), domain };
}

/** How far below zero a scale goes that has a line there, relative to above. */
const WORTH_A_LINE = 0.03;

const zeroLine = (scale: Scale, direction: 'x' | 'y', length: number): Part[] =>
  scale.domain[0] < -WORTH_A_LINE * scale.domain[1] && scale.domain[1] > 0
    ? [
        {
          type: 'rule',
          style: 'zero',
          encode: {
            update: {
              [direction]: { scale: scale.name, value: 0 },
              [direction === 'x' ? 'y2' : 'x2']: { value: length },
            },
          },
        },
      ]
    : [];

/** A line for each value of `line` in a table with `x`, `y`, `line`, `colour` and `dash`. */
export function linesMark(table: string, across: string, up: string, more: Part = {}): Part {
  const rows = `${table}_lines`;
  return {
    type: 'group',
    from: { facet: { name: rows, data: table, groupby: ['line'] } },
    marks: [
      {
        type: 'line',
        style: 'mode',
        from: { data: rows },
        encode: {
          update: {
            x: { scale: across, field: 'x' },
            y: { scale: up, field: 'y' },
            stroke: { field: 'colour' },
            strokeDash: { field: 'dash' },
            ...more,
          },
        },
      },
    ],
  };
}

/** Frequencies along a path; `beside` may be a density of states that shares their energies. */
export function dispersionContent(
  spectrum: Spectrum,
  unit: EnergyUnit,
  options: PictureOptions,
  area: Area,
  styles: LineStyles = stylesOf(spectrum.lines),
  beside?: Spectrum,
): Content {
  const { x, lines, measured } = spectrum;
  const energy = energyScale(spectrum, unit, options, beside);
  const rows = rowsOf(spectrum);
  const { factor } = unitOf(measured, unit);
  const tables: Table[] = [];
  const parts = pathParts(x, area.width, fontSizeOf(options));
  const panels = parts.map((part, i): Panel => {
    const upTitle = options.yLabel ?? energyTitle(unit);
    const titles = { of: wavevectorTitle, title: options.xLabel, up: energy, upTitle };
    const panel = pathPanel(part, i, area.height, titles);
    const values = rows.flatMap((row, mode) => {
      const { label = '' } = lines[mode];
      return part.stretches.flatMap(({ first, last }, k) =>
        Array.from({ length: last - first + 1 }, (_, j) => ({
          x: x.values[first + j],
          y: row[first + j] * factor,
          line: `${mode} ${k}`,
          name: label || `mode ${mode + 1}`,
          ...styles.get(label),
        })),
      );
    });
    tables.push({ name: `modes${i}`, values });
    return {
      ...panel,
      across: { ...panel.across, grid: true },
      table: `modes${i}`,
      marks: () => [
        ...zeroLine(energy, 'y', part.width),
        linesMark(`modes${i}`, panel.across.scale.name, energy.name),
      ],
    };
  });
  return { panels, tables, ...legendOf(styles, area.width / fontSizeOf(options)) };
}

/** A density of states; `up` makes it stand beside a picture with this scale of energies. */
export function dosContent(
  spectrum: Spectrum,
  unit: EnergyUnit,
  options: PictureOptions,
  area: Area,
  styles: LineStyles = stylesOf(spectrum.lines),
  up?: { energy: Scale; x: number },
): Content {
  const { x, lines, measured, provenance } = spectrum;
  const [energyFactor, factor] = [unitOf('energy', unit).factor, unitOf(measured, unit).factor];
  const rows = rowsOf(spectrum);
  const edges = x.values.map((value) => value * energyFactor);
  const isSmooth = 'energy_broadening_fwhm_meV' in provenance || 'adaptive_scale' in provenance;
  const values = rows.flatMap((row, line) =>
    points(edges, row, x.of === 'bins', isSmooth).map(([e, g]) => ({
      ...(up ? { x: g * factor, y: e } : { x: e, y: g * factor }),
      line,
      name: lines[line].label ?? '',
      ...styles.get(lines[line].label ?? ''),
    })),
  );
  const highest = rows.flatMap((row) => [...row]).reduce((most, g) => Math.max(most, g), 0) * factor;
  const title = densityTitle(spectrum, unit);
  const density: Scale = { name: 'density', of: title, domain: [0, highest * (1 + MARGIN) || 1] };
  const energy: Scale = up?.energy ?? {
    name: 'energy',
    of: energyTitle(unit),
    domain: [edges[0], edges[edges.length - 1]],
  };
  const energyAxis = { scale: energy };
  const panel: Panel = {
    ...area,
    x: up?.x ?? 0,
    y: 0,
    ...(up
      ? {
          across: { scale: density, title: twoLines(title), ticks: fewTicks(density.domain[1]) },
          up: { ...energyAxis, bare: true, ticks: [] },
        }
      : {
          across: { ...energyAxis, title: options.xLabel ?? energyTitle(unit) },
          up: { scale: density, title: options.yLabel ?? title },
        }),
    table: 'density',
    marks: () => [
      ...(up ? zeroLine(energy, 'y', area.width) : zeroLine(energy, 'x', area.height)),
      linesMark('density', up ? 'density' : 'energy', up ? 'energy' : 'density'),
    ],
  };
  return {
    panels: [panel],
    tables: [{ name: 'density', values }],
    ...legendOf(styles, area.width / fontSizeOf(options)),
  };
}

/** Beside another picture there is little room. */
const twoLines = (title: string) => title.replace('ensity of states', 'OS').split(/ (?=\()/);

/** Zero, and a round number below the end. */
function fewTicks(end: number): { value: number; label: string }[] {
  const power = 10 ** Math.floor(Math.log10(end));
  const round = Math.max(...[1, 2, 5].map((digit) => digit * power).filter((value) => value <= end));
  return [0, Number(round.toPrecision(1))].map((value) => ({ value, label: String(value) }));
}

/** What is drawn of a line: its corners over bins, or a smooth line through their centres. */
function points(
  x: Float64Array,
  row: Float64Array,
  isBinned: boolean,
  isSmooth: boolean,
): [number, number][] {
  if (!isBinned) return [...row].map((g, k) => [x[k], g]);
  if (isSmooth) return [...row].map((g, k) => [(x[k] + x[k + 1]) / 2, g]);
  const corners = [...row].flatMap((g, k): [number, number][] => [
    [x[k], g],
    [x[k + 1], g],
  ]);
  return [[x[0], 0], ...corners, [x[row.length], 0]];
}
