import assert from 'node:assert/strict';
import { ANGSTROM_PER_BOHR, ELECTRON_MASS_PER_AMU } from '../../src/models/units.js';
import { checkFrameBytes, float64Frame, toFloat64Array, toInt32Array } from '../../src/protocol/arrays.js';
import { MAX_FRAME_BYTES } from '../../src/protocol/limits.js';
import type { Response } from '../../src/protocol/messages.js';
import { TestDaemon } from '../support/daemon.js';
import { failsWith } from '../support/errors.js';
import { arbitraryModel } from '../support/models.js';
import { RawPeer } from '../support/rawPeer.js';

describe('model.content', function () {
  this.timeout(60_000);
  const daemon = new TestDaemon();
  let peer: RawPeer;
  const content = arbitraryModel();
  let model: string;

  before(async () => {
    const client = daemon.client();
    ({ model } = await client.putModel(content));
    peer = new RawPeer(daemon.connection(), 'work');
  });
  after(async () => {
    peer.close();
    await daemon.dispose();
  });

  async function ask(id: string): Promise<Extract<Response, { result: unknown }>> {
    const response = await peer.request('model.content', { model: id });
    assert.ok('result' in response, JSON.stringify(response));
    return response;
  }

  it('gives back what was put, as often as it is asked for', async () => {
    const { crystal } = content;
    for (let i = 0; i < 3; i++) {
      const { result, frames } = await ask(model);
      assert.deepEqual(result, { atom_type: [...crystal.atomType] });
      const frame = (name: string) => frames.find((f) => f.name === name)!;
      const n = crystal.atomMass.length;
      const cells = content.cellOrigins.length / 3;
      assert.deepEqual(frame('force_constants').shape, [cells, 3 * n, 3 * n]);
      assert.deepEqual(toFloat64Array(frame('force_constants')), content.forceConstants);
      assert.deepEqual(toInt32Array(frame('cell_origins')), content.cellOrigins);
      assert.deepEqual(toInt32Array(frame('sc_matrix')), content.scMatrix);
      assert.deepEqual(toFloat64Array(frame('atom_r')), crystal.atomR);
      const near = (name: string, expected: Float64Array) =>
        toFloat64Array(frame(name)).forEach((x, j) => {
          assert.ok(Math.abs(x - expected[j]) <= 1e-14 * Math.abs(expected[j]), `${name} ${j}`);
        });
      near(
        'cell_vectors',
        crystal.cellVectors.map((x) => x * ANGSTROM_PER_BOHR),
      );
      near(
        'atom_mass',
        crystal.atomMass.map((x) => x / ELECTRON_MASS_PER_AMU),
      );
      assert.equal(
        frames.some(({ name }) => name === 'born'),
        content.born !== undefined,
      );
      if (content.born) assert.deepEqual(toFloat64Array(frame('born')), content.born);
    }
  });

  it('is what model.put takes', async () => {
    const { result, frames } = await ask(model);
    const response = await peer.request('model.put', result, frames);
    assert.ok('result' in response, JSON.stringify(response));
    assert.equal(response.result.n_cells, content.cellOrigins.length / 3);
  });

  it('refuses a model that is not there and parameters that it does not know', async () => {
    const code = async (params: Record<string, unknown>) => {
      const response = await peer.request('model.content', params);
      return 'error' in response ? response.error.code : 'none';
    };
    assert.equal(await code({ model: 'f'.repeat(64) }), 'unknown_model');
    assert.equal(await code({ model: 'short' }), 'invalid_argument');
    assert.equal(await code({}), 'invalid_argument');
    assert.equal(await code({ model, symmetry: true }), 'unknown_option');
  });

  it('refuses arrays that are larger than a frame may be', async () => {
    // nothing is written to this memory, so the system never provides it
    const array = new Float64Array(MAX_FRAME_BYTES / 8 + 1);
    const fits = array.subarray(1);
    checkFrameBytes(float64Frame('force_constants', [fits.length], fits));
    const frame = float64Frame('force_constants', [array.length], array);
    const error = await failsWith('too_large', () => checkFrameBytes(frame));
    assert.equal(error.where, 'force_constants');
    assert.match(error.expected ?? '', /max_frame_bytes/);
  });
});
