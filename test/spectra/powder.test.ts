import assert from 'node:assert/strict';
import { reachable } from '../../src/spectra/kinematics.js';
import {
  measurable,
  type PowderRequest,
  powderAxis,
  powderSpectrum,
  remainingQ,
} from '../../src/spectra/powder.js';
import { averageShells, type Blocks, type Sampling } from '../../src/spectra/shells.js';
import { failsWith } from '../support/errors.js';

const near = (x: number, y: number, tolerance = 1e-12) =>
  assert.ok(Math.abs(x - y) <= tolerance, `${x}, ${y}`);
const request: PowderRequest = {
  qMin: 1,
  qMax: 2,
  qSpacing: 0.25,
  energyMin: 0,
  energyMax: 40,
  bins: 4,
};
const everything = () => true;
const cell = Float64Array.of(3, 0, 0, 0, 3, 0, 0, 0, 3);

describe('spheres of a powder average', () => {
  it('have the radii of the centres of bins, and some beyond for a resolution in Q', () => {
    const { edges, radii, first } = powderAxis(request);
    assert.deepEqual([...edges], [1, 1.25, 1.5, 1.75, 2]);
    assert.deepEqual(radii, [1.125, 1.375, 1.625, 1.875]);
    assert.equal(first, 0);
    assert.deepEqual([...powderAxis({ ...request, qMax: 1.6 }).edges], [1, 1.25, 1.5, 1.75]);
    // 3.3 standard deviations of 0.5 1/Å are 2.8 bins; below Q = 0 there is nothing
    const wide = powderAxis({ ...request, qMin: 0.3, qWidth: [0.5] });
    assert.equal(wide.first, 1);
    near(wide.radii[0], 0.175);
    assert.equal(wide.radii.length, 1 + 7 + 3);
    assert.equal(powderAxis({ ...request, qMin: 0, qWidth: [0.5] }).first, 0);
  });

  it('are spread over the bins of Q so that nothing is lost', () => {
    const resolved = { ...request, qMin: 0.5, qSpacing: 0.05, qWidth: [0.1, 0.02] };
    const axis = powderAxis(resolved);
    const flat = axis.radii.map(() => Float64Array.of(1, 2, 3, 4));
    const { data } = powderSpectrum(flat, axis, resolved, everything, 'per_energy', {});
    // per meV
    for (let k = 0; k < data.length; k++) near(data[k], (1 + (k % 4)) / 10, 5e-3);
    const one = axis.radii.map((_, i) => new Float64Array(4).fill(i === axis.first + 15 ? 10 : 0));
    const peak = powderSpectrum(one, axis, resolved, everything, 'per_energy', {}).data;
    const column = Array.from({ length: 30 }, (_, i) => peak[4 * i]);
    near(
      column.reduce((sum, x) => sum + x),
      1,
      1e-9,
    );
    const [centre, fwhm] = [axis.radii[axis.first + 15], 0.1 + 0.02 * axis.radii[axis.first + 15]];
    const variance = column.reduce((sum, x, i) => sum + x * (0.525 + 0.05 * i - centre) ** 2, 0);
    // of the bins, too
    near(Math.sqrt(variance - 0.05 ** 2 / 12), fwhm / 2.3548, 1e-4);
  });

  /** Sums over blocks of a function of the q-point. */
  const summing =
    (of: (x: number, y: number, z: number) => number, seen: Blocks[]) => async (blocks: Blocks) => {
      seen.push(blocks);
      const { qpts, weights, blockPoints } = blocks;
      const n = weights.length;
      assert.equal(n % blockPoints, 0);
      return Array.from({ length: n / blockPoints }, (_, block) => {
        let sum = 0;
        for (let k = block * blockPoints; k < (block + 1) * blockPoints; k++)
          sum += weights[k] * of(qpts[k], qpts[n + k], qpts[2 * n + k]);
        return Float64Array.of(sum, 0);
      });
    };
  const sampling: Sampling = { count: () => 1000, isGolden: false, most: 2 ** 17, mostAtOnce: 5000 };
  // in units of Q = 2π/3
  const scale = (3 / (2 * Math.PI)) ** 4;

  it('are averages, in any number of q-points and portions', async () => {
    for (const [count, isGolden] of [
      [1000, false],
      [999, true],
      [601, false],
      [1, true],
      [1, false],
    ] as const) {
      const seen: Blocks[] = [];
      const constant = summing(() => 3, seen);
      const given = { ...sampling, isGolden, count: (q: number) => Math.round(count * q) };
      const shells = await averageShells([1, 2, 3, 4.5], cell, given, constant, everything);
      for (const { average } of shells) near(average[0], 3);
      assert.ok(seen.every(({ blockPoints }) => blockPoints <= 256));
      if (count === 1000) assert.ok(seen.length > 1);
      const sets = isGolden ? 1 : 2;
      assert.deepEqual(
        shells.map(({ directions }) => directions),
        [1, 2, 3, 4.5].map((q) => sets * Math.ceil(Math.round(count * q) / sets)),
      );
    }
    const quartic = summing((x) => x ** 4, []);
    const [one, two] = await averageShells([1, 2], cell, sampling, quartic, everything);
    // the mean of x⁴ over the sphere is 1/5
    near(one.average[0], scale / 5, 1e-4 * scale);
    near(two.average[0], (16 * scale) / 5, 16e-4 * scale);
  });

  it('get directions until the error is as small as wanted, each sphere by itself', async () => {
    // narrow for the second sphere alone
    const peak = summing(
      (x, y) => 1 + (Math.hypot(x, y) > 0.7 ? Math.exp(-1000 * (x - y) ** 2) * 50 : 0),
      [],
    );
    const given = { ...sampling, error: 0.002 };
    const [flat, narrow] = await averageShells([1, 2], cell, given, peak, everything);
    assert.equal(flat.directions, 1000);
    assert.ok(narrow.directions > 1000 && narrow.error! < 0.002, `${narrow.directions} ${narrow.error}`);
    const [, limited] = await averageShells(
      [1, 2],
      cell,
      { ...given, error: 1e-9, most: 3000 },
      peak,
      everything,
    );
    assert.equal(limited.directions, 2000);
    assert.ok(limited.error! > 1e-9);
    const [, unwanted] = await averageShells([1, 2], cell, given, peak, (shell, k) => shell === 0 || k === 1);
    assert.equal(unwanted.directions, 1000);
    assert.equal(unwanted.error, 0);
  });

  it('have an error that fewer directions before have a say in', async () => {
    // both sets differ by 8 % at first, and by nothing later on
    let calls = 0;
    const sum = async ({ weights, blockPoints }: Blocks) => {
      calls++;
      const blocks = weights.length / blockPoints;
      return Array.from({ length: blocks }, (_, block) => {
        const points = weights
          .subarray(block * blockPoints, (block + 1) * blockPoints)
          .reduce((n, x) => n + x, 0);
        return Float64Array.of(points * (calls > 1 ? 1 : block < blocks / 2 ? 1.04 : 0.96));
      });
    };
    const once = { ...sampling, error: 0.01, most: 4000 };
    const [shell] = await averageShells([1], cell, once, sum, everything);
    assert.equal(calls, 2);
    // 4 % of 1000 directions are 1.41 % of 4000; stated is a 1.4 times as much
    assert.equal(shell.directions, 4000);
    near(shell.error!, 1.4 * (0.04 / 4 ** 0.75) * Math.sqrt(1 / 2), 1e-12);
    calls = 0;
    const [first] = await averageShells([1], cell, sampling, sum, everything);
    near(first.error!, 1.4 * 0.04);
  });

  /** 1/q² of each of the six Bragg points next to the origin; and its exact average over a sphere. */
  const G = (2 * Math.PI) / 3;
  const nearest = [0, 1, 2].flatMap((axis) =>
    [-1, 1].map((sign) => [0, 1, 2].map((k) => (k === axis ? sign : 0))),
  );
  const peaks = (...q: number[]) =>
    nearest.reduce((sum, g) => sum + 1 / (G * Math.hypot(...g.map((x, k) => q[k] - x))) ** 2, 0);
  const averagePeaks = (radius: number) =>
    (6 * Math.log((radius + G) / Math.abs(radius - G))) / (2 * radius * G);

  it('have an error that is true near Bragg points, too, where directions are denser', async () => {
    const radii = [0.9, 0.98, 0.999, 1.001, 1.003, 1.01, 1.03, 1.1, 1.2].map((x) => x * G);
    const given = { ...sampling, error: 0.01, isDenserAtBragg: true };
    const shells = await averageShells(radii, cell, given, summing(peaks, []), everything);
    shells.forEach(({ average, error, directions }, i) => {
      const exact = averagePeaks(radii[i]);
      const missed = Math.abs(average[0] / exact - 1);
      // of one number both sets may by chance give nearly the same
      assert.ok(
        missed < Math.max(1.5 * error!, 1e-3) && error! < 0.01,
        `${radii[i] / G}: ${missed}, stated ${error}`,
      );
      assert.ok(directions <= 8000, `${radii[i] / G}: ${directions} directions`);
    });
  });
});

describe('kinematics', () => {
  const direct = { energy: 50, isFinal: false, angles: [10, 120] as const };

  it('say which Q a transfer of energy is measured at', () => {
    const elastic = reachable(direct, 0)!;
    // 4π sin θ / λ, λ = 9.0446 Å / √E
    const k = Math.sqrt(50) * ((2 * Math.PI) / 9.04457);
    near(elastic[0], 2 * k * Math.sin((5 * Math.PI) / 180), 1e-5);
    near(elastic[1], 2 * k * Math.sin(Math.PI / 3), 1e-5);
    assert.equal(reachable(direct, 51), undefined);
    // the neutron stops
    for (const q of reachable(direct, 50)!) near(q, k, 1e-5);
    const indirect = { ...direct, energy: 3.5, isFinal: true };
    assert.ok(reachable(indirect, 100)![0] > reachable(indirect, 10)![0]);
    assert.equal(reachable(indirect, -4), undefined);
  });

  it('leave out what is not measured, or refuse a map without anything', async () => {
    const axis = powderAxis({ ...request, qMin: 0, qMax: 8 });
    const limited = { ...request, qMin: 0, qMax: 8, kinematics: direct };
    const is = measurable(axis, limited);
    const { data } = powderSpectrum(
      axis.radii.map(() => new Float64Array(4).fill(1)),
      axis,
      limited,
      is,
      'per_energy',
      {},
    );
    for (let i = 0; i < 32; i++) {
      for (let k = 0; k < 4; k++) {
        const [low, high] = reachable(direct, 5 + 10 * k)!;
        const isReached = low <= 0.25 * (i + 1) && high >= 0.25 * i;
        assert.equal(Number.isNaN(data[4 * i + k]), !isReached);
      }
    }
    assert.deepEqual(remainingQ(axis, is, 4), [0.75, 8]);
    assert.equal(remainingQ(axis, everything, 4), undefined);
    const error = await failsWith('invalid_argument', () =>
      measurable(powderAxis({ ...request, qMin: 10, qMax: 11 }), limited),
    );
    assert.match(error.expected!, /between 0\.871 and 8\.29 1\/Å/);
  });
});
