import assert from 'node:assert/strict';
import { seededRandom } from '../../crystals/random.js';
import { latticeSearch, pairsWithin, rowTimes, type Vector } from '../../src/models/lattice.js';

describe('lattice vectors within reach', () => {
  /** All of a box that is far larger than the sphere. */
  function byTrial(basis: Float64Array, offset: Vector, reach: number, box: Vector): string[] {
    const found: string[] = [];
    for (let u = -box[0]; u <= box[0]; u++) {
      for (let v = -box[1]; v <= box[1]; v++) {
        for (let w = -box[2]; w <= box[2]; w++) {
          const d = rowTimes([u + offset[0], v + offset[1], w + offset[2]], basis);
          if (Math.hypot(...d) <= reach) found.push(`${u} ${v} ${w}`);
        }
      }
    }
    return found;
  }

  const bases: [string, Float64Array, Vector][] = [
    ['cubic', Float64Array.of(5, 0, 0, 0, 5, 0, 0, 0, 5), [6, 6, 6]],
    ['triclinic, left-handed', Float64Array.of(0.5, 7, 0, 8, 0.25, -1, 1, 0, 9.5), [6, 6, 6]],
    ['slanted', Float64Array.of(5, 0, 0, 17, 4, 0, -9, 11, 6), [50, 14, 5]],
    ['flat', Float64Array.of(2, 0, 0, 0, 30, 0, 1, 4, 40), [14, 3, 3]],
  ];
  for (const [name, basis, box] of bases) {
    it(`are those of a search through a box, in its order: ${name}`, () => {
      const next = seededRandom(3);
      for (const reach of [0, 4, 12.5, 20]) {
        for (const offset of [
          [0, 0, 0],
          [0.5, 0, -0.5],
          [next(), next(), next()],
        ] as Vector[]) {
          const found = [...latticeSearch(basis)(offset, reach)];
          assert.deepEqual(
            found.map(({ cell }) => cell.map((x) => x + 0).join(' ')),
            byTrial(basis, offset, reach, box),
          );
        }
      }
    });
  }

  it('include those that are exactly as long as the reach', () => {
    const cube = Float64Array.of(0.1, 0, 0, 0, 0.1, 0, 0, 0, 0.1);
    // (3, 0, 0), (2, 2, 1) and what is equivalent to them
    const longest = [...latticeSearch(cube)([0, 0, 0], 0.30000000000000004)].filter(({ r }) => r > 0.29);
    assert.equal(longest.length, 6 + 24);
  });

  it('are found at once in a cell whose edges are a million times its height', () => {
    const basis = Float64Array.of(5, 0, 0, 5e6, 5, 0, 0, 0, 5);
    assert.equal([...latticeSearch(basis)([0, 0, 0], 5)].length, 7);
  });

  it('give pairs of atoms with their distances, an atom and itself left out', () => {
    const crystal = {
      cellVectors: Float64Array.of(4, 0, 0, 0, 4, 0, 0, 0, 4),
      atomR: new Float64Array(6).fill(0.5, 3),
    };
    const pairs = [...pairsWithin(crystal, 4.1)];
    // body-centred: 8 neighbours at 2√3 and 6 at 4, of each atom
    assert.equal(pairs.length, 2 * (8 + 6));
    for (const { i, j, r } of pairs) assert.ok(Math.abs(r - (i === j ? 4 : 2 * Math.sqrt(3))) < 1e-12);
  });
});
