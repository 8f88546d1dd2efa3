import assert from 'node:assert/strict';
import { nativeContent } from '../../src/compute/local/content.js';
import type { ForceConstantsContent } from '../../src/models/crystal.js';
import { makeForceConstants, modelId } from '../../src/models/forceConstants.js';
import { failsWith } from '../support/errors.js';
import { arbitraryContent, arbitraryModel } from '../support/models.js';

describe('force constants', () => {
  it('gives its sizes and hands the same arrays to the addon', () => {
    const fc = arbitraryModel();
    assert.equal(fc.nAtoms, 3);
    assert.equal(fc.nCells, 6);
    const native = nativeContent(fc);
    assert.equal(native.forceConstants, fc.forceConstants);
    assert.equal(native.born, fc.born);
    assert.equal(native.nCells, 6);
  });

  it('cannot be changed', () => {
    const fc = arbitraryModel();
    assert.throws(() => Object.assign(fc, { nAtoms: 4 }), TypeError);
    assert.throws(() => (fc.crystal.atomType as string[]).push('H'), TypeError);
  });

  it('accepts left-handed cells, negative determinants and origins outside the supercell', () => {
    const content = arbitraryContent();
    const { cellVectors } = content.crystal;
    makeForceConstants({
      ...content,
      crystal: { ...content.crystal, cellVectors: cellVectors.map((x) => -x) },
      scMatrix: Int32Array.of(0, 0, 1, 1, 3, 0, 2, 0, 0),
      cellOrigins: content.cellOrigins.map((o, i) => (i === 0 ? -4 : o)),
    });
  });

  const violations: [string, (content: ForceConstantsContent) => object, RegExp][] = [
    ['no atoms', () => ({ crystal: { atomMass: new Float64Array() } }), /no atoms/],
    ['atom types', () => ({ crystal: { atomType: ['O', 'Si'] } }), /2 atom types and 3 atom masses/],
    ['a blank type', () => ({ crystal: { atomType: ['O', '', 'Si'] } }), /type of atom 1/],
    ['positions', () => ({ crystal: { atomR: new Float64Array(8) } }), /positions have 8 numbers/],
    ['a mass of zero', () => ({ crystal: { atomMass: Float64Array.of(1, 0, 1) } }), /mass of atom 1 is 0/],
    [
      'a flat cell',
      () => ({ crystal: { cellVectors: Float64Array.of(1, 0, 0, 0, 1, 0, 1, 1, 0) } }),
      /volume/,
    ],
    ['determinant', () => ({ scMatrix: Int32Array.of(2, 0, 0, 0, 2, 0, 0, 0, 1) }), /determinant 4.*6/],
    ['a singular supercell', () => ({ scMatrix: new Int32Array(9) }), /determinant 0/],
    [
      'a huge supercell',
      () => ({ scMatrix: Int32Array.of(40000, 0, 0, 0, 1, 0, 0, 0, 1) }),
      /supercell matrix/,
    ],
    [
      'equivalent origins',
      ({ cellOrigins }) => ({ cellOrigins: cellOrigins.map((o, i) => (i === 3 ? 3 : i === 4 ? 3 : o)) }),
      /origins 0 and 1 are the same cell/,
    ],
    ['incomplete origins', () => ({ cellOrigins: new Int32Array(17) }), /17 numbers/],
    ['force constants', () => ({ forceConstants: new Float64Array(6 * 80) }), /force constants have 480/],
    [
      'NaN',
      ({ forceConstants }) => ({
        forceConstants: forceConstants.map((x, i) => (i === 81 + 9 ? Number.NaN : x)),
      }),
      /NaN at index \[1, 1, 0\]/,
    ],
    ['born without dielectric', () => ({ dielectric: undefined }), /no dielectric tensor/],
    ['dielectric without born', () => ({ born: undefined }), /no Born charges/],
    [
      'an indefinite dielectric tensor',
      () => ({ dielectric: Float64Array.of(1, 2, 0, 2, 1, 0, 0, 0, 1) }),
      /dielectric tensor is/,
    ],
    [
      'a mass in kilograms',
      () => ({ crystal: { atomMass: Float64Array.of(1, 2e-26, 1) } }),
      /mass of atom 1/,
    ],
    ['an infinite mass', () => ({ crystal: { atomMass: Float64Array.of(1e21, 1, 1) } }), /mass of atom 0/],
    [
      'a position far away',
      ({ crystal }) => ({ crystal: { atomR: crystal.atomR.map((x, i) => (i === 4 ? 1e20 : x)) } }),
      /positions hold 10{20} at index \[1, 1\]/,
    ],
    [
      'a long cell',
      () => ({ crystal: { cellVectors: Float64Array.of(6000, 0, 0, 0, 5, 0, 0, 0, 5) } }),
      /edges/,
    ],
    [
      'edges in metres',
      ({ crystal }) => ({ crystal: { cellVectors: crystal.cellVectors.map((x) => 1e-10 * x) } }),
      /edges/,
    ],
    [
      'an edge of almost no length',
      () => ({ crystal: { cellVectors: Float64Array.of(5, 0, 0, 0, 5, 0, 0, 0, 5e-324) } }),
      /edges/,
    ],
    [
      'a short lattice vector between long edges',
      () => ({ crystal: { cellVectors: Float64Array.of(9, 0, 0, 9, 0.3, 0, 0, 0, 5) } }),
      /lattice vector \[-?1, -?1, 0\] has a length of 0\.3/,
    ],
    [
      'force constants without bound',
      ({ forceConstants }) => ({ forceConstants: forceConstants.map((x, i) => (i === 80 ? 1e300 : x)) }),
      /force constants hold 1e\+300 at index \[0, 8, 8\]/,
    ],
    [
      'Born charges without bound',
      ({ born }) => ({ born: born?.map(() => 1e5) }),
      /Born charges hold 100000/,
    ],
    [
      'a dielectric tensor with one damaged element',
      () => ({ dielectric: Float64Array.of(2, 0, 0, 0, 1e215, 0, 0, 0, 2) }),
      /dielectric tensor is/,
    ],
    [
      'a dielectric tensor with eigenvalues near zero and below',
      () => ({ dielectric: Float64Array.of(0.1, 0, 0, 0, -5, 0, 0, 0, 3) }),
      /dielectric tensor is/,
    ],
    [
      'polar atoms in one place',
      ({ crystal }) => ({ crystal: { atomR: crystal.atomR.map((x, i, r) => (i < 3 ? r[i + 6] - 2 : x)) } }),
      /Atoms 0 and 2.* apart/,
    ],
  ];
  for (const [name, change, message] of violations) {
    it(`refuses ${name}`, async () => {
      const content = arbitraryContent();
      const changed = change(content) as { crystal?: object };
      const crystal = { ...content.crystal, ...changed.crystal };
      const error = await failsWith('file_damaged', () =>
        makeForceConstants({ ...content, ...changed, crystal }, 'somewhere', 'file_damaged'),
      );
      assert.match(error.message, message);
      assert.equal(error.where, 'somewhere');
      assert.ok(error.expected);
    });
  }
});

describe('the name of a model', () => {
  it('is the SHA-256 of its canonical form', () => {
    assert.equal(modelId(arbitraryModel()), ID_OF_SEED_1);
  });

  it('depends on every array and on nothing else', () => {
    const id = modelId(arbitraryModel());
    assert.equal(modelId(arbitraryModel()), id);
    const content = arbitraryContent();
    const bump = <T extends Float64Array | Int32Array>(array: T) =>
      array.map((x, i) => (i === 0 ? x + 6 : x)) as T;
    const { crystal } = content;
    const others: Partial<ForceConstantsContent>[] = [
      { crystal: { ...crystal, cellVectors: bump(crystal.cellVectors) } },
      { crystal: { ...crystal, atomR: bump(crystal.atomR) } },
      { crystal: { ...crystal, atomMass: bump(crystal.atomMass) } },
      { crystal: { ...crystal, atomType: ['OO', 'O', 'Si'] } },
      { cellOrigins: bump(content.cellOrigins) },
      { scMatrix: Int32Array.of(2, 0, 0, 3, 3, 0, 0, 0, 1) },
      { forceConstants: bump(content.forceConstants) },
      { born: bump(content.born as Float64Array) },
      { dielectric: bump(content.dielectric as Float64Array) },
      { born: undefined, dielectric: undefined },
    ];
    const ids = new Set(others.map((other) => modelId(makeForceConstants({ ...content, ...other }))));
    assert.equal(ids.size, others.length);
    assert.ok(!ids.has(id));
  });
});

/** Changes only when the canonical form does; then its tag must change too. */
const ID_OF_SEED_1 = '22d2d8253c9acb6614d9e6301757b2f671daac4d2020eaa1ef722440bea19df7';
