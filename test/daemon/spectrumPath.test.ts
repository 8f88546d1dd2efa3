import assert from 'node:assert/strict';
import { materials } from '../../crystals/generate.js';
import { makeForceConstants } from '../../src/models/forceConstants.js';
import { toFloat64Array } from '../../src/protocol/arrays.js';
import { TestDaemon } from '../support/daemon.js';
import { RawPeer } from '../support/rawPeer.js';

describe('spectrum.path', function () {
  this.timeout(60_000);
  const daemon = new TestDaemon();
  let peer: RawPeer;
  let model: string;
  let file: string;
  before(async () => {
    const quartz = materials.quartz();
    file = daemon.model('quartz', quartz);
    ({ model } = await daemon.client().loadModel(file));
    peer = new RawPeer(daemon.connection(), 'work');
  });
  after(async () => {
    peer.close();
    await daemon.dispose();
  });

  async function ask(params: Record<string, unknown>) {
    const response = await peer.request('spectrum.path', { model, ...params });
    assert.ok('result' in response, JSON.stringify(response));
    const array = (name: string) => toFloat64Array(response.frames.find((frame) => frame.name === name)!);
    const [qpts, directions, distances] = ['qpts', 'directions', 'distances'].map(array);
    return { ...response.result, qpts, directions, distances } as Record<string, unknown> & {
      qpts: Float64Array;
      directions: Float64Array;
      distances: Float64Array;
      lines: { from: string; to: string; first: number; last: number }[];
    };
  }

  it('is the automatic path, with the same bits as the command has', async () => {
    const { stdout } = await daemon.cli('path', file, '--q-spacing', '0.05', '--json');
    const expected = JSON.parse(stdout);
    const { bravais, space_group, path, lines, qpts, distances } = await ask({ q_spacing: 0.05 });
    assert.equal(bravais, 'hP2');
    assert.deepEqual(space_group, { number: 154, symbol: 'P 3_2 2 1' });
    assert.equal(path, 'GAMMA M K GAMMA A L H A | L M | H K');
    const n = distances.length;
    assert.deepEqual(
      Array.from(distances, (_, i) => [qpts[i], qpts[n + i], qpts[2 * n + i]]),
      expected.qpts,
    );
    assert.deepEqual([...distances], expected.distances);
    assert.deepEqual(
      lines,
      expected.lines.map(({ from, to, first, last }: (typeof lines)[0]) => ({ from, to, first, last })),
    );
  });

  it('goes through labels or coordinates in any zone, with directions at zone centres', async () => {
    const { qpts, directions, lines } = await ask({ path: 'K G M', zone: [1, 0, 2], q_spacing: 10 });
    assert.deepEqual([...qpts], [4 / 3, 1, 1, 1.5, 1 / 3, 0, 0, 0, 2, 2, 2, 2]);
    const none = Number.NaN;
    assert.deepEqual([...directions], [none, -1 / 3, 0.5, none, none, -1 / 3, 0, none, none, 0, 0, none]);
    assert.deepEqual(lines, [
      { from: 'K', to: 'GAMMA', first: 0, last: 1 },
      { from: 'GAMMA', to: 'M', first: 2, last: 3 },
    ]);
    const own = await ask({ q: '0 0 .25  1/3 1/3 0', q_spacing: 10 });
    assert.deepEqual([...own.qpts], [0, 1 / 3, 0, 1 / 3, 0.25, 0]);
  });

  it('refuses what is no path, and says what is', async () => {
    const refused = async (params: Record<string, unknown>, expected: RegExp, code = 'invalid_argument') => {
      const response = await peer.request('spectrum.path', { model, ...params });
      assert.ok('error' in response, JSON.stringify(params));
      assert.equal(response.error.code, code);
      assert.match(JSON.stringify(response.error), expected);
    };
    await refused({ path: 'G X' }, /one of GAMMA A K H H_2 M L/);
    await refused({ path: 'G' }, /fewer than two points/);
    await refused({ path: 'G G' }, /the same point/);
    await refused({ q: '0 0 0' }, /3 numbers/);
    await refused({ path: 'G M', q: '0 0 0 1 0 0' }, /one of them/);
    await refused({ zone: [0.5, 0, 0] }, /three integers/);
    await refused({ q_spacing: 0 }, /> 0/);
    await refused({ q_spacing: 1e-9 }, /MAX_PATH_POINTS/, 'too_large');
    await refused({ model: 'f'.repeat(64) }, /./, 'unknown_model');
  });

  it('says that a crystal whose atoms lie on one another has no path', async () => {
    const { crystal, born: _, dielectric: __, ...rest } = materials.quartz();
    const atomR = crystal.atomR.slice();
    atomR.copyWithin(3, 0, 3);
    const content = { ...rest, crystal: { ...crystal, atomR } };
    const broken = await daemon.client().putModel(makeForceConstants(content, 'test'));
    const response = await peer.request('spectrum.path', { model: broken.model });
    assert.ok('error' in response);
    assert.match(response.error.message, /space group/);
    assert.match(response.error.advice!, /coordinates/);
    // which the advice names, and which work
    const own = await peer.request('spectrum.path', { model: broken.model, q: '0 0 0  .5 0 0' });
    assert.ok(!('error' in own), JSON.stringify(own));
    assert.deepEqual([own.result.bravais, own.result.path], [null, '0 0 0 1/2 0 0']);
  });
});
