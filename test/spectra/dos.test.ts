import assert from 'node:assert/strict';
import { crossSections } from '../../src/models/crossSections.js';
import { gridOfSpacing, halfGrid } from '../../src/qpoints/grid.js';
import {
  adaptiveLength,
  type DosRequest,
  debyeWallerExponents,
  dosArea,
  dosCounting,
  dosSpectrum,
} from '../../src/spectra/dos.js';
import { rowsOf } from '../../src/spectra/spectrum.js';
import { failsWith } from '../support/errors.js';

const crystal = {
  cellVectors: Float64Array.of(4, 0, 0, 0, 5, 0, 0, 0, 10),
  atomType: ['Na', 'Cl', 'Na'],
  atomMass: Float64Array.of(22.98977, 35.45, 22.98977),
};
const request: DosRequest = {
  grid: [2, 1, 1],
  energyMin: 0,
  energyMax: 20,
  bins: 2,
  weighting: 'dos',
};
/** of 2 q-points: all modes, then atoms */
const counts = Float64Array.of(12, 6, 6, 2, 2, 3, 4, 1);
const rounded = (values: ArrayLike<number>) => Array.from(values, (x) => Number(x.toFixed(9)));

describe('a density of states', () => {
  it('is of modes per energy and atom, with the shares of species beside it', () => {
    const spectrum = dosSpectrum(counts, crystal, { ...request, partial: 'all' }, {});
    const [total, na, cl] = rowsOf(spectrum);
    assert.deepEqual(rounded(total), [0.2, 0.1]);
    assert.deepEqual(rounded(na), rounded([10 / 60, 3 / 60]));
    assert.deepEqual(rounded(cl), rounded([2 / 60, 3 / 60]));
    assert.deepEqual(
      spectrum.lines.map(({ label }) => label),
      ['Total', 'Na', 'Cl'],
    );
    assert.equal(dosArea(counts, crystal, request), 3);
  });

  it('has the weights σ M̄/M of neutrons', () => {
    const weighting = 'coherent-plus-incoherent-dos';
    const [total, cl] = rowsOf(dosSpectrum(counts, crystal, { ...request, weighting, partial: ['Cl'] }, {}));
    const mean = (2 * 22.98977 + 35.45) / 3;
    // Blue Book, mbarn
    const ofNa = ((1660 + 1620) * mean) / 22.98977;
    const ofCl = ((11528 + 5300) * mean) / 35.45;
    assert.deepEqual(rounded(cl), rounded([(2 / 60) * ofCl, (3 / 60) * ofCl]));
    assert.deepEqual(rounded(total), rounded([(10 * ofNa + 2 * ofCl) / 60, (3 * ofNa + 3 * ofCl) / 60]));
  });

  it('has a line for each atom, and weights with the Debye–Waller factor', () => {
    const byAtom = { ...request, partial: ['Na'], partialBy: 'atom' } as const;
    const spectrum = dosSpectrum(counts, crystal, byAtom, {});
    assert.deepEqual(spectrum.lines, [
      { label: 'Total' },
      { label: 'Na1', species: 'Na' },
      { label: 'Na2', species: 'Na' },
    ]);
    const [, first, second] = rowsOf(spectrum);
    assert.deepEqual(rounded(first), rounded([6 / 60, 2 / 60]));
    assert.deepEqual(rounded(second), rounded([4 / 60, 1 / 60]));
    const weighting = 'neutron-weighted';
    const tensors = Float64Array.from({ length: 27 }, (_, k) =>
      k % 4 === 0 && k % 9 < 9 ? 0.01 * (1 + k) : 0,
    );
    const exponents = debyeWallerExponents(tensors, 3);
    assert.ok(Math.abs(exponents[0] - (2 / 3) * 9 * (tensors[0] + tensors[4] + tensors[8])) < 1e-15);
    const of = (change: object) => rowsOf(dosSpectrum(counts, crystal, { ...byAtom, ...change }, {}));
    const hot = of({ weighting, debyeWaller: { temperature: 300, q: 3, exponents } });
    const cold = of({ weighting: 'coherent-plus-incoherent-dos' });
    [0, 2].forEach((atom, i) => {
      const factor = Math.exp(-exponents[atom]);
      assert.deepEqual(rounded(hot[1 + i]), rounded(cold[1 + i].map((x) => factor * x)));
    });
  });

  it('has a line for each Cartesian direction of a species', () => {
    const shares = [
      [0.1, 0.2, 0.3],
      [0.4, 0.5, 0.6],
      [0.7, 0.8, 0.9],
    ].flat();
    const rows = [18, 4.5, ...shares.flatMap((x) => [10 * x, x])];
    const wanted = { ...request, partial: ['Na'], partialBy: 'direction' } as const;
    assert.deepEqual(
      [
        dosCounting(crystal, wanted).histogram.by_direction,
        dosCounting(crystal, request).histogram.by_direction,
      ],
      [true, false],
    );
    const spectrum = dosSpectrum(Float64Array.from(rows), crystal, wanted, {});
    assert.deepEqual(
      spectrum.lines.map(({ label }) => label),
      ['Total', 'Na x', 'Na y', 'Na z'],
    );
    const [, ...lines] = rowsOf(spectrum);
    // atoms 0 and 2
    [0.8, 1, 1.2].forEach((x, c) => {
      assert.deepEqual(rounded(lines[c]), rounded([(10 * x) / 60, x / 60]));
    });
  });

  it('counts half of the grid twice', () => {
    const { qpts, weights, histogram } = dosCounting(crystal, { ...request, grid: [3, 3, 3] });
    assert.equal(qpts.length, 3 * halfGrid([3, 3, 3]).count);
    assert.equal(
      weights.reduce((sum, x) => sum + x),
      27,
    );
    assert.equal(histogram.by_atom, false);
    assert.equal(dosCounting(crystal, { ...request, weighting: 'coherent-dos' }).histogram.by_atom, true);
  });

  it('has adaptive widths by the distance of q-points', () => {
    // 2π / (8·200)^⅓ / π
    assert.ok(Math.abs(adaptiveLength(crystal.cellVectors, [2, 2, 2], 1) - 2 / 1600 ** (1 / 3)) < 1e-15);
  });

  it('has a grid by the largest distance', () => {
    assert.deepEqual(gridOfSpacing(crystal.cellVectors, Math.PI / 10), [5, 4, 2]);
    assert.deepEqual(gridOfSpacing(crystal.cellVectors, 100), [1, 1, 1]);
  });

  it('is refused for a species that is not there, and for too many q-points', async () => {
    const error = await failsWith('invalid_argument', () =>
      dosSpectrum(counts, crystal, { ...request, partial: ['K'] }, {}),
    );
    assert.match(error.expected!, /Na, Cl/);
    await failsWith('too_large', () => dosCounting(crystal, { ...request, grid: [1000, 1000, 100] }));
  });
});

describe('cross-sections', () => {
  it('are those of elements, of isotopes by name and mass, and of mixtures', () => {
    const of = (type: string, mass: number) => crossSections([type], [mass])[0];
    assert.deepEqual(of('H', 1.008), { coherent: 1756.8, incoherent: 80260 });
    assert.deepEqual(of('D', 2.014), { coherent: 5592, incoherent: 2050 });
    assert.deepEqual(of('Ni62', 61.928), { coherent: 9500, incoherent: 0 });
    assert.deepEqual(of('Fe:up', 55.845), of('Fe', 55.845));
    const { coherent } = of('Ge0.5Sn0.5', 90);
    assert.ok(Math.abs(coherent - (of('Ge', 72.63).coherent + of('Sn', 118.71).coherent) / 2) < 1e-9);
  });

  it('are said to be missing', async () => {
    await failsWith('no_scattering_length', () => crossSections(['Qq'], [1]));
  });
});
