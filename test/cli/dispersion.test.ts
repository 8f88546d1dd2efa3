import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { materials } from '../../crystals/generate.js';
import { makeForceConstants } from '../../src/models/forceConstants.js';
import { TestDaemon } from '../support/daemon.js';

const SPACING = ['--q-spacing', '0.1'];

describe('spectra along a path', function () {
  this.timeout(60_000);
  let daemon: TestDaemon;
  let quartz: string;
  let output: string;
  before(() => {
    daemon = new TestDaemon();
    output = join(daemon.folder, 'spectrum.json');
    quartz = daemon.model('quartz', materials.quartz());
  });
  after(() => daemon.dispose());

  async function made(command: string, ...args: string[]) {
    const { code, stderr } = await daemon.cli(
      command,
      quartz,
      '--asr',
      ...SPACING,
      '--save-json',
      output,
      ...args,
    );
    assert.equal(code, 0, stderr);
    return JSON.parse(readFileSync(output, 'utf8'));
  }
  /** What `euphonicd path` says of the same one. */
  async function pathOf(...args: string[]) {
    const { stdout } = await daemon.cli('path', quartz, ...SPACING, '--json', ...args);
    return JSON.parse(stdout);
  }
  const columnsOf = (points: number[][]) =>
    Float64Array.from([0, 1, 2].flatMap((k) => points.map((point) => point[k])));
  async function evaluated(qpts: number[][], options: object) {
    const client = daemon.client();
    const model = await client.loadModel(quartz);
    return client.evaluate(model, columnsOf(qpts), { asr: 'reciprocal', ...options });
  }

  it('euphonicd dispersion: frequencies of all modes, with labels', async () => {
    const { qpts, distances } = await pathOf();
    const found = await made('dispersion');
    assert.equal(found.__euphonic_class__, 'Spectrum1DCollection');
    assert.deepEqual(found.x_data, distances);
    assert.equal(found.x_data_unit, '1 / angstrom');
    assert.equal(found.y_data_unit, 'millielectron_volt');
    assert.equal(found.metadata.path, 'GAMMA M K GAMMA A L H A | L M | H K');
    assert.equal(
      found.x_tick_labels.map(([, label]: [number, string]) => label).join(' '),
      '$\\Gamma$ M K $\\Gamma$ $\\Gamma$ A L H A L M H K',
    );
    const { frequencies } = await evaluated(qpts, { quantity: 'frequencies' });
    // directions of approach are rounded otherwise, which acoustic modes of nothing show
    const close = (x: number, k: number) => Math.abs(x - frequencies[k]) < 1e-5;
    assert.ok(found.y_data.flat().every(close));
  });

  it('euphonicd dispersion: LO–TO splitting from each side of a zone centre', async () => {
    const { y_data, x_tick_labels } = await made('dispersion', '--path', 'M G A', '-u', 'THz');
    const [, [before], [after]] = x_tick_labels;
    assert.equal(after, before + 1);
    const apart = y_data.map((mode: number[]) => Math.abs(mode[after] - mode[before]));
    assert.ok(Math.max(...apart) > 0.1);
    const whole = await made('dispersion', '--path', 'M G A', '--no-splitting');
    const same = whole.y_data.map((mode: number[]) => Math.abs(mode[after] - mode[before]));
    assert.ok(Math.max(...same) < 1e-9);
    assert.equal((await made('dispersion', '--path', 'M G A')).metadata.path, 'M GAMMA A');
  });

  it('euphonicd map: structure factors in bins of energy, in any zone', async () => {
    const where = ['--path', 'M K | A L', '--zone', '1', '0', '2'];
    const { qpts } = await pathOf(...where);
    const bins = ['--e-min', '0', '--e-max', '160', '--ebins', '80'];
    const found = await made('map', ...where, ...bins);
    assert.equal(found.__euphonic_class__, 'Spectrum2D');
    assert.equal(found.z_data_unit, 'millibarn / millielectron_volt');
    assert.equal(found.y_data.length, 81);
    assert.equal(found.metadata.zone, '1 0 2');
    const { frequencies, structureFactors, nModes } = await evaluated(qpts, { bose: false });
    const expected = qpts.map(() => new Float64Array(80));
    qpts.forEach((_: number[], i: number) => {
      for (let k = i; k < nModes * qpts.length; k += qpts.length)
        expected[i][Math.floor(frequencies[k] / 2)] += structureFactors![k] / 2;
    });
    const near = (a: number[], b: Float64Array) =>
      a.every((x, k) => Math.abs(x - b[k]) <= 1e-12 * Math.max(...b));
    assert.ok(found.z_data.every((row: number[], i: number) => near(row, expected[i])));
  });

  it('euphonicd map: broadening keeps what is in a map, a temperature adds the other side', async () => {
    const where = [
      '--path',
      'M K',
      '--zone',
      '1',
      '0',
      '2',
      '--e-min',
      '-200',
      '--e-max',
      '200',
      '--ebins',
      '400',
    ];
    const sum = (row: number[]) => row.reduce((total, x) => total + x);
    const plain = await made('map', ...where, '--temperature', '300', '--grid', '3', '3', '3');
    const broad = await made(
      'map',
      ...where,
      '--temperature',
      '300',
      '--grid',
      '3',
      '3',
      '3',
      '--eb',
      '2',
      '0.01',
    );
    plain.z_data.forEach((row: number[], i: number) => {
      assert.ok(Math.abs(sum(row) - sum(broad.z_data[i])) < 1e-9 * sum(row));
      // detailed balance, bin by bin: −E is in the bin that mirrors E's
      for (let k = 220; k < 260; k++) {
        if (row[k] === 0) continue;
        const ratio = row[399 - k] / row[k];
        const [low, high] = [k - 200, k - 199].map((e) => Math.exp(-e / (0.08617333262 * 300)));
        assert.ok(ratio <= low && ratio >= high, `${ratio} ${low}`);
      }
    });
    assert.equal(plain.metadata.debye_waller_grid, '3 3 3');
    assert.equal(sum((await made('map', ...where)).z_data[0].slice(0, 200)), 0);
    const counted = await made('map', ...where, '-w', 'dos');
    assert.ok(Math.abs(sum(counted.z_data[0]) - 3) < 1e-9);
    assert.equal(counted.z_data_unit, '1 / millielectron_volt');
  });

  it('euphonicd map: bins that a width carries below zero have the other side, too', async () => {
    const where = ['--path', 'G M', '--zone', '1', '0', '2', '--temperature', '300', '--grid', '2', '2', '2'];
    const found = await made('map', ...where, '--eb', '1.5');
    const [first, last] = [found.y_data[0], found.y_data.at(-1)];
    assert.ok(first < 0);
    const named = await made('map', ...where, '--eb', '1.5', '--e-min', `${first}`, '--e-max', `${last}`);
    assert.deepEqual(found.z_data, named.z_data);
  });

  it('euphonicd dispersion: several models and their densities of states in one picture', async () => {
    const polar = materials.quartz();
    const { born: _, dielectric: __, ...rest } = polar;
    const other = daemon.model('other', makeForceConstants(rest, 'test'));
    const picture = join(daemon.folder, 'both.svg');
    const args = ['--asr', '--path', 'M G A', ...SPACING, '--dos', '--grid', '4', '4', '4', '-s', picture];
    const { code, stderr } = await daemon.cli('dispersion', quartz, other, ...args, '--save-json', output);
    assert.equal(code, 0, stderr);
    const found = JSON.parse(readFileSync(output, 'utf8'));
    assert.equal(found.y_data.length, 54);
    assert.equal(found.metadata.line_data[0].label, 'quartz');
    assert.equal(found.metadata.line_data[53].label, 'other');
    // the second one has no splitting, and both are calculated, not stretched
    const alone = await daemon.cli('dispersion', other, ...args.slice(0, 5), '--save-json', output);
    assert.equal(alone.code, 0, alone.stderr);
    assert.deepEqual(found.y_data.slice(27), JSON.parse(readFileSync(output, 'utf8')).y_data);
    const density = JSON.parse(readFileSync(output.replace('.json', '-dos.json'), 'utf8'));
    const step = density.x_data[1] - density.x_data[0];
    for (const row of density.y_data)
      assert.ok(Math.abs(row.reduce((sum: number, g: number) => sum + g * step, 0) - 3) < 1e-9);
    const svg = readFileSync(picture, 'utf8');
    assert.equal(svg.match(/>quartz<\/text>/g)!.length, 1);
    assert.match(svg, /DOS/);
  });

  it('euphonicd dispersion: modes connected by eigenvectors, also for the phonon website', async () => {
    const web = join(daemon.folder, 'web.json');
    const path = ['--path', 'M G A | L M', '--q-spacing', '0.02'];
    const plain = await made('dispersion', ...path);
    const found = await made('dispersion', ...path, '--reorder', '--save-web-json', web);
    const nPoints = plain.x_data.length;
    const column = (rows: number[][], i: number) => rows.map((row) => row[i]);
    let crossings = 0;
    for (let i = 0; i < nPoints; i++) {
      const [own, ascending] = [column(found.y_data, i), column(plain.y_data, i)];
      assert.ok([...own].sort((a, b) => a - b).every((x, k) => Math.abs(x - ascending[k]) < 1e-9));
      if (own.some((x, k) => Math.abs(x - ascending[k]) > 0.1)) crossings++;
    }
    assert.ok(crossings > 10, `${crossings}`);
    // from each side of the zone centre they begin in ascending order, and lines do not jump
    const gamma = plain.x_data.findIndex((x: number, i: number) => x === plain.x_data[i + 1]) + 1;
    assert.deepEqual(column(found.y_data, gamma), column(plain.y_data, gamma));
    const website = JSON.parse(readFileSync(web, 'utf8'));
    assert.equal(website.eigenvalues.length, nPoints);
    assert.ok(Math.abs(website.eigenvalues[3][5] - 8.065543937 * found.y_data[5][3]) < 1e-6);
    assert.deepEqual(website.line_breaks.at(-1)[1], nPoints);
    assert.equal(website.line_breaks.length, 3);
    assert.deepEqual(website.highsym_qpts[0], [0, 'M']);
    assert.deepEqual(website.formula, 'O6Si3');
    assert.deepEqual([...new Set(website.atom_numbers)].sort(), [14, 8]);
    // 9 atoms of 3 complex numbers, of length 1
    const length = website.vectors[2][7].flat(2).reduce((sum: number, x: number) => sum + x * x, 0);
    assert.equal(website.vectors[2][7].length, 9);
    assert.ok(Math.abs(length - 1) < 1e-12);
    assert.match((await daemon.cli('dispersion', quartz, quartz, '--pdos')).stderr, /There are 2 models/);
  });

  it('spectra without a name are a picture and its numbers, in as many forms as are asked for', async () => {
    const { code, stdout } = await daemon.cli('dispersion', quartz, '--path', 'G M', ...SPACING);
    assert.equal(code, 0);
    assert.match(stdout, /written to quartz-dispersion.png, quartz-dispersion.json/);
    assert.equal(readFileSync(join(daemon.folder, 'quartz-dispersion.png')).toString('latin1', 1, 4), 'PNG');
    const numbers = JSON.parse(readFileSync(join(daemon.folder, 'quartz-dispersion.json'), 'utf8'));
    assert.equal(numbers.__euphonic_class__, 'Spectrum1DCollection');
    const forms = ['png', 'svg', 'html', 'csv', 'json'].map((form) => join(daemon.folder, `several.${form}`));
    const files = forms.flatMap((file) => ['-s', file]);
    const several = await daemon.cli('dispersion', quartz, '--path', 'G M', ...SPACING, ...files);
    assert.equal(several.code, 0, several.stderr);
    for (const file of forms) assert.ok(readFileSync(file).length > 1000, file);
  });

  it('pictures show any range of energies, also where curves lie far outside', async () => {
    // the branch along K H is thousands of heights above
    const file = join(daemon.folder, 'lowest.png');
    const lowest = await daemon.cli('dispersion', quartz, ...SPACING, '--e-max', '0.01', '-s', file);
    assert.equal(lowest.code, 0, lowest.stderr);
    assert.equal(readFileSync(file).toString('latin1', 1, 4), 'PNG');
    for (const flags of [
      ['--e-max', '-3'],
      ['--e-min', '1000'],
    ]) {
      const { code, stderr } = await daemon.cli('dispersion', quartz, ...SPACING, ...flags);
      assert.equal(code, 1, stderr);
      assert.match(stderr, /The energies would go from/);
    }
  });

  it('take the flags of sqw, and say which have no effect', async () => {
    const args = [
      quartz,
      '--path',
      'G M',
      ...SPACING,
      '--temperature',
      '5',
      '--no-bose',
      '--save-json',
      output,
    ];
    const { code, stderr } = await daemon.cli('dispersion', ...args);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /temperature has no effect on euphonicd dispersion.*Bose factor has no effect/s);
  });

  it('are refused with what is wrong', async () => {
    const outside = await daemon.cli('map', quartz, '--path', 'G M', '--e-min', '1000', '--e-max', '1100');
    assert.equal(outside.code, 1, outside.stderr);
    assert.match(outside.stderr, /Nothing is to be seen within the bins/);
    const refused: [string[], RegExp][] = [
      [['dispersion', quartz, '--path', 'G X'], /no point 'X'/],
      [['map', quartz, '--eb', '0'], /broadening is 0/],
      [['map', quartz, '-w', 'incoherent'], /coherent, dos/],
    ];
    for (const [args, words] of refused) {
      const { code, stderr } = await daemon.cli(...args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, words);
    }
  });
});
