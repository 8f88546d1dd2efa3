import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { seededRandom } from '../../crystals/random.js';
import { type ForceConstants, makeForceConstants, modelId } from '../../src/models/forceConstants.js';
import { memorySource } from '../../src/models/readers/source.js';
import { ANGSTROM_PER_BOHR, ELECTRON_MASS_PER_AMU } from '../../src/models/units.js';
import { castepFile, record } from '../support/castepFile.js';
import { dataFile } from '../support/data.js';
import { failsWith } from '../support/errors.js';
import { arbitraryInside, arbitraryModel } from '../support/models.js';
import { readForceConstants, readSource } from '../support/readModel.js';

const golden = JSON.parse(readFileSync(new URL('../golden/readers.json', import.meta.url), 'utf8'));
const read = (bytes: Buffer | string) => readSource(memorySource(Buffer.from(bytes), '/data/file'));

describe('files of the data folder', () => {
  for (const [name, expected] of Object.entries<GoldenFile>(golden.files)) {
    it(`${name}: the arrays that Euphonic reads`, async function () {
      const { fc, source } = await readForceConstants(dataFile(this, name));
      assert.match(source, /\((CASTEP 19.100|JSON)\)$/);
      assert.deepEqual(fc.crystal.atomType, expected.atomType);
      close(fc.crystal.cellVectors, expected.cellVectors, 1 / ANGSTROM_PER_BOHR);
      close(fc.crystal.atomMass, expected.atomMass, ELECTRON_MASS_PER_AMU);
      for (const [key, hash] of Object.entries(expected.sha256)) {
        const array = key === 'atomR' ? fc.crystal.atomR : (fc[key as keyof ForceConstants] as Float64Array);
        assert.equal(createHash('sha256').update(bytesOf(array)).digest('hex'), hash, key);
      }
      assert.equal(fc.born !== undefined, 'born' in expected.sha256);
    });
  }
});

describe('reading a file', () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'euphonic-readers-'));
  });
  after(() => rmSync(folder, { recursive: true }));

  it('finds the format from the content, not the name', async () => {
    const fc = makeForceConstants(arbitraryInside());
    const contents = {
      'castep.json': castepFile(fc),
      'json.castep_bin': jsonFile(fc),
      'packed.json': gzipSync(jsonFile(fc)),
    };
    for (const [name, content] of Object.entries(contents)) {
      writeFileSync(join(folder, name), content);
      const file = await readForceConstants(join(folder, name));
      assert.equal(modelId(file.fc), modelId(fc), name);
      assert.match(file.source, new RegExp(`^/.*${name} \\(`));
    }
  });

  it('says when there is no such file, or none that can be read', async () => {
    const missing = await failsWith('file_not_found', () => readForceConstants(join(folder, 'missing')));
    assert.equal(missing.where, join(folder, 'missing'));
    assert.match(
      (await failsWith('file_not_found', () => readForceConstants(folder))).message,
      /a folder without phonopy.yaml/,
    );
    assert.match(
      (await failsWith('file_unreadable', () => readForceConstants('/dev/null'))).message,
      /no[t] a regular file/,
    );
    await failsWith('file_not_found', () => readForceConstants(join(folder, 'packed.json', 'x')));
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const pipe = await failsWith('file_unreadable', () => readForceConstants(join(folder, 'pipe')));
    assert.match(pipe.message, /not a regular file/);
  });

  it('says when it is of no known format', async () => {
    for (const content of [
      'hello',
      '[1,2]',
      Buffer.alloc(1000),
      Buffer.from([0, 0, 0, 10, 1]),
      'CASTEP_BIN',
    ]) {
      assert.match((await failsWith('file_format', () => read(content))).expected ?? '', /castep_bin/);
    }
    assert.match((await failsWith('file_damaged', () => read(''))).message, /empty/);
    const modes = JSON.stringify({ __euphonic_class__: 'QpointPhononModes', qpts: [] });
    assert.match(
      (await failsWith('file_format', () => read(modes))).message,
      /a QpointPhononModes, not force constants/,
    );
  });

  it('takes the format that is named', async () => {
    const source = memorySource(castepFile(arbitraryModel()), 'x');
    assert.match(
      (await failsWith('file_damaged', () => readSource(source, { format: 'json' }))).message,
      /not valid JSON/,
    );
  });
});

describe('CASTEP files', () => {
  const fc = makeForceConstants(arbitraryInside());

  it('give the crystal and the arrays in their order', async () => {
    const { fc: again, notes } = await read(castepFile(fc));
    assert.equal(modelId(again), modelId(fc));
    assert.deepEqual(notes, []);
  });

  it('of CASTEP 25.1 may have flags after Born charges and dielectric tensor', async () => {
    assert.equal(modelId((await read(castepFile(fc, { withFlags: true }))).fc), modelId(fc));
  });

  it('without Born charges, or with Born charges only, are not polar', async () => {
    const { born, dielectric, ...rest } = arbitraryInside();
    const nonPolar = makeForceConstants(rest);
    assert.equal(modelId((await read(castepFile(nonPolar))).fc), modelId(nonPolar));
    const bornOnly = await read(castepFile(fc, { withoutDielectric: true }));
    assert.equal(modelId(bornOnly.fc), modelId(nonPolar));
    assert.match(bornOnly.notes.join(), /no dielectric tensor/);
  });

  it('say when they have no force constants', async () => {
    const error = await failsWith('no_force_constants', () =>
      read(castepFile(fc, { withoutForceConstants: true })),
    );
    assert.match(error.advice ?? '', /phonon_write_force_constants/);
  });

  it('before 17.1 are read if there is one cell, else refused', async () => {
    const error = await failsWith('file_format', () => read(castepFile(fc, { withoutOrigins: true })));
    assert.match(error.message, /before 17.1/);
    const single = makeForceConstants({
      ...arbitraryInside(),
      scMatrix: Int32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
      cellOrigins: new Int32Array(3),
      forceConstants: fc.forceConstants.slice(0, 81),
    });
    assert.equal(modelId((await read(castepFile(single, { withoutOrigins: true }))).fc), modelId(single));
  });

  it('with a record in pieces are read beyond it', async () => {
    const bytes = castepFile(fc);
    const pieces = [record(Buffer.alloc(64)), record(Buffer.alloc(24))];
    pieces[0].writeInt32BE(-64, 0);
    pieces[1].writeInt32BE(-24, 28);
    assert.equal(
      modelId((await read(Buffer.concat([bytes.subarray(0, 18), ...pieces, bytes.subarray(18)]))).fc),
      modelId(fc),
    );
  });

  it('that end too early are damaged at a stated byte', async () => {
    const bytes = castepFile(fc);
    for (let length = 20; length < bytes.length - 300_000; length += 97) {
      const error = await failsWith('file_damaged', () => read(bytes.subarray(0, length)));
      assert.match(error.message, /damaged at byte \d+|no unit cell/);
    }
    // cut between two records: Born charges may be missing
    const end = bytes.indexOf('BORN_CHGS') - 4;
    const error = await failsWith('file_damaged', () => read(bytes.subarray(0, end)));
    assert.match(error.message, /without its last record/);
  });

  it('with changed record lengths are damaged', async () => {
    const bytes = castepFile(fc);
    let offset = 0;
    while (offset < bytes.length) {
      const length = bytes.readInt32BE(offset);
      for (const wrong of [length + 4, length - 4, 0x7fffffff]) {
        const changed = Buffer.from(bytes);
        changed.writeInt32BE(wrong, offset);
        const error = await failsWith('file_damaged', () => read(changed)).catch(async (failure) => {
          // the very first record is also what the format is known by
          if (offset !== 0) throw failure;
          return failsWith('file_format', () => read(changed));
        });
        assert.ok(error.where);
      }
      offset += length + 8;
    }
  });

  it('with changed counts and shapes are damaged', async () => {
    const bytes = castepFile(fc);
    for (const keyword of ['NUM_SPECIES', 'NUM_IONS', 'MAX_IONS', 'NUM_IONS_IN', 'FORCE_CON']) {
      const at = bytes.indexOf(keyword === 'FORCE_CON' ? keyword : `CELL%${keyword}`);
      const data = at + bytes.readInt32BE(at - (keyword === 'FORCE_CON' ? 4 : 4)) + 8;
      for (const wrong of [0, -1, 7, 0x7fffffff]) {
        const changed = Buffer.from(bytes);
        changed.writeInt32BE(wrong, data);
        await failsWith('file_damaged', () => read(changed));
      }
    }
  });

  it('without a part of the unit cell are damaged', async () => {
    for (const name of ['REAL_LATTICE', 'NUM_IONS', 'SPECIES_MASS', 'SPECIES_SYMBOL', 'IONIC_POSITIONS']) {
      const bytes = castepFile(fc);
      bytes.write('X', bytes.indexOf(`CELL%${name} `) + 5);
      assert.match((await failsWith('file_damaged', () => read(bytes))).message, new RegExp(`CELL%${name}`));
    }
  });
});

describe('JSON files', () => {
  const fc = arbitraryModel();

  it('give the arrays, whatever their units', async () => {
    const inAngstrom = JSON.parse(jsonFile(fc));
    const scaled = (value: unknown, factor: number): unknown =>
      Array.isArray(value) ? value.map((inner) => scaled(inner, factor)) : (value as number) * factor;
    inAngstrom.crystal.cell_vectors = scaled(inAngstrom.crystal.cell_vectors, ANGSTROM_PER_BOHR);
    inAngstrom.crystal.cell_vectors_unit = 'angstrom';
    inAngstrom.force_constants = scaled(inAngstrom.force_constants, ANGSTROM_PER_BOHR ** -2);
    inAngstrom.force_constants_unit = 'hartree / angstrom ** 2';
    const again = (await read(JSON.stringify(inAngstrom))).fc;
    close(again.forceConstants, [...fc.forceConstants], 1);
    close(again.crystal.cellVectors, [...fc.crystal.cellVectors], 1);
    assert.deepEqual(again.dielectric, fc.dielectric);
  });

  it('may have null for what is not there', async () => {
    const { fc: again } = await read(
      JSON.stringify({ ...JSON.parse(jsonFile(fc)), born: null, dielectric: null }),
    );
    assert.equal(again.born, undefined);
  });

  const damages: [string, (root: Json) => void, RegExp][] = [
    ['a missing key', (root) => delete root.sc_matrix, /sc_matrix is missing/],
    ['a missing unit', (root) => delete root.force_constants_unit, /force_constants_unit is missing/],
    ['an unknown unit', (root) => Object.assign(root, { born_unit: 'faraday' }), /'faraday' is not known/],
    [
      'a word among numbers',
      (root) => Object.assign(root.force_constants[0][1], { 2: 'x' }),
      /force_constants\[0\]\[1\]\[2\] is "x"/,
    ],
    [
      'a null among numbers',
      (root) => Object.assign(root.crystal.atom_r[1], { 0: null }),
      /crystal.atom_r\[1\]\[0\] is null/,
    ],
    [
      'a row that is too short',
      (root) => root.force_constants[3][8].pop(),
      /force_constants\[3\]\[8\] is an array of 8/,
    ],
    ['a row that is too long', (root) => root.born[2].push([0, 0, 0]), /born\[2\] is an array of 4/],
    ['a flat array', (root) => Object.assign(root, { born: [1, 2, 3] }), /born\[0\] is 1/],
    [
      'a fraction in the supercell',
      (root) => Object.assign(root.sc_matrix[0], { 0: 2.5 }),
      /sc_matrix\[0\] is 2.5/,
    ],
    ['other cell origins', (root) => root.cell_origins.pop(), /force_constants is an array of 6/],
    ['a number as atom type', (root) => Object.assign(root.crystal.atom_type, { 0: 8 }), /atom_type/],
    ['equal cell origins', (root) => Object.assign(root.cell_origins[0], [1, 0, 0]), /same cell/],
    ['no atoms', (root) => Object.assign(root.crystal, { atom_mass: [] }), /./],
  ];
  for (const [name, damage, message] of damages) {
    it(`with ${name} are damaged`, async () => {
      const root = JSON.parse(jsonFile(fc));
      damage(root);
      const text = JSON.stringify(root);
      const code = name === 'an unknown unit' ? 'invalid_argument' : 'file_damaged';
      const error = await failsWith(code, () => read(text));
      assert.match(error.message, message);
      assert.match(error.where ?? '', /^\/data\/file/);
    });
  }

  it('with Born charges or a dielectric tensor alone, null for the other, are not polar', async () => {
    for (const [key, missing] of [
      ['born', /dielectric tensor but no Born charges/],
      ['dielectric', /Born charges but no dielectric tensor/],
    ] as const) {
      const root = { ...JSON.parse(jsonFile(fc)), [key]: null, [`${key}_unit`]: null };
      const { fc: found, notes } = await read(JSON.stringify(root));
      assert.equal(found.born, undefined);
      assert.deepEqual(found.forceConstants, fc.forceConstants);
      assert.match(notes.join(), missing);
    }
  });

  it('with a crystal only have no force constants', async () => {
    const { crystal } = JSON.parse(jsonFile(fc));
    await failsWith('no_force_constants', () => read(JSON.stringify({ crystal })));
  });

  it('that end too early are damaged, compressed or not', async () => {
    const text = jsonFile(fc);
    const packed = gzipSync(text);
    for (let part = 0.05; part < 1; part += 0.05) {
      await failsWith('file_damaged', () => read(text.slice(0, part * text.length)));
      await failsWith('file_damaged', () => read(packed.subarray(0, part * packed.length)));
    }
    assert.ok(gunzipSync(packed).length > 0);
  });
});

describe('random damage', () => {
  const fc = arbitraryModel();
  const samples: Record<string, Buffer> = {
    castep: castepFile(fc).subarray(0),
    json: Buffer.from(jsonFile(fc)),
    gzip: gzipSync(jsonFile(fc)),
  };
  for (const [name, sample] of Object.entries(samples)) {
    it(`to ${name} files gives a model or a typed error`, async () => {
      const next = seededRandom(7);
      for (let i = 0; i < 300; i++) {
        const changed = Buffer.from(sample);
        for (let k = 0; k < 1 + (i % 8); k++) {
          changed[Math.floor((next() + 0.5) * changed.length)] = Math.floor((next() + 0.5) * 256);
        }
        await read(changed).catch((error) => assert.equal(error.name, 'EuphonicError', error.stack));
      }
    });
  }
});

interface GoldenFile {
  atomType: string[];
  cellVectors: number[];
  atomMass: number[];
  sha256: Record<string, string>;
}

// biome-ignore lint/suspicious/noExplicitAny: tests damage the parsed file at will
type Json = Record<string, any>;

function jsonFile({ crystal, ...fc }: ForceConstants): string {
  const nest = (array: ArrayLike<number>, ...shape: number[]): unknown => {
    if (shape.length === 0) return Array.from(array);
    const size = array.length / shape[0];
    return Array.from({ length: shape[0] }, (_, i) =>
      nest(Array.prototype.slice.call(array, i * size, (i + 1) * size), ...shape.slice(1)),
    );
  };
  const { nAtoms: n, nCells } = fc;
  return JSON.stringify({
    crystal: {
      cell_vectors: nest(crystal.cellVectors, 3),
      cell_vectors_unit: 'bohr',
      n_atoms: n,
      atom_r: nest(crystal.atomR, n),
      atom_type: crystal.atomType,
      atom_mass: nest(crystal.atomMass),
      atom_mass_unit: 'electron_mass',
    },
    force_constants: nest(fc.forceConstants, nCells, 3 * n),
    force_constants_unit: 'hartree / bohr ** 2',
    sc_matrix: nest(fc.scMatrix, 3),
    cell_origins: nest(fc.cellOrigins, nCells),
    ...(fc.born && { born: nest(fc.born, n, 3), born_unit: 'elementary_charge' }),
    ...(fc.dielectric && {
      dielectric: nest(fc.dielectric, 3),
      dielectric_unit: 'elementary_charge ** 2 / bohr / hartree',
    }),
  });
}

function bytesOf(array: Float64Array | Int32Array): Buffer {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength);
}

/** Equal but for the last digits of the conversion factors. */
function close(actual: Float64Array, expected: number[], factor: number): void {
  assert.equal(actual.length, expected.length);
  actual.forEach((x, i) => {
    const y = expected[i] * factor;
    assert.ok(Math.abs(x - y) <= 2e-9 * Math.max(1, Math.abs(y)), `${i}: ${x} ${y}`);
  });
}
