import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { balancedLambda, coulombEnergy } from '../../crystals/ewald.js';
import { shortRangeEnergy, sum } from '../../crystals/potential.js';
import { quartz, quartzCharges, quartzEnergy, quartzPotential } from '../../crystals/quartz.js';
import type { Structure } from '../../crystals/structure.js';
import { shortRangeForceConstants } from '../../crystals/supercellMatrix.js';
import type { ForceConstants } from '../../src/models/forceConstants.js';
import { Supercell, type Vector } from '../../src/models/lattice.js';
import { ANGSTROM_PER_BOHR, EV_PER_HARTREE } from '../../src/models/units.js';
import { dynamicalMatrix, frequencies } from '../support/dynamicalMatrix.js';
import { eigenvalues, type Hermitian } from '../support/hermitian.js';
import { readForceConstants } from '../support/readModel.js';
import { frozenPhonons, latticeSum } from '../support/rigidIons.js';

const shipped = fileURLToPath(new URL('../../matlab/examples/data/quartz_bks.json.gz', import.meta.url));
const meV = 1000 * EV_PER_HARTREE;

describe('the α-quartz of the BKS potential', () => {
  let fc: ForceConstants;
  let structure: Structure;
  let ewaldLambda: number;
  before(async () => {
    ({ fc } = await readForceConstants(shipped));
    structure = fc.crystal;
    ewaldLambda = balancedLambda(structure);
  });

  const modes = (d: Hermitian) => frequencies(eigenvalues(d)).map((w) => w * meV);
  const fromFile = (q: Vector, lambda = ewaldLambda) => modes(dynamicalMatrix(fc, q, lambda));

  it('is what the generator makes', () => {
    const made = quartz();
    // a machine with another exp() may round the last digit otherwise
    const close = (a: Float64Array | undefined, b: Float64Array | undefined, tolerance: number) => {
      assert.ok(a && b && a.length === b.length);
      a.forEach((x, k) => {
        assert.ok(Math.abs(x - b[k]) <= tolerance * Math.max(1, Math.abs(b[k])), `${k}: ${x} ${b[k]}`);
      });
    };
    close(fc.crystal.cellVectors, made.crystal.cellVectors, 2e-12);
    close(fc.crystal.atomR, made.crystal.atomR, 2e-12);
    close(fc.crystal.atomMass, made.crystal.atomMass, 2e-12);
    close(fc.forceConstants, made.forceConstants, 1e-11);
    close(fc.born, made.born, 0);
    close(fc.dielectric, made.dielectric, 0);
    assert.deepEqual(fc.crystal.atomType, made.crystal.atomType);
    assert.deepEqual(fc.scMatrix, made.scMatrix);
    assert.deepEqual(fc.cellOrigins, made.cellOrigins);
  });

  it('has zero forces and zero stress', () => {
    const { forces, virial, energy } = quartzEnergy(structure);
    assert.ok(forces.every((f) => Math.abs(f) < 1e-11));
    assert.ok(virial.every((w) => Math.abs(w) < 1e-10));
    // published for this potential: a = 4.941 Å, c = 5.449 Å; the taper shortens both a little
    assert.ok(Math.abs(structure.cellVectors[0] * ANGSTROM_PER_BOHR - 4.941) < 0.02);
    assert.ok(Math.abs(structure.cellVectors[8] * ANGSTROM_PER_BOHR - 5.449) < 0.02);
    assert.ok(energy < 0);
  });

  it('obeys the acoustic sum rule and has symmetric force constants', () => {
    const n = 3 * fc.nAtoms;
    const supercell = new Supercell(fc.scMatrix);
    for (let i = 0; i < n; i++) {
      for (let b = 0; b < 3; b++) {
        let total = 0;
        for (let k = b; k < fc.forceConstants.length; k += 3) {
          if (Math.floor(k / n) % n === i) total += fc.forceConstants[k];
        }
        assert.ok(Math.abs(total) < 1e-15);
      }
    }
    for (let c = 0; c < fc.nCells; c++) {
      const opposite = supercell.indexOf(fc.cellOrigins.subarray(3 * c, 3 * c + 3).map((x) => -x));
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          const difference =
            fc.forceConstants[n * n * c + n * i + j] - fc.forceConstants[n * n * opposite + n * j + i];
          assert.ok(Math.abs(difference) < 1e-15);
        }
      }
    }
  });

  it('has stable modes, and acoustic ones of zero at the zone centre', () => {
    const gamma = fromFile([0, 0, 0]);
    assert.ok(
      gamma.slice(0, 3).every((w) => Math.abs(w) < 1e-3),
      `${gamma.slice(0, 3)}`,
    );
    assert.ok(gamma[3] > 5);
    for (const q of [
      [0.5, 0, 0],
      [0, 0, 0.5],
      [1 / 3, 1 / 3, 0],
      [1 / 3, 1 / 3, 0.5],
      [0.1, 0, 0],
      [0, 0, 0.1],
      [0.25, 0.1, 0.3],
    ]) {
      assert.ok(fromFile(q as Vector)[0] > 0.5);
    }
  });

  it('has the frequencies of its direct lattice sum, whatever Λ is', () => {
    for (const q of [
      [0.5, 0, 0],
      [0.1, 0.2, 0.3],
      [-0.37, 0.05, 0.44],
      [0.02, 0, 0],
      [1.3, -0.6, 0.25],
    ] as Vector[]) {
      const [a, b] = [0.9, 1.25].map((factor) => fromFile(q, factor * ewaldLambda));
      const direct = modes(
        latticeSum(structure, quartzPotential, quartzCharges, fc.crystal.atomMass, q, 1.1 * ewaldLambda),
      );
      direct.forEach((w, k) => {
        assert.ok(
          Math.abs(w - a[k]) < 1e-9 && Math.abs(w - b[k]) < 1e-9,
          `${q} ${k}: ${w} ${a[k]} ${b[k]} meV`,
        );
      });
    }
  });

  it('has the frequencies that forces after displacements give', function () {
    this.timeout(60_000);
    const energy = (large: Structure) => {
      const charges = large.atomType.map((type) => (type === 'Si' ? 2.4 : -1.2));
      return sum(shortRangeEnergy(large, quartzPotential), coulombEnergy(large, charges, 1.2 * ewaldLambda));
    };
    const frozen = frozenPhonons(
      structure,
      new Supercell([2, 0, 0, 0, 1, 0, 0, 0, 2]),
      fc.crystal.atomMass,
      energy,
    );
    for (const q of [
      [0.5, 0, 0],
      [0, 0, 0.5],
      [0.5, 0, 0.5],
    ] as Vector[]) {
      const direct = fromFile(q);
      modes(frozen(q)).forEach((w, k) => {
        assert.ok(Math.abs(w - direct[k]) < 1e-4, `${q} ${k}: ${w} ${direct[k]} meV`);
      });
    }
  });

  it('refuses a supercell that cannot hold the potential', () => {
    const small = new Supercell([4, 0, 0, 0, 4, 0, 0, 0, 3]);
    assert.throws(() => shortRangeForceConstants(structure, quartzPotential, small), /reaches/);
  });
});
