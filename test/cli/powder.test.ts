import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { materials } from '../../crystals/generate.js';
import { inAngstrom } from '../../src/models/units.js';
import { goldenDirections, placeSphere } from '../../src/qpoints/spheres.js';
import { TestDaemon } from '../support/daemon.js';
import { cliPath } from '../support/dist.js';

interface Made {
  z_data: (number | null)[][];
  x_data: number[];
  y_data: number[];
  z_data_unit: string;
  __euphonic_class__: string;
  metadata: Record<string, string>;
  text: string;
  stderr: string;
  stdout: string;
}

const BINS = ['--e-min', '-40', '--e-max', '160', '--ebins', '100'];
const SPHERES = ['--q-min', '2', '--q-max', '2.3', '--q-spacing', '0.1'];
const HOT = ['--temperature', '300', '--grid', '3', '3', '3'];

describe('euphonicd powder', function () {
  this.timeout(60_000);
  let daemon: TestDaemon;
  let quartz: string;
  let output: string;
  before(() => {
    daemon = new TestDaemon();
    output = join(daemon.folder, 'powder.json');
    quartz = daemon.model('quartz', materials.quartz());
  });
  after(() => daemon.dispose());

  const run = (...args: string[]) => daemon.cli('powder', quartz, '--asr', '--save-json', output, ...args);
  async function made(...args: string[]): Promise<Made> {
    const { code, stderr, stdout } = await run(...args);
    assert.equal(code, 0, stderr);
    const text = readFileSync(output, 'utf8');
    // what is not known is NaN, as Python has it
    return { ...JSON.parse(text.replaceAll('NaN', 'null')), text, stderr, stdout };
  }

  it('states a true error of spheres near Bragg points', async () => {
    // the Bragg point 1 1 0 is at 2.693 1/Å
    const spheres = ['--q-min', '2.65', '--q-max', '2.75', '--q-spacing', '0.025'];
    const niobium = daemon.model('niobium', materials.niobium());
    const map = async (...args: string[]) => {
      const given = [
        '--asr',
        '--temperature',
        '300',
        '--grid',
        '4',
        '4',
        '4',
        '--eb',
        '1.5',
        '-w',
        'coherent',
      ];
      const { code, stderr } = await daemon.cli('powder', niobium, ...given, ...spheres, ...args);
      assert.equal(code, 0, stderr);
      return JSON.parse(readFileSync(output, 'utf8')) as Made;
    };
    const found = await map('--save-json', output);
    const converged = await map('--save-json', output, '--no-converge', '--npts', '40000');
    const stated = found.metadata.relative_error_per_sphere.split(' ').map(Number);
    found.z_data.forEach((row, i) => {
      const norm = (x: number[]) => Math.hypot(...x);
      const right = converged.z_data[i] as number[];
      const missed = norm(row.map((x, k) => x! - right[k])) / norm(right);
      const at = `${found.x_data[i]}: ${missed}, stated ${stated[i]}`;
      assert.ok(missed < 1.5 * stated[i] && stated[i] < 0.01, at);
    });
  });

  it('averages S(Q,ω) over golden directions, on both sides of zero', async () => {
    const golden = ['--sampling', 'golden', '--npts', '301'];
    const { z_data, x_data, metadata, stderr, ...map } = await made(...BINS, ...SPHERES, ...HOT, ...golden);
    assert.equal(map.__euphonic_class__, 'Spectrum2D');
    assert.equal(map.z_data_unit, 'millibarn / millielectron_volt');
    assert.deepEqual(
      x_data.map((q: number) => q.toFixed(3)),
      ['2.000', '2.100', '2.200', '2.300'],
    );
    assert.equal(map.y_data.length, 101);
    assert.match(stderr, /no error to tell/);
    assert.equal(metadata.directions_per_sphere, '301 301 301');
    const client = daemon.client();
    const model = await client.loadModel(quartz);
    for (const [i, radius] of [2.05, 2.15, 2.25].entries()) {
      const qpts = new Float64Array(3 * 301);
      placeSphere(
        qpts,
        0,
        301,
        goldenDirections(301),
        radius,
        inAngstrom(materials.quartz().crystal.cellVectors),
      );
      const { frequencies, structureFactors } = await client.evaluate(model, qpts, {
        asr: 'reciprocal',
        temperature: 300,
        debye_waller_grid: [3, 3, 3],
        negative_e: true,
      });
      const expected = new Float64Array(100);
      structureFactors!.forEach((s, k) => {
        const energy = k < frequencies.length ? frequencies[k] : -frequencies[k - frequencies.length];
        const bin = Math.floor((energy + 40) / 2);
        if (bin >= 0 && bin < 100) expected[bin] += s / 301 / 2;
      });
      const largest = Math.max(...expected);
      assert.ok(expected.subarray(0, 19).some((x) => x > 0.01 * largest));
      z_data[i].forEach((x, k) => {
        assert.ok(Math.abs(x! - expected[k]) < 1e-10 * largest, `${i} ${k}: ${x}, ${expected[k]}`);
      });
    }
  });

  it('says how far each sphere is from a converged one', async () => {
    const map = [...BINS, ...SPHERES, ...HOT, '--eb', '4'];
    const { z_data: converged } = await made(
      ...map,
      '--no-converge',
      '--npts',
      '40000',
      '--npts-max',
      '40000',
    );
    for (const wanted of ['4', '1']) {
      const { z_data, metadata, stdout } = await made(...map, '--npts', '200', '--error', wanted);
      assert.match(stdout, /error of a sphere [\d.]+ % \(median\) to [\d.]+ % \(largest\)/);
      const told = metadata.relative_error_per_sphere.split(' ').map(Number);
      assert.equal(told.length, 3);
      assert.ok(told.every((x: number) => x < Number(wanted) / 100));
      const difference = (i: number) =>
        Math.hypot(...z_data[i].map((x, k) => x! - converged[i][k]!)) /
        Math.hypot(...(z_data[i] as number[]));
      const [is, said] = [Math.hypot(...[0, 1, 2].map(difference)), Math.hypot(...told)];
      assert.ok(is < 2 * said && said < 3 * is, `${is}, ${said}`);
    }
  });

  it('has the same bytes for any number of threads', async () => {
    const options = [
      ...BINS,
      ...SPHERES,
      ...HOT,
      '--eb',
      '3',
      '0.01',
      '--qb',
      '0.1',
      '--npts',
      '333',
      '--error',
      '5',
    ];
    const { text } = await made(...options, '--n-threads', '1');
    assert.equal((await made(...options)).text, text);
  });

  it('counts modes, as Euphonic does by default', async () => {
    const few = ['--npts', '50', '--no-converge'];
    const { z_data, z_data_unit } = await made(...BINS, ...SPHERES, '-w', 'dos', ...few);
    assert.equal(z_data_unit, '1 / millielectron_volt');
    const area = (row: (number | null)[]) => 2 * row.reduce<number>((sum, x) => sum + x!, 0);
    for (const row of z_data) assert.ok(Math.abs(area(row) - 3) < 1e-9);
    const weighted = await made(...BINS, ...SPHERES, '-w', 'coherent-dos', ...few);
    assert.equal(weighted.z_data_unit, 'millibarn / millielectron_volt');
    // Blue Book: Si 2.163 barn, O 4.232 barn
    const mean = (28.0855 + 2 * 15.9994) / 3;
    const expected = 1000 * mean * (2.163 / 28.0855 + (2 * 4.232) / 15.9994);
    for (const row of weighted.z_data)
      assert.ok(Math.abs(area(row) / expected - 1) < 1e-3, `${area(row)}, ${expected}`);
  });

  it('counts the part of a species, and multiplies', async () => {
    const few = [...BINS, ...SPHERES, '--npts', '50', '--no-converge', '-w', 'coherent-dos'];
    const whole = await made(...few);
    const [si, o] = [await made(...few, '--pdos', 'Si'), await made(...few, '--pdos', 'O', '--scale', '3')];
    assert.equal(si.metadata.species, 'Si');
    assert.equal(o.metadata.scale, 3);
    const largest = Math.max(...whole.z_data.flat().map(Number));
    whole.z_data.forEach((row, i) => {
      row.forEach((x, k) => {
        assert.ok(Math.abs(x! - si.z_data[i][k]! - o.z_data[i][k]! / 3) < 1e-12 * largest);
      });
    });
  });

  it('adds incoherent scattering and that of several phonons', async () => {
    const wide = ['--e-min', '-300', '--e-max', '900', '--ebins', '600', '--q-min', '5', '--q-max', '7'];
    const options = [...wide, '--q-spacing', '1', ...HOT.slice(0, 2), '--grid', '4', '4', '4'];
    const few = ['--npts', '50', '--no-converge'];
    const of = async (weighting: string) => {
      const { z_data } = await made(...options, ...few, '-w', weighting);
      return z_data as number[][];
    };
    const names = ['coherent', 'incoherent', 'multiphonon'];
    const parts: number[][][] = [];
    for (const name of names) parts.push(await of(name));
    const total = await of('total');
    total.forEach((row, i) => {
      row.forEach((x, k) => {
        const sum = parts.reduce((s, part) => s + part[i][k], 0);
        assert.ok(Math.abs(x - sum) < 1e-12 * Math.max(...row), `${i} ${k}`);
      });
    });
    const client = daemon.client();
    const model = await client.loadModel(quartz);
    const { tensors } = await client.debyeWaller(model, {
      grid: [4, 4, 4],
      temperature: 300,
      asr: 'reciprocal',
    });
    const area = (row: number[]) => 2 * row.reduce((sum, x) => sum + x, 0);
    for (const [i, q] of [5.5, 6.5].entries()) {
      let [one, more] = [0, 0];
      model.atom_type.forEach((type, atom) => {
        // Blue Book, mbarn
        const [coherent, incoherent] = type === 'Si' ? [2163.3, 4] : [4232, 0];
        const trace = [0, 4, 8].reduce((sum, k) => sum + tensors[9 * atom + k], 0);
        const exponent = (2 / 3) * q * q * trace;
        const factor = Math.exp(-exponent) / (4 * Math.PI * model.atom_type.length);
        one += incoherent * factor * exponent;
        more += (coherent + incoherent) * factor * (Math.exp(exponent) - 1 - exponent);
      });
      for (const [found, expected] of [
        [area(parts[1][i]), one],
        [area(parts[2][i]), more],
      ])
        assert.ok(Math.abs(found / expected - 1) < 1e-3, `${q}: ${found}, ${expected}`);
    }
    const cold = await run(...wide, '-w', 'total');
    assert.equal(cold.code, 2);
    assert.match(cold.stderr, /total needs a temperature/);
  });

  it('ends at Ctrl-C while it calculates scattering by several phonons', async () => {
    const many = ['--q-max', '800', '--ebins', '20', '-w', 'multiphonon', ...HOT];
    const child = spawn(process.execPath, [cliPath, 'powder', quartz, ...many, '--save-json', output], {
      env: daemon.env,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let words = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      words += text;
    });
    await sleep(2500);
    child.kill('SIGINT');
    const pressed = performance.now();
    const [code] = await once(child, 'exit');
    assert.equal(code, 1);
    assert.match(words, /The calculation was cancelled/);
    assert.ok(performance.now() - pressed < 3000);
  });

  it('leaves out what neutrons of an energy do not reach', async () => {
    const few = ['--npts', '50', '--no-converge', '--q-max', '12', '--q-spacing', '1'];
    const { z_data, text, stderr } = await made(...BINS, ...few, '--e-i', '50', '--angle-range', '3', '130');
    assert.match(text, /NaN/);
    assert.match(stderr, /Of \|Q\| only 0\.000 to 11\.00 1\/Å/);
    // at 49 meV the neutron has little left: Q is between 4.2 and 5.5 1/Å
    assert.deepEqual(
      z_data.map((row) => row[44] !== null),
      [...Array(12).keys()].map((q) => q >= 4 && q <= 5),
    );
    assert.ok(z_data.every((row) => row[50 + 45] === null));
    const refused = await run(...BINS, '--q-min', '20', '--q-max', '21', '--e-i', '50');
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /reach nothing[\s\S]*Q between/);
  });

  it('is refused with what is wrong', async () => {
    const wrong: [string[], RegExp][] = [
      [['--q-min', '3'], /more than --q-min/],
      [['--qb', '0'], /an FWHM > 0/],
      [['--e-i', '20', '--e-f', '20'], /cannot be used with/],
      [['--angle-range', '30', '10'], /two angles/],
      [['--npts', '0'], /an integer from 1/],
      [['--pdos', 'Si'], /coherent has no part/],
      [['--pdos', 'Ne', '-w', 'dos'], /no atoms of type Ne/],
      [['--ebins', '4000000'], /MAX_MAP_NUMBERS/],
      [
        ['--angle-range', '3', '90', '-w', 'incoherent'],
        /--angle-range has no effect without --e-incident or --e-final/,
      ],
    ];
    for (const [args, words] of wrong) {
      const { code, stderr } = await run(...args);
      assert.notEqual(code, 0, args.join(' '));
      assert.match(stderr, words);
    }
  });
});
