import assert from 'node:assert/strict';
import { materials } from '../../crystals/generate.js';
import { makeForceConstants } from '../../src/models/forceConstants.js';
import { samplePath } from '../../src/qpoints/paths/sample.js';
import { transposed } from '../support/compare.js';
import { TestDaemon } from '../support/daemon.js';
import { arbitraryContent } from '../support/models.js';

describe('euphonicd path', function () {
  this.timeout(60_000);
  let daemon: TestDaemon;
  let quartz: string;
  before(() => {
    daemon = new TestDaemon();
    quartz = daemon.model('quartz', materials.quartz());
  });
  after(() => daemon.dispose());

  it('gives lattice, points and lines as JSON', async () => {
    const { code, stdout, stderr } = await daemon.cli('path', quartz, '--json');
    assert.equal(code, 0, stderr);
    const found = JSON.parse(stdout);
    assert.deepEqual(Object.keys(found), ['bravais', 'points', 'path']);
    assert.equal(found.bravais, 'hP2');
    assert.deepEqual(found.points, {
      GAMMA: [0, 0, 0],
      A: [0, 0, 0.5],
      K: [1 / 3, 1 / 3, 0],
      H: [1 / 3, 1 / 3, 0.5],
      H_2: [1 / 3, 1 / 3, -0.5],
      M: [0.5, 0, 0],
      L: [0.5, 0, 0.5],
    });
    assert.equal(
      found.path.map((line: string[]) => line.join('-')).join(' '),
      'GAMMA-M M-K K-GAMMA GAMMA-A A-L L-H H-A L-M H-K',
    );
  });

  it('prints a table', async () => {
    const { code, stdout } = await daemon.cli('path', quartz);
    assert.equal(code, 0);
    assert.match(stdout, /^lattice +hP2, space group P 3_2 2 1 \(154\)$/m);
    assert.match(stdout, /^ +K +0\.333333 +0\.333333 +0\.000000$/m);
    assert.match(stdout, /^path +GAMMA - M - K - GAMMA - A - L - H - A \| L - M \| H - K$/m);
    assert.match(stdout, /^length +\d+\.\d{4} 1\/Å, \d+ q-points$/m);
    assert.doesNotMatch(stdout, /primitive cells/);
  });

  it('follows a path of labels in another zone', async () => {
    const args = ['--path', 'G M K | A L', '--zone', '1', '0', '-2', '--q-spacing', '0.1', '--json'];
    const { code, stdout, stderr } = await daemon.cli('path', ...args, quartz);
    assert.equal(code, 0, stderr);
    const { path, qpts, distances, lines } = JSON.parse(stdout);
    assert.deepEqual(path, [
      ['GAMMA', 'M'],
      ['M', 'K'],
      ['A', 'L'],
    ]);
    assert.equal(distances.length, qpts.length);
    const at = (name: string) => lines.find(({ from }: { from: string }) => from === name);
    assert.deepEqual(qpts[at('GAMMA').first], [1, 0, -2]);
    assert.deepEqual(qpts[at('A').last], [1.5, 0, -1.5]);
    assert.equal(at('A').first, at('M').last + 1);
    assert.equal(at('A').part, 1);
  });

  it('follows a path of coordinates, also when the first one is negative', async () => {
    const { code, stdout, stderr } = await daemon.cli(
      'path',
      quartz,
      '--q',
      '-1/2 0 0  .5 0 0 | 0 0 0  .5 .5 .5',
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^path +-1\/2 0 0 - M \| GAMMA - 1\/2 1\/2 1\/2$/m);
  });

  it('says how many primitive cells a conventional one holds', async () => {
    const { crystal } = materials['sodium-chloride']();
    // the face-centred cell with its four formula units; any symmetric force constants will do
    const edge = Math.abs(crystal.cellVectors.find((x) => x !== 0)!) * 2;
    const sites = [
      [0, 0, 0],
      [0, 0.5, 0.5],
      [0.5, 0, 0.5],
      [0.5, 0.5, 0],
    ];
    const atomR = [...sites, ...sites.map((site) => site.map((x) => x + 0.5))].flat();
    const n = 8;
    const conventional = makeForceConstants({
      crystal: {
        cellVectors: Float64Array.of(edge, 0, 0, 0, edge, 0, 0, 0, edge),
        atomR: Float64Array.from(atomR),
        atomType: [...sites.map(() => 'Na'), ...sites.map(() => 'Cl')],
        atomMass: Float64Array.from({ length: n }, () => 40_000),
      },
      scMatrix: Int32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
      cellOrigins: new Int32Array(3),
      forceConstants: Float64Array.from({ length: 9 * n * n }, (_, k) => Number(k % (3 * n + 1) === 0)),
    });
    const model = daemon.model('conventional', conventional);
    const { stdout, stderr } = await daemon.cli('path', model);
    assert.match(stdout, /^lattice +cF2/m, stderr);
    assert.match(stdout, /^cell +4 primitive cells/m);
    assert.match(stdout, /^ +X +0\.000000 +1\.000000 +0\.000000$/m);
  });

  const wrong: [string, string[], RegExp][] = [
    ['an unknown label', ['--path', 'G Q'], /hP2 has no point 'Q'[\s\S]*GAMMA A K H H_2 M L/],
    ['a path of one point', ['--path', 'G'], /fewer than two points/],
    ['a letter among coordinates', ['--q', '0 0 0 1 0 x'], /'x'/],
    ['two paths', ['--path', 'G M', '--q', '0 0 0 1 0 0'], /--q/],
    ['a zone between zones', ['--zone', '1', '0', '0.5'], /three integers/],
    ['a spacing of zero', ['--q-spacing', '0'], /> 0/],
    ['the same point twice', ['--path', 'G M M'], /same point/],
    ['a spacing too small', ['--q-spacing', '1e-9'], /larger spacing/],
  ];
  for (const [what, args, words] of wrong) {
    it(`ends with code 2 for ${what}`, async () => {
      const { code, stderr } = await daemon.cli('path', quartz, ...args);
      assert.equal(code, 2, stderr);
      assert.match(stderr, words);
    });
  }

  it('is of the triclinic lattice where atoms have no symmetry', async () => {
    const model = daemon.model('arbitrary', makeForceConstants(arbitraryContent()));
    const { stdout, stderr } = await daemon.cli('path', model, '--json');
    assert.match(JSON.parse(stdout).bravais, /^aP[23]$/, stderr);
  });

  it('gives directions with which each line has its own LO–TO splitting, also where the path breaks', async () => {
    const model = materials.quartz();
    const corner = (label: string, q: [number, number, number]) => ({ label, q });
    const gamma = corner('GAMMA', [0, 0, 0]);
    const [m, a] = [corner('M', [0.5, 0, 0]), corner('A', [0, 0, 0.5])];
    const { qpts, directions, lines, distances } = samplePath(
      [
        [m, gamma],
        [a, gamma, m],
      ],
      model.crystal.cellVectors,
      0.2,
    );
    const client = daemon.client();
    const loaded = await client.loadModel(quartz);
    const options = { quantity: 'frequencies', asr: 'reciprocal' } as const;
    const along = await client.evaluate(loaded, qpts, { ...options, directions });
    const frequencies = transposed(along.frequencies, distances.length);
    const [fromM, fromA, toM] = lines.map(
      ({ to, first, last }) => frequencies[to === 'GAMMA' ? last : first],
    );
    // points so near to the centre that they have its optic frequencies
    const offset = 1e-5;
    const nearby = await client.evaluate(loaded, Float64Array.of(offset, 0, 0, 0, 0, offset), options);
    const [nearM, nearA] = transposed(nearby.frequencies, 2);
    const apart = (x: number[], y: number[]) => Math.max(...x.slice(3).map((w, i) => Math.abs(w - y[i + 3])));
    assert.ok(apart(fromM, nearM) < 1e-3 && apart(toM, nearM) < 1e-3 && apart(fromA, nearA) < 1e-3);
    assert.ok(apart(nearM, nearA) > 0.1, 'the directions differ');
  });
});
