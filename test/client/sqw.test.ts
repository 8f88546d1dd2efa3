import assert from 'node:assert/strict';
import { materials } from '../../crystals/generate.js';
import { seededRandom } from '../../crystals/random.js';
import type { EuphonicClient } from '../../src/client/client.js';
import type { EvaluateOptions, Evaluation } from '../../src/client/evaluation.js';
import type { ModelSummary } from '../../src/protocol/results.js';
import { TestDaemon } from '../support/daemon.js';
import { failsWith } from '../support/errors.js';

const bits = (array: Float64Array) => Buffer.from(array.buffer).toString('base64');

const nPoints = 300;
const next = seededRandom(8);
const qpts = Float64Array.from({ length: 3 * nPoints }, () => 3 * next());
const energies = Float64Array.from({ length: nPoints }, (_, i) => 170 * next() * (i % 3 === 0 ? -1 : 1));
const width = [1.5, 0.01, 1e-4];
const widthAt = (e: number) => Math.abs(width[0] + width[1] * e + width[2] * e * e);

/** k in meV/K */
const BOLTZMANN = 0.08617333262;

/** The sums over modes of the protocol page. */
function expected(modes: Evaluation, options: EvaluateOptions): Float64Array {
  const { shape = 'gauss', scale = 1, frequency_scale: f = 1, temperature = null, negative_e } = options;
  const limited = (s: number) => Math.min(s, options.intensity_limit ?? Number.POSITIVE_INFINITY);
  const { nModes, frequencies, structureFactors } = modes;
  return energies.map((e, i) => {
    const g = widthAt(e);
    const line = (x: number) =>
      shape === 'gauss'
        ? (Math.sqrt((4 * Math.LN2) / Math.PI) / g) * Math.exp((-4 * Math.LN2 * x * x) / g / g)
        : g / (2 * Math.PI) / (x * x + (g * g) / 4);
    let sum = 0;
    for (let m = 0; m < nModes; m++) {
      const w = frequencies[m * nPoints + i];
      const s = structureFactors![m * nPoints + i];
      if (shape !== 'dho') {
        sum += limited(s) * line(e - f * w);
        if (negative_e) sum += limited(structureFactors![(nModes + m) * nPoints + i]) * line(e + f * w);
      } else {
        const square = f * f * w * Math.abs(w);
        const response = (f * Math.abs(w) * (2 / Math.PI) * e * g) / ((e * e - square) ** 2 + e * e * g * g);
        let factor = Math.sign(e);
        if (temperature !== null)
          factor = temperature > 0 ? -1 / Math.expm1(-e / (BOLTZMANN * temperature)) : e < 0 ? 0 : 1;
        if (e < 0 && !negative_e) factor = 0;
        sum += s * response * factor;
      }
    }
    return scale * sum;
  });
}

describe('broadened intensities', function () {
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

  for (const shape of ['gauss', 'lorentz', 'dho'] as const) {
    it(`${shape}: the sums over modes`, async () => {
      for (const temperature of [null, 0, 300]) {
        for (const negative_e of [false, true]) {
          const common = { asr: 'reciprocal', temperature, negative_e, splitting: false } as const;
          const grid = { debye_waller_grid: [3, 3, 2] as [number, number, number] };
          const line: EvaluateOptions = { shape, width, scale: 0.7, frequency_scale: 1.1 };
          const options = { ...common, ...grid, ...line, quantity: 'sqw' as const, energies };
          const result = await client.evaluate(model, qpts, options);
          assert.equal(result.intensities!.length, nPoints);
          assert.equal(result.frequencies.length, 0);
          assert.equal(result.structureFactors, undefined);
          const bare = shape === 'dho' ? { bose: false } : {};
          const modes = await client.evaluate(model, qpts, { ...common, ...grid, ...bare });
          const reference = expected(modes, { ...common, ...line });
          const largest = Math.max(...reference);
          for (const [i, value] of reference.entries()) {
            const difference = Math.abs(result.intensities![i] - value);
            assert.ok(difference <= 1e-8 * Math.abs(value) + 1e-12 * largest, `point ${i}: ${difference}`);
          }
          const cut = await client.evaluate(model, qpts, { ...options, chunkPoints: 17, n_threads: 1 });
          assert.equal(bits(cut.intensities!), bits(result.intensities!));
        }
      }
    });
  }

  it('have the modes limited that are asked to be', async () => {
    const line: EvaluateOptions = { shape: 'lorentz', width, scale: 3, intensity_limit: 0.1 };
    const options = { temperature: 300, negative_e: true, splitting: false } as const;
    const modes = await client.evaluate(model, qpts, options);
    assert.ok(modes.structureFactors!.some((s) => s > 0.2));
    const { intensities } = await client.evaluate(model, qpts, {
      ...options,
      ...line,
      quantity: 'sqw',
      energies,
    });
    for (const [i, value] of expected(modes, { ...options, ...line }).entries()) {
      assert.ok(Math.abs(intensities![i] - value) <= 1e-8 * Math.abs(value), `point ${i}`);
    }
  });

  it('are finite at zero energy, at the zone centre and with no width', async () => {
    const zeros = new Float64Array(3);
    for (const shape of ['gauss', 'lorentz', 'dho'] as const) {
      for (const temperature of [null, 0, 300]) {
        const options = { quantity: 'sqw', energies: Float64Array.of(0), shape, temperature } as const;
        for (const width of [[0], [1]]) {
          const { intensities } = await client.evaluate(model, zeros, { ...options, width });
          assert.ok(Number.isFinite(intensities![0]), `${shape} ${temperature} ${width}`);
        }
      }
    }
  });

  it('are refused with what is wrong', async () => {
    const good: EvaluateOptions = { quantity: 'sqw', energies, width };
    await client.evaluate(model, qpts, good);
    const refused: [Partial<EvaluateOptions>, RegExp][] = [
      [{ width: undefined }, /needs a width/],
      [{ width: [] }, /width/],
      [{ width: new Array(9).fill(1) }, /width/],
      [{ width: [1, Number.NaN] }, /width/],
      [{ energies: undefined }, /needs an energy/],
      [{ energies: energies.slice(1) }, /energies/],
      [{ energies: energies.map((e, i) => (i === 123 ? Number.NaN : e)) }, /energy of q-point 123 is NaN/],
      [{ quantity: 'structure_factor' }, /takes no energies/],
      [{ frequency_scale: 0 }, /frequency_scale/],
      [{ intensity_limit: 0 }, /intensity_limit/],
      [{ scale: Number.POSITIVE_INFINITY }, /scale/],
      [{ shape: 'voigt' as 'gauss' }, /shape/],
    ];
    for (const [wrong, words] of refused) {
      const options = Object.fromEntries(
        Object.entries({ ...good, ...wrong }).filter(([, value]) => value !== undefined),
      );
      const error = await failsWith('invalid_argument', () => client.evaluate(model, qpts, options));
      assert.match(error.message, words);
    }
  });
});
