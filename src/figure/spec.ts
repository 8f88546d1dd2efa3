/** From panels with axes and marks to one Vega specification. */
import type { ColourScale } from './choices.js';

/** A part of a Vega specification (https://vega.github.io/vega/docs). */
export type Part = Readonly<Record<string, unknown>>;

/** A scale of one direction, which panels may share. */
export interface Scale {
  name: string;
  domain: readonly [number, number];
  /** what its values are, in words */
  of: string;
  /** linear without it */
  type?: 'linear' | 'sqrt' | 'log';
}

interface AxisPlan {
  scale: Scale;
  title?: string | readonly string[];
  /** where ticks and labels stand; Vega chooses without them; none for an empty list */
  ticks?: readonly { value: number; label: string | string[] }[];
  /** no labels: those of a neighbour count */
  bare?: boolean;
  orient?: 'right';
  /** about so many ticks */
  count?: number;
  /** lines through the panel at each tick */
  grid?: boolean;
}

/** px of the whole that panels share, origin at the left above. */
interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Panel extends Box {
  across: AxisPlan;
  up: AxisPlan;
  /** drawn within the panel, by scales of these names */
  marks: () => readonly Part[];
  /** the table of its lines */
  table?: string;
  /** the map in it */
  raster?: Raster;
  /** it is the colour bar of the maps */
  colouring?: Colouring;
}

/** Intensities in rectangles. */
export interface Raster {
  /** edges of columns, and of rows from below */
  across: Float64Array;
  up: Float64Array;
  /** [columns,rows] */
  values: Float64Array;
}

export interface Colouring {
  low: number;
  high: number;
  scale: ColourScale;
  /** [COLOURS,3] */
  colours: Uint8Array;
}

/** A row of tables that marks draw. */
export interface Table {
  name: string;
  values: readonly object[];
}

interface Legend {
  entries: readonly { label: string; colour: string; dash: readonly number[] }[];
  columns: number;
}

/** What a kind of picture fills a given area with. */
export interface Content {
  panels: readonly Panel[];
  tables: readonly Table[];
  /** names of lines, and how these look */
  legend?: Legend;
  /** px, of panels that fill less than the area */
  area?: { width: number; height: number };
}

/** px at 96 to the inch, as SVG has them. */
export const PX_PER_CM = 96 / 2.54;
export const PX_PER_PT = 96 / 72;

/** The specification of a picture whose panels fill an area; margins come on top. */
export function specification(
  { panels, tables, legend, area: filled }: Content,
  config: Part,
  title: string | undefined,
  area: { width: number; height: number },
): Part {
  return {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    ...(filled ?? area),
    autosize: 'pad',
    padding: 4,
    background: 'white',
    config,
    ...(title !== undefined && { title: { text: title } }),
    data: tables,
    scales: [...scalesOf(panels), ...(legend ? legendScales(legend) : [])],
    ...(legend && { legends: [legendPart(legend)] }),
    marks: panels.map((panel) => panelMark(panel, fontSizeOfLabels(config))),
  };
}

function scalesOf(panels: readonly Panel[]): Part[] {
  const scales = new Map<string, Part>();
  for (const { across, up, width, height } of panels) {
    for (const [{ scale }, range] of [
      [across, [0, width]],
      [up, [height, 0]],
    ] as const) {
      const { name, domain, type = 'linear' } = scale;
      scales.set(name, { name, type, domain, range, zero: false, nice: false });
    }
  }
  return [...scales.values()];
}

const isDashed = ({ entries }: Legend) => entries.some(({ dash }) => dash.length > 0);

function legendScales({ entries }: Legend): Part[] {
  const domain = entries.map(({ label }) => label);
  return [
    { name: 'lines', type: 'ordinal', domain, range: entries.map(({ colour }) => colour) },
    { name: 'dashes', type: 'ordinal', domain, range: entries.map(({ dash }) => dash) },
  ];
}

/** px²: long enough for a dash and a dot to be seen */
const DASHED_SYMBOL = 900;

const legendPart = (legend: Legend): Part => ({
  stroke: 'lines',
  ...(isDashed(legend) && { strokeDash: 'dashes', symbolSize: DASHED_SYMBOL }),
  orient: 'top',
  direction: 'horizontal',
  symbolType: 'stroke',
  columns: legend.columns,
});

/** Between labels of an axis, in font sizes: numbers are wider than high. */
const LABEL_STEP = { across: 5, up: 3 };

const fontSizeOfLabels = ({ axis }: Part) => (axis as { labelFontSize: number }).labelFontSize;

function panelMark({ x, y, width, height, across, up, marks }: Panel, fontSize: number): Part {
  const counted = (plan: AxisPlan, length: number, step: number) => ({
    count: Math.max(2, Math.round(length / (step * fontSize))),
    ...plan,
  });
  const size = { width: { value: width }, height: { value: height } };
  return {
    type: 'group',
    encode: { update: { x: { value: x }, y: { value: y }, ...size } },
    axes: [
      axis(counted(across, width, LABEL_STEP.across), 'bottom'),
      axis(counted(up, height, LABEL_STEP.up), up.orient ?? 'left'),
    ],
    marks: [
      // with a ground of its own: resvg aborts the process where all of what is clipped is far outside
      {
        type: 'group',
        clip: true,
        encode: { update: { ...size, fill: { value: 'white' }, fillOpacity: { value: 0 } } },
        marks: marks(),
      },
      { type: 'rect', interactive: false, style: 'frame', encode: { update: size } },
    ],
  };
}

/** Frames are drawn by panels, axes have ticks and texts alone. */
export function axis({ scale, title, ticks, bare, grid, count }: AxisPlan, orient: string): Part {
  return {
    orient,
    scale: scale.name,
    domain: false,
    grid: grid ?? false,
    labels: !bare,
    // given ticks would be thinned to the count
    ...(count !== undefined && !ticks && { tickCount: count }),
    ...(title !== undefined && { title }),
    ...(ticks && { values: ticks.map(({ value }) => value), ...labelled(ticks) }),
  };
}

/** Labels by the index of a tick: two may stand at one value. */
function labelled(ticks: NonNullable<AxisPlan['ticks']>): Part {
  const labels = JSON.stringify(ticks.map(({ label }) => label));
  const values = JSON.stringify(ticks.map(({ value }) => value));
  return {
    labelOverlap: false,
    encode: { labels: { update: { text: { signal: `${labels}[indexof(${values}, datum.value)]` } } } },
  };
}
