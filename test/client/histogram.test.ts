import assert from 'node:assert/strict';
import { materials } from '../../crystals/generate.js';
import type { EuphonicClient } from '../../src/client/client.js';
import type { EvaluateOptions } from '../../src/client/evaluation.js';
import type { ModelSummary } from '../../src/protocol/results.js';
import { gridPoints, weightedHalf } from '../../src/qpoints/grid.js';
import { TestDaemon } from '../support/daemon.js';
import { failsWith } from '../support/errors.js';

const bits = (array: Float64Array) => Buffer.from(array.buffer).toString('base64');
const common = { asr: 'reciprocal', splitting: false } as const;
const bins = { energy_min: -1, energy_max: 170, bins: 171 };

describe('histograms', function () {
  this.timeout(60_000);
  let daemon: TestDaemon;
  let client: EuphonicClient;
  let model: ModelSummary;
  before(async () => {
    daemon = new TestDaemon();
    client = daemon.client({ threads: 2 });
    model = await client.putModel(materials.quartz());
  });
  after(() => daemon.dispose());

  it('count the modes of half a grid as those of the whole, which cross the wire', async () => {
    const grid = [6, 5, 4] as const;
    const qpts = gridPoints(grid, 0, 120);
    const { frequencies, nModes } = await client.evaluate(model, qpts, {
      ...common,
      quantity: 'frequencies',
    });
    const expected = new Float64Array(bins.bins);
    for (const w of frequencies) expected[Math.floor(w + 1)] += 1;
    const { qpts: half, weights } = weightedHalf(grid);
    const found = await client.evaluate(model, half, {
      ...common,
      quantity: 'histogram',
      histogram: bins,
      weights,
    });
    assert.deepEqual(found.histogram, expected);
    assert.equal(
      found.histogram.reduce((sum, x) => sum + x),
      120 * nModes,
    );
    assert.equal(found.frequencies.length, 0);
  });

  it('have the same bits for all chunks and threads', async () => {
    const qpts = gridPoints([9, 8, 7], 0, 504);
    for (const [parts, rows] of [
      [{}, 1],
      [{ by_atom: true }, 10],
      [{ by_direction: true }, 28],
    ] as const) {
      const histogram = { ...bins, ...parts, width: [0.5, 0.01], q_width: rows > 1 ? 0.03 : 0 };
      const options: EvaluateOptions = { ...common, quantity: 'histogram', histogram };
      const { histogram: expected } = await client.evaluate(model, qpts, options);
      assert.equal(expected!.length, 171 * rows);
      for (const chunkPoints of [1000, 100, 17]) {
        for (const n_threads of [1, 2]) {
          const found = await client.evaluate(model, qpts, { ...options, chunkPoints, n_threads });
          assert.equal(bits(found.histogram!), bits(expected!), `${chunkPoints} ${n_threads}`);
        }
      }
    }
  });

  const scattering: EvaluateOptions = {
    ...common,
    quantity: 'histogram',
    temperature: 300,
    debye_waller_grid: [2, 2, 2],
    negative_e: true,
    histogram: {
      energy_min: -170,
      energy_max: 170,
      bins: 340,
      weight: 'structure_factor',
      block_points: 100,
    },
  };

  it('sum structure factors block by block as those that cross the wire', async () => {
    const qpts = gridPoints([9, 8, 7], 0, 504).map((x) => 3 * x + 0.01);
    const weights = Float64Array.from({ length: 504 }, (_, k) => (k % 3) / 7);
    const { histogram } = await client.evaluate(model, qpts, { ...scattering, weights });
    const { histogram: _, ...options } = scattering;
    const plain = await client.evaluate(model, qpts, { ...options, quantity: 'structure_factor' });
    const { frequencies, structureFactors, nModes } = plain;
    const expected = new Float64Array(6 * 340);
    structureFactors!.forEach((s, k) => {
      const isGain = k >= nModes * 504;
      const energy = isGain ? -frequencies[k - nModes * 504] : frequencies[k];
      expected[340 * Math.floor((k % 504) / 100) + Math.floor(energy + 170)] += weights[k % 504] * s;
    });
    assert.equal(histogram!.length, expected.length);
    const largest = Math.max(...expected);
    assert.ok(largest > 0);
    histogram!.forEach((x, k) => {
      assert.ok(Math.abs(x - expected[k]) <= 1e-12 * largest, `${k}: ${x}, ${expected[k]}`);
    });
    for (const chunkPoints of [1, 100, 250]) {
      for (const n_threads of [1, 2]) {
        const found = await client.evaluate(model, qpts, { ...scattering, weights, chunkPoints, n_threads });
        assert.equal(bits(found.histogram!), bits(histogram!), `${chunkPoints} ${n_threads}`);
      }
    }
  });

  it('are refused with what is wrong', async () => {
    const qpts = gridPoints([2, 2, 2], 0, 8);
    const weights = new Float64Array(8).fill(1);
    const good: EvaluateOptions = { quantity: 'histogram', histogram: bins, weights };
    await client.evaluate(model, qpts, good);
    const refused: [Partial<EvaluateOptions>, RegExp][] = [
      [{ histogram: undefined }, /needs bins/],
      [{ histogram: { ...bins, energy_max: -1 } }, /from -1 to -1 meV/],
      [{ histogram: { ...bins, bins: 0 } }, /histogram/],
      [{ histogram: { ...bins, width: [] } }, /histogram/],
      [{ histogram: { ...bins, q_width: -1 } }, /histogram/],
      [{ histogram: { ...bins, block_points: 0 } }, /histogram/],
      [{ histogram: { ...bins, weight: 'structure_factor' } }, /needs block_points/],
      ...['by_atom', 'by_direction'].map((parts): [object, RegExp] => [
        { histogram: { ...bins, weight: 'structure_factor', block_points: 8, [parts]: true } },
        /block_points/,
      ]),
      [{ weights: weights.map((_, i) => (i === 5 ? 0.5 : 1)) }, /weight of q-point 5 is 0.5/],
      [{ weights: weights.slice(1) }, /weights/],
      [{ quantity: 'frequencies' }, /takes no weights/],
    ];
    for (const [wrong, words] of refused) {
      const options = Object.fromEntries(
        Object.entries({ ...good, ...wrong }).filter(([, value]) => value !== undefined),
      );
      const error = await failsWith('invalid_argument', () => client.evaluate(model, qpts, options));
      assert.match(error.message, words);
    }
    const large = { ...bins, bins: 2 ** 22, by_atom: true };
    await failsWith('too_large', () => client.evaluate(model, qpts, { ...good, histogram: large }));
  });
});
