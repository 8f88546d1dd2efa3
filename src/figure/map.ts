/** Pictures of maps: intensities as colours over a path, or over |Q|, and energy; with a colour bar. */
import { encode } from 'fast-png';
import { BOLTZMANN } from '../spectra/constants.js';
import { type Axis, rowsOf, type Spectrum } from '../spectra/spectrum.js';
import { type EnergyUnit, unitOf } from '../spectra/units.js';
import type { PictureOptions } from './choices.js';
import { COLOURS, coloursOf, limitsOf, shade } from './colours.js';
import { textWidth } from './font.js';
import { type PathPart, pathPanel, pathParts } from './path.js';
import { DOTS_PER_PX } from './png.js';
import type { Colouring, Content, Panel, Part, Raster, Scale } from './spec.js';
import { fontSizeOf } from './style.js';
import { axisTitle, intensityTitle } from './words.js';

/** Of the colour bar and its distance from the map, in font sizes. */
const BAR = 1.2;
const BAR_GAP = 1;
const BAR_TICKS = 7;
/** Of a plane of Q, between ticks, in font sizes. */
const TICK = 2.5;

export function mapContent(
  spectrum: Spectrum,
  unit: EnergyUnit,
  options: PictureOptions,
  area: { width: number; height: number },
): Content {
  const { x, y } = spectrum;
  const fontSize = fontSizeOf(options);
  const bars = (BAR + BAR_GAP) * fontSize;
  const filled = equalScales(x, y!, area, bars);
  const [width, height] = [filled.width - bars, filled.height];
  const shown = shownIntensities(spectrum, unit, options);
  const [low, high] = limitsOf(shown, options);
  const scale = options.colourScale ?? 'linear';
  const colouring = { low, high, scale, colours: coloursOf(options.colourMap) };
  const across = edgesOf(x);
  const up = edgesOf(y!).map((value) => value * unitOf(y!.measured, unit).factor);
  const rows = up.length - 1;
  const [along, above] = [axisTitle(x, unit, 'ξ'), axisTitle(y!, unit, x.direction ? 'η' : 'ξ')];
  const upScale: Scale = { name: 'energy', of: above, domain: [up[0], up[rows]] };
  const panels = partsOf(x, across, width, fontSize).map((part, i): Panel => {
    const isPath = part.ticks.length > 0;
    const raster = {
      across: partOfEdges(across, part),
      up,
      values: shown.subarray(part.first * rows, (part.last + 1) * rows),
    };
    const title = options.xLabel ?? (isPath ? undefined : along);
    const upTitle = options.yLabel ?? above;
    const panel = pathPanel(part, i, height, { of: along, title, up: upScale, upTitle });
    return {
      ...panel,
      up: { ...panel.up, ...(y!.direction && { count: height / (TICK * fontSize) }) },
      raster,
      marks: () => [image(raster, part.width, height, colouring)],
    };
  });
  const title = inLines(intensityTitle(spectrum, unit, options.view ?? 'S'), height / fontSize);
  const bar = { x: filled.width - BAR * fontSize, width: BAR * fontSize, height };
  return { panels: [...panels, colourBar(bar, colouring, title)], tables: [], area: filled };
}

/** A title with its unit in a second line where it is longer than its axis, whose length is in font sizes. */
function inLines(title: string, length: number): string | readonly string[] {
  return textWidth(title) > length ? title.split(/ (?=\()/) : title;
}

interface Area {
  width: number;
  height: number;
}

/** The part of an area that a plane of Q fills, with `bars` px beside it, if both its axes have the same scale; of other maps all of it. */
function equalScales(x: Axis, y: Axis, area: Area, bars: number): Area {
  if (!x.direction || !y.direction) return area;
  const span = ({ values, direction }: Axis) => (values[values.length - 1] - values[0]) * direction!.length;
  const [across, up] = [span(x), span(y)];
  const scale = Math.min((area.width - bars) / across, area.height / up);
  return { width: scale * across + bars, height: scale * up };
}

/** What the view makes of S, [along x, along y], in units of the picture. */
function shownIntensities(
  spectrum: Spectrum,
  unit: EnergyUnit,
  { view = 'S' }: PictureOptions,
): Float64Array {
  const { y, measured, provenance } = spectrum;
  const energies = y!.of === 'bins' ? centres(y!.values) : y!.values;
  // of a plane of Q all intensities have one energy
  const middle = (Number(provenance.energy_from_meV) + Number(provenance.energy_to_meV)) / 2;
  const { factor } = unitOf(measured, unit);
  const kT = provenance.bose === 'no' ? 0 : BOLTZMANN * Number(provenance.temperature_K ?? 0);
  // detailed balance: χ″ = π S / (1 + n)
  const chi = (energy: number) => Math.PI * factor * (kT > 0 ? -Math.expm1(-energy / kT) : 1);
  const weights = energies.map((value) => {
    const energy = y!.measured === 'energy' ? value : middle;
    return view === 'S' ? factor : view === 'E*S' ? Math.abs(energy) : chi(energy);
  });
  return Float64Array.from(rowsOf(spectrum).flatMap((row) => [...row.map((s, k) => s * weights[k])]));
}

const centres = (edges: Float64Array) => edges.subarray(1).map((x, k) => (x + edges[k]) / 2);

/** Of bins; or half way between points, the outer ones at the points themselves. */
function edgesOf({ values, of }: Axis): Float64Array {
  return of === 'bins' ? values : Float64Array.of(values[0], ...centres(values), values[values.length - 1]);
}

/** The edges of a part of a path, which begins and ends at its own points. */
function partOfEdges(edges: Float64Array, { first, last, from, to }: PathPart): Float64Array {
  const part = edges.slice(first, last + 2);
  part[0] = from;
  part[part.length - 1] = to;
  return part;
}

function partsOf(x: Axis, edges: Float64Array, width: number, fontSize: number): PathPart[] {
  if (x.ticks && x.ticks.length > 0) return pathParts(x, width, fontSize);
  const last = edges.length - 2;
  return [{ first: 0, last, from: edges[0], to: edges[last + 1], ticks: [], stretches: [], x: 0, width }];
}

/** A raster as an image of as many dots as the picture has there. */
function image(
  raster: Raster,
  width: number,
  height: number,
  { low, high, scale, colours }: Colouring,
): Part {
  const [columns, rows] = [width, height].map((px) => Math.max(1, Math.round(px * DOTS_PER_PX)));
  const columnOf = binsOf(raster.across, columns);
  const rowOf = binsOf(raster.up, rows);
  const nRows = raster.up.length - 1;
  const shades = raster.values.map((value) => shade(value, low, high, scale));
  const data = new Uint8Array(3 * columns * rows).fill(255);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      const value = shades[columnOf[c] * nRows + rowOf[rows - 1 - r]];
      if (Number.isNaN(value)) continue;
      const colour = 3 * Math.round(value * (COLOURS - 1));
      const at = 3 * (r * columns + c);
      data[at] = colours[colour];
      data[at + 1] = colours[colour + 1];
      data[at + 2] = colours[colour + 2];
    }
  }
  return imageMark(columns, rows, data, width, height);
}

/** For each of `count` equal steps between the ends of `edges` the bin that its middle lies in. */
function binsOf(edges: Float64Array, count: number): Int32Array {
  const last = edges.length - 1;
  const step = (edges[last] - edges[0]) / count;
  let bin = 0;
  return Int32Array.from({ length: count }, (_, k) => {
    const middle = edges[0] + (k + 0.5) * step;
    while (bin < last - 1 && edges[bin + 1] <= middle) bin++;
    return bin;
  });
}

/** `data` [rows,columns,3], the highest row first. */
function imageMark(columns: number, rows: number, data: Uint8Array, width: number, height: number): Part {
  const png = encode({ width: columns, height: rows, data, channels: 3, depth: 8 });
  return {
    type: 'image',
    encode: {
      update: {
        url: { value: `data:image/png;base64,${Buffer.from(png).toString('base64')}` },
        x: { value: 0 },
        y: { value: 0 },
        width: { value: width },
        height: { value: height },
        aspect: { value: false },
        smooth: { value: false },
      },
    },
  };
}

function colourBar(
  box: { x: number; width: number; height: number },
  colouring: Colouring,
  title: string | readonly string[],
): Panel {
  const { low, high, scale, colours } = colouring;
  const data = new Uint8Array(colours.length);
  for (let k = 0; k < COLOURS; k++) data.set(colours.subarray(3 * k, 3 * k + 3), 3 * (COLOURS - 1 - k));
  return {
    ...box,
    y: 0,
    across: { scale: { name: 'bar', of: '', domain: [0, 1] }, bare: true, ticks: [] },
    up: {
      scale: { name: 'intensity', of: [title].flat().join(' '), domain: [low, high], type: scale },
      orient: 'right',
      title,
      count: BAR_TICKS,
    },
    colouring,
    marks: () => [imageMark(1, COLOURS, data, box.width, box.height)],
  };
}
