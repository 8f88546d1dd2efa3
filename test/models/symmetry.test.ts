import assert from 'node:assert/strict';
import { materials } from '../../crystals/generate.js';
import { seededRandom } from '../../crystals/random.js';
import { AtomFinder } from '../../src/models/atomFinder.js';
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

  it('of a supercell taken for the cell: its atoms are all equivalent to the two of rock salt', async () => {
    const { crystal } = materials['sodium-chloride']();
    const edge = 3;
    const cells = Array.from({ length: edge ** 3 }, (_, c) => [
      c % edge,
      Math.floor(c / edge) % edge,
      Math.floor(c / edge ** 2),
    ]);
    const group = await spaceGroup({
      ...crystal,
      cellVectors: crystal.cellVectors.map((x) => edge * x),
      // some outside the cell
      atomR: Float64Array.from(
        cells.flatMap((cell, c) =>
          [0, 1].flatMap((i) => cell.map((n, k) => (n + crystal.atomR[3 * i + k]) / edge - (c % 4))),
        ),
      ),
      atomType: cells.flatMap(() => [...crystal.atomType]),
    });
    assert.equal(group.number, 225);
    assert.equal(group.operations.length, 48 * edge ** 3);
    assert.equal(new Set(group.orbits).size, 2);
    for (const { atoms } of group.operations) assert.equal(new Set(atoms).size, 2 * edge ** 3);
  });

  it('atoms on one another are an error', async () => {
    const { crystal } = materials['sodium-chloride']();
    await assert.rejects(spaceGroup({ ...crystal, atomR: new Float64Array(6), atomType: ['Na', 'Na'] }));
  });
});

it('the atom nearest to a position is found wherever that is', () => {
  const next = seededRandom(8);
  const n = 60;
  const crystal = {
    cellVectors: Float64Array.of(20, 1, 0, 0, 24, -2, 3, 0, 28),
    atomR: Float64Array.from({ length: 3 * n }, () => 3 * next()),
    atomType: Array.from({ length: n }, (_, i) => ['Si', 'O', 'O'][i % 3]),
    atomMass: new Float64Array(n).fill(1e4),
  };
  const finder = new AtomFinder(crystal);
  for (let trial = 0; trial < 600; trial++) {
    // on an atom but for rounding, beside it, or anywhere
    const spread = [1e-12, 2e-3, 0.3][trial % 3];
    const i = trial % n;
    const at = [0, 1, 2].map((k) => crystal.atomR[3 * i + k] + Math.round(4 * next()) + spread * next());
    const type = crystal.atomType[i];
    const distances = crystal.atomType.map((other, j) => {
      const apart = [0, 1, 2].map((k) => at[k] - crystal.atomR[3 * j + k]);
      const d = rowTimes(
        apart.map((x) => x - Math.round(x)),
        crystal.cellVectors,
      );
      return other === type ? Math.hypot(...d) : Number.POSITIVE_INFINITY;
    });
    const found = finder.nearest(type, at[0], at[1], at[2]);
    assert.equal(distances[found], Math.min(...distances));
  }
  assert.equal(finder.nearest('Xe', 0, 0, 0), -1);
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
