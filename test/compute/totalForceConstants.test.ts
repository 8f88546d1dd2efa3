import assert from 'node:assert/strict';
import { on } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { seededRandom } from '../../crystals/random.js';
import { ADDON_PATH } from '../../src/compute/local/addon.js';
import { nativeContent } from '../../src/compute/local/content.js';
import { checkEwald, finishModel } from '../../src/compute/local/finishModel.js';
import type { NativeModelContent } from '../../src/compute/local/native.js';
import { makeForceConstants } from '../../src/models/forceConstants.js';
import type { Vector } from '../../src/models/lattice.js';
import { dynamicalMatrix } from '../support/dynamicalMatrix.js';
import { failsWith } from '../support/errors.js';
import { arbitraryContent } from '../support/models.js';
import { modelOfTotal } from '../support/readModel.js';

describe('total force constants', () => {
  const total = {
    ...arbitraryContent(5),
    dielectric: Float64Array.of(2.5, 0.3, -0.2, 0.3, 2.2, 0.4, -0.2, 0.4, 3),
  };

  it('are what the short-range part and the dipole term add up to, at each q that fits into the supercell', async () => {
    const shortRange = await modelOfTotal(makeForceConstants(total));
    const { born, dielectric, ...rest } = total;
    const plain = makeForceConstants(rest);
    // S = (2 0 0; 1 3 0; 0 0 1)
    for (const q of [
      [0, 0, 0],
      [0.5, -1 / 6, 0],
      [0, 1 / 3, 0],
      [0.5, 1 / 6, 1],
      [1, -2 / 3, 0],
    ] as Vector[]) {
      const expected = dynamicalMatrix(plain, q, 0);
      const actual = dynamicalMatrix(shortRange, q, 0.31);
      for (let k = 0; k < 81; k++) {
        assert.ok(Math.abs(actual.re[k] - expected.re[k]) < 1e-18, `${q}: ${actual.re[k]} ${expected.re[k]}`);
        assert.ok(Math.abs(actual.im[k] - expected.im[k]) < 1e-18, `${q}: ${actual.im[k]} ${expected.im[k]}`);
      }
    }
  });

  it('contain the same dipole part with every Λ, also in an anisotropic dielectric in a slanted cell', async () => {
    const { crystal } = total;
    const slanted = {
      ...total,
      crystal: { ...crystal, cellVectors: Float64Array.of(7, 0.5, 0, 21.25, 9.5, -1, -13, 0, 9.5) },
      // its antisymmetric part has no effect
      dielectric: Float64Array.of(1.5, 1.3, 0, -0.7, 60, 0.4, 0, 0.4, 9),
    };
    const { born, dielectric, ...rest } = slanted;
    const plain = makeForceConstants(rest);
    const shortRange = await modelOfTotal(makeForceConstants(slanted));
    const symmetric = Float64Array.of(1.5, 0.3, 0, 0.3, 60, 0.4, 0, 0.4, 9);
    for (const ewaldLambda of [0.5, 0.7]) {
      for (const q of [
        [0, 0, 0],
        [0.5, -1 / 6, 0],
      ] as Vector[]) {
        const expected = dynamicalMatrix(plain, q, 0);
        const actual = dynamicalMatrix({ ...shortRange, dielectric: symmetric }, q, ewaldLambda);
        for (let k = 0; k < 81; k++) {
          assert.ok(
            Math.abs(actual.re[k] - expected.re[k]) < 1e-18,
            `${q}: ${actual.re[k]} ${expected.re[k]}`,
          );
          assert.ok(
            Math.abs(actual.im[k] - expected.im[k]) < 1e-18,
            `${q}: ${actual.im[k]} ${expected.im[k]}`,
          );
        }
      }
    }
  });

  it('keep their row sums, so that the sum rule is as broken as it was', async () => {
    const { forceConstants } = await modelOfTotal(makeForceConstants(total));
    for (let row = 0; row < 9; row++) {
      for (let column = 0; column < 3; column++) {
        let difference = 0;
        for (let c = 0; c < 6; c++) {
          for (let j = 0; j < 3; j++) {
            const k = 81 * c + 9 * row + 3 * j + column;
            difference += forceConstants[k] - total.forceConstants[k];
          }
        }
        // symmetrised for each atom, as in the dipole term itself
        if (row % 3 === column) assert.ok(Math.abs(difference) < 1e-13, `${row} ${column}: ${difference}`);
      }
    }
  });

  it('stay as they are without Born charges, and the input always', async () => {
    const { born, dielectric, ...rest } = total;
    const plain = makeForceConstants(rest);
    assert.equal(await modelOfTotal(plain), plain);
    const before = total.forceConstants.slice();
    await modelOfTotal(makeForceConstants(total));
    assert.deepEqual(total.forceConstants, before);
  });

  it('lose the same bits on any number of threads', async () => {
    const file = { content: makeForceConstants(total), isTotal: true, source: 'x' };
    const { forceConstants } = await finishModel(file, 1);
    for (const threads of [2, 5]) {
      assert.deepEqual((await finishModel(file, threads)).forceConstants, forceConstants);
    }
    // in the array itself, where it is given away
    const given = file.content.forceConstants;
    const inPlace = await finishModel(file, 2, true);
    assert.equal(inPlace.forceConstants, given);
    assert.deepEqual(given, forceConstants);
  });

  it('that leave more than a model may hold are refused', async () => {
    const strong = { ...total, born: total.born?.map((z) => 1e4 * Math.sign(z)) };
    const large = { ...strong, forceConstants: total.forceConstants.map(() => 9.9e5) };
    const error = await failsWith('file_damaged', () => modelOfTotal(makeForceConstants(large)));
    assert.match(error.message, /force constants hold/);
    assert.match(error.where ?? '', /after its dipole–dipole part has been taken out/);
  });
});

describe('Ewald sums with too many terms are refused:', () => {
  for (const [name, cellVectors, message] of [
    [
      'a polar cell like a sheet of paper',
      Float64Array.of(3000, 0, 0, 0, 3000, 0, 0, 0, 3),
      /more than 4000 reciprocal-lattice vectors/,
    ],
    ['a polar cell like a thread', Float64Array.of(5000, 0, 0, 0, 2, 0, 0, 0, 2), /more than 4000 distances/],
  ] as const) {
    it(name, async () => {
      const content = arbitraryContent();
      const fc = makeForceConstants({ ...content, crystal: { ...content.crystal, cellVectors } });
      const refusals = [
        () => checkEwald(fc, 'somewhere', 'file_damaged'),
        ...[true, false].map((isTotal) => () => finishModel({ content: fc, isTotal, source: 'somewhere' })),
      ];
      for (const refusal of refusals) {
        const error = await failsWith('file_damaged', refusal);
        assert.match(error.message, message);
        assert.equal(error.where, 'somewhere');
        assert.ok(error.expected);
        assert.ok(error.advice);
      }
    });
  }
});

describe('the addon in a worker thread', function () {
  this.timeout(60_000);
  /** What a worker runs: it takes the dipole part out of the content, and says so before and after. */
  const program = `
    const { parentPort, workerData } = require('node:worker_threads');
    const addon = require(workerData.addon);
    parentPort.postMessage('begin');
    addon.subtractDipolePart(workerData.content, 2).then(() => parentPort.postMessage(workerData.content.forceConstants));
  `;
  const start = (content: NativeModelContent) =>
    new Worker(program, { eval: true, execArgv: [], workerData: { addon: ADDON_PATH, content } });

  it('gives the bits of the main thread', async () => {
    const fc = makeForceConstants(arbitraryContent(5));
    const worker = start(nativeContent(fc));
    const messages = await take(worker, 2);
    await worker.terminate();
    assert.deepEqual(messages[1], (await modelOfTotal(fc)).forceConstants);
  });

  it('is stopped with the worker, whatever it does', async () => {
    const random = seededRandom(2);
    const n = 1000;
    const content = {
      ...nativeContent(makeForceConstants(arbitraryContent())),
      nAtoms: n,
      nCells: 1,
      scMatrix: Int32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
      cellOrigins: new Int32Array(3),
      atomR: Float64Array.from({ length: 3 * n }, random),
      atomMass: new Float64Array(n).fill(1e4),
      born: new Float64Array(9 * n).fill(1),
      forceConstants: new Float64Array(9 * n * n),
    };
    // before it calculates, and while it does
    for (const delay of [0, 0, 0, 300]) {
      const worker = start(content);
      await take(worker, 1);
      await setTimeout(delay);
      const begin = performance.now();
      await worker.terminate();
      assert.ok(performance.now() - begin < 1000, 'it went on');
    }
  });
});

/** The first messages of a worker. */
async function take(worker: Worker, count: number): Promise<unknown[]> {
  const messages: unknown[] = [];
  for await (const [message] of on(worker, 'message')) {
    messages.push(message);
    if (messages.length === count) break;
  }
  return messages;
}
