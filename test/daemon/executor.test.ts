import assert from 'node:assert/strict';
import { seededRandom } from '../../crystals/random.js';
import type { EuphonicClient } from '../../src/client/client.js';
import type { EvaluateOptions } from '../../src/client/evaluation.js';
import { createLocalExecutor } from '../../src/compute/local/localExecutor.js';
import { largeModel } from '../support/crystals.js';
import { TestDaemon } from '../support/daemon.js';
import { ChildExecutor } from '../support/executor/childExecutor.js';
import { arbitraryModel } from '../support/models.js';

const bits = (array: Float64Array | undefined) => array && Buffer.from(array.buffer).toString('base64');

describe('another executor', function () {
  this.timeout(120_000);

  it('gives the same bits as the local one', async () => {
    const daemons = [new TestDaemon('local'), new TestDaemon('child')];
    try {
      await Promise.all(daemons.map((daemon) => daemon.start({ threads: 2 })));
      const [local, child] = daemons.map((daemon) => daemon.client()) as [EuphonicClient, EuphonicClient];
      const nPoints = 300;
      const next = seededRandom(11);
      const qpts = Float64Array.from({ length: 3 * nPoints }, next);
      const energies = Float64Array.from({ length: nPoints }, () => 20 * next());
      const directions = Float64Array.from({ length: 3 * nPoints }, next);
      const cases: EvaluateOptions[] = [
        { quantity: 'frequencies', asr: 'reciprocal', mode_gradients: true },
        { quantity: 'structure_factor', asr: 'realspace', temperature: 100, negative_e: true, directions },
        { quantity: 'modes', splitting: false },
        { quantity: 'sqw', temperature: 50, width: [0.5, 0.01], energies },
        { quantity: 'structure_factor', temperature: 100, debye_waller_grid: [3, 3, 2] },
        {
          quantity: 'histogram',
          histogram: { energy_min: -5, energy_max: 60, bins: 70, by_atom: true, width: [1], q_width: 0.02 },
        },
      ];
      const model = await local.putModel(arbitraryModel());
      await child.putModel(arbitraryModel());
      for (const options of cases) {
        const [expected, found] = await Promise.all(
          [local, child].map((client) => client.evaluate(model, qpts, options)),
        );
        for (const [name, value] of Object.entries(expected)) {
          if (!(value instanceof Float64Array)) continue;
          assert.equal(bits(found[name as 'frequencies']), bits(value), `${options.quantity} ${name}`);
        }
        const { notes, plan, imaginary } = expected;
        assert.deepEqual(
          { notes, plan, imaginary },
          { notes: found.notes, plan: found.plan, imaginary: found.imaginary },
        );
        assert.ok(found.kernel_seconds > 0 && found.kernel_seconds <= found.total_seconds);
      }
      const grid = { grid: [4, 3, 3] as [number, number, number], temperature: 30 };
      const [expected, found] = await Promise.all(
        [local, child].map((client) => client.debyeWaller(model, grid)),
      );
      assert.equal(bits(found.tensors), bits(expected.tensors));
    } finally {
      for (const daemon of daemons) await daemon.dispose();
    }
  });

  it('asks for the content of a model when it has none of that name, and only then', async () => {
    for (const executor of [
      createLocalExecutor({ threads: 1, reason: 'a test' }),
      await ChildExecutor.start({ threads: 1, reason: 'a test' }),
    ]) {
      let asked = 0;
      const source = {
        id: 'a name',
        content: async () => {
          asked++;
          return arbitraryModel();
        },
      };
      const first = await executor.addModel(source);
      assert.equal(first.id, source.id);
      assert.equal(asked, 1);
      if (executor instanceof ChildExecutor) {
        await executor.addModel(source);
        assert.equal(asked, 1);
      }
      const signal = new AbortController().signal;
      const options = { asr: 'none', dipole: true, dipoleParameter: 1 } as const;
      const plan = await executor.plan(first, options, signal);
      assert.deepEqual(plan.key, { model: 'a name', options });
      executor.close();
    }
  });

  it('is asked once what fits: memory is granted when a job is opened and given back when it is closed', async () => {
    for (const executor of [
      createLocalExecutor({ threads: 4, reason: 'a test' }),
      await ChildExecutor.start({ threads: 4, reason: 'a test' }),
    ]) {
      const fc = largeModel(20);
      const model = await executor.addModel({ id: 'another name', content: async () => fc });
      const signal = new AbortController().signal;
      const plan = await executor.plan(model, { asr: 'none', dipole: false, dipoleParameter: 1 }, signal);
      let granted = 0;
      const budget = {
        nPoints: 1000,
        admit: async ({
          threads,
          workspace,
          other,
        }: {
          threads: number;
          workspace: number;
          other: number;
        }) => {
          assert.deepEqual([threads, granted], [4, 0]);
          assert.ok(workspace > 0 && other > 0);
          granted++;
          return { threads: 3, release: () => void granted-- };
        },
      };
      const options = {
        quantity: 'modes',
        nThreads: 0,
        splitting: true,
        bose: true,
        negativeE: false,
      } as const;
      const job = await executor.open(plan, options, budget);
      assert.deepEqual([job.threads, granted], [3, 1]);
      assert.match(job.notes.join(), /3 of 4 threads work on this/);
      const chunk = { qpts: new Float64Array(3 * 500).fill(0.1) };
      const { eigenvectors } = await job.compute(chunk);
      assert.equal(eigenvectors!.length, 2 * 60 * 60 * 500);
      assert.ok(job.busySeconds > 0);
      const pending = assert.rejects(job.compute(chunk), { code: 'cancelled' });
      job.close();
      await pending;
      assert.equal(granted, 0);
      const refusal = new Error('no memory');
      await assert.rejects(
        executor.open(plan, options, { nPoints: 1, admit: () => Promise.reject(refusal) }),
        /no memory/,
      );
      executor.close();
    }
  });
});
