import assert from 'node:assert/strict';
import { sodiumChloride } from '../../crystals/sodiumChloride.js';
import { type ForceConstants, makeForceConstants } from '../../src/models/forceConstants.js';
import { inverse, rowTimes, times } from '../../src/models/lattice.js';
import { columns, transposed } from '../support/compare.js';
import { TestDaemon } from '../support/daemon.js';

/** The same crystal in the cell whose vectors are U times those of its own, U of determinant 1. */
function inCell(fc: ForceConstants, U: Float64Array): ForceConstants {
  const V = inverse(U).map(Math.round);
  const rows = (of: ArrayLike<number>) =>
    Array.from({ length: of.length / 3 }, (_, k) =>
      rowTimes([of[3 * k], of[3 * k + 1], of[3 * k + 2]], V),
    ).flat();
  const { crystal, scMatrix, cellOrigins } = fc;
  return makeForceConstants({
    ...fc,
    crystal: {
      ...crystal,
      cellVectors: times(U, crystal.cellVectors),
      atomR: Float64Array.from(rows(crystal.atomR)),
    },
    scMatrix: Int32Array.from(rows(scMatrix)),
    cellOrigins: Int32Array.from(rows(cellOrigins)),
  });
}

describe('a polar crystal in a cell that is slanted many times', function () {
  this.timeout(60_000);
  const points = [
    [0.1, 0.2, 0.3],
    [0.5, 0, 0.5],
    [-1.3, 2.2, 0.4],
    [0.02, 0.01, 0],
    [1, -1, 2],
  ];
  const centre = points.length - 1;
  let daemon: TestDaemon;
  before(() => {
    daemon = new TestDaemon();
  });
  after(() => daemon.dispose());

  const evaluate = async (fc: ForceConstants, qpts: number[][], asr: null | 'reciprocal' | 'realspace') => {
    const client = daemon.client();
    const options = { quantity: 'structure_factor', asr, splitting: false } as const;
    const result = await client.evaluate(await client.putModel(fc), columns(qpts), options);
    return {
      w: transposed(result.frequencies, points.length),
      s: transposed(result.structureFactors!, points.length),
    };
  };

  for (const slant of [10, 50, 100]) {
    it(`has the frequencies and intensities of the compact one: ${slant} times`, async () => {
      const compact = sodiumChloride();
      const U = Float64Array.of(1, 0, 0, slant, 1, 0, slant, 0, 1);
      const qpts = points.map((q) => [
        ...rowTimes(
          q,
          U.map((_, k) => U[3 * (k % 3) + Math.floor(k / 3)]),
        ),
      ]);
      for (const asr of [null, 'reciprocal', 'realspace'] as const) {
        const expected = await evaluate(compact, points, asr);
        const found = await evaluate(inCell(compact, U), qpts, asr);
        expected.w.forEach((row, i) => {
          row.forEach((w, mode) => {
            const difference = Math.abs(found.w[i][mode] - w);
            // acoustic modes of the zone centre are the square root of what rounding leaves of zero, in any cell
            const isZero = i === centre && mode < 3;
            assert.ok(
              difference < (isZero ? 1e-6 : 1e-10 * w),
              `${asr}, q-point ${i}, mode ${mode}: ${difference}`,
            );
          });
          if (i === centre) return;
          const [a, b] = [expected, found].map(({ s }) => s[i].reduce((sum, x) => sum + x, 0));
          assert.ok(Math.abs(a - b) < 1e-10 * a, `${asr}, q-point ${i}: ${a}, ${b}`);
        });
      }
    });
  }
});
