import assert from 'node:assert/strict';
import { csv, euphonicJson } from '../../src/spectra/files.js';
import { readSpectrum } from '../../src/spectra/read.js';
import { type Cut, sliceOf, slicePoints, sliceSpectrum } from '../../src/spectra/slice.js';
import { failsWith } from '../support/errors.js';

const near = (x: number, y: number, tolerance = 1e-12) =>
  assert.ok(Math.abs(x - y) <= tolerance, `${x}, ${y}`);
/** Hexagonal, a = 4.9 and c = 5.4 Å: reciprocal axes a* and b* at 60°. */
const A = 4.9;
const C = 5.4;
const hexagonal = Float64Array.of(A, 0, 0, -A / 2, (A * Math.sqrt(3)) / 2, 0, 0, 0, C);
const STAR = (4 * Math.PI) / (Math.sqrt(3) * A);
const axis = (from: number, to: number, bins: number): Cut => ({ from, to, bins, isAxis: true });
const range = (from: number, to: number): Cut => ({ from, to, bins: 1, isAxis: false });
const plane = {
  origin: [0, 0, 1] as [number, number, number],
  u: [1, 0, 0] as [number, number, number],
  v: [0, 1, 0] as [number, number, number],
  cuts: [axis(-1, 1, 4), axis(0, 1, 2), range(-0.1, 0.3)] as [Cut, Cut, Cut],
  energy: range(5, 7),
  spacing: 0.5,
};

describe('slices', () => {
  it('have orthogonal axes: u, what of v is perpendicular to it, and w', () => {
    const { directions } = sliceOf(plane, hexagonal);
    assert.deepEqual(
      directions.map(({ hkl }) => hkl),
      [
        [1, 0, 0],
        [-0.5, 1, 0],
        [0, 0, 1],
      ],
    );
    near(directions[0].length, STAR);
    near(directions[1].length, (STAR * Math.sqrt(3)) / 2);
    near(directions[2].length, (2 * Math.PI) / C);
    const other = sliceOf({ ...plane, u: [1, 1, 0], v: [0, 0, 2] }, hexagonal).directions;
    assert.deepEqual(other[1].hkl, [0, 0, 2]);
    assert.deepEqual(other[2].hkl, [1, -1, 0]);
  });

  it('have q-points evenly within each bin, as near to each other as wanted and eight at least', () => {
    const slice = sliceOf(plane, hexagonal);
    // bins of 0.74, 0.64 and 0.47 1/Å
    assert.deepEqual(slice.samples, [2, 2, 2]);
    assert.equal(slice.nBins, 8);
    const qpts = slicePoints(slice, 0, 8);
    const q = (k: number) => [0, 1, 2].map((i) => qpts[64 * i + k]);
    // first bin: u from −1 to −0.5, v from 0 to 0.5; w from −0.1 to 0.3 above the origin
    const [u, v, w] = [-0.875, 0.125, 0];
    [u - 0.5 * v, v, 1 + w].forEach((x, i) => {
      near(q(0)[i], x);
    });
    near(q(1)[2] - q(0)[2], 0.2);
    near(q(8)[1] - q(0)[1], 0.5);
    near(q(16)[0] - q(0)[0], 0.5);
    const all = [0, 1, 2].map((i) => qpts.subarray(64 * i, 64 * i + 64).reduce((s, x) => s + x) / 64);
    // centre of the slice: u = 0, v = 0.5, w = 0.1
    [-0.25, 0.5, 1.1].forEach((x, i) => {
      near(all[i], x);
    });
    assert.deepEqual(
      [...slicePoints(slice, 3, 1)],
      [0, 1, 2].flatMap((i) => [...qpts.slice(64 * i + 24, 64 * i + 32)]),
    );
    const exact = sliceOf(
      { ...plane, cuts: [axis(-1, 1, 4), range(0, 0), range(0, 0)], energy: axis(0, 9, 3) },
      hexagonal,
    );
    assert.deepEqual(exact.samples, [8, 1, 1]);
    const fine = sliceOf({ ...plane, spacing: 0.1 }, hexagonal);
    assert.deepEqual(fine.samples, [8, 7, 5]);
  });

  it('are averages per meV over what two axes leave', async () => {
    const slice = sliceOf(plane, hexagonal);
    const spectrum = sliceSpectrum(new Float64Array(8).fill(16), slice, { asr: 'none' });
    // 16 mbarn of 8 q-points in 2 meV
    assert.deepEqual([...spectrum.data], new Array(8).fill(1));
    assert.deepEqual([...spectrum.x.values], [-1, -0.5, 0, 0.5, 1]);
    assert.deepEqual([...spectrum.y!.values], [0, 0.5, 1]);
    assert.equal(spectrum.provenance.energy_from_meV, 5);
    const ofEnergy = {
      ...plane,
      cuts: [range(0, 1), axis(0, 1, 2), range(0, 0)] as [Cut, Cut, Cut],
      energy: axis(0, 9, 3),
    };
    const other = sliceSpectrum(new Float64Array(6), sliceOf(ofEnergy, hexagonal), {});
    assert.equal(other.x.direction!.hkl[0], -0.5);
    assert.deepEqual([...other.y!.values], [0, 3, 6, 9]);
  });

  it('are known again from their files', () => {
    const spectrum = sliceSpectrum(
      Float64Array.from({ length: 8 }, (_, k) => k),
      sliceOf(plane, hexagonal),
      { asr: 'none' },
    );
    const json = euphonicJson(spectrum, 'meV');
    assert.equal(json.x_data_unit, 'dimensionless');
    const { spectrum: read, unit } = readSpectrum(JSON.stringify(json), 'x.json');
    assert.equal(unit, 'meV');
    assert.deepEqual(read, spectrum);
    assert.match(csv(spectrum, 'meV'), /wavevector along 1 0 0 \(r\.l\.u\.\),wavevector along -0\.5 1 0 \(r/);
  });

  it('are refused where they are none', async () => {
    const refused = (change: object, code: 'invalid_argument' | 'too_large') =>
      failsWith(code, () => sliceOf({ ...plane, ...change }, hexagonal));
    assert.match((await refused({ v: [2, 0, 0] }, 'invalid_argument')).message, /span no plane/);
    assert.match((await refused({ u: [0, 0, 0] }, 'invalid_argument')).message, /span no plane/);
    assert.match((await refused({ energy: axis(0, 1, 2) }, 'invalid_argument')).message, /3 axes/);
    assert.match(
      (await refused({ cuts: plane.cuts.map(() => range(0, 1)) }, 'invalid_argument')).message,
      /0 axes/,
    );
    assert.match((await refused({ spacing: 1e-3 }, 'too_large')).expected!, /MAX_BIN_POINTS/);
    const many = [axis(-1, 1, 60_000), axis(0, 1, 60_000), range(0, 0)];
    assert.match((await refused({ cuts: many }, 'too_large')).expected!, /MAX_SLICE_POINTS/);
  });
});
