/**
 * Where Euphonic errs, each time against an independent route: plain sums, an invariant, or the same crystal told in
 * another way. docs/options.md lists them. What concerns the MATLAB interface (single q-points, (qh, qk, qk), a temperature
 * set after a Debye–Waller calculation) is tested in test/matlab/test_known_faults.m,
 * isotopes in symmetrised tensors in test/daemon/debyeWaller.test.ts.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { balancedLambda } from '../../crystals/ewald.js';
import type { EvaluateOptions } from '../../src/client/evaluation.js';
import { inAtomGauge } from '../../src/client/gauge.js';
import { type ForceConstants, makeForceConstants } from '../../src/models/forceConstants.js';
import { Supercell, type Vector } from '../../src/models/lattice.js';
import { readJsonText } from '../../src/models/readers/json.js';
import { EV_PER_HARTREE } from '../../src/models/units.js';
import { columns, degenerateSets, transposed } from '../support/compare.js';
import { TestDaemon } from '../support/daemon.js';
import { dynamicalMatrix, frequencies } from '../support/dynamicalMatrix.js';
import { eigenvalues } from '../support/hermitian.js';

/** A golden crystal: test/golden/crystals/make.py says what each has. */
function crystal(name: string): ForceConstants {
  const path = new URL(`../golden/crystals/${name}.json`, import.meta.url);
  return readJsonText(readFileSync(path, 'utf8'), name).content;
}

/** The same crystal with each atom called in the cell that `shifts` says. */
function moved(fc: ForceConstants, shifts: Vector[]): ForceConstants {
  const supercell = new Supercell(fc.scMatrix, fc.cellOrigins);
  const n = 3 * fc.nAtoms;
  const forceConstants = new Float64Array(fc.forceConstants.length);
  for (let k = 0; k < forceConstants.length; k++) {
    const [c, row, column] = [Math.floor(k / n / n), Math.floor(k / n) % n, k % n];
    const cell = [0, 1, 2].map(
      (a) => fc.cellOrigins[3 * c + a] + shifts[Math.floor(row / 3)][a] - shifts[Math.floor(column / 3)][a],
    );
    forceConstants[n * (n * supercell.indexOf(cell) + row) + column] = fc.forceConstants[k];
  }
  const atomR = fc.crystal.atomR.map((x, k) => x + shifts[Math.floor(k / 3)][k % 3]);
  return makeForceConstants({ ...fc, crystal: { ...fc.crystal, atomR }, forceConstants });
}

const POINTS: Vector[] = [
  [0.1, 0.2, 0.3],
  [0.5, 0, 0.5],
  [-1.3, 2.2, 0.4],
  [0.02, 0.01, 0],
  [1, -1, 2],
];

describe('known faults of Euphonic are not here', function () {
  this.timeout(60_000);
  let daemon: TestDaemon;
  before(() => {
    daemon = new TestDaemon();
  });
  after(() => daemon.dispose());

  const evaluate = async (
    fc: ForceConstants,
    points: readonly (readonly number[])[],
    options: EvaluateOptions,
  ) => {
    const client = daemon.client();
    const all: EvaluateOptions = { splitting: false, ...options };
    const { notes, ...result } = await client.evaluate(await client.putModel(fc), columns(points), all);
    return {
      notes,
      w: transposed(result.frequencies, points.length),
      s: transposed(result.structureFactors ?? new Float64Array(), points.length),
    };
  };

  const sameFrequencies = (actual: number[][], expected: number[][], relative = 1e-9) =>
    expected.forEach((row, i) => {
      row.forEach((w, mode) => {
        const difference = Math.abs(actual[i][mode] - w);
        assert.ok(
          difference <= relative * Math.max(10, Math.abs(w)),
          `q-point ${i}, mode ${mode}: ${actual[i][mode]}, expected ${w}`,
        );
      });
    });

  const sameIntensities = (
    actual: { w: number[][]; s: number[][] },
    expected: { w: number[][]; s: number[][] },
    relative = 1e-8,
  ) =>
    expected.s.forEach((row, i) => {
      const strongest = Math.max(...row);
      for (const set of degenerateSets(expected.w[i])) {
        if (set.some((mode) => Math.abs(expected.w[i][mode]) < 0.5)) continue;
        const sum = (values: number[]) => set.reduce((total, mode) => total + values[mode], 0);
        assert.ok(
          Math.abs(sum(actual.s[i]) - sum(row)) <= relative * strongest,
          `q-point ${i}, modes ${set}`,
        );
      }
    });

  it('an xy element of the dielectric tensor: as by plain sums', async () => {
    const fc = crystal('dielectric_xy');
    const { w } = await evaluate(fc, POINTS, { quantity: 'frequencies' });
    const ewaldLambda = balancedLambda(fc.crystal) * Math.sqrt(fc.dielectric![0]);
    // plain sums look for images two supercells away, no further
    const inside = moved(
      fc,
      fc.crystal.atomType.map(
        (_, i) => [0, 1, 2].map((a) => -Math.floor(fc.crystal.atomR[3 * i + a])) as Vector,
      ),
    );
    const expected = POINTS.map((q) =>
      frequencies(eigenvalues(dynamicalMatrix(inside, q, ewaldLambda))).map((x) => 1000 * EV_PER_HARTREE * x),
    );
    sameFrequencies(w, expected, 1e-6);
  });

  it('a left-handed cell: the crystal of the right-handed one, whatever the Ewald parameter', async () => {
    const fc = crystal('charged');
    // the first two cell vectors change places
    const swapped = (array: Float64Array | Int32Array) =>
      array.map((_, k) => array[k % 3 === 2 ? k : k - (k % 3) + (1 - (k % 3))]);
    const { cellVectors } = fc.crystal;
    const leftHanded = makeForceConstants({
      ...fc,
      crystal: {
        ...fc.crystal,
        cellVectors: Float64Array.of(
          ...cellVectors.slice(3, 6),
          ...cellVectors.slice(0, 3),
          ...cellVectors.slice(6),
        ),
        atomR: swapped(fc.crystal.atomR) as Float64Array,
      },
      scMatrix: swapped(fc.scMatrix) as Int32Array,
      cellOrigins: swapped(fc.cellOrigins) as Int32Array,
    });
    const expected = await evaluate(fc, POINTS, {});
    for (const dipole_parameter of [0.8, 1, 1.25]) {
      const found = await evaluate(
        leftHanded,
        POINTS.map(([h, k, l]) => [k, h, l]),
        { dipole_parameter },
      );
      sameFrequencies(found.w, expected.w);
      sameIntensities(found, expected);
    }
  });

  it('a point near a lattice point is not the zone centre, whatever its neighbours are', async () => {
    const fc = crystal('charged');
    const near: Vector = [1.000005, 0, 0];
    const list = [[0.9, 0.3, 0], near, [1, 0.5, 0.5]];
    const { w } = await evaluate(fc, list, { quantity: 'frequencies', splitting: true });
    const alone = await evaluate(fc, [[0.000005, 0, 0]], { quantity: 'frequencies', splitting: true });
    sameFrequencies([w[1]], alone.w, 1e-6);
    // its own direction of approach is a*, to which the limit at the zone centre converges
    const client = daemon.client();
    const limit = await client.evaluate(await client.putModel(fc), columns([[0, 0, 0]]), {
      quantity: 'frequencies',
      directions: Float64Array.of(1, 0, 0),
    });
    sameFrequencies([w[1].slice(3)], [[...limit.frequencies].slice(3)], 1e-4);
  });

  it('a grid that holds the zone centre takes no direction from its neighbours', async () => {
    const fc = crystal('charged');
    const client = daemon.client();
    const model = await client.putModel(fc);
    const options = { temperature: 100, symmetrise: false };
    const line = await client.debyeWaller(model, { ...options, grid: [3, 1, 1] });
    // the average over its three points is that over the zone centre, alone, and over the other two
    const centre = await client.debyeWaller(model, { ...options, grid: [1, 1, 1] });
    const modes = await evaluate(fc, [[1 / 3, 0, 0]], { quantity: 'frequencies' });
    assert.ok(modes.w[0].every((w) => w > 1));
    const others = line.tensors.map((x, k) => (3 * x - centre.tensors[k]) / 2);
    // a grid of two, shifted there by the crystal's own periodicity, does not exist: eigenvectors give the same
    const { frequencies: w, eigenvectors: e } = await client.evaluate(model, columns([[1 / 3, 0, 0]]), {
      quantity: 'modes',
    });
    const n = fc.nAtoms;
    const kelvin = 8.617333262e-2;
    for (let atom = 0; atom < n; atom++) {
      for (let axis = 0; axis < 3; axis++) {
        let sum = 0;
        for (let mode = 0; mode < 3 * n; mode++) {
          const part = (p: number) => e![(p * 3 + axis) * n * 3 * n + atom * 3 * n + mode];
          const square = part(0) ** 2 + part(1) ** 2;
          sum += square / w[mode] / Math.tanh(w[mode] / (2 * kelvin * options.temperature));
        }
        const amu = fc.crystal.atomMass[atom] / 1822.888486209;
        const expected = (4.18015928 / (4 * amu)) * sum;
        const found = others[9 * atom + 4 * axis];
        assert.ok(
          Math.abs(found - expected) < 1e-7 * expected,
          `atom ${atom}, axis ${axis}: ${found} ${expected}`,
        );
      }
    }
  });

  it('atoms called in cells far away: the same crystal', async () => {
    for (const name of ['triclinic', 'charged']) {
      const fc = crystal(name);
      const far = moved(fc, [
        [9, -14, 3],
        [0, 0, 0],
        [-31, 6, 17],
      ]);
      for (const asr of [null, 'reciprocal', 'realspace'] as const) {
        // the reciprocal rule adds a constant in the gauge of the cells, which is another one then
        const points = asr === 'reciprocal' ? [[1, -1, 2]] : POINTS;
        const [found, expected] = [await evaluate(far, points, { asr }), await evaluate(fc, points, { asr })];
        sameFrequencies(found.w, expected.w, 1e-6);
        sameIntensities(found, expected, 1e-6);
      }
    }
  });

  it('eigenvectors in atom gauge do not know the cells that atoms are called in', async () => {
    const fc = crystal('triclinic');
    const shifts: Vector[] = [
      [3, 0, -2],
      [0, 0, 0],
      [1, 1, 1],
    ];
    const client = daemon.client();
    const qpts = columns(POINTS);
    // projectors e e† of each mode: eigenvectors have a phase of their own
    const projectors = async (model: ForceConstants) => {
      const result = await client.evaluate(await client.putModel(model), qpts, { quantity: 'modes' });
      const e = inAtomGauge(result, qpts, model.crystal.atomR);
      const [half, step] = [e.length / 2, result.nModes * result.nPoints];
      return Array.from({ length: 9 }, (_, row) =>
        Array.from({ length: step }, (_, k) => {
          const [a, b] = [k, row * step + k];
          return [e[a] * e[b] + e[half + a] * e[half + b], e[half + a] * e[b] - e[a] * e[half + b]];
        }),
      ).flat(2);
    };
    const [found, expected] = [await projectors(moved(fc, shifts)), await projectors(fc)];
    found.forEach((x, k) => {
      assert.ok(Math.abs(x - expected[k]) < 1e-7, `${k}: ${x} ${expected[k]}`);
    });
  });

  it('cell origins in any order, from any supercell: the same crystal', async () => {
    const fc = crystal('charged');
    const size = (3 * fc.nAtoms) ** 2;
    const order = Array.from({ length: fc.nCells }, (_, c) => (c + 2) % fc.nCells);
    const reordered = makeForceConstants({
      ...fc,
      cellOrigins: Int32Array.from(
        order.flatMap((c, k) =>
          [0, 1, 2].map((a) => fc.cellOrigins[3 * c + a] + (k % 2) * fc.scMatrix[3 + a] - fc.scMatrix[a]),
        ),
      ),
      forceConstants: Float64Array.from(
        order.flatMap((c) => [...fc.forceConstants.subarray(c * size, (c + 1) * size)]),
      ),
    });
    const [found, expected] = [await evaluate(reordered, POINTS, {}), await evaluate(fc, POINTS, {})];
    sameFrequencies(found.w, expected.w);
    sameIntensities(found, expected);
  });

  it('the real-space sum rule leaves no acoustic mode at the zone centre: polar and asymmetric crystals', async () => {
    for (const name of ['charged', 'dielectric_xy', 'single_cell', 'asymmetric', 'broken_sum_rule']) {
      const { w, notes } = await evaluate(crystal(name), [[0, 0, 0]], {
        asr: 'realspace',
        quantity: 'frequencies',
      });
      const zeros = w[0].filter((x) => Math.abs(x) < 1e-4).length;
      assert.equal(zeros, 3, `${name}: ${w[0]}`);
      assert.deepEqual(notes, []);
    }
  });

  it('frequencies that are exactly zero give no NaN', async () => {
    const fc = crystal('triclinic');
    const free = makeForceConstants({ ...fc, forceConstants: new Float64Array(fc.forceConstants.length) });
    for (const temperature of [null, 0, 300]) {
      const { w, s } = await evaluate(free, POINTS, { temperature, negative_e: true });
      assert.ok([...w.flat(), ...s.flat()].every((x) => Number.isFinite(x)));
      assert.ok(w.flat().every((x) => x === 0));
    }
    const client = daemon.client();
    const grid = await client.debyeWaller(await client.putModel(free), { grid: [2, 2, 2], temperature: 300 });
    assert.ok(grid.tensors.every((x) => x === 0));
  });

  it('a single q-point, and a last chunk of one', async () => {
    const fc = crystal('charged');
    const all = await evaluate(fc, POINTS, {});
    const one = await evaluate(fc, [POINTS[2]], {});
    assert.deepEqual(one.s[0], all.s[2]);
    const chunks = await evaluate(fc, POINTS, { chunkPoints: 2 });
    assert.deepEqual(chunks.s, all.s);
  });

  it('an asymmetric matrix: the blocks as stored, one triangle, of every pair', async () => {
    const fc = crystal('asymmetric');
    const size = 3 * fc.nAtoms;
    const supercell = new Supercell(fc.scMatrix, fc.cellOrigins);
    // the other triangle, and the lower half of the own blocks, made the mirror of the one that counts
    const symmetric = fc.forceConstants.map((x, k) => {
      const [c, row, column] = [Math.floor(k / size / size), Math.floor(k / size) % size, k % size];
      if (Math.floor(row / 3) <= Math.floor(column / 3)) return x;
      const mirrored = supercell.indexOf([0, 1, 2].map((a) => -fc.cellOrigins[3 * c + a]));
      return fc.forceConstants[size * (size * mirrored + column) + row];
    });
    const twin = makeForceConstants({ ...fc, forceConstants: symmetric });
    const [found, expected] = [await evaluate(fc, POINTS, {}), await evaluate(twin, POINTS, {})];
    sameFrequencies(found.w, expected.w);
  });
});
