import assert from 'node:assert/strict';
import fc from 'fast-check';
import { reciprocal, times, type Vector } from '../../src/models/lattice.js';
import { EXTENDED_BRAVAIS } from '../../src/qpoints/paths/bravais.js';
import { chosenPath } from '../../src/qpoints/paths/chosenPath.js';
import { latticePath } from '../../src/qpoints/paths/latticePath.js';
import {
  type Cell,
  differentLines,
  differentPoints,
  golden,
  inFirstZone,
  inPrimitive,
  type PathCrystal,
  sameButTurned,
  seenBy,
  turned,
} from '../support/pathCrystals.js';

const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1];
const VIEWS = ['conventional cell', 'recombined primitive cell', 'supercell of it'];
const title = ({ bravais, group }: PathCrystal) => `${bravais}, space group ${group}`;

describe('paths through the points of high symmetry', function () {
  this.timeout(60_000);

  it('are there for every extended Bravais lattice', () => {
    assert.deepEqual(
      [...new Set(golden.crystals.map(({ bravais }) => bravais))].sort(),
      EXTENDED_BRAVAIS.sort(),
    );
  });

  for (const crystal of golden.crystals) {
    it(`are seekpath's: ${title(crystal)}`, async () => {
      for (const [i, view] of crystal.views.entries()) {
        const seen = seenBy(crystal, view.cell);
        for (const [how, cell] of [
          ['', seen],
          [', turned', turned(seen, crystal.group + i)],
        ] as [string, Cell][]) {
          const found = await latticePath(cell);
          const where = `${VIEWS[i]}${how}`;
          assert.equal(found.bravais, crystal.bravais, where);
          assert.equal(found.spaceGroup.number, crystal.group, where);
          assert.equal(found.path, golden.paths[crystal.bravais], where);
          assert.deepEqual([...found.points.keys()], Object.keys(view.points), where);
          const own = inPrimitive(found.points, view.cell);
          const reference = inPrimitive(Object.entries(view.points), view.cell);
          assert.deepEqual(differentPoints(crystal, own, reference), [], where);
          // of a conventional cell both keep the axes
          if (i === 0) assert.ok(sameButTurned(crystal, own, reference), where);
          assert.deepEqual(differentLines(crystal, own, reference, i > 0), [], where);
        }
      }
    });
  }

  it('are where the tables have them when the cell in the file is conventional', async () => {
    for (const [bravais, label, q] of [
      ['cF1', 'X', [0, 1, 0]],
      ['cF2', 'W', [0.5, 1, 0]],
      ['cI1', 'P', [0.5, 0.5, 0.5]],
      ['hP2', 'H', [1 / 3, 1 / 3, 0.5]],
      ['tI2', 'P', [0.5, 0.5, 0.5]],
      ['oC1', 'S', [0.5, 0.5, 0]],
      ['hR1', 'T', [0, 0, 1.5]],
    ] as const) {
      const crystal = golden.crystals.find((candidate) => candidate.bravais === bravais)!;
      const cell = seenBy(crystal, crystal.views[0].cell);
      const lattice = await latticePath(cell);
      const { points, primitiveCells } = lattice;
      for (let k = 0; k < 3; k++) {
        assert.ok(
          Math.abs(points.get(label)![k] - q[k]) < 1e-12,
          `${bravais} ${label}: ${points.get(label)}`,
        );
      }
      const count = { F: 4, I: 2, P: 1, C: 2, R: 3 }[bravais[1] as 'F'];
      assert.equal(primitiveCells, count);
      const { notes } = chosenPath(lattice, cell.cellVectors, { qSpacing: 1 });
      const folded = `The cell holds ${count} primitive cells`;
      assert.equal(
        notes.some((note) => note.startsWith(folded)),
        count > 1,
      );
    }
  });

  it('have the same axes in every orientation where a crystal without symmetry has right angles', async () => {
    const box: Cell = {
      cellVectors: Float64Array.of(6, 0, 0, 0, 8, 0, 0, 0, 10),
      atomR: Float64Array.of(0, 0, 0, 0.31, 0.12, 0.43, 0.64, 0.27, 0.19),
      atomType: ['A', 'B', 'C'],
    };
    const axes = async (cell: Cell) => {
      const { bravais, points } = await latticePath(cell);
      assert.equal(bravais, 'aP2');
      return ['X', 'Y', 'Z'].map((label) => points.get(label)!.map((x) => Math.abs(x)));
    };
    const plain = await axes(box);
    for (let seed = 1; seed <= 20; seed++) assert.deepEqual(await axes(turned(box, seed)), plain);
  });

  it('do not depend on the cell that a crystal is seen by, however slanted', async () => {
    const step = fc.tuple(
      fc.constantFrom(...[0, 1, 2]),
      fc.constantFrom(1, 2),
      fc.constantFrom(-2, -1, 1, 2),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...golden.crystals),
        fc.array(step, { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        async (crystal, steps, leftHanded) => {
          const view = [...IDENTITY];
          // multiples of a vector are added to another one: the determinant stays
          for (const [to, further, factor] of steps) {
            const from = (to + further) % 3;
            for (let k = 0; k < 3; k++) view[3 * to + k] += factor * view[3 * from + k];
          }
          if (leftHanded) for (let k = 0; k < 3; k++) view[k] *= -1;
          const found = await latticePath(turned(seenBy(crystal, view), view[4]));
          const plain = crystal.views[0];
          assert.equal(found.bravais, crystal.bravais);
          assert.equal(found.primitiveCells, 1);
          const own = inPrimitive(found.points, view);
          assert.deepEqual(
            differentLines(crystal, own, inPrimitive(Object.entries(plain.points), plain.cell)),
            [],
          );
        },
      ),
      { numRuns: 300, seed: 7 },
    );
  });

  it('have all points in the first Brillouin zone, whatever the shape of the cell', async () => {
    const factor = fc.double({ min: 0.6, max: 1.7, noNaN: true });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...golden.crystals),
        fc.tuple(factor, factor, factor),
        fc.tuple(...[0, 1, 2].map(() => fc.double({ min: -0.5, max: 0.5, noNaN: true }))),
        async (crystal, factors, shears) => {
          const strained = {
            ...crystal,
            cell: [...times(crystal.cell, strain(crystal.group, factors, shears as Vector))],
          };
          const cell = seenBy(strained, IDENTITY);
          const { points, spaceGroup } = await latticePath(cell);
          fc.pre(spaceGroup.number === crystal.group);
          const vectors = reciprocal(cell.cellVectors);
          for (const [label, q] of points)
            assert.ok(inFirstZone(q, vectors), `${crystal.bravais} ${label} ${q}`);
        },
      ),
      { numRuns: 500, seed: 11 },
    );
  });
});

/** On Cartesian rows; it leaves the crystal system as it is. */
function strain(group: number, [x, y, z]: Vector, [xy, xz, yz]: Vector): number[] {
  if (group <= 2) return [x, xy, xz, 0, y, yz, 0, 0, z];
  if (group <= 15) return [x, 0, xz, 0, y, 0, 0, 0, z];
  if (group <= 74) return [x, 0, 0, 0, y, 0, 0, 0, z];
  return [x, 0, 0, 0, x, 0, 0, 0, group <= 194 ? z : x];
}
