import assert from 'node:assert/strict';
import type { Vector } from '../../src/models/lattice.js';
import { ANGSTROM_PER_BOHR } from '../../src/models/units.js';
import {
  coordinateCorners,
  labelledCorners,
  parseCoordinates,
  parseLabels,
} from '../../src/qpoints/paths/corners.js';
import { MAX_PATH_POINTS, samplePath } from '../../src/qpoints/paths/sample.js';
import { failsWith } from '../support/errors.js';

/** A cell of 2 × 4 × 5 Å. */
const CELL = Float64Array.of(2, 0, 0, 0, 4, 0, 0, 0, 5).map((x) => x / ANGSTROM_PER_BOHR);
const LATTICE = {
  bravais: 'oP1' as const,
  points: new Map<string, Vector>([
    ['GAMMA', [0, 0, 0]],
    ['X', [0.5, 0, 0]],
    ['S', [0.5, 0.5, 0]],
    ['SIGMA_0', [0.25, 0.25, 0]],
    ['X_1', [0, 0.5, 0]],
  ]),
};
const near = (x: number, y: number) => Math.abs(x - y) < 1e-12;

describe("a path of the user's own", () => {
  it('goes through points named in many ways', () => {
    const labels = 'G Γ gamma X s | SIGMA_0 - Σ0, Σ₀→X1 X₁';
    const corners = labelledCorners(parseLabels(labels), LATTICE);
    assert.deepEqual(
      corners.map((part) => part.map(({ label }) => label)),
      [
        ['GAMMA', 'GAMMA', 'GAMMA', 'X', 'S'],
        ['SIGMA_0', 'SIGMA_0', 'SIGMA_0', 'X_1', 'X_1'],
      ],
    );
    assert.deepEqual(corners[1][3].q, [0, 0.5, 0]);
  });

  it('means the point G by G where the lattice has one', () => {
    const points = new Map<string, Vector>([...LATTICE.points, ['G', [0.5, 0.5, -0.1]]]);
    const [part] = labelledCorners([['G', 'GAMMA']], { ...LATTICE, points });
    assert.deepEqual(
      part.map(({ label }) => label),
      ['G', 'GAMMA'],
    );
  });

  it('gives both points of a break and of a zone centre exactly one distance', () => {
    const corners = labelledCorners(parseLabels('X G S SIGMA_0 | X_1 S'), LATTICE);
    for (let spacing = 0.01; spacing < 0.3; spacing += 0.0107) {
      const { distances, lines } = samplePath(corners, CELL, spacing);
      assert.equal(distances[lines[0].last], distances[lines[1].first], `zone centre, ${spacing}`);
      assert.equal(distances[lines[2].last], distances[lines[3].first], `break, ${spacing}`);
    }
  });

  it('lists the points of the lattice where one is unknown', async () => {
    const error = await failsWith('invalid_argument', () => labelledCorners([['G', 'Q']], LATTICE));
    assert.match(error.message, /oP1 has no point 'Q'/);
    assert.match(error.expected!, /GAMMA X S SIGMA_0 X_1/);
  });

  it('goes through coordinates, fractions among them, which are labelled where they are known points', () => {
    const parts = parseCoordinates('0 0 0  1/2 0 0 | -1/3, 2/3, .125  0.12345 1e-1 1 1 1 1');
    assert.deepEqual(parts[0], [
      [0, 0, 0],
      [0.5, 0, 0],
    ]);
    assert.deepEqual(parts[1][0], [-1 / 3, 2 / 3, 0.125]);
    const corners = coordinateCorners(parts, LATTICE);
    assert.deepEqual(
      corners.map((part) => part.map(({ label }) => label)),
      [
        ['GAMMA', 'X'],
        ['-1/3 2/3 1/8', '0.1235 1/10 1', '1 1 1'],
      ],
    );
  });

  for (const [text, words] of [
    ['0 0 0', /3 numbers/],
    ['0 0 0 1 0', /5 numbers/],
    ['0 0 0 1 0 x', /'x'/],
    ['0 0 0 1/0 0 0', /'1\/0'/],
    ['0 0 0 1/2/3 0 0', /'1\/2\/3'/],
    ['0 0 0 1 0 0 |', /0 numbers/],
  ] as const) {
    it(`is refused: ${text}`, async () => {
      const error = await failsWith('invalid_argument', () => parseCoordinates(text));
      assert.match(error.message, words);
      assert.match(error.expected!, /three numbers for each point/);
    });
  }

  it('is refused where a part has one label or none', async () => {
    for (const text of ['', 'G', 'G X | S', 'G X |']) {
      await failsWith('invalid_argument', () => parseLabels(text));
    }
  });
});

describe('q-points along a path', () => {
  const corners = labelledCorners(parseLabels('X G X_1 | X S'), LATTICE);
  const point = ({ qpts, distances }: { qpts: Float64Array; distances: Float64Array }, i: number) =>
    [0, 1, 2].map((axis) => qpts[axis * distances.length + i]);

  it('are no further apart than the spacing, in 1/Å with 2π, and meet the corners', () => {
    const spacing = 0.1;
    const path = samplePath(corners, CELL, spacing);
    const { lines, distances } = path;
    // from X to Γ |Q| is 2π/2Å·½, from Γ to X_1 2π/4Å·½
    const lengths = [Math.PI / 2, Math.PI / 4, Math.PI / 4];
    assert.deepEqual(
      lines.map(({ from, to, part }) => [from, to, part]),
      [
        ['X', 'GAMMA', 0],
        ['GAMMA', 'X_1', 0],
        ['X', 'S', 1],
      ],
    );
    let before = 0;
    for (const [i, { first, last, length }] of lines.entries()) {
      assert.ok(near(length, lengths[i]));
      assert.equal(last - first, Math.ceil(lengths[i] / spacing));
      assert.equal(distances[first], before);
      before = distances[last];
      for (let k = first; k < last; k++) {
        const step = distances[k + 1] - distances[k];
        assert.ok(step <= spacing && near(step, length / (last - first)));
        const [q, next] = [point(path, k), point(path, k + 1)];
        const apart = Math.hypot(
          ...[2, 4, 5].map((edge, axis) => (2 * Math.PI * (next[axis] - q[axis])) / edge),
        );
        assert.ok(near(apart, step));
      }
    }
    assert.ok(
      near(
        before,
        lengths.reduce((a, b) => a + b),
      ),
    );
    assert.deepEqual(point(path, lines[0].first), [0.5, 0, 0]);
    assert.deepEqual(point(path, lines[2].last), [0.5, 0.5, 0]);
  });

  it('are shared by lines that meet, but for zone centres, which have the direction of each line', () => {
    const path = samplePath(labelledCorners(parseLabels('X G X_1 S'), LATTICE), CELL, 0.2);
    const [one, two, three] = path.lines as [
      (typeof path.lines)[0],
      (typeof path.lines)[0],
      (typeof path.lines)[0],
    ];
    assert.equal(two.first, one.last + 1);
    assert.equal(path.distances[two.first], path.distances[one.last]);
    assert.equal(three.first, two.last);
    const direction = (i: number) => point({ ...path, qpts: path.directions }, i);
    assert.deepEqual(direction(one.last), [-0.5, 0, 0]);
    assert.deepEqual(direction(two.first), [0, 0.5, 0]);
    assert.ok(direction(two.last).every(Number.isNaN));
    assert.equal(path.directions.filter((x) => !Number.isNaN(x)).length, 6);
  });

  it('are in the wanted zone', () => {
    const [plain, moved] = [samplePath(corners, CELL, 0.3), samplePath(corners, CELL, 0.3, [1, -2, 3])];
    assert.deepEqual(moved.lines, plain.lines);
    assert.deepEqual([...moved.distances], [...plain.distances]);
    for (const i of plain.distances.keys()) {
      const [q, there] = [point(plain, i), point(moved, i)];
      assert.ok([1, -2, 3].every((x, axis) => near(there[axis] - q[axis], x)));
    }
  });

  it('are one for each end where the spacing is large', () => {
    const { distances } = samplePath(labelledCorners(parseLabels('X S'), LATTICE), CELL, 100);
    assert.equal(distances.length, 2);
  });

  it('are refused for a line without length, and for more than a million', async () => {
    await failsWith('invalid_argument', () => samplePath(labelledCorners([['X', 'X']], LATTICE), CELL, 0.1));
    const error = await failsWith('too_large', () => samplePath(corners, CELL, 1e-9));
    assert.match(error.expected!, new RegExp(`${MAX_PATH_POINTS}`));
  });
});
