import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { materials } from '../../crystals/generate.js';
import { TestDaemon } from '../support/daemon.js';

describe('euphonicd thermo', function () {
  this.timeout(60_000);
  let daemon: TestDaemon;
  let quartz: string;
  before(() => {
    daemon = new TestDaemon();
    quartz = daemon.model('quartz', materials.quartz());
  });
  after(() => daemon.dispose());

  it('prints a table, and writes JSON', async () => {
    const output = join(daemon.folder, 'thermo.json');
    const args = ['--asr', '--grid', '5', '5', '5', '--t-min', '100', '--t-max', '300', '--t-step', '100'];
    const { code, stdout, stderr } = await daemon.cli('thermo', quartz, ...args, '--save-json', output);
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stderr, /left out/);
    const { temperature, heat_capacity, entropy } = JSON.parse(readFileSync(output, 'utf8'));
    assert.deepEqual(temperature, [100, 200, 300]);
    assert.ok(heat_capacity[0] < heat_capacity[2] && heat_capacity[2] < 3 * 8.3145);
    assert.ok(
      stdout.includes(
        ` 300.00 ${heat_capacity[2].toFixed(5).padStart(13)} ${entropy[2].toFixed(5).padStart(13)}`,
      ),
    );
    const printed = await daemon.cli('thermo', quartz, ...args, '--json');
    assert.deepEqual(JSON.parse(printed.stdout).heat_capacity, heat_capacity);
  });

  it('adds mean-square displacements, which a Debye–Waller factor is made of', async () => {
    const args = ['--asr', '--grid', '4', '4', '4', '--t-min', '0', '--t-max', '2000', '--t-step', '1000'];
    const { code, stdout } = await daemon.cli('thermo', quartz, ...args, '--msd', '--json');
    assert.equal(code, 0);
    const { u, u_iso, atom_type, u_unit } = JSON.parse(stdout);
    assert.equal(u_unit, 'angstrom ** 2');
    assert.equal(u.length, 3);
    assert.equal(u[0].length, atom_type.length);
    u.forEach((atoms: number[][][], k: number) => {
      atoms.forEach((tensor, i) => {
        assert.ok(Math.abs((tensor[0][0] + tensor[1][1] + tensor[2][2]) / 3 - u_iso[k][i]) < 1e-15);
        // zero-point motion is there, and high temperatures are classical: U ∝ T
        assert.ok(u_iso[0][i] > 0.001 && u_iso[k][i] < 0.4, `${u_iso[k][i]}`);
      });
    });
    assert.ok(u_iso[2].every((x: number, i: number) => Math.abs(x / u_iso[1][i] - 2) < 0.05));
    const client = daemon.client();
    const model = await client.loadModel(quartz);
    const options = { asr: 'reciprocal', grid: [4, 4, 4], temperature: 1000 } as const;
    const { tensors } = await client.debyeWaller(model, { ...options, grid: [4, 4, 4] });
    assert.ok(u[1].flat(2).every((x: number, k: number) => x === 2 * tensors[k]));
  });

  it('draws functions of temperature', async () => {
    const [picture, page, image] = ['a.svg', 'a.html', 'a.png'].map((name) => join(daemon.folder, name));
    const args = ['--asr', '--grid', '3', '3', '3', '--t-max', '300', '--title', 'Quartz'];
    const files = ['-s', picture, '-s', page, '-s', image];
    const { code, stdout, stderr } = await daemon.cli('thermo', quartz, ...args, ...files);
    assert.equal(code, 0, stderr);
    assert.ok(stdout.includes(`written to ${picture}, ${page}, ${image}`));
    const svg = readFileSync(picture, 'utf8');
    for (const text of ['Quartz', 'Temperature (K)', 'Cv, S (J mol⁻¹ K⁻¹)', 'F, U (kJ mol⁻¹)', 'grid: 3 3 3'])
      assert.ok(svg.includes(text), text);
    // a line through seven temperatures for each function
    assert.equal(svg.match(/ d="M[^"LC]+(L[^"LC]+){6}"/g)?.length, 4);
    assert.ok(readFileSync(page, 'utf8').includes('T (K)') && readFileSync(image).length > 10_000);
  });

  it('writes columns', async () => {
    const [table, json] = ['table.csv', 'same.json'].map((name) => join(daemon.folder, name));
    const args = ['--asr', '--grid', '3', '3', '3', '--t-min', '100', '--t-max', '200', '--t-step', '100'];
    const { code, stderr } = await daemon.cli('thermo', quartz, ...args, '--msd', '-s', table, '-s', json);
    assert.equal(code, 0, stderr);
    const lines = readFileSync(table, 'utf8').trimEnd().split('\n');
    assert.ok(lines.includes('# grid: 3 3 3') && lines.includes('# per: mole of atoms'));
    const [head, ...rows] = lines.filter((line) => !line.startsWith('#')).map((line) => line.split(','));
    assert.equal(head[1], 'heat capacity (J/mol/K)');
    assert.equal(head[5], 'U_iso of 1 Si (angstrom^2)');
    const found = JSON.parse(readFileSync(json, 'utf8'));
    rows.forEach((row, k) => {
      const { temperature, heat_capacity, entropy, free_energy, internal_energy, u_iso } = found;
      const expected = [temperature, heat_capacity, entropy, free_energy, internal_energy].map((x) => x[k]);
      assert.deepEqual(row.map(Number), [...expected, ...u_iso[k]]);
    });
    assert.equal(rows.length, 2);
  });

  it('is refused with what is wrong', async () => {
    const refused: [string[], RegExp][] = [
      [['--t-min', '500', '--t-max', '100'], /From 500 to 100 K/],
      [['--t-min', '-1'], /≥ 0/],
      [['--t-step', '0'], /> 0/],
      [['-s', 'thermo.h5'], /ends in one of .png, .svg, .html, .json, .csv/],
      [['--grid', '200', '200', '200'], /MAX_THERMO_POINTS/],
    ];
    for (const [args, words] of refused) {
      const { code, stderr } = await daemon.cli('thermo', quartz, ...args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, words);
    }
  });
});
