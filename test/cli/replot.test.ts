import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { svgOf } from '../../src/figure/svg.js';
import { readSpectrum } from '../../src/spectra/read.js';
import { Browser, browserProgram } from '../support/browser.js';
import { eventually } from '../support/daemon.js';
import { cliPath } from '../support/dist.js';

/** As Euphonic 2.1.1 writes them. */
const map = {
  __euphonic_class__: 'Spectrum2D',
  __euphonic_version__: 'v2.1.1',
  x_data: [0, 0.1, 0.2, 0.3, 0.4],
  x_data_unit: '1 / angstrom',
  x_tick_labels: [
    [0, '$\\Gamma$'],
    [4, 'X'],
  ],
  y_data: [0, 10, 20, 30],
  y_data_unit: 'millielectron_volt',
  z_data: [0, 1, 2, 3, 4].map((i) => [i, 2 * i, i === 3 ? null : i / 2]),
  z_data_unit: 'millibarn / millielectron_volt',
};
const bands = {
  __euphonic_class__: 'Spectrum1DCollection',
  x_data: [0, 0.5, 1],
  x_data_unit: '1 / angstrom',
  x_tick_labels: [
    [0, '$\\Gamma$'],
    [2, 'X'],
  ],
  y_data: [
    [0, 1, 2],
    [5, 5, 6],
  ],
  y_data_unit: 'terahertz',
};
const dos = {
  __euphonic_class__: 'Spectrum1DCollection',
  x_data: [0, 2, 4, 6],
  x_data_unit: 'terahertz',
  y_data: [
    [0.5, 1, 1],
    [0.25, 0.5, 0.5],
  ],
  y_data_unit: '1 / terahertz',
  metadata: { line_data: [{ label: 'Total' }, { species: 'Nb' }] },
};

describe('euphonicd replot', function () {
  this.timeout(60_000);
  const folder = mkdtempSync(join(tmpdir(), 'euphonic-replot-'));
  const at = (name: string) => join(folder, name);
  before(() => {
    for (const [name, content] of Object.entries({ map, bands, dos, model: { crystal: 1 } }))
      writeFileSync(at(`${name}.json`), JSON.stringify(content).replaceAll('null', 'NaN'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function replot(
    args: string[],
    env: NodeJS.ProcessEnv = {},
  ): Promise<{ code: number | null; stderr: string }> {
    return new Promise((resolve) => {
      const options = { cwd: folder, env: { ...process.env, ...env } };
      const child = execFile(process.execPath, [cliPath, 'replot', ...args], options, (_, __, stderr) =>
        resolve({ code: child.exitCode, stderr }),
      );
    });
  }

  it('reads units, labels and what is missing', () => {
    const { spectrum, unit } = readSpectrum(readFileSync(at('map.json'), 'utf8'), 'map.json');
    assert.equal(unit, 'meV');
    assert.deepEqual(
      [spectrum.x.of, spectrum.y!.of, spectrum.x.ticks![0].label],
      ['points', 'bins', 'GAMMA'],
    );
    assert.ok(Number.isNaN(spectrum.data[11]));
    const density = readSpectrum(JSON.stringify(dos), 'dos.json');
    assert.equal(density.unit, 'THz');
    assert.deepEqual(density.spectrum.lines, [{ label: 'Total' }, { label: 'Nb', species: 'Nb' }]);
    // in meV
    assert.ok(Math.abs(density.spectrum.x.values[1] - 2 / 0.2417989242084918) < 1e-12);
    assert.ok(Math.abs(density.spectrum.data[0] * density.spectrum.x.values[1] - 1) < 1e-12);
  });

  it('draws several dispersions over the path of the first, with a legend', async () => {
    const other = { ...bands, x_data: [0, 1, 2, 3, 4], y_data: [[0, 2, 4, 6, 8]] };
    const ticks = {
      x_tick_labels: [
        [0, '$\\Gamma$'],
        [4, 'X'],
      ],
    };
    writeFileSync(at('other.json'), JSON.stringify({ ...other, ...ticks }));
    writeFileSync(
      at('shifted.json'),
      JSON.stringify({
        ...other,
        x_tick_labels: [
          [0, 'X'],
          [4, 'L'],
        ],
      }),
    );
    const files = ['-s', at('two.svg'), '-s', at('two.json')];
    const { code, stderr } = await replot([at('bands.json'), at('other.json'), at('dos.json'), ...files]);
    assert.equal(code, 0, stderr);
    const svg = readFileSync(at('two.svg'), 'utf8');
    for (const name of ['bands', 'other', 'Total', 'Nb']) assert.match(svg, new RegExp(`>${name}</text>`));
    assert.match(svg, /stroke-dasharray="6,3"/);
    const two = JSON.parse(readFileSync(at('two.json'), 'utf8'));
    assert.deepEqual(two.x_data, bands.x_data);
    const rounded = two.y_data.map((row: number[]) => row.map((y) => Math.round(1e9 * y) / 1e9));
    assert.deepEqual(rounded, [...bands.y_data, [0, 4, 8]]);
    assert.equal(two.metadata.line_data[2].label, 'other');
    const wrong = await replot([at('bands.json'), at('shifted.json')]);
    assert.equal(wrong.code, 2);
    assert.match(wrong.stderr, /shifted leads through other points/);
  });

  it('gives the same bytes without a home, in another language and time zone', async () => {
    const forms = ['png', 'svg', 'html'];
    const made = async (name: string, env: NodeJS.ProcessEnv) => {
      const files = forms.flatMap((form) => ['-s', at(`${name}.${form}`)]);
      const { code, stderr } = await replot([at('bands.json'), at('dos.json'), ...files], env);
      assert.equal(code, 0, stderr);
      return forms.map((form) => readFileSync(at(`${name}.${form}`)));
    };
    const once = await made('once', {});
    const again = await made('again', {
      HOME: '',
      LC_ALL: 'de_DE.UTF-8',
      LANG: 'de_DE.UTF-8',
      TZ: 'Asia/Tokyo',
    });
    forms.forEach((form, i) => {
      assert.ok(once[i].equals(again[i]), form);
    });
    assert.match(String(once[1]), />Frequency \(THz\)</);
    assert.match(String(once[1]), />Nb</);
  });

  it('is refused with what is wrong', async () => {
    const refused: [string[], number, RegExp][] = [
      [[at('model.json')], 1, /holds no spectrum/],
      [[at('nothing.json')], 1, /cannot be read/],
      [[at('dos.json'), at('bands.json')], 2, /do not stand beside one another/],
      [[at('map.json'), '-s', at('map.json')], 2, /overwritten/],
      [[at('map.json'), '--c-map', 'jet'], 2, /viridis/],
      [[at('map.json'), '--v-max', '-1'], 2, /from 0 to -1/],
      [[at('map.json'), '--v-min', '2', '--v-max', '2'], 2, /from 2 to 2/],
      [[at('map.json'), '--colour-scale', 'log', '--v-min', '0'], 2, /begin at 0/],
    ];
    for (const [args, expected, words] of refused) {
      const { code, stderr } = await replot(args);
      assert.equal(code, expected, stderr);
      assert.match(stderr, words);
    }
  });

  it('makes a page that labels its colours as the picture does', async () => {
    const { code, stderr } = await replot([at('map.json'), '-s', at('labels.html'), '-s', at('labels.svg')]);
    assert.equal(code, 0, stderr);
    const [, page] = /const page = (\{.*\});\n/.exec(readFileSync(at('labels.html'), 'utf8'))!;
    const { spec } = JSON.parse(page.replaceAll('\\u003c', '<'));
    const shown = (svg: string) =>
      [...svg.matchAll(/<text([^>]*)>([^<]*)</g)]
        .filter(([, how]) => !/ opacity="0"/.test(how))
        .map(([, , text]) => text);
    // the axis of the logarithmic scale is there, and not to be seen
    assert.deepEqual(shown(await svgOf(spec)), shown(readFileSync(at('labels.svg'), 'utf8')));
  });

  it('makes a page that changes its colours, without the network', async function () {
    if (browserProgram === undefined) {
      console.log('      (skipped: no Chromium to open the page)');
      this.skip();
    }
    const { code, stderr } = await replot([at('map.json'), '-s', at('map.html')]);
    assert.equal(code, 0, stderr);
    const browser = new Browser(browserProgram);
    try {
      await browser.open(pathToFileURL(at('map.html')).href);
      const isDrawn = async () => (await browser.evaluate('document.body?.dataset.state')) === 'drawn';
      await eventually(isDrawn, 'the page is drawn', 20_000);
      const pixels = () => browser.evaluate("document.querySelector('#picture canvas').toDataURL()");
      const before = await pixels();
      await browser.evaluate(`{
        const slider = document.querySelectorAll('#sliders input')[1];
        slider.value = slider.min;
        slider.dispatchEvent(new Event('input'));
      }`);
      await eventually(async () => (await pixels()) !== before, 'the colours have changed');
      await browser.send('Input.dispatchMouseEvent', { type: 'mouseMoved', x: 250, y: 150 });
      const readout = () => browser.evaluate("document.getElementById('readout').textContent");
      await eventually(async () => /Energy \(meV\): \d.*S\(Q, ω\)/.test(await readout()), 'values are shown');
      assert.deepEqual(browser.complaints, []);
      assert.deepEqual(
        browser.requests.filter((url) => !/^(file|data|blob):/.test(url)),
        [],
      );
    } finally {
      await browser.close();
    }
  });
});
