/** CASTEP counts atoms to cells after it has moved them into the cell, and writes them as they came. */
import assert from 'node:assert/strict';
import { type ForceConstants, makeForceConstants, modelId } from '../../src/models/forceConstants.js';
import { rowTimes, Supercell } from '../../src/models/lattice.js';
import { memorySource } from '../../src/models/readers/source.js';
import { castepFile } from '../support/castepFile.js';
import { dynamicalMatrix, frequencies } from '../support/dynamicalMatrix.js';
import { failsWith } from '../support/errors.js';
import { eigenvalues } from '../support/hermitian.js';
import { arbitraryInside } from '../support/models.js';
import { readSource } from '../support/readModel.js';

const read = (bytes: Buffer) => readSource(memorySource(bytes, '/data/file'));

/** Four atoms, one at the origin, another at x = 0, coupled by springs that grow weaker with distance; `atomR` as CASTEP has them. */
function springs(atomR: number[]): ForceConstants {
  const cellVectors = Float64Array.of(5, 0, 0, 0, 6, 0, 0, 1, 7);
  const scMatrix = Int32Array.of(3, 0, 0, 0, 2, 0, 0, 0, 2);
  const { origins, nCells } = new Supercell(scMatrix);
  const n = atomR.length / 3;
  const forceConstants = new Float64Array(nCells * 9 * n * n);
  for (let c = 0; c < nCells; c++) {
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        for (let image = 0; image < 27; image++) {
          const shift = rowTimes(
            [(image % 3) - 1, (Math.floor(image / 3) % 3) - 1, Math.floor(image / 9) - 1],
            scMatrix,
          );
          const apart = shift.map((x, k) => x + origins[3 * c + k] + atomR[3 * j + k] - atomR[3 * i + k]);
          const d = rowTimes(apart, cellVectors);
          const r = Math.hypot(...d);
          if (r < 1e-9) continue;
          for (let k = 0; k < 9; k++) {
            const [a, b] = [Math.floor(k / 3), k % 3];
            const spring = (Math.exp(-r / 1.5) * (d[a] * d[b])) / r ** 2;
            forceConstants[3 * n * (3 * n * c + 3 * i + a) + 3 * j + b] -= spring;
            forceConstants[3 * n * (3 * i + a) + 3 * i + b] += spring;
          }
        }
      }
    }
  }
  return makeForceConstants({
    crystal: {
      cellVectors,
      atomR: Float64Array.from(atomR),
      atomType: ['O', 'O', 'O', 'Si'].slice(0, n),
      atomMass: Float64Array.of(29165, 29165, 29165, 51197).slice(0, n),
    },
    scMatrix,
    cellOrigins: origins,
    forceConstants,
  });
}

const INSIDE = [0, 0, 0, 0, 0.4, 0.45, 0.45, 0.1, 0.7, 0.8, 0.65, 0.3];

/** The same file with other numbers for the positions. */
const written = (fc: ForceConstants, atomR: number[]) =>
  castepFile({ ...fc, crystal: { ...fc.crystal, atomR: Float64Array.from(atomR) } });

const Q = [0.13, 0.24, 0.37] as [number, number, number];
const omega = (fc: ForceConstants) => frequencies(eigenvalues(dynamicalMatrix(fc, Q, 0)));
function sameFrequencies(actual: ForceConstants, expected: ForceConstants): void {
  const [found, right] = [omega(actual), omega(expected)];
  right.forEach((w, k) => {
    assert.ok(Math.abs(found[k] - w) < 1e-9 * Math.abs(w) + 1e-12, `${k}: ${found[k]}, expected ${w}`);
  });
}

describe('CASTEP positions', () => {
  it('in any cell give the same model', async () => {
    const fc = makeForceConstants(arbitraryInside());
    for (const isCheck of [false, true]) {
      const moved = fc.crystal.atomR.map((x, k) => x + [1, -2, 0, 7][k % 4]);
      const shifted = { ...fc, crystal: { ...fc.crystal, atomR: moved } };
      const { fc: again, notes } = await read(castepFile(shifted, { isCheck }));
      again.crystal.atomR.forEach((x, k) => {
        assert.ok(Math.abs(x - fc.crystal.atomR[k]) < 1e-14 && x >= 0 && x < 1, `${k}: ${x}`);
      });
      assert.deepEqual(again.forceConstants, fc.forceConstants);
      assert.deepEqual(notes, []);
    }
  });

  it('inside stay as they are, bit by bit', async () => {
    const fc = springs(INSIDE);
    assert.equal(modelId((await read(castepFile(fc))).fc), modelId(fc));
  });

  it('go with their atoms where a test has those of one type apart', async () => {
    const fc = springs(INSIDE);
    const atomType = ['Si', 'O', 'Si', 'O'];
    const atomMass = Float64Array.from(atomType, (type) => (type === 'O' ? 29165 : 51197));
    const mixed = { ...fc, crystal: { ...fc.crystal, atomType, atomMass } };
    const file = await read(castepFile(mixed));
    assert.deepEqual(file.fc.crystal.atomType, ['Si', 'Si', 'O', 'O']);
    const [found, right] = [file.fc, mixed].map((model) => dynamicalMatrix(model, Q, 0));
    const order = [0, 2, 1, 3].flatMap((atom) => [3 * atom, 3 * atom + 1, 3 * atom + 2]);
    order.forEach((row, i) => {
      order.forEach((column, j) => {
        const [at, from] = [found.n * i + j, found.n * row + column];
        assert.ok(Math.abs(found.re[at] - right.re[from]) + Math.abs(found.im[at] - right.im[from]) < 1e-18);
      });
    });
  });

  const roundings = [-1e-17, -1e-9, 1 - 2 ** -53, 1 - 1e-9, 1, 1 + 1e-9, -1, 3 - 1e-10];
  for (const x of roundings) {
    it(`that rounding made ${x} are where the force constants are short: at the lower end of the cell`, async () => {
      const fc = springs(INSIDE);
      const atomR = [...INSIDE];
      for (const k of [0, 1, 3]) atomR[k] = x;
      const file = await read(written(fc, atomR));
      assert.deepEqual(file.notes, []);
      // the positions themselves are off by 1e-9 at most
      assert.ok(file.fc.crystal.atomR.every((y, k) => Math.abs(y - INSIDE[k]) < 1.1e-9));
      sameFrequencies(file.fc, fc);
    });
  }

  it('are at the upper end where CASTEP has put them there', async () => {
    const upper = [...INSIDE];
    for (const k of [0, 1, 3]) upper[k] = 1;
    const fc = springs(upper);
    for (const x of [-1e-17, 1 - 2 ** -53, 1]) {
      const atomR = upper.map((y) => (y === 1 ? x : y));
      const file = await read(written(fc, atomR));
      sameFrequencies(file.fc, fc);
      assert.deepEqual(file.notes, []);
    }
  });

  it('are said to be undecided where the force constants do not tell', async () => {
    const fc = makeForceConstants(arbitraryInside());
    const flat = fc.forceConstants.map(() => 1e-3);
    const atomR = fc.crystal.atomR.map((x, k) => (k === 4 ? -1e-17 : x));
    const crystal = { ...fc.crystal, atomR };
    const supercell = Int32Array.of(3, 0, 0, 0, 2, 0, 0, 0, 1);
    const content = { ...fc, crystal, forceConstants: flat, scMatrix: supercell };
    const { notes } = await read(castepFile({ ...content, cellOrigins: new Supercell(supercell).origins }));
    assert.match(notes.join(), /border of the cell/);
    // one cell: both ends are the same
    const single = { ...fc, crystal, scMatrix: Int32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), nCells: 1 };
    const alone = { ...single, cellOrigins: new Int32Array(3), forceConstants: flat.slice(0, 81) };
    assert.deepEqual((await read(castepFile(alone))).notes, []);
  });

  it('of a single atom are the same at either end', async () => {
    const fc = springs([0, 0, 0]);
    const file = await read(written(fc, [-1e-17, 1, 1 - 2 ** -53]));
    assert.deepEqual(file.notes, []);
    sameFrequencies(file.fc, fc);
  });

  it('told in other cells are not two different crystals', async () => {
    const fc = springs(INSIDE);
    const bytes = castepFile(fc);
    const again = written(
      fc,
      INSIDE.map((x) => x - 1),
    );
    const part = again.subarray(
      again.indexOf('BEGIN_UNIT_CELL') - 4,
      again.indexOf('END_UNIT_CELL') + 256 + 4,
    );
    const place = bytes.indexOf('FORCE_CON') - 4;
    const file = await read(Buffer.concat([bytes.subarray(0, place), part, bytes.subarray(place)]));
    assert.deepEqual(file.notes, []);
    assert.equal(modelId(file.fc), modelId(fc));
  });
});

describe('CASTEP files of little-endian machines', () => {
  const fc = makeForceConstants(arbitraryInside());
  const bytes = castepFile(fc, { isLittleEndian: true });

  it('are read like others', async () => {
    assert.notDeepEqual(bytes, castepFile(fc));
    const file = await read(bytes);
    assert.equal(modelId(file.fc), modelId(fc));
    assert.match(file.source, /CASTEP 19\.100/);
    const check = castepFile(fc, { isLittleEndian: true, isCheck: true });
    assert.equal(modelId((await read(check)).fc), modelId(fc));
  });

  it('that end too early, or have another length at the end of a record, are damaged', async () => {
    for (let part = 0.05; part < 1; part += 0.05) {
      await failsWith('file_damaged', () => read(bytes.subarray(0, part * bytes.length)));
    }
    for (let offset = 18; offset < bytes.length; offset += bytes.readInt32LE(offset) + 8) {
      const changed = Buffer.from(bytes);
      changed.writeInt32LE(bytes.readInt32LE(offset) + 4, offset);
      await failsWith('file_damaged', () => read(changed));
    }
  });
});
