/** Charts as SVG, in the style of spectra and by the same means. */
import type { Part } from '../../src/figure/spec.js';
import { configOf, LINE_COLOURS, TOTAL_COLOUR } from '../../src/figure/style.js';
import { svgOf } from '../../src/figure/svg.js';

interface Series {
  name: string;
  points: { x: number; y: number; low?: number; high?: number }[];
  /** a guide, not a measurement */
  dashed?: boolean;
}

interface LineChart {
  title: string;
  xLabel: string;
  yLabel: string;
  series: Series[];
  logX?: boolean;
  logY?: boolean;
}

interface BarChart {
  title: string;
  yLabel: string;
  groups: string[];
  /** one value for each group; undefined where there is none */
  bars: { name: string; values: (number | undefined)[] }[];
  logY?: boolean;
  stacked?: boolean;
}

/** px of a panel */
const WIDTH = 520;
const HEIGHT = 330;
const GAP = 30;

export const lineCharts = (charts: readonly LineChart[]): Promise<string> =>
  sideBySide(charts.map(lineChart));
export const barCharts = (charts: readonly BarChart[]): Promise<string> => sideBySide(charts.map(barChart));

function sideBySide(panels: readonly Part[]): Promise<string> {
  return svgOf({
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    autosize: 'pad',
    padding: 8,
    background: 'white',
    config: configOf({ fontSize: 9 }),
    layout: { columns: panels.length, padding: GAP, bounds: 'full', align: 'each' },
    marks: panels,
  });
}

function lineChart({ title, xLabel, yLabel, series, logX, logY }: LineChart): Part {
  const points = series.flatMap(({ name, points: own, dashed = false }) =>
    own.map((point) => ({ name, dashed, low: point.y, high: point.y, ...point })),
  );
  const x = numbersScale(
    'x',
    [0, WIDTH],
    points.map((point) => point.x),
    logX,
  );
  const y = numbersScale(
    'y',
    [HEIGHT, 0],
    points.flatMap(({ low, high }) => [low, high]),
    logY,
  );
  const at = { x: { scale: 'x', field: 'x' }, y: { scale: 'y', field: 'y' } };
  const colour = { scale: 'colour', field: 'name' };
  const measured = { data: 'measured' };
  return panel(title, series, {
    data: [
      { name: 'points', values: points },
      { name: 'measured', source: 'points', transform: [{ type: 'filter', expr: '!datum.dashed' }] },
    ],
    scales: [x.scale, y.scale],
    axes: [
      { ...x.axis, orient: 'bottom', title: xLabel },
      { ...y.axis, orient: 'left', title: yLabel, grid: true, gridColor: '#dddddd' },
    ],
    marks: [
      {
        type: 'group',
        from: { facet: { name: 'line', data: 'points', groupby: ['name'] } },
        marks: [
          {
            type: 'line',
            from: { data: 'line' },
            encode: {
              update: {
                ...at,
                stroke: colour,
                strokeWidth: { value: 1.5 },
                strokeDash: { signal: 'datum.dashed ? [5, 4] : [1, 0]' },
              },
            },
          },
        ],
      },
      {
        type: 'rule',
        from: measured,
        encode: {
          update: {
            x: at.x,
            y: { scale: 'y', field: 'low' },
            y2: { scale: 'y', field: 'high' },
            stroke: colour,
          },
        },
      },
      {
        type: 'symbol',
        from: measured,
        encode: { update: { ...at, fill: colour, size: { value: 35 } } },
      },
    ],
  });
}

function barChart({ title, yLabel, groups, bars, logY, stacked = false }: BarChart): Part {
  const below = groups.map(() => 0);
  const rows = bars.flatMap(({ name, values }) =>
    groups.flatMap((group, k) => {
      const value = values[k];
      if (value === undefined) return [];
      const from = stacked ? below[k] : 0;
      if (stacked) below[k] += value;
      return [{ name, group, from, to: from + value }];
    }),
  );
  const heights = rows.map(({ to }) => Number(to.toPrecision(6)));
  // on a logarithmic scale the lowest bar has a height, too
  const y = numbersScale('y', [HEIGHT, 0], [logY ? Math.min(...heights) / 2 : 0, ...heights], logY);
  const within = { name: 'within', type: 'band', domain: bars.map(({ name }) => name) };
  const width = stacked ? 'group' : 'within';
  return panel(title, bars, {
    data: [{ name: 'bars', values: rows }],
    scales: [
      { name: 'group', type: 'band', domain: groups, range: [0, WIDTH], padding: 0.2 },
      { ...within, range: [0, { signal: "bandwidth('group')" }] },
      y.scale,
    ],
    axes: [
      {
        scale: 'group',
        orient: 'bottom',
        domain: false,
        labelOverlap: false,
        labelFontSize: 8,
        encode: { labels: { update: { text: { signal: "split(datum.value, '\\n')" } } } },
      },
      { ...y.axis, orient: 'left', title: yLabel, grid: true, gridColor: '#dddddd' },
    ],
    marks: [
      {
        type: 'rect',
        from: { data: 'bars' },
        encode: {
          update: {
            x: {
              scale: 'group',
              field: 'group',
              ...(!stacked && { offset: { scale: 'within', field: 'name' } }),
            },
            width: { scale: width, band: 1 },
            y: { scale: 'y', field: 'to' },
            y2: logY ? { value: HEIGHT } : { scale: 'y', field: 'from' },
            fill: { scale: 'colour', field: 'name' },
          },
        },
      },
    ],
  });
}

/** With a frame, a title, and names of colours below. */
function panel(
  title: string,
  named: readonly { name: string }[],
  { scales, marks, ...rest }: { scales: Part[]; marks: Part[]; data: Part[]; axes: Part[] },
): Part {
  const size = { width: { value: WIDTH }, height: { value: HEIGHT } };
  const colour = {
    name: 'colour',
    type: 'ordinal',
    domain: named.map(({ name }) => name),
    range: [...LINE_COLOURS, TOTAL_COLOUR],
  };
  return {
    type: 'group',
    encode: { update: size },
    // how long grid lines are
    signals: [
      { name: 'width', value: WIDTH },
      { name: 'height', value: HEIGHT },
    ],
    title: { text: title, frame: 'group' },
    ...rest,
    scales: [...scales, colour],
    legends: [
      { fill: 'colour', orient: 'bottom', direction: 'vertical', symbolType: 'square', labelLimit: WIDTH },
    ],
    marks: [...marks, { type: 'rect', style: 'frame', encode: { update: size } }],
  };
}

/** A logarithmic one has whole decades, and a tick at each. */
function numbersScale(name: string, range: [number, number], values: readonly number[], isLog = false) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const axis = { scale: name, domain: false, format: '.9~g' };
  if (!isLog) return { scale: { name, range, domain: [least, most], nice: true, zero: false }, axis };
  const first = Math.floor(Math.log10(least) - 1e-9);
  const decades = Math.max(1, Math.ceil(Math.log10(most) - 1e-9) - first);
  const ticks = Array.from({ length: decades + 1 }, (_, k) => 10 ** (first + k));
  return {
    scale: { name, type: 'log', range, domain: [ticks[0], ticks[decades]] },
    axis: { ...axis, values: ticks },
  };
}
