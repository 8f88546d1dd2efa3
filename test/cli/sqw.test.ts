import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assertFrequencies, assertIntensities } from '../support/compare.js';
import { TestDaemon } from '../support/daemon.js';
import { dataFile } from '../support/data.js';

describe('euphonicd sqw', function () {
  this.timeout(60_000);
  let daemon: TestDaemon;
  before(() => {
    daemon = new TestDaemon();
  });
  after(() => daemon.dispose());

  const output = () => join(daemon.folder, 'out.json');
  const written = () => JSON.parse(readFileSync(output(), 'utf8'));
  const qFile = (text: string) => {
    const path = join(daemon.folder, 'q');
    writeFileSync(path, text);
    return path;
  };

  it("writes what Euphonic's file of the same calculation holds", async function () {
    const reference = JSON.parse(
      readFileSync(dataFile(this, 'quartz/quartz_fc_structure_factor.json'), 'utf8'),
    );
    const model = dataFile(this, 'quartz/quartz.castep_bin');
    const q = qFile(JSON.stringify(reference.qpts));
    const { code, stdout, stderr } = await daemon.cli('sqw', model, '--q-file', q, '--output', output());
    assert.equal(code, 0, stderr);
    assert.match(stdout, /13 q-points, 27 modes/);
    assert.match(stderr, /imaginary/);
    const result = written();
    assert.deepEqual(Object.keys(result).sort(), Object.keys(reference).sort());
    for (const key of [
      '__euphonic_class__',
      'frequencies_unit',
      'structure_factors_unit',
      'n_qpts',
      'qpts',
      'weights',
    ]) {
      assert.deepEqual(result[key], reference[key], key);
    }
    assertFrequencies(result.frequencies, reference.frequencies, { relative: 1e-7, absolute: 1e-6 });
    assertIntensities(result.structure_factors, reference.structure_factors, reference.frequencies, 1e-7);
    const { crystal } = result;
    assert.deepEqual(Object.keys(crystal).sort(), Object.keys(reference.crystal).sort());
    for (const key of ['atom_type', 'n_atoms', 'cell_vectors_unit', 'atom_mass_unit']) {
      assert.deepEqual(crystal[key], reference.crystal[key], key);
    }
    const near = (a: unknown, b: unknown) => {
      const [x, y] = [a, b].map((value) => (value as number[][]).flat());
      for (const [i, value] of x.entries()) {
        assert.ok(Math.abs(value - y[i]) <= 1e-9 * Math.abs(y[i]) + 1e-12);
      }
    };
    for (const key of ['cell_vectors', 'atom_r', 'atom_mass']) near(crystal[key], reference.crystal[key]);
  });

  it('reads columns of text, says what it did as JSON', async function () {
    const model = dataFile(this, 'nacl/NaCl_force_constants.json');
    const q = qFile('# h k l\n 0.5 0 0\n\n1e-1, 2e-1, -3e-1 # end\n');
    const { code, stdout } = await daemon.cli('sqw', model, '--q-file', q, '--output', output(), '--json');
    assert.equal(code, 0);
    const summary = JSON.parse(stdout);
    assert.equal(summary.n_qpts, 2);
    assert.equal(summary.n_modes, 24);
    assert.deepEqual(written().qpts, [
      [0.5, 0, 0],
      [0.1, 0.2, -0.3],
    ]);
  });

  it('has a flag for every option', async function () {
    const model = dataFile(this, 'nacl/NaCl_force_constants.json');
    const q = qFile('0 0 0\n0.25 0 0\n');
    const run = async (...flags: string[]) => {
      const { code, stderr } = await daemon.cli('sqw', model, '--q-file', q, '--output', output(), ...flags);
      assert.equal(code, 0, stderr);
      return written();
    };
    const plain = await run();
    assert.ok(!('temperature' in plain));
    const same = (a: number[][], b: number[][]) => JSON.stringify(a) === JSON.stringify(b);
    assert.ok(
      same(
        (await run('--asr', 'none', '--dipole', '--splitting', '--no-bose', '--no-negative-e')).frequencies,
        plain.frequencies,
      ),
    );
    for (const flags of [
      ['--asr', 'reciprocal'],
      ['--asr', 'realspace'],
      ['--no-dipole'],
      ['--no-splitting'],
    ]) {
      assert.ok(!same((await run(...flags)).frequencies, plain.frequencies), flags.join(' '));
    }
    const warm = await run('--temperature', '300');
    assert.deepEqual([warm.temperature, warm.temperature_unit], [300, 'kelvin']);
    assert.ok(same(warm.structure_factors, plain.structure_factors), 'temperature alone has no Bose factor');
    const bose = await run('--temperature', '300', '--bose');
    assert.ok(!same(bose.structure_factors, plain.structure_factors));
    const both = await run('--temperature', '300', '--bose', '--negative-e');
    assert.ok(same(both.structure_factors, bose.structure_factors));
    assert.ok(same(both.frequencies, plain.frequencies));
    assert.equal(both.structure_factors_negative_e[0].length, 24);
    assert.ok(!same(both.structure_factors_negative_e, bose.structure_factors));
    const lengths = await run('--scattering-lengths', '{"Na": 1, "Cl": [1, -0.5]}');
    assert.ok(!same(lengths.structure_factors, plain.structure_factors));
    const parameter = await run('--dipole-parameter', '0.75', '--n-threads', '1');
    assertFrequencies(parameter.frequencies, plain.frequencies, { relative: 1e-9, absolute: 1e-8 });
  });

  it('writes JSON, and not into what is named as another form', async () => {
    const { code, stderr } = await daemon.cli('sqw', 'model', '--q-file', 'q', '--output', 'out.csv');
    assert.equal(code, 2);
    assert.match(stderr, /out.csv is named as a file of another form/);
  });

  it('averages Debye–Waller tensors over a grid', async function () {
    const model = dataFile(this, 'quartz/quartz.castep_bin');
    const q = qFile('0.5 0 0\n1.25 0 2\n');
    const run = (...flags: string[]) =>
      daemon.cli('sqw', model, '--q-file', q, '--output', output(), '--temperature', '300', ...flags);
    assert.equal((await run()).code, 0);
    const without = written();
    const { code, stderr } = await run('--debye-waller-grid', '3', '3', '2');
    assert.equal(code, 0, stderr);
    const damped = written();
    assertFrequencies(damped.frequencies, without.frequencies, { relative: 1e-12, absolute: 1e-9 });
    const sum = (values: number[][]) => values.flat().reduce((total, value) => total + value, 0);
    assert.ok(sum(damped.structure_factors) < sum(without.structure_factors));
    for (const [flags, words] of [
      [['--debye-waller-grid', '3', '3'], /three integers/],
      [['--debye-waller-grid', '3', '3', '0'], /three integers/],
      [['--debye-waller-grid', '3', '3', '2.5'], /three integers/],
      [['--debye-waller-grid', '3', '3', '2', '2'], /too many/],
      [['--debye-waller-grid', '2', '2', '2', '--temperature', 'none'], /needs a temperature/],
    ] as const) {
      const refused = await run(...flags);
      assert.equal(refused.code, 2, refused.stderr);
      assert.match(refused.stderr, words);
    }
  });

  it('takes three numbers and not the file that follows, wherever the option is', async () => {
    const model = new URL('../golden/crystals/charged.json', import.meta.url).pathname;
    const files = ['--q-file', qFile('0 0 0\n0.3 0 0\n'), '--output', output(), '--temperature', '200'];
    const result = async (...args: string[]) => {
      const { code, stderr } = await daemon.cli('sqw', ...args);
      assert.equal(code, 0, `${args.join(' ')}: ${stderr}`);
      return written();
    };
    for (const [flag, numbers] of [
      ['--debye-waller-grid', ['3', '3', '2']],
      ['--splitting-direction', ['1', '-1', '0']],
    ] as const) {
      const last = await result(model, ...files, flag, ...numbers);
      assert.notDeepEqual(last, await result(model, ...files));
      assert.deepEqual(await result(...files, flag, ...numbers, model), last);
      assert.deepEqual(await result(flag, ...numbers, model, ...files), last);
      assert.deepEqual(await result(flag, numbers.join(' '), model, ...files), last);
      assert.deepEqual(await result(`${flag}=${numbers.join(',')}`, model, ...files), last);
      const short = await daemon.cli('sqw', ...files, flag, ...numbers.slice(1), model);
      assert.equal(short.code, 2);
      assert.match(short.stderr, /Expected three/);
    }
  });

  it('describes a model', async function () {
    const model = dataFile(this, 'quartz/quartz.castep_bin');
    const { code, stdout } = await daemon.cli('info', model, '--json');
    assert.equal(code, 0);
    const info = JSON.parse(stdout);
    assert.match(info.model, /^[0-9a-f]{64}$/);
    assert.deepEqual([info.n_atoms, info.n_modes, info.n_cells, info.polar], [9, 27, 100, true]);
    assert.ok(Math.abs(info.cell_vectors[2][2] - 5.350305) < 1e-5);
    assert.ok(Math.abs(info.atom_mass[8] - 28.085) < 1e-3);
    assert.deepEqual(info.space_group, { number: 154, symbol: 'P 3_2 2 1' });
    assert.deepEqual(info.sc_matrix, [
      [5, 0, 0],
      [0, 5, 0],
      [0, 0, 4],
    ]);
    assert.ok(Math.abs(info.cell_angles[2] - 120) < 1e-3 && Math.abs(info.cell_volume - 109.097) < 1e-2);
    assert.ok(
      info.charge_sum.flat().every((x: number) => Math.abs(x) < 0.005) && info.charge_sum[0][0] !== 0,
    );
    assert.deepEqual([info.born.length, info.dielectric.length, info.imaginary], [9, 3, 0]);
    // Euphonic's frequencies at the zone centre without a sum rule
    const translations = [-2.65180313, -1.48963829, -1.4896305];
    for (const [i, w] of translations.entries()) assert.ok(Math.abs(info.translations[i] - w) < 1e-4);
    assert.ok(info.ewald_lambda > 0 && info.microseconds_per_q > 0 && info.asymmetry < 1e-12);
    const { stdout: words } = await daemon.cli('info', model);
    assert.match(words, /O6 Si3.*P 3_2 2 1 \(154\).*charge sum +at most 4\.0e-3.*µs per q-point/s);
  });

  it('says of a model what is unstable, not symmetric, or without translations', async () => {
    const golden = (name: string) => new URL(`../golden/crystals/${name}.json`, import.meta.url).pathname;
    const info = async (name: string) =>
      JSON.parse((await daemon.cli('info', golden(name), '--json')).stdout);
    const single = await info('single_cell');
    assert.ok(single.imaginary > 0 && single.lowest < -1);
    assert.match(
      (await daemon.cli('info', golden('single_cell'))).stdout,
      /\d+ of 1125 there: the crystal is unstable/,
    );
    const { asymmetry } = await info('asymmetric');
    assert.ok(asymmetry > 1e-5 && asymmetry < 1e-2, `${asymmetry}`);
    const { translations, ewald_lambda, born } = await info('broken_sum_rule');
    assert.ok(Math.max(...translations) > 5);
    assert.deepEqual([ewald_lambda, born], [0, undefined]);
  });

  it('names the file that it was asked for, also when another holds the same model', async () => {
    const first = new URL('../golden/crystals/charged.json', import.meta.url).pathname;
    const second = join(daemon.folder, 'copy.json');
    copyFileSync(first, second);
    for (const file of [first, second, first, second]) {
      const [title] = (await daemon.cli('info', file)).stdout.split('\n');
      assert.ok(title?.startsWith(file), `${title} for ${file}`);
    }
  });

  it('keeps the columns of large numbers apart', async () => {
    const model = join(daemon.folder, 'large.json');
    const content = JSON.parse(
      readFileSync(new URL('../golden/crystals/charged.json', import.meta.url), 'utf8'),
    );
    content.dielectric = [
      [1234.5, 0, 0],
      [0, 1234.5, -1e-6],
      [0, -1e-6, 1234.5],
    ];
    writeFileSync(model, JSON.stringify(content));
    assert.match(
      (await daemon.cli('info', model)).stdout,
      /\[ 1234\.500 +0\.000 +0\.000 \] \[ +0\.000 1234\.500 +0\.000 \]/,
    );
  });

  it('takes a direction of approach to the zone centre', async () => {
    const model = new URL('../golden/crystals/charged.json', import.meta.url).pathname;
    const at = async (q: string, ...flags: string[]) => {
      const run = await daemon.cli('sqw', model, '--q-file', qFile(q), '--output', output(), ...flags);
      assert.equal(run.code, 0, run.stderr);
      return written().frequencies[0].at(-1);
    };
    const direction = ['--splitting-direction', '1', '-1', '0'];
    const along = await at('0 0 0', ...direction);
    assert.ok(Math.abs(along - (await at('1e-7 -1e-7 0'))) < 1e-4);
    assert.ok(Math.abs(along - (await at('0 0 0'))) > 0.1);
    assert.equal(await at('0 0 0', '--no-splitting', ...direction), await at('0 0 0'));
    const args = ['--q-file', qFile('0 0 0'), '--output', output(), '--splitting-direction', '0', '0', '0'];
    const refused = await daemon.cli('sqw', model, ...args);
    assert.match(refused.stderr, /--splitting-direction/);
    assert.equal(refused.code, 2);
  });
});
