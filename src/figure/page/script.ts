/** What runs within a page: zoom, what is under the pointer, colours of maps by sliders. It imports nothing, the page holds all of it. */
import type { PageData, PageMap } from './data.js';

interface View {
  signal(name: string): number & string & [number, number];
  signal(name: string, value: unknown): View;
  addSignalListener(name: string, listener: () => void): View;
  addEventListener(type: string, listener: (event: MouseEventLike) => void): View;
  scale(name: string): { (value: number): number; invert(at: number): number };
  origin(): [number, number];
  data(name: string): { x: number; y: number; name: string }[];
  runAsync(): Promise<View>;
}
interface MouseEventLike {
  clientX: number;
  clientY: number;
}
interface Context {
  createImageData(width: number, height: number): { data: Uint8ClampedArray };
  putImageData(image: unknown, x: number, y: number): void;
}
interface Element {
  textContent: string | null;
  width: number;
  height: number;
  getBoundingClientRect(): { left: number; top: number };
  getContext(kind: '2d'): Context;
  toDataURL(): string;
}
declare const document: {
  getElementById(id: string): Element;
  querySelector(selector: string): Element;
  createElement(name: string): Element;
  body: { dataset: Record<string, string> };
};
declare const atob: (text: string) => string;
declare const page: PageData;
declare const shade: (value: number, low: number, high: number, scale: string) => number;
declare const vega: {
  View: new (runtime: unknown, options: object) => View;
  parse(spec: unknown, config: undefined, options: object): unknown;
};
declare const expressionInterpreter: unknown;

/** px: a line that is so near is under the pointer */
const NEAR = 12;
const view = new vega.View(vega.parse(page.spec, undefined, { ast: true }), {
  expr: expressionInterpreter,
  container: '#picture',
  bind: '#sliders',
  renderer: 'canvas',
  hover: true,
});
const bytesOf = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
const valuesOf = page.maps.map(({ values }) => new Float32Array(bytesOf(values).buffer));
const shown = (x: number) => String(Number(x.toPrecision(4)));

function binAt(edges: readonly number[], value: number): number {
  let bin = 0;
  while (bin < edges.length - 2 && edges[bin + 1] <= value) bin++;
  return bin;
}

/** A map in its present colours. */
function imageOf({ across, up, columns }: PageMap, values: Float32Array, colours: Uint8Array): string {
  const [lowest, high, scale] = [view.signal('lowest'), view.signal('highest'), view.signal('colours')];
  const low = scale === 'log' && lowest <= 0 ? high / 1000 : lowest;
  const rows = up.length - 1;
  const canvas = document.createElement('canvas');
  canvas.width = columns;
  canvas.height = rows;
  const context = canvas.getContext('2d');
  const image = context.createImageData(columns, rows);
  const step = (across[across.length - 1] - across[0]) / columns;
  for (let column = 0; column < columns; column++) {
    const bin = binAt(across, across[0] + (column + 0.5) * step);
    for (let row = 0; row < rows; row++) {
      const t = shade(values[bin * rows + row], low, high, scale);
      if (Number.isNaN(t)) continue;
      const colour = 3 * Math.round(t * (colours.length / 3 - 1));
      const at = 4 * ((rows - 1 - row) * columns + column);
      for (let k = 0; k < 3; k++) image.data[at + k] = colours[colour + k];
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
  return canvas.toDataURL();
}

function recolour(): void {
  const colours = bytesOf(page.colours);
  page.maps.forEach((map, i) => {
    view.signal(map.signal, imageOf(map, valuesOf[i], colours));
  });
  void view.runAsync();
}

/** Which values are at the pointer, and which line is near it. */
function tell(event: MouseEventLike): void {
  const frame = document.querySelector('#picture canvas').getBoundingClientRect();
  const [left, top] = view.origin();
  const [x, y] = [event.clientX - frame.left - left, event.clientY - frame.top - top];
  const panel = page.panels.find(
    (box) => x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height,
  );
  document.getElementById('readout').textContent = panel ? words(panel, x - panel.x, y - panel.y) : '';
}

function words(panel: PageData['panels'][number], x: number, y: number): string {
  const [across, up] = [view.scale(panel.across), view.scale(panel.up)];
  const at = [across.invert(x), up.invert(y)];
  const texts = [`${panel.acrossName}: ${shown(at[0])}`, `${panel.upName}: ${shown(at[1])}`];
  const i = page.maps.findIndex((map) => map.signal === panel.map);
  if (i >= 0) {
    const map = page.maps[i];
    const value = valuesOf[i][binAt(map.across, at[0]) * (map.up.length - 1) + binAt(map.up, at[1])];
    texts.push(`${page.intensityName}: ${Number.isNaN(value) ? '–' : shown(value)}`);
  }
  if (panel.table !== undefined) {
    let nearest = NEAR;
    let line = '';
    for (const point of view.data(panel.table)) {
      const distance = Math.hypot(across(point.x) - x, up(point.y) - y);
      if (distance >= nearest) continue;
      nearest = distance;
      line = `${point.name} (${shown(point.x)}, ${shown(point.y)})`;
    }
    if (line) texts.push(line);
  }
  return texts.join('   ');
}

view.addEventListener('pointermove', tell);
if (page.maps.length > 0) {
  for (const name of ['lowest', 'highest', 'colours'])
    view.addSignalListener(name, () => setTimeout(recolour));
}
void view.runAsync().then(() => {
  if (page.maps.length > 0) recolour();
  document.body.dataset.state = 'drawn';
});
