import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { EuphonicClient } from '../../src/client/client.js';
import type { EvaluateOptions } from '../../src/client/evaluation.js';
import { ANGSTROM_PER_BOHR, EV_PER_HARTREE } from '../../src/models/units.js';
import type { ModelSummary } from '../../src/protocol/results.js';
import { columns, degenerateSets, SOFT_MODE, transposed } from '../support/compare.js';
import { TestDaemon } from '../support/daemon.js';
import { arbitraryModel } from '../support/models.js';

interface Golden {
  qpts: number[][];
  cases: {
    crystal: string;
    options: EvaluateOptions;
    /** hartree */
    frequencies: number[][];
    /** hartree bohr: [q-point][mode][3] */
    mode_gradients: number[][][];
  }[];
}

const folder = fileURLToPath(new URL('../golden/', import.meta.url));
const golden: Golden = JSON.parse(readFileSync(`${folder}mode_gradients.json`, 'utf8'));
const MEV = 1000 * EV_PER_HARTREE;
const ALL: EvaluateOptions = { quantity: 'modes', mode_gradients: true };

const points = [
  [0, 0, 0],
  [0.1, 0.2, 0.3],
  [-1.4, 0.7, 2.2],
  [1, 1, 0],
  [0.45, -0.05, 0.3],
  [0.2, 0.6, -0.1],
];

describe('mode gradients', function () {
  this.timeout(60_000);
  let daemon: TestDaemon;
  let client: EuphonicClient;
  before(() => {
    daemon = new TestDaemon();
    client = daemon.client({ threads: 2 });
  });
  after(() => daemon.dispose());

  /** [component][q-point][mode] meV·Å, and frequencies [q-point][mode] meV */
  async function calculate(model: ModelSummary, qpts: number[][], options: EvaluateOptions) {
    const result = await client.evaluate(model, columns(qpts), options);
    const size = result.nModes * qpts.length;
    assert.equal(result.modeGradients?.length, 3 * size);
    const gradients = [0, 1, 2].map((axis) =>
      transposed(result.modeGradients!.subarray(axis * size, (axis + 1) * size), qpts.length),
    );
    return { frequencies: transposed(result.frequencies, qpts.length), gradients };
  }

  for (const { crystal, options, frequencies, mode_gradients } of golden.cases) {
    it(`of ${crystal} ${JSON.stringify(options)} are Euphonic's`, async () => {
      const model = await client.loadModel(`${folder}crystals/${crystal}.json`);
      const found = await calculate(model, golden.qpts, { ...options, ...ALL, quantity: 'frequencies' });
      let compared = 0;
      for (const [q, row] of frequencies.entries()) {
        for (const set of degenerateSets(row.map((w) => w * MEV))) {
          if (set.some((mode) => Math.abs(row[mode]) * MEV < SOFT_MODE)) continue;
          for (const axis of [0, 1, 2]) {
            let expected = 0;
            let sum = 0;
            for (const mode of set) {
              // Euphonic's is the gradient of |ω|
              expected += Math.sign(row[mode]) * mode_gradients[q][mode][axis] * MEV * ANGSTROM_PER_BOHR;
              sum += found.gradients[axis][q][mode];
            }
            // its real-space sum rule removes a little more than the translations' eigenvalues
            const allowed = Math.max(1e-7, (options.asr === 'realspace' ? 1e-6 : 1e-8) * Math.abs(expected));
            assert.ok(
              Math.abs(sum - expected) < allowed,
              `q-point ${q}, modes ${set}: ${sum}, not ${expected}`,
            );
            compared++;
          }
        }
      }
      assert.ok(compared >= 3 * frequencies.length);
    });
  }

  // dipoles and all; and with force constants of which one triangle counts
  for (const crystal of ['charged', 'dielectric_xy', 'asymmetric']) {
    it(`of ${crystal} are what its frequencies do in small steps`, () => smallSteps(crystal));
  }

  async function smallSteps(crystal: string) {
    const content = JSON.parse(readFileSync(`${folder}crystals/${crystal}.json`, 'utf8'));
    const model = await client.loadModel(`${folder}crystals/${crystal}.json`);
    const qpts = points.filter((q) => q.some((x) => !Number.isInteger(x)));
    const { gradients, frequencies } = await calculate(model, qpts, ALL);
    // r.l.u. of a Cartesian vector: q = Q Aᵀ / 2π with cell vectors in the rows of A
    const cell: number[][] = content.crystal.cell_vectors;
    const step = 1e-4; // 1/Å
    const moved = (q: number[], axis: number, by: number) =>
      q.map((x, a) => x + (by * cell[a][axis] * ANGSTROM_PER_BOHR) / (2 * Math.PI));
    for (const axis of [0, 1, 2]) {
      const at = async (by: number) => {
        const around = qpts.map((q) => moved(q, axis, by));
        const { frequencies } = await client.evaluate(model, columns(around), { quantity: 'frequencies' });
        return transposed(frequencies, qpts.length);
      };
      const [above, below] = [await at(step), await at(-step)];
      for (const q of qpts.keys()) {
        for (const [mode, w] of frequencies[q].entries()) {
          if (Math.abs(w) < SOFT_MODE) continue;
          const slope = (above[q][mode] - below[q][mode]) / (2 * step);
          const gradient = gradients[axis][q][mode];
          assert.ok(
            Math.abs(gradient - slope) < 1e-3,
            `q-point ${q}, mode ${mode}: ${gradient}, not ${slope}`,
          );
        }
      }
    }
    if (!model.polar) return;
    const without = await calculate(model, qpts, { ...ALL, dipole: false });
    const largest = Math.max(
      ...qpts.map((_, q) => Math.abs(without.gradients[0][q][0] - gradients[0][q][0])),
    );
    assert.ok(largest > 0.01, `dipoles make no difference here: ${largest}`);
  }

  it('come with frequencies and with modes, and are the same bits for any chunks and threads', async () => {
    const model = await client.putModel(arbitraryModel());
    const whole = await client.evaluate(model, columns(points), ALL);
    assert.ok(whole.eigenvectors);
    assert.ok(whole.modeGradients!.every(Number.isFinite));
    for (const quantity of ['frequencies', 'modes'] as const) {
      for (const chunkPoints of [1, 4]) {
        for (const n_threads of [1, 2]) {
          const cut = { ...ALL, quantity, chunkPoints, n_threads };
          const result = await client.evaluate(model, columns(points), cut);
          assert.deepEqual(result.modeGradients, whole.modeGradients);
          assert.deepEqual(result.frequencies, whole.frequencies);
        }
      }
    }
  });

  it('are not made where they were not asked for, nor of other quantities', async () => {
    const model = await client.putModel(arbitraryModel());
    for (const options of [
      { quantity: 'modes' },
      { quantity: 'structure_factor', mode_gradients: true },
    ] as const) {
      const { modeGradients } = await client.evaluate(model, columns(points), options);
      assert.equal(modeGradients, undefined);
    }
  });
});
