import assert from 'node:assert/strict';
import { materials } from '../../bench/materials/generate.js';
import { rowTimes } from '../../src/models/lattice.js';
import { spaceGroup } from '../../src/models/symmetry.js';

describe('space groups', function () {
  this.timeout(20_000);

  for (const [name, number, order, orbits] of [
    ['quartz', 154, 6, 2],
    ['niobium', 229, 48, 1],
    ['lanthanum-zirconate', 227, 48, 4],
    ['sodium-chloride', 225, 48, 2],
  ] as const) {
    it(`${name}: number ${number}`, async () => {
      const { crystal } = materials[name]();
      const group = await spaceGroup(crystal);
      assert.equal(group.number, number);
      assert.equal(group.operations.length, order);
      assert.equal(new Set(group.orbits).size, orbits);
      for (const { rotation, atoms } of group.operations) {
        // R is orthogonal, and distances between atoms stay as they are modulo lattice vectors
        for (let a = 0; a < 3; a++) {
          const image = rowTimes(rotation.subarray(3 * a, 3 * a + 3), transposed(rotation));
          image.forEach((x, b) => {
            assert.ok(Math.abs(x - (a === b ? 1 : 0)) < 1e-9);
          });
        }
        assert.deepEqual(
          [...atoms].sort((x, y) => x - y),
          [...atoms.keys()],
        );
        atoms.forEach((j, i) => {
          assert.equal(crystal.atomType[i], crystal.atomType[j]);
        });
        for (let i = 1; i < atoms.length; i++) {
          const moved = rowTimes(separation(crystal, 0, i), transposed(rotation));
          assert.ok(latticeDistance(crystal, moved, separation(crystal, atoms[0], atoms[i])) < 1e-6);
        }
      }
    });
  }

  it('atoms on one another are an error', async () => {
    const { crystal } = materials['sodium-chloride']();
    await assert.rejects(spaceGroup({ ...crystal, atomR: new Float64Array(6), atomType: ['Na', 'Na'] }));
  });
});

type Crystal = Parameters<typeof spaceGroup>[0];

function transposed(m: Float64Array): Float64Array {
  return m.map((_, k) => m[3 * (k % 3) + Math.floor(k / 3)]);
}

/** Cartesian, from atom i to atom j. */
function separation({ atomR, cellVectors }: Crystal, i: number, j: number) {
  return rowTimes(
    [0, 1, 2].map((k) => atomR[3 * j + k] - atomR[3 * i + k]),
    cellVectors,
  );
}

function latticeDistance({ cellVectors }: Crystal, a: number[], b: number[]): number {
  let best = Number.POSITIVE_INFINITY;
  const range = [-2, -1, 0, 1, 2];
  for (const u of range) {
    for (const v of range) {
      for (const w of range) {
        const shift = rowTimes([u, v, w], cellVectors);
        best = Math.min(best, Math.hypot(...a.map((x, k) => x - b[k] - shift[k])));
      }
    }
  }
  return best;
}
