/** Charts as SVG. */
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

const WIDTH = 520;
const HEIGHT = 380;
const MARGIN = { left: 70, right: 20, top: 40, bottom: 50 };
const LEGEND_LINE = 18;
/** Okabe and Ito's colours, which people who do not see all colours tell apart. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000', '#999999'];

interface Scale {
  (value: number): number;
  ticks: number[];
}

export function lineCharts(charts: readonly LineChart[]): string {
  return sideBySide(charts.map(lineChart), Math.max(...charts.map((c) => c.series.length)));
}

export function barCharts(charts: readonly BarChart[]): string {
  return sideBySide(charts.map(barChart), Math.max(...charts.map((c) => c.bars.length)));
}

function lineChart(chart: LineChart): string {
  const all = chart.series.flatMap(({ points }) => points);
  const x = scale(
    all.map((p) => p.x),
    MARGIN.left,
    WIDTH - MARGIN.right,
    chart.logX ?? false,
  );
  const yValues = all.flatMap((p) => [p.y, p.low ?? p.y, p.high ?? p.y]);
  const y = scale(yValues, HEIGHT - MARGIN.bottom, MARGIN.top, chart.logY ?? false);
  const parts = [frame(chart.title, chart.yLabel, y)];
  for (const tick of x.ticks) {
    const at = round(x(tick));
    const bottom = HEIGHT - MARGIN.bottom;
    parts.push(line(at, bottom, at, bottom + 5, '#000'));
    parts.push(text(at, bottom + 18, number(tick), 'middle'));
  }
  parts.push(text((MARGIN.left + WIDTH - MARGIN.right) / 2, HEIGHT - 12, chart.xLabel, 'middle'));
  chart.series.forEach(({ name, points, dashed }, k) => {
    const colour = COLOURS[k % COLOURS.length];
    const path = points.map((p) => `${round(x(p.x))},${round(y(p.y))}`).join(' ');
    const dash = dashed ? ' stroke-dasharray="5 4"' : '';
    parts.push(`<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"${dash}/>`);
    for (const p of points) {
      if (dashed) continue;
      parts.push(`<circle cx="${round(x(p.x))}" cy="${round(y(p.y))}" r="3.5" fill="${colour}"/>`);
      if (p.low !== undefined && p.high !== undefined)
        parts.push(line(x(p.x), y(p.low), x(p.x), y(p.high), colour));
    }
    parts.push(legend(name, k, colour));
  });
  return parts.join('\n');
}

function barChart(chart: BarChart): string {
  const heights = chart.stacked
    ? chart.groups.map((_, g) => chart.bars.reduce((sum, bar) => sum + (bar.values[g] ?? 0), 0))
    : chart.bars.flatMap(({ values }) => values.filter((value) => value !== undefined));
  const logY = chart.logY ?? false;
  const y = scale(logY ? heights : [0, ...heights], HEIGHT - MARGIN.bottom, MARGIN.top, logY);
  const parts = [frame(chart.title, chart.yLabel, y)];
  const bottom = HEIGHT - MARGIN.bottom;
  const groupWidth = (WIDTH - MARGIN.left - MARGIN.right) / chart.groups.length;
  const width = (groupWidth * 0.8) / (chart.stacked ? 1 : chart.bars.length);
  chart.groups.forEach((group, g) => {
    const left = MARGIN.left + g * groupWidth + 0.1 * groupWidth;
    let base = 0;
    chart.bars.forEach(({ values }, k) => {
      const value = values[g];
      if (value === undefined) return;
      const from = chart.stacked ? y(base) : bottom;
      const to = y(chart.stacked ? base + value : value);
      base += value;
      const at = chart.stacked ? left : left + k * width;
      parts.push(
        `<rect x="${round(at)}" y="${round(to)}" width="${round(width)}" height="${round(Math.max(0, from - to))}" fill="${COLOURS[k % COLOURS.length]}"/>`,
      );
    });
    group.split('\n').forEach((words, row) => {
      parts.push(text(left + 0.4 * groupWidth, bottom + 16 + 13 * row, words, 'middle', 11));
    });
  });
  chart.bars.forEach(({ name }, k) => {
    parts.push(legend(name, k, COLOURS[k % COLOURS.length]));
  });
  return parts.join('\n');
}

/** Box, title, y axis with ticks and grid lines. */
function frame(title: string, yLabel: string, y: Scale): string {
  const right = WIDTH - MARGIN.right;
  const bottom = HEIGHT - MARGIN.bottom;
  const middle = (MARGIN.top + bottom) / 2;
  return [
    `<rect x="${MARGIN.left}" y="${MARGIN.top}" width="${right - MARGIN.left}" height="${bottom - MARGIN.top}" fill="none" stroke="#000"/>`,
    text((MARGIN.left + right) / 2, MARGIN.top - 14, title, 'middle', 14),
    `<text transform="translate(18 ${middle}) rotate(-90)" text-anchor="middle">${escaped(yLabel)}</text>`,
    ...y.ticks.flatMap((tick) => [
      line(MARGIN.left, y(tick), right, y(tick), '#ddd'),
      text(MARGIN.left - 6, y(tick) + 4, number(tick), 'end'),
    ]),
  ].join('\n');
}

function legend(name: string, k: number, colour: string): string {
  const top = HEIGHT + 6 + LEGEND_LINE * k;
  return `<rect x="${MARGIN.left}" y="${top}" width="12" height="12" fill="${colour}"/>${text(MARGIN.left + 18, top + 11, name, 'start')}`;
}

function sideBySide(panels: readonly string[], legendLines: number): string {
  const height = HEIGHT + 10 + LEGEND_LINE * legendLines;
  const body = panels.map((panel, k) => `<g transform="translate(${k * WIDTH} 0)">\n${panel}\n</g>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${panels.length * WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    ...body,
    '</svg>\n',
  ].join('\n');
}

function scale(values: readonly number[], from: number, to: number, log: boolean): Scale {
  let low = Math.min(...values);
  let high = Math.max(...values);
  if (log) {
    low = 10 ** Math.floor(Math.log10(low));
    high = 10 ** Math.ceil(Math.log10(high) + 1e-9);
    const decades = Math.round(Math.log10(high / low));
    const ticks = Array.from({ length: decades + 1 }, (_, k) => low * 10 ** k);
    const at = (value: number) => from + ((to - from) * Math.log10(value / low)) / decades;
    return Object.assign(at, { ticks });
  }
  const step = roundStep((high - low || Math.abs(high) || 1) / 6);
  low = Math.floor(low / step) * step;
  high = Math.ceil(high / step) * step;
  if (high === low) high = low + step;
  const ticks = Array.from({ length: Math.round((high - low) / step) + 1 }, (_, k) => low + k * step);
  const at = (value: number) => from + ((to - from) * (value - low)) / (high - low);
  return Object.assign(at, { ticks });
}

function roundStep(step: number): number {
  const decade = 10 ** Math.floor(Math.log10(step));
  return decade * ([1, 2, 5, 10].find((factor) => factor * decade >= step) ?? 10);
}

function line(x1: number, y1: number, x2: number, y2: number, colour: string): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${colour}"/>`;
}

function text(x: number, y: number, words: string, anchor: 'start' | 'middle' | 'end', size = 12): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" font-size="${size}">${escaped(words)}</text>`;
}

function number(x: number): string {
  return String(Number(x.toPrecision(6)));
}

function round(x: number): number {
  return Math.round(10 * x) / 10;
}

function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
