/** Pictures as pages of their own: with zoom, values under the pointer, and sliders for the colours of maps; without the network. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { COLOUR_SCALES } from './choices.js';
import { shade } from './colours.js';
import type { PageData, PageMap } from './page/data.js';
import { axis, type Colouring, type Content, type Panel, type Part } from './spec.js';
import { escapedText } from './svg.js';

/** Columns of a map's image at least. */
const MAP_COLUMNS = 1000;

/** The page of a picture whose specification has been made of `content`. */
export function pageOf(spec: Part, content: Content, description: string): string {
  const bar = content.panels.find(({ colouring }) => colouring);
  const maps = content.panels.filter(({ raster }) => raster).map(mapOf);
  const interactive = interactiveSpec(spec, content, bar);
  const data: PageData = {
    spec: interactive,
    panels: content.panels.filter((panel) => panel !== bar).map(panelOf),
    maps,
    intensityName: bar?.up.scale.of ?? '',
    colours: bar ? Buffer.from(bar.colouring!.colours).toString('base64') : '',
  };
  const require = createRequire(import.meta.url);
  const scripts = [
    readFileSync(join(dirname(require.resolve('vega')), 'vega.min.js'), 'utf8'),
    interpreter(readFileSync(require.resolve('vega-interpreter'), 'utf8')),
    // no text of a user ends the script
    `const page = ${JSON.stringify(data).replaceAll('<', '\\u003c')};\n${shade};`,
    readFileSync(new URL('./page/script.js', import.meta.url), 'utf8'),
  ].map((text) => text.replace(/\/\/# sourceMappingURL=.*/, ''));
  return html(scripts, description);
}

/** A module that takes what it needs of Vega, as a script after it: pages without a server have no modules of other files. */
function interpreter(module: string): string {
  const body = module
    .replace(/^import (\{[^}]*\}) from 'vega-util';/m, 'const $1 = vega;')
    .replace(/^export \{ (\w+) as (\w+) \};/m, 'globalThis.$2 = $1;');
  return `{\n${body}\n}`;
}

function html(scripts: readonly string[], description: string): string {
  const hashes = scripts.map((text) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`);
  const policy = `default-src 'none'; script-src ${hashes.join(' ')}; style-src 'unsafe-inline'; img-src data:`;
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escapedText(/^command: (.*)$/m.exec(description)?.[1] ?? 'Spectrum')}</title>
<link rel="icon" href="data:,">
<style>
body { font: 14px "DejaVu Sans", Verdana, sans-serif; margin: 1em; }
#readout { min-height: 1.5em; white-space: pre-wrap; }
#sliders label { display: inline-block; margin-right: 1.5em; }
pre { white-space: pre-wrap; color: #555; }
</style>
</head>
<body>
<div id="picture"></div>
<div id="readout"></div>
<div id="sliders"></div>
<p>The wheel zooms (with Shift along, with Alt up), the pointer drags, a double click shows all again.</p>
<details><summary>How it came about</summary><pre>${escapedText(description)}</pre></details>
${scripts.map((text, i) => `<script${i === scripts.length - 1 ? ' type="module"' : ''}>${text}</script>`).join('\n')}
</body>
</html>
`;
}

const signalOf = (panel: Panel) => `map_${panel.across.scale.name}`;

function panelOf(panel: Panel): PageData['panels'][number] {
  const { x, y, width, height, across, up, table, raster } = panel;
  return {
    ...{ x, y, width, height },
    across: across.scale.name,
    up: up.scale.name,
    acrossName: across.scale.of,
    upName: up.scale.of,
    ...(raster && { map: signalOf(panel) }),
    ...(table !== undefined && { table }),
  };
}

function mapOf(panel: Panel): PageMap {
  const { across, up, values } = panel.raster!;
  return {
    signal: signalOf(panel),
    across: [...across],
    up: [...up],
    columns: Math.max(MAP_COLUMNS, across.length - 1),
    values: Buffer.from(Float32Array.from(values).buffer).toString('base64'),
  };
}

/** Domains of scales follow the pointer, maps and the colour bar the sliders. */
function interactiveSpec(spec: Part, { panels }: Content, bar: Panel | undefined): Part {
  const moved = panels.filter((panel) => panel !== bar);
  const scales = (spec.scales as Part[]).map((scale): Part => {
    if (moved.some(({ across, up }) => [across.scale.name, up.scale.name].includes(String(scale.name))))
      return { ...scale, domain: { signal: `${scale.name}_domain` } };
    if (bar && scale.name === bar.up.scale.name) return barScale(scale);
    return scale;
  });
  const marks = (spec.marks as Part[]).map((mark, i) =>
    panels[i].raster ? mapMark(mark, panels[i]) : panels[i] === bar ? barMark(mark, bar) : mark,
  );
  const names = new Map<string, { panels: Panel[]; isUp: boolean }>();
  for (const panel of moved) {
    for (const isUp of [false, true]) {
      const { name } = (isUp ? panel.up : panel.across).scale;
      names.set(name, { panels: [...(names.get(name)?.panels ?? []), panel], isUp });
    }
  }
  const zooms = [...names].flatMap(([name, { panels, isUp }]) => zoom(name, panels, isUp));
  const images = moved.filter(({ raster }) => raster).map((panel) => ({ name: signalOf(panel), value: '' }));
  const logs = bar
    ? [
        {
          ...barScale({}),
          name: 'intensity_log',
          type: 'log',
          domain: { signal: LOG_LIMITS },
          range: [bar.height, 0],
        },
      ]
    : [];
  return {
    ...spec,
    // labels become wider when a scale changes
    padding: { left: 20, right: 50, top: 4, bottom: 4 },
    signals: [...zooms, ...images, ...(bar ? sliders(bar.colouring!) : [])],
    scales: [...scales, ...logs],
    marks,
  };
}

/** Of a logarithmic scale that would begin at zero or below. */
const LOG_LIMITS = '[lowest > 0 ? lowest : highest / 1000, highest]';
const barScale = (scale: Part): Part => ({
  ...scale,
  type: 'pow',
  exponent: { signal: "colours == 'sqrt' ? 0.5 : 1" },
  domain: { signal: '[lowest, highest]' },
});

/** Steps of a slider. */
const STEPS = 500;

function sliders({ low, high, scale }: Colouring): Part[] {
  const range = (from: number, to: number, name: string) => ({
    input: 'range',
    min: from,
    max: to,
    step: (to - from) / STEPS,
    name,
  });
  const middle = (low + high) / 2;
  return [
    { name: 'lowest', value: low, bind: range(Math.min(low, 0), middle, 'first colour ') },
    { name: 'highest', value: high, bind: range(middle, low + 2 * (high - low), 'last colour ') },
    { name: 'colours', value: scale, bind: { input: 'select', options: COLOUR_SCALES, name: 'colours ' } },
  ];
}

/** Signals that zoom about the pointer, and move with it. */
function zoom(name: string, panels: readonly Panel[], isUp: boolean): Part[] {
  const { domain } = (isUp ? panels[0].up : panels[0].across).scale;
  const [left, top] = [Math.min(...panels.map(({ x }) => x)), Math.min(...panels.map(({ y }) => y))];
  const right = Math.max(...panels.map(({ x, width }) => x + width));
  const bottom = Math.max(...panels.map(({ y, height }) => y + height));
  const [own, held] = [`${name}_domain`, `${name}_held`];
  const isWithin = `inrange(x(), [${left}, ${right}]) && inrange(y(), [${top}, ${bottom}])`;
  const at = isUp ? `invert('${name}', y() - ${top})` : `invert('${name}', x() - ${left})`;
  const factor = 'pow(1.001, event.deltaY * pow(16, event.deltaMode))';
  const about = (k: number) => `${at} + (${own}[${k}] - ${at}) * ${factor}`;
  const step = isUp ? `(y() - ${held}.at) / ${bottom - top}` : `(${held}.at - x()) / ${right - left}`;
  const along = (k: number) => `${held}.domain[${k}] + ${step} * span(${held}.domain)`;
  const key = isUp ? 'event.shiftKey' : 'event.altKey';
  return [
    {
      name: held,
      value: null,
      on: [
        {
          events: 'pointerdown',
          update: `${isWithin} ? {at: ${isUp ? 'y()' : 'x()'}, domain: slice(${own})} : null`,
        },
      ],
    },
    {
      name: own,
      value: domain,
      on: [
        {
          events: { source: 'view', type: 'wheel', consume: true },
          update: `${isWithin} && !${key} ? [${about(0)}, ${about(1)}] : ${own}`,
        },
        {
          events: '[pointerdown, window:pointerup] > window:pointermove',
          update: `${held} ? [${along(0)}, ${along(1)}] : ${own}`,
        },
        { events: 'dblclick', update: JSON.stringify(domain) },
      ],
    },
  ];
}

/** The map as the page has coloured it, where its edges are now. */
function mapMark(mark: Part, panel: Panel): Part {
  const { across, up } = panel.raster!;
  const at = (scale: string, value: number) => `scale('${scale}', ${value})`;
  const [x, y] = [panel.across.scale.name, panel.up.scale.name];
  const [left, right] = [at(x, across[0]), at(x, across[across.length - 1])];
  const [bottom, top] = [at(y, up[0]), at(y, up[up.length - 1])];
  const image = {
    type: 'image',
    encode: {
      update: {
        url: { signal: signalOf(panel) },
        x: { signal: left },
        y: { signal: top },
        width: { signal: `${right} - ${left}` },
        height: { signal: `${bottom} - ${top}` },
        aspect: { value: false },
        smooth: { value: false },
      },
    },
  };
  const [inner, frame] = mark.marks as Part[];
  return { ...mark, marks: [{ ...inner, marks: [image] }, frame] };
}

/** Two axes, of which one is to be seen. */
function barMark(mark: Part, bar: Panel): Part {
  const shown = (isLog: boolean) => {
    const opacity = { signal: `(colours == 'log') == ${isLog} ? 1 : 0` };
    return {
      // what keeps labels apart would show all of them
      labelOverlap: false,
      encode: Object.fromEntries(['labels', 'ticks', 'title'].map((part) => [part, { update: { opacity } }])),
    };
  };
  const logAxis = { ...bar.up, scale: { ...bar.up.scale, name: 'intensity_log' } };
  const [across] = mark.axes as Part[];
  return {
    ...mark,
    axes: [
      across,
      { ...axis(bar.up, 'right'), ...shown(false) },
      { ...axis(logAxis, 'right'), ...shown(true) },
    ],
  };
}
