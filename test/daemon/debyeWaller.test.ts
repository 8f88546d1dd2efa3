import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { materials } from '../../crystals/generate.js';
import { seededRandom } from '../../crystals/random.js';
import type { EuphonicClient } from '../../src/client/client.js';
import { RequestSocket } from '../../src/client/requestSocket.js';
import { TensorSum } from '../../src/compute/debyeWaller.js';
import { spaceGroup, symmetrisedTensors } from '../../src/models/symmetry.js';
import { ANGSTROM_PER_BOHR, ELECTRON_MASS_PER_AMU } from '../../src/models/units.js';
import type { ModelSummary } from '../../src/protocol/results.js';
import { gridPoints, halfGrid } from '../../src/qpoints/grid.js';
import { irreducibleWedge, wedgePart } from '../../src/qpoints/irreducibleWedge.js';
import { describeWithExecutors, eventually, TestDaemon } from '../support/daemon.js';
import { dataFile } from '../support/data.js';
import { failsWith } from '../support/errors.js';
import { arbitraryModel } from '../support/models.js';

interface Golden {
  file: string;
  grid: [number, number, number];
  temperature: number;
  asr: 'reciprocal' | null;
  symmetrise: boolean;
  debye_waller: number[];
}

const golden: { angstrom_per_bohr: number; cases: Golden[] } = JSON.parse(
  readFileSync(new URL('../golden/debye_waller.json', import.meta.url), 'utf8'),
);

/** Of the largest element. */
function deviation(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  const reference = Array.from(expected);
  assert.equal(actual.length, reference.length);
  const largest = Math.max(...reference.map(Math.abs));
  return Math.max(...reference.map((x, i) => Math.abs(actual[i] - x))) / largest;
}

const bits = (array: Float64Array) => Buffer.from(array.buffer).toString('base64');

describe('Monkhorst–Pack grids', () => {
  it('have the points of their definition, q and −q at mirrored places', () => {
    const half = 1 / 4;
    assert.deepEqual(
      [...gridPoints([1, 2, 3], 0, 6)],
      [
        ...[0, 0, 0, 0, 0, 0],
        ...[-half, -half, -half, half, half, half],
        ...[-1 / 3, 0, 1 / 3, -1 / 3, 0, 1 / 3],
      ],
    );
    const grid = [3, 5, 7] as const;
    const all = gridPoints(grid, 0, 105);
    for (let k = 0; k < 105; k++) {
      for (let axis = 0; axis < 3; axis++) assert.equal(all[105 * axis + k] + all[105 * axis + 104 - k], 0);
    }
    const part = gridPoints(grid, 40, 20);
    for (let axis = 0; axis < 3; axis++) {
      assert.deepEqual(part.slice(20 * axis, 20 * axis + 20), all.slice(105 * axis + 40, 105 * axis + 60));
    }
  });

  it('count every point but the middle one twice', () => {
    const rows = (count: number, value: (k: number) => number) =>
      Float64Array.from({ length: 6 * count }, (_, i) => value(i % count));
    const odd = new TensorSum(1, halfGrid([1, 1, 5]));
    odd.add(
      rows(2, (k) => k + 1),
      0,
      2,
    );
    odd.add(
      rows(1, () => 10),
      2,
      1,
    );
    assert.deepEqual([...odd.average()], new Array(9).fill((2 * 1 + 2 * 2 + 10) / 5));
    const even = new TensorSum(1, halfGrid([1, 1, 4]));
    even.add(
      rows(2, (k) => k + 1),
      0,
      2,
    );
    assert.deepEqual([...even.average()], new Array(9).fill((2 * 1 + 2 * 2) / 4));
  });
});

describe('irreducible wedges', () => {
  for (const name of ['quartz', 'sodium-chloride', 'lanthanum-zirconate', 'ammonium-sulphate-shaken']) {
    it(`stand for every point of a grid, ${name}`, async () => {
      const { operations } = await spaceGroup(materials[name]().crystal);
      for (const grid of [
        [5, 5, 5],
        [4, 4, 4],
        [3, 4, 5],
      ] as const) {
        const wedge = irreducibleWedge(grid, operations);
        const n = grid[0] * grid[1] * grid[2];
        assert.equal(
          wedge.weights.reduce((sum, weight) => sum + weight, 0),
          n,
        );
        assert.equal(new Set(wedge.indices).size, wedge.indices.length);
        assert.ok(wedge.indices.length <= Math.ceil(n / 2));
        const part = wedgePart(grid, wedge);
        const all = gridPoints(grid, 0, n);
        const points = part.points(1, 2);
        for (let axis = 0; axis < 3; axis++)
          assert.equal(points[2 * axis + 1], all[n * axis + wedge.indices[2]]);
      }
    });
  }

  it('have as many points as the tables of special points say', async () => {
    const { operations } = await spaceGroup(materials['sodium-chloride']().crystal);
    // Monkhorst & Pack (1976), face-centred cubic, q = 2, 4, 8: in the cubic cell's axes these grids are other ones
    const counts = ([2, 4, 8] as const).map((q) => irreducibleWedge([q, q, q], operations).indices.length);
    assert.deepEqual(counts, [2, 10, 60]);
  });
});

describeWithExecutors('Debye–Waller tensors', function (executor) {
  this.timeout(60_000);
  let daemon: TestDaemon;
  let client: EuphonicClient;
  let model: ModelSummary;
  // averages are formed above the executor, whatever it is
  const itOfAverages = executor === 'local' ? it : () => {};
  before(async () => {
    daemon = new TestDaemon(executor);
    await daemon.start({ threads: 3 });
    client = daemon.client();
    model = await client.putModel(materials.quartz());
  });
  after(() => daemon.dispose());

  for (const { file, grid, temperature, asr, symmetrise, debye_waller } of golden.cases) {
    const title = `${file} ${grid.join(' ')}, ${temperature} K, ${asr}${symmetrise ? ', symmetrised' : ''}`;
    itOfAverages(`are Euphonic's: ${title}`, async function () {
      const quartz = await client.loadModel(dataFile(this, file));
      const options = { grid, temperature, asr, symmetrise };
      const { tensors, ...summary } = await client.debyeWaller(quartz, options);
      // CODATA 2018 here, 2022 there: 7e-10 apart
      const unit = (ANGSTROM_PER_BOHR / golden.angstrom_per_bohr) ** 2;
      const found = deviation(
        tensors,
        debye_waller.map((x) => unit * x),
      );
      console.log(`      within ${found.toExponential(1)} of the largest element`);
      assert.ok(found < (asr === null ? 1e-10 : 1e-7), `${found}`);
      const n = grid[0] * grid[1] * grid[2];
      assert.equal(summary.n_points, n);
      assert.equal(summary.evaluated, Math.ceil(n / 2));
      assert.equal(summary.cached, false);
      assert.equal(summary.space_group === null, !symmetrise);
      const single = await client.debyeWaller(quartz, { ...options, n_threads: 1 });
      assert.equal(single.cached, true);
      assert.equal(bits(single.tensors), bits(tensors));
    });
  }

  itOfAverages('symmetrises as the data files say', async function () {
    const tensorsIn = (name: string) => {
      const { debye_waller, debye_waller_unit, crystal } = JSON.parse(
        readFileSync(dataFile(this, `quartz/${name}`), 'utf8'),
      );
      assert.equal(debye_waller_unit, 'angstrom ** 2');
      return { tensors: Float64Array.from(debye_waller.flat(2)), crystal };
    };
    const plain = tensorsIn('quartz_666_300K_debye_waller.json');
    const symmetric = tensorsIn('quartz_666_300K_symm_debye_waller.json');
    const { cell_vectors, atom_r, atom_type, atom_mass } = plain.crystal;
    const group = await spaceGroup({
      cellVectors: Float64Array.from(cell_vectors.flat(), (x: number) => x / ANGSTROM_PER_BOHR),
      atomR: Float64Array.from(atom_r.flat()),
      atomType: atom_type,
      atomMass: Float64Array.from(atom_mass, (x: number) => x * ELECTRON_MASS_PER_AMU),
    });
    const found = deviation(symmetrisedTensors(plain.tensors, group), symmetric.tensors);
    console.log(`      within ${found.toExponential(1)} of the largest element`);
    assert.ok(found < 1e-12);
    assert.ok(deviation(plain.tensors, symmetric.tensors) > 1e-6);
  });

  for (const name of ['sodium-chloride', 'lanthanum-zirconate']) {
    itOfAverages(`are those of the whole grid where the irreducible wedge is used, ${name}`, async () => {
      const fc = materials[name]();
      const summary = await client.putModel(fc);
      const options = { grid: [10, 10, 10] as [number, number, number], temperature: 300 };
      const wedge = await client.debyeWaller(summary, options);
      const whole = await client.debyeWaller(summary, { ...options, symmetrise: false });
      assert.equal(whole.evaluated, 500);
      console.log(`      ${wedge.evaluated} points for 1000`);
      assert.ok(wedge.evaluated < 250);
      const expected = symmetrisedTensors(whole.tensors, await spaceGroup(fc.crystal));
      const found = deviation(wedge.tensors, expected);
      console.log(`      within ${found.toExponential(1)} of the largest element`);
      assert.ok(found < 1e-9, `${found}`);
    });
  }

  itOfAverages('take the whole grid where force constants have the symmetry only roughly', async function () {
    const quartz = await client.loadModel(dataFile(this, 'quartz/quartz.castep_bin'));
    const found = await client.debyeWaller(quartz, { grid: [10, 10, 10], temperature: 300 });
    assert.equal(found.evaluated, 500);
  });

  it('do not depend on the number of threads, also in another daemon', async () => {
    const options = { grid: [9, 8, 7] as [number, number, number], temperature: 50 };
    const many = await client.debyeWaller(model, options);
    const other = new TestDaemon();
    try {
      const otherClient = other.client({ threads: 1 });
      const single = await otherClient.debyeWaller(await otherClient.putModel(materials.quartz()), options);
      assert.equal(single.cached, false);
      assert.equal(bits(single.tensors), bits(many.tensors));
    } finally {
      await other.dispose();
    }
  });

  itOfAverages('are the average of eigenvectors over the whole grid, zone centre and all', async () => {
    const grid = [3, 1, 3] as [number, number, number];
    const temperature = 120;
    const { tensors } = await client.debyeWaller(model, { grid, temperature, symmetrise: false });
    const { frequencies, eigenvectors, nModes } = await client.evaluate(model, gridPoints(grid, 0, 9), {
      quantity: 'modes',
      splitting: false,
    });
    const { crystal } = materials.quartz();
    const expected = new Float64Array(9 * model.n_atoms);
    // ħ²/(4 M meV) in Å² for one amu: 4.18015929 meV Å² amu / 2 / 2
    const unit = 4.180159289 / 4;
    for (let q = 0; q < 9; q++) {
      for (let m = 0; m < nModes; m++) {
        const w = frequencies[9 * m + q];
        if (w < 0.01) continue;
        const coth = 1 / Math.tanh(w / (2 * 0.08617333262 * temperature));
        for (let i = 0; i < model.n_atoms; i++) {
          const e = (part: number, a: number) =>
            eigenvectors![(((part * 3 + a) * model.n_atoms + i) * nModes + m) * 9 + q];
          const mass = crystal.atomMass[i] / ELECTRON_MASS_PER_AMU;
          for (let a = 0; a < 3; a++) {
            for (let b = 0; b < 3; b++) {
              const product = e(0, a) * e(0, b) + e(1, a) * e(1, b);
              expected[9 * i + 3 * a + b] += (unit * product * coth) / (mass * w) / 9;
            }
          }
        }
      }
    }
    assert.ok(deviation(tensors, expected) < 1e-8, `${deviation(tensors, expected)}`);
  });

  itOfAverages('tell isotopes apart where they are averaged', async () => {
    const fc = materials['sodium-chloride']();
    const n = fc.nAtoms;
    const [light, heavy] = await Promise.all(
      [1, 1.5].map(async (factor) => {
        const atomMass = fc.crystal.atomMass.map((mass, i) => (i === n - 1 ? factor * mass : mass));
        const summary = await client.putModel({ ...fc, crystal: { ...fc.crystal, atomMass } });
        return client.debyeWaller(summary, { grid: [2, 2, 2], temperature: 0 });
      }),
    );
    assert.equal(light.space_group!.number, 225);
    assert.ok(heavy.tensors[9 * (n - 1)] < light.tensors[9 * (n - 1)]);
    assert.ok(Math.abs(heavy.tensors[1]) < 1e-12);
  });

  it('serve a job that names the grid, once', async () => {
    const next = seededRandom(3);
    const qpts = Float64Array.from({ length: 3 * 40 }, () => 3 * next());
    const grid = [4, 4, 3] as [number, number, number];
    const options = { asr: 'reciprocal', temperature: 200 } as const;
    const { tensors } = await client.debyeWaller(model, { ...options, grid });
    const given = await client.evaluate(model, qpts, { ...options, debyeWaller: tensors });
    const named = await client.evaluate(model, qpts, { ...options, debye_waller_grid: grid });
    const without = await client.evaluate(model, qpts, options);
    assert.equal(bits(named.structureFactors!), bits(given.structureFactors!));
    assert.notEqual(bits(named.structureFactors!), bits(without.structureFactors!));
    // without a temperature it has no effect, and costs nothing
    const huge = [1000, 1000, 1000] as [number, number, number];
    const cold = await client.evaluate(model, qpts, { asr: 'reciprocal', debye_waller_grid: huge });
    const bare = await client.evaluate(model, qpts, { asr: 'reciprocal' });
    assert.equal(bits(cold.structureFactors!), bits(bare.structureFactors!));
    await client.evaluate(model, qpts, { ...options, quantity: 'frequencies', debye_waller_grid: huge });
    const both = { ...options, debye_waller_grid: grid, debyeWaller: tensors };
    await failsWith('invalid_argument', () => client.evaluate(model, qpts, both));
  });

  itOfAverages('are refused with what is wrong', async () => {
    const grid = [2, 2, 2] as [number, number, number];
    const large = await failsWith('too_large', () =>
      client.debyeWaller(model, { grid: [1024, 1024, 2], temperature: 1 }),
    );
    assert.match(large.expected ?? '', /MAX_DEBYE_WALLER_POINTS = 1048576/);
    await failsWith('too_large', () =>
      client.evaluate(model, new Float64Array(3), { temperature: 1, debye_waller_grid: [1e6, 1e6, 1e6] }),
    );
    for (const wrong of [
      { grid: [2, 2] },
      { grid: [0, 2, 2] },
      { grid: [2, 2, 2.5] },
      { temperature: -1 },
      { temperature: null },
      { frequency_min: 0 },
      { symmetrise: 1 },
    ]) {
      const options = { grid, temperature: 1, ...wrong } as Parameters<typeof client.debyeWaller>[1];
      await failsWith('invalid_argument', () => client.debyeWaller(model, options));
    }
    const unknown = { ...model, model: '0'.repeat(64) };
    await failsWith('unknown_model', () => client.debyeWaller(unknown, { grid, temperature: 1 }));
    const misspelt = { grid, temperature: 1, symmetrize: true };
    const error = await failsWith('unknown_option', () => client.debyeWaller(model, misspelt));
    assert.match(error.advice ?? '', /symmetrise/);
  });

  it('say how many modes are imaginary', async () => {
    const summary = await client.putModel(arbitraryModel());
    const found = await client.debyeWaller(summary, { grid: [2, 2, 2], temperature: 10 });
    assert.ok(found.imaginary > 0);
    assert.match(found.notes.join(), /imaginary/);
    assert.ok(found.tensors.every(Number.isFinite));
    const job = await client.evaluate(summary, new Float64Array(3), {
      temperature: 10,
      debye_waller_grid: [2, 2, 2],
    });
    assert.deepEqual(job.notes, found.notes);
  });

  describe('of a large grid', () => {
    const large = { grid: [128, 128, 64] as [number, number, number], temperature: 77, symmetrise: false };
    const underWay = async () =>
      (await client.status()).jobs.filter(({ quantity }) => quantity === 'debye_waller');
    const isIdle = () => eventually(async () => (await underWay()).length === 0, 'it has stopped');
    const isBusy = () => eventually(async () => ((await underWay())[0]?.points ?? 0) > 0, 'it is under way');

    it('leave ping its time, are in the status, and stop with the last client that wants them', async () => {
      const first = daemon.client();
      const second = daemon.client();
      await Promise.all([first.putModel(materials.quartz()), second.putModel(materials.quartz())]);
      const lost = failsWith('daemon_lost', () => first.debyeWaller(model, large));
      const abort = new AbortController();
      const cancelled = failsWith('cancelled', () => second.debyeWaller(model, large, abort.signal));
      await isBusy();
      const [job] = await underWay();
      assert.equal(job.n_points, 2 ** 19);
      const times: number[] = [];
      for (let i = 0; i < 30; i++) {
        const start = performance.now();
        await client.ping();
        times.push(performance.now() - start);
        await sleep(2);
      }
      times.sort((a, b) => a - b);
      console.log(`      ping: median ${times[15].toFixed(2)} ms, longest ${times[29].toFixed(2)} ms`);
      assert.ok(times[15] < 20);
      assert.ok(daemon.memory().now < 600 * 2 ** 20, `${daemon.memory().now}`);
      abort.abort();
      await cancelled;
      assert.equal((await underWay()).length, 1, 'the other client still waits');
      const closedAt = performance.now();
      first.close();
      await lost;
      await isIdle();
      console.log(`      stopped after ${(performance.now() - closedAt).toFixed(0)} ms`);
    });

    it('stop when a job that names the grid is cancelled before it is open', async () => {
      const abort = new AbortController();
      const running = client.evaluate(model, new Float64Array(30), {
        temperature: 78,
        debye_waller_grid: large.grid,
        signal: abort.signal,
      });
      const cancelled = failsWith('cancelled', () => running);
      await isBusy();
      const start = performance.now();
      abort.abort();
      await cancelled;
      assert.ok(performance.now() - start < 1000);
      await isIdle();
    });

    it('stop by the name that the status gives', async () => {
      const cancelled = failsWith('cancelled', () =>
        client.debyeWaller(model, { ...large, temperature: 79 }),
      );
      await isBusy();
      const [job] = await underWay();
      const socket = new RequestSocket(daemon.connection(), daemon.connection().control);
      const { result } = await socket.request('job.cancel', { job: job.job });
      socket.close();
      assert.deepEqual(result, { cancelled: true });
      await cancelled;
      await isIdle();
    });
  });
});
