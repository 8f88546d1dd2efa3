/** Notes about models that cannot be the crystal of their file, and none about those that can. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { disorderedSalt } from '../../crystals/disorderedSalt.js';
import { seededRandom } from '../../crystals/random.js';
import { springForceConstants, springLaw } from '../../crystals/springs.js';
import { type ForceConstants, makeForceConstants } from '../../src/models/forceConstants.js';
import { Supercell } from '../../src/models/lattice.js';
import { plausibilityNotes } from '../../src/models/plausibility.js';
import { generators, pointOperations, turned } from '../../src/models/pointOperations.js';
import { spaceGroup } from '../../src/models/symmetry.js';
import { ANGSTROM_PER_BOHR, ELECTRON_MASS_PER_AMU } from '../../src/models/units.js';
import { dataFile } from '../support/data.js';
import { readForceConstants } from '../support/readModel.js';

const golden = fileURLToPath(new URL('../golden/', import.meta.url));
const examples = fileURLToPath(new URL('../../matlab/examples/data/', import.meta.url));

/** Two layers, bonds of 1.42 Å in them, weak springs between them. */
function graphite(): ForceConstants {
  const [a, c] = [2.46 / ANGSTROM_PER_BOHR, 6.71 / ANGSTROM_PER_BOHR];
  const structure = {
    cellVectors: Float64Array.of(a, 0, 0, -a / 2, (Math.sqrt(3) / 2) * a, 0, 0, 0, c),
    atomR: Float64Array.of(0, 0, 0.25, 1 / 3, 2 / 3, 0.25, 0, 0, 0.75, 2 / 3, 1 / 3, 0.75),
    atomType: ['C', 'C', 'C', 'C'],
  };
  const supercell = new Supercell([5, 0, 0, 0, 5, 0, 0, 0, 2]);
  const law = springLaw({ stiffness: 0.2, length: 1.42, decay: 0.4, across: 0.3 });
  return makeForceConstants({
    crystal: { ...structure, atomMass: new Float64Array(4).fill(12.011 * ELECTRON_MASS_PER_AMU) },
    scMatrix: supercell.matrix,
    cellOrigins: supercell.origins,
    forceConstants: springForceConstants(structure, law, supercell),
  });
}

/** With atoms moved by fractions of the cell, and nothing else changed. */
function moved(fc: ForceConstants, shifts: Record<number, number[]>): ForceConstants {
  const atomR = fc.crystal.atomR.slice();
  for (const [atom, shift] of Object.entries(shifts)) {
    shift.forEach((x, k) => {
      atomR[3 * Number(atom) + k] += x;
    });
  }
  return { ...fc, crystal: { ...fc.crystal, atomR } };
}

const swapped = (array: Float64Array, size: number, i: number, j: number) => {
  const result = array.slice();
  result.set(array.subarray(size * i, size * (i + 1)), size * j);
  result.set(array.subarray(size * j, size * (j + 1)), size * i);
  return result;
};

async function read(path: string): Promise<ForceConstants> {
  return (await readForceConstants(path)).fc;
}

describe('plausibility of models', function () {
  this.timeout(60_000);
  const good = [
    ...readdirSync(join(golden, 'crystals'))
      .filter((name) => /^\w+\.json$/.test(name))
      .map((name) => join(golden, 'crystals', name)),
    ...['phonopy/orbits', 'phonopy/rocksalt', 'phonopy/skew/phonopy_params.yaml'],
    ...['cases/castep-positions/inside.castep_bin', 'cases/castep-positions/outside.castep_bin'],
    ...['cases/site-labels/phonopy.yaml', 'cases/vasp-pomass/potcar.h5'],
    join(examples, 'quartz_bks.json.gz'),
  ].map((path) => (path.startsWith('/') ? path : join(golden, path)));
  for (const path of good) {
    it(`nothing is strange in ${path.split('/').slice(-2).join('/')}`, async () => {
      assert.deepEqual(plausibilityNotes(await read(path)), []);
    });
  }
  for (const name of [
    'quartz/quartz.castep_bin',
    'nb/Nb-242424-s0.25.castep_bin',
    'lzo/LZO_force_constants.json',
    'nacl/phonopy_all_in_one.yaml',
    'vasp/GaAs_vaspout.h5',
  ]) {
    it(`nothing is strange in ${name}`, async function () {
      assert.deepEqual(plausibilityNotes(await read(dataFile(this, name))), []);
    });
  }

  describe('of graphite', () => {
    const fc = graphite();

    it('is given, wherever its positions are told modulo the supercell, and with noise', () => {
      assert.deepEqual(plausibilityNotes(fc), []);
      assert.deepEqual(plausibilityNotes(moved(fc, { 1: [5, 0, 2], 2: [0, -10, 0] })), []);
      const next = seededRandom(5);
      const largest = fc.forceConstants.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
      const noisy = fc.forceConstants.map((x) => x + 0.02 * largest * next());
      assert.deepEqual(plausibilityNotes({ ...fc, forceConstants: noisy }), []);
    });

    it('is doubted when atoms are moved by a lattice vector, and the cells are not', () => {
      const cases: Record<number, number[]>[] = [
        { 1: [1, 0, 0] },
        { 1: [-1, -1, 0] },
        { 0: [0, 1, 0], 3: [1, 0, 0] },
        { 2: [0, 2, 0] },
      ];
      for (const shifts of cases) {
        const notes = plausibilityNotes(moved(fc, shifts));
        assert.equal(notes.length, 2, notes.join('\n'));
        assert.match(
          notes[0],
          /large force constants with atoms that are far away: C \(atom \d\) at [2-9]\.\d\d Å/,
        );
        assert.match(notes[1], /^Force constants that the symmetry .* differ by \d+ % of the largest/);
      }
    });

    it('is doubted when its cells are in another order', () => {
      const cellOrigins = fc.cellOrigins.map(
        (_, k) => fc.cellOrigins[fc.cellOrigins.length - 3 - k + 2 * (k % 3)],
      );
      const notes = plausibilityNotes({ ...fc, cellOrigins });
      assert.match(notes.join(), /4 of 4 atoms have large force constants with atoms that are far away/);
    });

    it('is doubted when its lengths are in nanometres', () => {
      const cellVectors = fc.crystal.cellVectors.map((x) => x / 10);
      const notes = plausibilityNotes({ ...fc, crystal: { ...fc.crystal, cellVectors } });
      assert.match(
        notes.join(),
        /^C \(atom 1\) and C \(atom 2\) are 0\.142 Å apart, less than 0\.5 Å: .* nanometres/,
      );
    });

    it('is doubted when an atom is told twice', () => {
      const notes = plausibilityNotes(moved(fc, { 1: [-1 / 3, -2 / 3, 0.01] }));
      assert.match(notes[0], /C \(atom 1\) and C \(atom 2\) are 0\.067 Å apart/);
    });
  });

  it('without any symmetry: atoms whose positions are exchanged, or moved by a lattice vector', () => {
    const fc = disorderedSalt([4, 2, 2]);
    assert.deepEqual(pointOperations(fc.crystal), []);
    assert.deepEqual(plausibilityNotes(fc), []);
    const atomR = swapped(fc.crystal.atomR, 3, 0, 3 * 2 - 1);
    assert.equal(fc.crystal.atomType[0], fc.crystal.atomType[5]);
    assert.match(plausibilityNotes({ ...fc, crystal: { ...fc.crystal, atomR } })[0], /far away/);
    assert.match(plausibilityNotes(moved(fc, { 7: [0, 1, 0] }))[0], /far away/);
  });

  it('Born charges in another order than the atoms', async () => {
    const fc = await read(join(examples, 'quartz_bks.json.gz'));
    const born = swapped(fc.born!, 9, 0, 8);
    assert.match(plausibilityNotes({ ...fc, born }).join(), /^Born charges that the symmetry/);
    const wrong = Float64Array.of(9, 0, 0, 0, 3, 0, 0, 0, 3);
    assert.match(
      plausibilityNotes({ ...fc, dielectric: wrong }).join(),
      /^Elements of the dielectric tensor that/,
    );
  });

  it('costs milliseconds for a small crystal', () => {
    const fc = graphite();
    plausibilityNotes(fc);
    const times = Array.from({ length: 5 }, () => {
      const start = performance.now();
      plausibilityNotes(fc);
      return performance.now() - start;
    });
    assert.ok(Math.min(...times) < 100, times.join());
  });
});

describe('rotations of a crystal', () => {
  const keys = (operations: { lattice: Int32Array }[]) =>
    [...new Set(operations.map(({ lattice }) => lattice.join()))].sort();

  it('are those of its space group, and products of the generators', async () => {
    const crystals = [graphite(), disorderedSalt([2, 2, 2])];
    for (const name of [
      'phonopy/orbits',
      'phonopy/rocksalt',
      'crystals/ties.json',
      'crystals/triclinic.json',
    ]) {
      crystals.push(await read(join(golden, name)));
    }
    for (const { crystal } of crystals) {
      const found = pointOperations(crystal);
      const { operations } = await spaceGroup(crystal);
      const identity = '1,0,0,0,1,0,0,0,1';
      assert.deepEqual(
        keys(found),
        keys(operations).filter((key) => key !== identity),
      );
      for (const { lattice, atoms, cells } of found) {
        const { atomR } = crystal;
        const shift = [0, 1, 2].map((k) => atomR[3 * atoms[0] + k] + cells[k] - turned(lattice, atomR, 0)[k]);
        for (const i of atoms.keys()) {
          turned(lattice, atomR, 3 * i).forEach((x, k) => {
            assert.ok(Math.abs(x + shift[k] - atomR[3 * atoms[i] + k] - cells[3 * i + k]) < 1e-5);
          });
        }
      }
      const few = generators(found);
      assert.ok(few.length <= 4);
      const made = new Map([[identity, Int32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1)]]);
      for (let size = 0; size < made.size; ) {
        size = made.size;
        for (const element of [...made.values()]) {
          for (const { lattice } of few) {
            const rows = [0, 3, 6].map((k) =>
              turned(
                lattice,
                [0, 3, 6].map((row) => element[row + k / 3]),
                0,
              ),
            );
            const product = Int32Array.from({ length: 9 }, (_, k) => rows[k % 3][Math.floor(k / 3)]);
            made.set(product.join(), product);
          }
        }
      }
      assert.deepEqual([...made.keys()].sort(), [...keys(found), identity].sort());
    }
  });
});
