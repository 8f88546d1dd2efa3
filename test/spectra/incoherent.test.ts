import assert from 'node:assert/strict';
import {
  binning,
  debyeWallerExponents,
  multiphonon,
  type Nodes,
  onePhonon,
  type ScatteringAtom,
} from '../../src/spectra/incoherent.js';
import { edges } from '../../src/spectra/spectrum.js';

const STEP = 0.05;
const COUNT = 1001;
const TEMPERATURE = 120;
const KT = 0.08617333262145 * TEMPERATURE;

/** Debye's density to 30 meV and a peak at 45, of area 3. */
function density(peak: number): Float64Array {
  const shape = Float64Array.from({ length: COUNT }, (_, k) => {
    const e = k * STEP;
    return (e < 30 ? (3 * e * e) / 27000 : 0) + peak * Math.exp(-0.5 * ((e - 45) / 1.2) ** 2);
  });
  const area = STEP * shape.reduce((sum, x) => sum + x);
  return shape.map((x) => (3 * x) / area);
}

const atoms: ScatteringAtom[] = [
  { mass: 1.008, coherent: 0, incoherent: 80_260, density: density(0.2) },
  { mass: 27, coherent: 0, incoherent: 8, density: density(0.02) },
];
/** σ/4π per atom of the cell, mbarn */
const SIGMA = (80_260 + 8) / (8 * Math.PI);
const QS = [0.5, 2, 6];

const sumOf = ({ step, first, values }: Nodes, of: (energy: number) => number = () => 1) =>
  step * values.reduce((sum, x, k) => sum + x * of((first + k) * step), 0);
const near = (x: number, y: number, tolerance: number) =>
  assert.ok(Math.abs(x / y - 1) < tolerance, `${x}, ${y}`);

describe('incoherent scattering', () => {
  const all = { finest: STEP, coarsest: STEP };
  const one = [...onePhonon(atoms, STEP, TEMPERATURE, QS)];
  const many = [...multiphonon(atoms, all, TEMPERATURE, QS)];
  const exponents = debyeWallerExponents(atoms, STEP, TEMPERATURE);
  const elastic = (q: number) =>
    atoms.reduce(
      (sum, { incoherent }, i) => sum + incoherent / (8 * Math.PI) / Math.exp(exponents[i] * q * q),
      0,
    );

  it('has the Debye–Waller exponent ħ²Q²/2M ⅓ ∫ G coth(E/2kT)/E dE', () => {
    atoms.forEach(({ mass, density: g }, i) => {
      let sum = 0;
      for (let k = 1; k < COUNT; k++) sum += (STEP * g[k]) / (k * STEP) / Math.tanh((k * STEP) / (2 * KT));
      near(exponents[i], ((2.09008 / mass) * sum) / 3, 1e-6);
    });
  });

  it('is all of σ/4π with its elastic part and all orders', () => {
    QS.forEach((q, i) => {
      near(elastic(q) + sumOf(one[i]) + sumOf(many[i]), SIGMA, 1e-6);
    });
    assert.ok(sumOf(many[0]) < 0.05 * SIGMA && sumOf(many[2]) > 0.3 * SIGMA);
  });

  it('has the recoil as its mean energy', () => {
    const recoil = (2.09008 * (80_260 / 1.008 + 8 / 27)) / (8 * Math.PI);
    QS.forEach((q, i) => {
      near(sumOf(one[i], (e) => e) + sumOf(many[i], (e) => e), recoil * q * q, 1e-4);
    });
  });

  it('is in detailed balance', () => {
    for (const { first, values, step } of [...one, ...many]) {
      const at = (k: number) => values[k - first];
      const largest = Math.max(...values);
      for (let k = 10; k < 600; k += 7) {
        if (at(k) > 1e-6 * largest) near(at(-k), at(k) * Math.exp((-k * step) / KT), 1e-3);
      }
    }
  });

  it('has the first two orders of the series where they are all', () => {
    const q = 0.3;
    const [{ first, values, step }] = multiphonon(atoms.slice(0, 1), all, 0, [q]);
    const [f] = onePhonon(atoms.slice(0, 1), STEP, 0, [q]);
    const factor = 80_260 / (4 * Math.PI) / Math.exp(exponents0() * q * q);
    for (const k of [400, 600, 900, 1300]) {
      let twice = 0;
      for (let j = 1; j < Math.min(k, COUNT); j++) {
        const rest = k - j < COUNT ? f.values[k - j - f.first] : 0;
        twice += (STEP * f.values[j - f.first] * rest) / 2 / factor;
      }
      near(values[k - first], twice, 0.02);
    }
    assert.equal(step, STEP);
    function exponents0() {
      return debyeWallerExponents(atoms.slice(0, 1), STEP, 0)[0];
    }
  });

  it('keeps area and mean where it takes energies further apart', () => {
    const fine = atoms.map((atom) => ({ ...atom, density: density(0.2) }));
    // a step of 1/32 needs more energies than one transform has
    const dense = fine.map((atom) => {
      const g = new Float64Array((COUNT - 1) * 32 + 1);
      atom.density.forEach((x, k) => {
        g[32 * k] = 32 * x;
      });
      return { ...atom, density: g };
    });
    const [coarse] = multiphonon(fine, all, TEMPERATURE, [6]);
    const [other] = multiphonon(dense, { finest: STEP / 32, coarsest: 0 }, TEMPERATURE, [6]);
    assert.ok(other.step > STEP / 32);
    near(sumOf(other), sumOf(coarse), 1e-6);
    near(
      sumOf(other, (e) => e),
      sumOf(coarse, (e) => e),
      1e-5,
    );
  });

  it('is the same in wide bins from energies further apart', () => {
    const coarse = [...multiphonon(atoms, { finest: STEP, coarsest: 0.5 }, TEMPERATURE, QS)];
    assert.equal(coarse[0].step, 0.4);
    const bins = edges(-100, 300, 200);
    const [found, expected] = [coarse, many].map((nodes) => nodes.map(binning(nodes[0], bins, [2])));
    found.forEach((row, i) => {
      const largest = Math.max(...expected[i]);
      row.forEach((x, k) => {
        assert.ok(Math.abs(x - expected[i][k]) < 2e-3 * largest, `${i} ${k}: ${x}, ${expected[i][k]}`);
      });
    });
  });

  it('is put into bins as a whole', () => {
    for (const width of [undefined, [2, 0.01], [0.01]]) {
      const bins = binning(many[0], edges(-400, 900, 1300), width)(many[1]);
      near(
        bins.reduce((sum, x) => sum + x),
        sumOf(many[1]),
        1e-6,
      );
      const mean = bins.reduce((sum, x, k) => sum + x * (k - 399.5), 0);
      near(
        mean,
        sumOf(many[1], (e) => e),
        1e-4,
      );
    }
  });
});
