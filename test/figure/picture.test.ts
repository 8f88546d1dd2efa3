import assert from 'node:assert/strict';
import { decode } from 'fast-png';
import * as vega from 'vega';
import { COLOUR_MAPS } from '../../src/figure/choices.js';
import { limitsOf, shade } from '../../src/figure/colours.js';
import { textWidth } from '../../src/figure/font.js';
import { pathParts } from '../../src/figure/path.js';
import { pictures } from '../../src/figure/picture.js';
import { pointLabel } from '../../src/spectra/labels.js';
import { edges, type Spectrum } from '../../src/spectra/spectrum.js';

/** Γ X | U Γ L with the zone centre's point twice. */
const path = {
  measured: 'wavevector',
  of: 'points',
  values: Float64Array.of(0, 1, 2, 2, 2.5, 3, 3, 3.5, 4),
  ticks: [
    [0, 'GAMMA'],
    [2, 'X'],
    [3, 'U_1'],
    [5, 'GAMMA'],
    [6, 'GAMMA'],
    [8, 'L'],
  ].map(([index, label]) => ({ index: Number(index), label: String(label) })),
} as const;
const bands: Spectrum = {
  x: path,
  measured: 'energy',
  data: Float64Array.from({ length: 18 }, (_, k) => k - 2),
  lines: [{}, {}],
  provenance: { command: 'a test & <more>' },
};
const map: Spectrum = {
  x: path,
  y: { measured: 'energy', of: 'bins', values: edges(0, 20, 2) },
  measured: 'cross_section_per_energy',
  data: Float64Array.from({ length: 18 }, (_, k) => (k === 4 ? Number.NaN : k)),
  lines: [],
  provenance: { temperature_K: 100 },
};
const textsOf = (svg: string) => [...svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);
const svgOf = async (spectrum: Spectrum, options = {}) =>
  String((await pictures([spectrum], 'meV', options, ['.svg'])).get('.svg'));

describe('pictures', () => {
  it('of a path have a panel for each unbroken part, as wide as it is long', () => {
    const parts = pathParts(path, 400, 12);
    assert.deepEqual(
      parts.map(({ first, last, ticks }) => [first, last, ticks.map(({ label }) => label).join(' ')]),
      [
        [0, 2, 'Γ X'],
        [3, 8, 'U₁ Γ L'],
      ],
    );
    assert.deepEqual(parts[1].stretches, [
      { first: 3, last: 5 },
      { first: 6, last: 8 },
    ]);
    assert.ok(Math.abs(parts[0].width - parts[1].width) < 1e-9);
    assert.ok(Math.abs(parts[1].x + parts[1].width - 400) < 1e-9);
    assert.ok(parts[1].x > parts[0].width + 12);
  });

  it('have labels one above the other where they would touch', () => {
    const close = { ...path, values: Float64Array.of(0, 1, 2, 2, 2.05, 2.1, 2.1, 3, 4) };
    assert.deepEqual(
      pathParts(close, 400, 12)[1].ticks.map(({ label }) => label),
      ['U₁', ['', 'Γ'], 'L'],
    );
  });

  it('of a path name every corner, however many there are', async () => {
    const labels = 'GAMMA M K A L H P S X Y'.split(' ');
    const n = labels.length;
    const x = {
      ...path,
      values: Float64Array.from({ length: n }, (_, i) => i),
      ticks: labels.map((label, index) => ({ index, label })),
    };
    const data = Float64Array.from({ length: n }, (_, i) => i);
    for (const spectrum of [
      { ...bands, x, data, lines: [{}] },
      { ...map, x, data: Float64Array.from({ length: 2 * n }, (_, i) => i) },
    ]) {
      const texts = textsOf(await svgOf(spectrum, { size: [16, 6] }));
      assert.deepEqual(
        texts.filter((text) => /^[ΓA-Z]$/.test(text)),
        labels.map(pointLabel),
      );
    }
  });

  it('have axes with units, and imaginary modes below zero', async () => {
    const svg = await svgOf(bands);
    assert.ok(svg.includes('<desc>command: a test &amp; &lt;more&gt;'));
    const texts = textsOf(svg);
    for (const text of ['Energy (meV)', 'Γ', 'U₁', 'L', '0', '10']) assert.ok(texts.includes(text), text);
    assert.ok(textsOf(await svgOf({ ...bands, data: bands.data.map((x) => x - 10) })).includes('−10'));
  });

  it('have the size that was asked for, in dots and px', async () => {
    const made = await pictures([bands], 'THz', { size: [10, 6] }, ['.png', '.svg']);
    const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(String(made.get('.svg')))!;
    assert.ok(
      Math.abs(Number(width) - 378) <= 2 && Math.abs(Number(height) - 226.8) <= 2,
      `${width} ${height}`,
    );
    const png = decode(made.get('.png') as Uint8Array);
    assert.ok(Math.abs(png.width - 1181) <= 6 && Math.abs(png.height - 709) <= 6);
    assert.equal(png.resolution?.x, 11811);
    assert.ok(Buffer.from(made.get('.png') as Uint8Array).includes('command: a test & <more>'));
  });

  it('of a map show what the view is, with its unit', async () => {
    const title = async (view: string) =>
      textsOf(await svgOf(map, { view })).find((text) => /Q, ω/.test(text));
    assert.equal(await title('S'), 'S(Q, ω) (mbarn meV⁻¹ sr⁻¹ atom⁻¹)');
    assert.equal(await title('E*S'), 'ω S(Q, ω) (mbarn sr⁻¹ atom⁻¹)');
    assert.equal(await title('chi'), 'χ″(Q, ω) (mbarn meV⁻¹ sr⁻¹ atom⁻¹)');
  });

  it('of a plane of Q have one scale for both axes, and names of these', async () => {
    const line = (hkl: [number, number, number], length: number, to: number) =>
      ({
        measured: 'lattice_units',
        of: 'bins',
        values: edges(0, to, 2),
        direction: { origin: [0, -1, 0.5], hkl, length },
      }) as const;
    const plane: Spectrum = {
      ...map,
      x: line([1, 0, 0], 1.5, 2),
      y: line([-0.5, 1, 0], 1.2, 3),
      data: Float64Array.of(1, 2, 3, 4),
      provenance: { energy_from_meV: 9, energy_to_meV: 11, temperature_K: 100 },
    };
    const svg = await svgOf(plane);
    const texts = textsOf(svg);
    for (const text of ['[ξ, −1, 0.5] (r.l.u.)', '[−0.5η, −1+η, 0.5] (r.l.u.)'])
      assert.ok(texts.includes(text), text);
    const [, width, height] = /<image[^>]* width="([\d.]+)" height="([\d.]+)"/.exec(svg)!;
    // 3 by 3.6 1/Å
    assert.ok(Math.abs(Number(width) / Number(height) - 3 / 3.6) < 1e-3, `${width} ${height}`);
    const [, whole] = /width="([\d.]+)"/.exec(svg)!;
    assert.ok(Number(whole) < 450);
    // χ″ = π S/(1 + n) of 10 meV at 100 K: 2.158 × the largest
    const chi = textsOf(await svgOf(plane, { view: 'chi' })).map((text) => Number(text.replace('−', '-')));
    assert.ok(Math.max(...chi.filter(Number.isFinite)) > 5);
  });

  it('of a map have colours from the lowest to what 99.5 % lie below, or what is said', () => {
    const values = Float64Array.from({ length: 1001 }, (_, k) => k);
    values[0] = Number.NaN;
    assert.deepEqual(limitsOf(values, {}), [0, 995]);
    assert.deepEqual(limitsOf(values, { min: 3, max: 7 }), [3, 7]);
    assert.deepEqual(limitsOf(values, { colourScale: 'log', max: 100 }), [0.1, 100]);
    assert.deepEqual(limitsOf(new Float64Array(5), {}), [0, 1]);
    assert.equal(shade(5, 0, 10, 'linear'), 0.5);
    assert.equal(shade(2.5, 0, 10, 'sqrt'), 0.5);
    assert.ok(Math.abs(shade(1, 0.1, 10, 'log') - 0.5) < 1e-15);
    assert.equal(shade(-1, 0.1, 10, 'log'), 0);
    assert.equal(shade(11, 0, 10, 'linear'), 1);
    assert.ok(Number.isNaN(shade(Number.NaN, 0, 1, 'log')));
  });

  it('have colours for each name', () => {
    for (const name of COLOUR_MAPS) assert.match(vega.scheme(name)(0.3), /^rgb\(\d+, \d+, \d+\)$/, name);
  });

  it('have texts as wide as the font has them', () => {
    // advance widths of DejaVu Sans, in 1/2048
    assert.equal(textWidth('0'), 1303 / 2048);
    assert.equal(textWidth('Γ'), 1141 / 2048);
    assert.equal(textWidth('ii'), (2 * 569) / 2048);
    assert.equal(pointLabel('SIGMA_0'), 'Σ₀');
    assert.equal(pointLabel('1/2 0 0'), '1/2 0 0');
  });
});
