/** Pictures of lines: dispersion curves, and densities of states alone or beside another picture. */
import { type Line, rowsOf, type Spectrum } from '../spectra/spectrum.js';
import { type EnergyUnit, unitOf } from '../spectra/units.js';
import type { PictureOptions } from './choices.js';
import { pathParts } from './path.js';
import type { Content, Panel, Part, Scale, Table } from './spec.js';
import { fontSizeOf, LINE_COLOURS, TOTAL_COLOUR } from './style.js';
import { densityTitle, energyTitle, wavevectorTitle } from './words.js';

interface Area {
  width: number;
  height: number;
}

/** Beyond the extremes, relative. */
const MARGIN = 0.04;
/** An energy below this, relative to the highest, is of an imaginary mode and no rounding. */
const BELOW_ZERO = 1e-3;

/** From the lowest imaginary mode, or zero, to above the highest. */
function energyScale(spectrum: Spectrum, unit: EnergyUnit): Scale {
  const { factor } = unitOf('energy', unit);
  let [lowest, highest] = [0, 0];
  for (const energy of spectrum.data) {
    if (energy < lowest) lowest = energy;
    if (energy > highest) highest = energy;
  }
  const isStable = lowest > -BELOW_ZERO * highest;
  const domain = [isStable ? 0 : lowest * (1 + MARGIN) * factor, highest * (1 + MARGIN) * factor] as const;
  return { name: 'energy', of: energyTitle(unit), domain };
}

/** Colours of lines by their labels: each once, in order of appearance; what is of all species, with or without a label, has its own. */
function coloursOf(lines: readonly Line[]): Map<string, string> {
  const labels = [...new Set(lines.map(({ label = '' }) => label))];
  const isTotal = (label: string) => label === '' || label === 'Total';
  const others = labels.filter((label) => !isTotal(label));
  return new Map(
    labels.map((label) => [
      label,
      isTotal(label) ? TOTAL_COLOUR : LINE_COLOURS[others.indexOf(label) % LINE_COLOURS.length],
    ]),
  );
}

function legendOf(colours: ReadonlyMap<string, string>): Pick<Content, 'legend'> {
  if (colours.size < 2) return {};
  return { legend: [...colours].map(([label, colour]) => ({ label, colour })) };
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

/** A line for each value of `line` in a table with `x`, `y`, `line` and `colour`. */
function linesMark(table: string, across: string, up: string, more: Part = {}): Part {
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
            ...more,
          },
        },
      },
    ],
  };
}

/** Frequencies along a path. */
export function dispersionContent(
  spectrum: Spectrum,
  unit: EnergyUnit,
  options: PictureOptions,
  area: Area,
): Content {
  const { x, lines, measured } = spectrum;
  const energy = energyScale(spectrum, unit);
  const colours = coloursOf(lines.map(({ species, ...line }) => line));
  const rows = rowsOf(spectrum);
  const { factor } = unitOf(measured, unit);
  const tables: Table[] = [];
  const parts = pathParts(x, area.width, fontSizeOf(options));
  const panels = parts.map((part, i): Panel => {
    const across: Scale = { name: `path${i}`, of: wavevectorTitle, domain: [part.from, part.to] };
    const values = rows.flatMap((row, mode) => {
      const { label = '' } = lines[mode];
      return part.stretches.flatMap(({ first, last }, k) =>
        Array.from({ length: last - first + 1 }, (_, j) => ({
          x: x.values[first + j],
          y: row[first + j] * factor,
          line: `${mode} ${k}`,
          name: label || `mode ${mode + 1}`,
          colour: colours.get(label),
        })),
      );
    });
    tables.push({ name: `modes${i}`, values });
    return {
      x: part.x,
      y: 0,
      width: part.width,
      height: area.height,
      across: {
        scale: across,
        grid: true,
        ticks: part.ticks,
        ...(i === 0 && options.xLabel && { title: options.xLabel }),
      },
      up: { scale: energy, ...leftTitle(i, options.yLabel ?? energyTitle(unit)) },
      table: `modes${i}`,
      marks: () => [...zeroLine(energy, 'y', part.width), linesMark(`modes${i}`, across.name, energy.name)],
    };
  });
  return { panels, tables, ...legendOf(colours) };
}

/** The first of panels beside one another has title and labels, the others neither. */
export const leftTitle = (i: number, title: string) => (i === 0 ? { title } : { bare: true, ticks: [] });

/** A density of states; `up` makes it stand beside a picture with this scale of energies. */
export function dosContent(
  spectrum: Spectrum,
  unit: EnergyUnit,
  options: PictureOptions,
  area: Area,
  up?: { energy: Scale; x: number },
): Content {
  const { x, lines, measured, provenance } = spectrum;
  const [energyFactor, factor] = [unitOf('energy', unit).factor, unitOf(measured, unit).factor];
  const colours = coloursOf(lines);
  const rows = rowsOf(spectrum);
  const edges = x.values.map((value) => value * energyFactor);
  const isSmooth = 'energy_broadening_fwhm_meV' in provenance || 'adaptive_scale' in provenance;
  const values = rows.flatMap((row, line) =>
    points(edges, row, x.of === 'bins', isSmooth).map(([e, g]) => ({
      ...(up ? { x: g * factor, y: e } : { x: e, y: g * factor }),
      line,
      name: lines[line].label ?? '',
      colour: colours.get(lines[line].label ?? ''),
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
  return { panels: [panel], tables: [{ name: 'density', values }], ...legendOf(colours) };
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
