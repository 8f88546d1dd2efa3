import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { materials } from '../../crystals/generate.js';
import { gridPoints } from '../../src/qpoints/grid.js';
import { TestDaemon } from '../support/daemon.js';

const GRID = [7, 6, 5] as const;
const BINS = ['--e-min', '-5', '--e-max', '165', '--ebins', '170'];

describe('euphonicd dos', function () {
  this.timeout(60_000);
  let daemon: TestDaemon;
  let quartz: string;
  let output: string;
  before(() => {
    daemon = new TestDaemon();
    output = join(daemon.folder, 'dos.json');
    quartz = daemon.model('quartz', materials.quartz());
  });
  after(() => daemon.dispose());

  async function made(...args: string[]) {
    const { code, stderr, stdout } = await daemon.cli('dos', quartz, '--asr', '--save-json', output, ...args);
    assert.equal(code, 0, stderr);
    return { ...JSON.parse(readFileSync(output, 'utf8')), stderr, stdout };
  }
  const grid = (factor = 1) => ['--grid', ...GRID.map((n) => String(factor * n))];
  const areaOf = (y: number[], x: number[]) =>
    y.reduce((sum, value, k) => sum + value * (x[k + 1] - x[k]), 0);

  it('counts the modes of a grid, or spreads them by exact integrals', async () => {
    const client = daemon.client();
    const model = await client.loadModel(quartz);
    const qpts = gridPoints(GRID, 0, 210);
    const { frequencies } = await client.evaluate(model, qpts, {
      quantity: 'frequencies',
      asr: 'reciprocal',
      splitting: false,
    });
    const counted = new Float64Array(170);
    for (const w of frequencies) counted[Math.floor(w + 5)] += 1 / (210 * 9);
    const plain = await made(...grid(), ...BINS);
    assert.equal(plain.__euphonic_class__, 'Spectrum1D');
    assert.ok(plain.y_data.every((y: number, k: number) => Math.abs(y - counted[k]) < 1e-12));
    const { y_data, x_data } = await made(...grid(), ...BINS, '--eb', '3');
    assert.ok(Math.abs(areaOf(y_data, x_data) - 3) < 1e-9);
    // 3 / √(8 ln 2)
    const sigma = 3 / 2.3548200450309493;
    const gauss = (x: number) => Math.exp(-0.5 * (x / sigma) ** 2) / (sigma * Math.sqrt(2 * Math.PI));
    for (const k of [20, 60, 100, 140]) {
      // Simpson's rule over the bin, in eight parts
      let mean = 0;
      for (const w of frequencies) {
        for (let i = 0; i <= 8; i++) {
          const weight = i === 0 || i === 8 ? 1 : i % 2 === 1 ? 4 : 2;
          mean += (weight * gauss(k - 5 + i / 8 - w)) / 24 / (210 * 9);
        }
      }
      assert.ok(Math.abs(y_data[k] - mean) < 1e-6 * Math.max(...y_data), `${k}`);
    }
  });

  it('comes nearer to that of a fine grid with adaptive widths', async () => {
    const fine = await made(...grid(8), ...BINS, '--json');
    const distance = ({ y_data }: { y_data: number[] }) =>
      Math.hypot(...y_data.map((y, k) => y - fine.y_data[k])) / Math.hypot(...fine.y_data);
    const adaptive = await made(...grid(2), ...BINS, '--adaptive');
    assert.ok(Math.abs(areaOf(adaptive.y_data, adaptive.x_data) - 3) < 1e-9);
    assert.ok(distance(adaptive) < 0.6 * distance(await made(...grid(2), ...BINS)));
  });

  it('has lines of species that add up, and units', async () => {
    const { y_data, metadata, y_data_unit, x_data_unit, x_data } = await made('-u', 'THz', '--pdos');
    assert.equal(x_data_unit, 'terahertz');
    assert.equal(y_data_unit, '1 / terahertz');
    assert.deepEqual(
      metadata.line_data.map(({ label }: { label: string }) => label),
      ['Total', 'Si', 'O'],
    );
    const [total, si, o] = y_data as number[][];
    assert.ok(total.every((y, k) => Math.abs(y - si[k] - o[k]) < 1e-6));
    assert.ok(Math.abs(areaOf(total, x_data) - 3) < 1e-9);
    assert.ok(Math.abs(areaOf(si, x_data) - 1) < 1e-6);
    const weighted = await made('--pdos', 'O', '-w', 'coherent-dos', ...grid());
    assert.equal(weighted.metadata.weighting, 'coherent');
    assert.equal(weighted.y_data_unit, 'millibarn / millielectron_volt');
    assert.equal(weighted.y_data.length, 2);
  });

  it('is weighted as a measured powder is', async () => {
    const hot = ['--temperature', '300', '--q-mean', '4'];
    const { y_data, metadata } = await made(...grid(), ...BINS, '-w', 'neutron-weighted', '--pdos', ...hot);
    assert.equal(metadata.debye_waller_q_per_angstrom, 4);
    const plain = await made(...grid(), ...BINS, '-w', 'coherent-plus-incoherent-dos', '--pdos');
    const client = daemon.client();
    const model = await client.loadModel(quartz);
    const { tensors } = await client.debyeWaller(model, {
      grid: [7, 6, 5],
      temperature: 300,
      asr: 'reciprocal',
    });
    const largest = Math.max(...plain.y_data[0]);
    ['Si', 'O'].forEach((species, i) => {
      // atoms of a species are equivalent
      const atom = model.atom_type.indexOf(species);
      const trace = [0, 4, 8].reduce((sum, k) => sum + tensors[9 * atom + k], 0);
      const factor = Math.exp(-(2 / 3) * 16 * trace);
      assert.ok(factor < 0.95);
      for (let k = 0; k < 170; k++)
        assert.ok(Math.abs(y_data[1 + i][k] - factor * plain.y_data[1 + i][k]) < 1e-6 * largest);
    });
    const coherent = await made(
      ...grid(),
      ...BINS,
      '-w',
      'coherent-dos',
      ...hot,
      '--scale',
      '-2',
      '--pdos-by',
      'atom',
    );
    assert.equal(coherent.metadata.scale, -2);
    assert.deepEqual(
      coherent.metadata.line_data.map(({ label }: { label: string }) => label),
      ['Total', 'Si1', 'Si2', 'Si3', 'O1', 'O2', 'O3', 'O4', 'O5', 'O6'],
    );
    const sum = (k: number) => [4, 5, 6, 7, 8, 9].reduce((s, row) => s + coherent.y_data[row][k], 0);
    for (let k = 5; k < 170; k++) assert.ok(sum(k) <= 0);
    assert.ok(Math.abs(coherent.y_data[0][60] + 2 * y_data[0][60]) < 0.02 * largest);
  });

  it('is the same file each time, and says where it goes', async () => {
    const table = join(daemon.folder, 'dos.csv');
    const nexus = join(daemon.folder, 'dos.nxs');
    const args = [...grid(), '--adaptive', '--eb', '1', '0.01', '--save-to', table, '-s', nexus];
    const { stdout } = await made(...args);
    assert.match(stdout, /^210 q-points, 105 by time reversal: /m);
    assert.ok(stdout.includes(`written to ${table}, ${nexus}, ${output}`));
    assert.equal(readFileSync(nexus).toString('latin1', 1, 4), 'HDF');
    const [json, text] = [output, table].map((path) => readFileSync(path, 'utf8'));
    assert.match(text, /^# model: [0-9a-f]{64}$/m);
    assert.match(text, /^energy \(meV\),density of states \(1\/meV\)$/m);
    await made(...args, '--n-threads', '1');
    assert.equal(readFileSync(output, 'utf8'), json);
    assert.equal(readFileSync(table, 'utf8'), text);
  });

  it('says how much of the modes lies outside the bins', async () => {
    const { stderr } = await made(...grid(), '--e-min', '20', '--temperature', '5');
    assert.match(stderr, /The bins hold 2\.\d+ of 3 modes per atom/);
    assert.match(stderr, /The temperature has no effect/);
  });

  it('is refused with what is wrong', async () => {
    const refused: [string[], number, RegExp][] = [
      [['--e-min', '500', '--e-max', '600'], 1, /No mode lies within the bins/],
      [['--e-min', '5', '--e-max', '5'], 2, /from 5 to 5/],
      [['--eb', '0'], 2, /broadening is 0/],
      [['--eb', '-1'], 2, /broadening is -1/],
      [['--ebins', '0'], 2, /integer/],
      [['--pdos', 'Ne'], 2, /no atoms of type Ne.*--pdos.*Si, O/s],
      [['--grid', '4', '4'], 2, /three integers/],
      [['--grid', '4000', '4000', '4000'], 2, /MAX_DOS_POINTS/],
      [['--save-to', 'dos.gif'], 2, /\.png, \.svg, \.html, \.json, \.csv, \.h5, \.nxs/],
      [['--save-to', 'nowhere/dos.png'], 1, /cannot be written/],
      [['--fig-size', '14'], 2, /two numbers/],
      [['--style', 'nowhere.json'], 2, /cannot be read/],
      [['--save-to', quartz], 2, /overwritten/],
      [['-w', 'dose'], 2, /coherent-dos/],
      [['-w', 'neutron-weighted', '--temperature', '5'], 2, /--q-mean <1/],
      [['-w', 'coherent-dos', '--q-mean', '5'], 2, /--temperature <kelvin>/],
      [['--q-mean', '5', '--temperature', '5'], 2, /dos has no Debye/],
      [['-u', 'K'], 2, /meV/],
    ];
    for (const [args, expected, words] of refused) {
      const { code, stderr } = await daemon.cli('dos', quartz, ...args);
      assert.equal(code, expected, `${args}: ${stderr}`);
      assert.match(stderr, words);
    }
    assert.ok(!existsSync('quartz-dos.json'));
  });
});
