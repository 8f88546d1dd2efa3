import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { materials } from '../../crystals/generate.js';
import type { EuphonicClient } from '../../src/client/client.js';
import type { ModelSummary } from '../../src/protocol/results.js';
import { TestDaemon } from '../support/daemon.js';

const OPTIONS = { asr: 'reciprocal', splitting: false } as const;

describe('euphonicd slice', function () {
  this.timeout(60_000);
  let daemon: TestDaemon;
  let quartz: string;
  let output: string;
  let client: EuphonicClient;
  let model: ModelSummary;
  before(async () => {
    daemon = new TestDaemon();
    output = join(daemon.folder, 'slice.json');
    quartz = daemon.model('quartz', materials.quartz());
    client = daemon.client();
    model = await client.loadModel(quartz);
  });
  after(() => daemon.dispose());

  const run = (...args: string[]) => daemon.cli('slice', quartz, '--asr', ...args);
  async function made(...args: string[]) {
    const { code, stderr, stdout } = await run('--save-json', output, ...args);
    assert.equal(code, 0, stderr);
    return { ...JSON.parse(readFileSync(output, 'utf8')), stdout };
  }
  /** Averages over q-points of S in ranges of energies, per meV. */
  async function averages(qs: number[][], energies: number[], thermal = {}): Promise<number[]> {
    const qpts = Float64Array.from([0, 1, 2].flatMap((k) => qs.map((q) => q[k])));
    const { frequencies, structureFactors } = await client.evaluate(model, qpts, { ...OPTIONS, ...thermal });
    const sums = new Array(energies.length - 1).fill(0);
    structureFactors!.forEach((s, k) => {
      const energy = k < frequencies.length ? frequencies[k] : -frequencies[k - frequencies.length];
      const bin = energies.findIndex((edge, i) => energy >= edge && energy < energies[i + 1]);
      if (bin >= 0) sums[bin] += s / qs.length / (energies[bin + 1] - energies[bin]);
    });
    return sums;
  }
  const near = (found: number[], expected: number[]) => {
    assert.equal(found.length, expected.length);
    const largest = Math.max(...expected.map(Math.abs));
    assert.ok(largest > 0);
    found.forEach((x, k) => {
      assert.ok(Math.abs(x - expected[k]) < 1e-9 * largest, `${k}: ${x}, ${expected[k]}`);
    });
  };

  it('averages S over bins of a plane of Q in a range of energies', async () => {
    const cut = ['--u-bin', '1', '0.2', '1.4', '--v-bin', '0.1', '0.3', '0.4', '--w-bin', '-0.1', '0.1'];
    const { z_data, x_data, y_data, metadata, stdout, ...slice } = await made(
      ...[
        ...cut,
        '--e-bin',
        '20',
        '60',
        '--u',
        '1',
        '1',
        '0',
        '--v',
        '0',
        '0',
        '1',
        '--origin',
        '0',
        '0',
        '0.5',
      ],
      ...['--q-spacing', '0.2'],
    );
    assert.equal(slice.__euphonic_class__, 'Spectrum2D');
    assert.equal(slice.z_data_unit, 'millibarn / millielectron_volt');
    assert.deepEqual(
      x_data.map((x: number) => x.toFixed(3)),
      ['0.900', '1.100', '1.300', '1.500'],
    );
    assert.deepEqual(
      y_data.map((x: number) => x.toFixed(3)),
      ['-0.050', '0.250', '0.550'],
    );
    assert.equal(metadata.x_direction_rlu, '1 1 0');
    assert.equal(metadata.energies_meV, 'mean of 20 to 60');
    const [nu, nv, nw] = metadata.q_points_of_a_bin.split(' × ').map(Number);
    assert.match(stdout, new RegExp(`6 bins of Q, ${6 * nu * nv * nw} q-points`));
    const places = (from: number, step: number, n: number) =>
      Array.from({ length: n }, (_, k) => from + (step * (k + 0.5)) / n);
    // along w the largest index is 1: 1 −1 0
    const qs = places(1.1, 0.2, nu).flatMap((u) =>
      places(0.25, 0.3, nv).flatMap((v) => places(-0.1, 0.2, nw).map((w) => [u + w, u - w, 0.5 + v])),
    );
    near([z_data[1][1]], await averages(qs, [20, 60]));
  });

  it('averages S over bins of a line of Q and of energy, with both thermal factors', async () => {
    const hot = ['--temperature', '200', '--grid', '2', '2', '2'];
    const cut = ['--v-bin', '0.5', '0.1', '0.6', '--u-bin', '2.0', '2.0', '--e-bin', '-80', '20', '80'];
    const { z_data, y_data, metadata } = await made(...cut, ...hot, '--q-spacing', '1');
    assert.deepEqual([y_data.length, y_data[0], y_data[9]], [10, -90, 90]);
    assert.deepEqual(metadata.y_direction_rlu, undefined);
    assert.equal(metadata.q_points_of_a_bin, '1 × 8 × 1');
    const qs = Array.from({ length: 8 }, (_, k) => 0.55 + (0.1 * (k + 0.5)) / 8).map((v) => [
      2 - v / 2,
      v,
      0,
    ]);
    const thermal = { temperature: 200, bose: true, debye_waller_grid: [2, 2, 2], negative_e: true } as const;
    near(z_data[1], await averages(qs, y_data, thermal));
    const cold = await made(...cut, ...hot, '--q-spacing', '1', '--no-bose');
    near(cold.z_data[1], await averages(qs, y_data, { ...thermal, bose: false }));
  });

  it('takes the energies of all modes, widths, and units', async () => {
    const line = ['--u-bin', '2', '0.5', '3', '--v-bin', '0', '0.2'];
    const { y_data, y_data_unit, z_data } = await made(...line, '-u', 'THz', '--eb', '0.5');
    assert.equal(y_data_unit, 'terahertz');
    assert.equal(y_data.length, 201);
    const meV = await made(...line, '--eb', String(0.5 / 0.2417989242084918));
    const whole = (rows: number[][]) => rows[0].reduce((sum, x) => sum + x, 0);
    assert.ok(Math.abs(whole(z_data) / whole(meV.z_data) / 4.135667696923859 - 1) < 1e-9);
    const sharp = await made(...line);
    assert.ok(
      sharp.z_data[0].filter((x: number) => x > 0).length < z_data[0].filter((x: number) => x > 0).length,
    );
    const other = await made(
      ...line,
      '--scattering-lengths',
      '{"Si": 0, "O": 5.803}',
      '--no-dipole',
      '--n-threads',
      '1',
    );
    assert.ok(Math.abs(whole(other.z_data) / whole(sharp.z_data) - 1) > 0.01);
  });

  it('has the same bytes for any number of threads, and is drawn again', async () => {
    const cut = ['--u-bin', '-1', '0.1', '1', '--v-bin', '-1', '0.1', '1', '--e-bin', '8', '12', '--eb', '1'];
    const png = join(daemon.folder, 'slice.png');
    const again = join(daemon.folder, 'again.png');
    await made(...cut, '-s', png, '--n-threads', '1', '--title', 'x');
    const text = readFileSync(output, 'utf8');
    await made(...cut);
    assert.equal(readFileSync(output, 'utf8'), text);
    assert.equal((await daemon.cli('replot', output, '-s', again, '--title', 'x')).code, 0);
    assert.deepEqual(readFileSync(again), readFileSync(png));
  });

  it('is refused with what is wrong', async () => {
    const wrong: [string[], RegExp][] = [
      [['--u-bin', '0', '0.1', '1', '--v-bin', '0', '0.1', '1'], /3 axes/],
      [['--e-bin', '0', '10'], /0 axes/],
      [['--u-bin', '1', '0.1', '0'], /--u-bin is 1 0\.1 0/],
      [['--u-bin', '0', '-0.1', '1'], /step > 0/],
      [['--u-bin', '0'], /low high/],
      [['--w-bin', '2', '1'], /low below high/],
      [['--u-bin', '0', '0.1', '1', '--e-bin', '5', '5'], /from 5 to 5/],
      [['--u-bin', '0', '0.1', '1', '--v', '3', '0', '0'], /span no plane/],
      [['--u', '1', '0'], /three finite numbers/],
      [['--q-spacing', '0'], /> 0/],
      [['--u-bin', '0', '1e-9', '1'], /bins/],
    ];
    for (const [args, words] of wrong) {
      const { code, stderr } = await run(...args);
      assert.equal(code, 2, `${args}: ${stderr}`);
      assert.match(stderr, words);
    }
    assert.ok(!existsSync('quartz-slice.json'));
  });
});
