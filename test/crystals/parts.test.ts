import assert from 'node:assert/strict';
import { erfc } from '../../crystals/erfc.js';
import { balancedLambda, coulombEnergy } from '../../crystals/ewald.js';
import { buckingham, type EnergyAndForces, shortRangeEnergy, tapered } from '../../crystals/potential.js';
import { quartzCharges, quartzPotential, quartzStructure } from '../../crystals/quartz.js';
import { relax, solve } from '../../crystals/relax.js';
import { inscribedRadius, type Structure } from '../../crystals/structure.js';
import { Supercell } from '../../src/models/lattice.js';
import { ANGSTROM_PER_BOHR } from '../../src/models/units.js';

function near(actual: number, expected: number, tolerance: number, what = ''): void {
  assert.ok(
    Math.abs(actual - expected) <= tolerance,
    `${what} ${actual} is not ${expected} within ${tolerance}`,
  );
}

/** Any crystal of the right atoms, away from equilibrium. */
const distorted = quartzStructure([5, 5.3, 0.45, 0.43, 0.26, 0.8]);

describe('complementary error function', () => {
  it('agrees with tabulated values', () => {
    const table = [
      [0.1, 0.8875370839817152],
      [0.5, 0.4795001221869535],
      [1, 0.15729920705028513],
      [1.999, 0.004698443348629488],
      [2, 0.004677734981047266],
      [3, 2.2090496998585441e-5],
      [5, 1.5374597944280349e-12],
      [6.2, 1.816675617238127e-18],
    ];
    for (const [x, expected] of table) near(erfc(x) / expected, 1, 2e-13, `erfc ${x}:`);
    near(erfc(-1), 2 - erfc(1), 1e-16);
    assert.equal(erfc(0), 1);
  });
});

describe('supercells', () => {
  it('have as many cells as their determinant says, found again from any image', () => {
    for (const matrix of [
      [5, 0, 0, 0, 5, 0, 0, 0, 4],
      [1, 1, -1, 1, -1, 1, -1, 1, 1],
      [2, 0, 0, 1, 3, 0, -1, 2, 2],
      [-1, 0, 0, 0, 1, 0, 0, 0, 1],
    ]) {
      const supercell = new Supercell(matrix);
      assert.equal(supercell.origins.length, 3 * supercell.nCells);
      for (let c = 0; c < supercell.nCells; c++) {
        const [u, v, w] = supercell.origins.subarray(3 * c, 3 * c + 3);
        const image = [
          u + matrix[0] - 2 * matrix[6],
          v + matrix[1] - 2 * matrix[7],
          w + matrix[2] - 2 * matrix[8],
        ];
        assert.equal(supercell.indexOf(image), c);
      }
    }
  });

  it('hold a sphere of half their shortest vector', () => {
    near(inscribedRadius(Float64Array.of(4, 0, 0, 0, 6, 0, 3, 0, 5)), 2, 1e-15);
    near(inscribedRadius(Float64Array.of(10, 0, 0, 9, 1, 0, 0, 0, 10)), Math.SQRT2 / 2, 1e-15);
  });
});

describe('the tapered Buckingham potential', () => {
  const potential = tapered(buckingham({ A: 18003.7572, b: 4.87318, C: 133.5381 }), 8, 10);
  const angstrom = 1 / ANGSTROM_PER_BOHR;

  it('is the published one below the taper, and zero beyond it', () => {
    const r = 1.61;
    near(
      potential.evaluate(r * angstrom)[0] * 27.211386245988,
      18003.7572 * Math.exp(-4.87318 * r) - 133.5381 / r ** 6,
      1e-12,
    );
    assert.deepEqual(potential.evaluate(10 * angstrom), [0, 0, 0]);
  });

  it('has the derivatives it says, continuous at both ends of the taper', () => {
    const h = 1e-3;
    for (const r of [1.6, 3, 7.9, 8, 8.1, 9, 9.95, 10].map((x) => x * angstrom)) {
      const [up, here, down] = [r + h, r, r - h].map((x) => potential.evaluate(x));
      near((up[0] - down[0]) / (2 * h), here[1], 1e-5 * Math.abs(here[1]) + 1e-9);
      near((up[1] - down[1]) / (2 * h), here[2], 1e-5 * Math.abs(here[2]) + 1e-8);
    }
  });
});

describe('lattice energies', () => {
  it('have the Madelung constant of rock salt', () => {
    const cell = Float64Array.of(0, 1, 1, 1, 0, 1, 1, 1, 0);
    const salt: Structure = {
      cellVectors: cell,
      atomR: Float64Array.of(0, 0, 0, 0.5, 0.5, 0.5),
      atomType: ['Na', 'Cl'],
    };
    near(coulombEnergy(salt, [1, -1]).energy, -1.747564594633182, 1e-14);
  });

  it('do not depend on how Ewald splits them', () => {
    const balanced = balancedLambda(distorted);
    const [a, b] = [0.8, 1.3].map((factor) => coulombEnergy(distorted, quartzCharges, factor * balanced));
    near(a.energy, b.energy, 1e-12);
    a.forces.forEach((f, k) => {
      near(f, b.forces[k], 1e-13);
    });
    a.virial.forEach((w, k) => {
      near(w, b.virial[k], 1e-12);
    });
  });

  const energies: Record<string, (structure: Structure) => EnergyAndForces> = {
    Coulomb: (structure) => coulombEnergy(structure, quartzCharges),
    'short-range': (structure) => shortRangeEnergy(structure, quartzPotential),
  };
  for (const [name, energy] of Object.entries(energies)) {
    it(`${name}: forces and virial are its derivatives`, () => {
      const { forces, virial } = energy(distorted);
      const h = 1e-5;
      const slope = (change: (step: number) => Structure) =>
        (energy(change(h)).energy - energy(change(-h)).energy) / (2 * h);
      for (const k of [0, 4, 11, 20]) {
        const numeric = slope((step) => ({
          ...distorted,
          atomR: distorted.atomR.map((r, i) => (i === k ? r + step : r)),
        }));
        const edge = distorted.cellVectors.subarray(3 * (k % 3), 3 * (k % 3) + 3);
        const atom = forces.subarray(k - (k % 3), k - (k % 3) + 3);
        near(numeric, -(edge[0] * atom[0] + edge[1] * atom[1] + edge[2] * atom[2]), 1e-7);
      }
      for (const [a, b] of [
        [0, 0],
        [2, 2],
        [0, 1],
        [2, 1],
      ]) {
        const numeric = slope((step) => ({
          ...distorted,
          cellVectors: distorted.cellVectors.map(
            (x, k) => x + (k % 3 === b ? step * distorted.cellVectors[k - b + a] : 0),
          ),
        }));
        near(numeric, virial[3 * a + b], 1e-7);
      }
    });
  }

  it('need a neutral cell', () => {
    assert.throws(
      () =>
        coulombEnergy(
          distorted,
          quartzCharges.map((q) => q + 0.1),
        ),
      /charge of 0.9/,
    );
  });
});

describe('relaxation', () => {
  it('solves linear equations', () => {
    assert.deepEqual(
      solve(
        [
          [0, 2],
          [4, 1],
        ],
        [2, 9],
      ),
      [2, 1],
    );
  });

  it('fails when there is no stationary point', () => {
    // the Coulomb energy alone has none
    const build = ([a]: readonly number[]) => quartzStructure([a, a * 1.1, 0.45, 0.43, 0.26, 0.8]);
    assert.throws(
      () => relax(build, [5], (structure) => coulombEnergy(structure, quartzCharges)),
      /no stationary point/,
    );
  });
});
