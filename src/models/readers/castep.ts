/**
 * CASTEP's .castep_bin and .check: a Fortran file in which records with a keyword announce the records that
 * follow. Between BEGIN_UNIT_CELL and END_UNIT_CELL each keyword is followed by one record; then come wave functions and
 * densities without keywords, and at the end results, each after a keyword of ten characters.
 */
import { EuphonicError } from '../../base/errors.js';
import type { Crystal } from '../crystal.js';
import { makeForceConstants } from '../forceConstants.js';
import { determinant } from '../lattice.js';
import { insideCell } from './castepPositions.js';
import { FortranReader } from './fortran.js';
import { type ModelFile, polarPair } from './modelFile.js';
import type { ByteSource } from './source.js';

/** Longest record that can be a keyword. */
const MAX_KEYWORD_BYTES = 256;

export function isCastep(start: Buffer): boolean {
  return start.length >= 14 && /^(CASTEP_BIN|BEGIN_PARAM|BEGIN_UNIT_)/.test(start.toString('latin1', 4, 15));
}

export async function readCastep(source: ByteSource): Promise<ModelFile> {
  const reader = new FortranReader(source);
  const notes: string[] = [];
  let crystal: Crystal | undefined;
  let phonons: Awaited<ReturnType<typeof readForceConstantRecords>> | undefined;
  let born: Float64Array | undefined;
  let dielectric: Float64Array | undefined;
  let version = '';
  let isWhole = false;

  for (let record = await reader.next(); record; record = await reader.next()) {
    if (!record.whole || record.length > MAX_KEYWORD_BYTES) continue;
    const keyword = await reader.text(record);
    if (keyword === 'BEGIN_PARAMETERS_DUMP') {
      version = (await reader.text(await reader.expect('the version of CASTEP'))).trim();
    } else if (keyword === 'BEGIN_UNIT_CELL') {
      const cell = await readUnitCell(reader);
      if (crystal && !sameCrystal(crystal, cell)) {
        notes.push('The file holds two different cells; the first, to which the phonons belong, is used.');
      }
      crystal ??= cell;
    } else if (keyword === 'FORCE_CON' && crystal) {
      phonons = await readForceConstantRecords(reader, crystal.atomMass.length, source.name);
    } else if (keyword === 'BORN_CHGS' && crystal) {
      const n = crystal.atomMass.length;
      born = await reader.doubles(await reader.expect('the Born charges', 72 * n));
    } else if (keyword === 'DIELECTRIC' && crystal) {
      dielectric = transposed(await reader.doubles(await reader.expect('the dielectric tensor', 72)));
    } else if (keyword === 'END' && record.length <= 10) {
      isWhole = true;
      break;
    }
  }
  if (!crystal) {
    throw new EuphonicError('file_damaged', `${source.name} starts as a CASTEP file but has no unit cell.`, {
      where: source.name,
      expected: 'a section BEGIN_UNIT_CELL … END_UNIT_CELL',
    });
  }
  if (!phonons) {
    throw new EuphonicError('no_force_constants', `${source.name} has no force constants.`, {
      where: source.name,
      expected: 'a section FORCE_CON',
      advice:
        'Run CASTEP with phonon_write_force_constants : true (and phonon_fine_method : interpolate or supercell).',
    });
  }
  if (!isWhole) {
    // cut between two records: Born charges and dielectric tensor, which come last, may have been there
    reader.damaged(source.size, 'The file ends without its last record.', 'a record END');
  }
  const polar = polarPair(born, dielectric, notes);
  const stored = makeForceConstants({ crystal, ...phonons, ...polar }, source.name, 'file_damaged');
  const content = insideCell(stored, notes);
  return { content, isTotal: false, source: `${source.name} (CASTEP${version && ` ${version}`})`, notes };
}

/** The part of the unit cell that matters here; every record of the cell follows its keyword. */
async function readUnitCell(reader: FortranReader): Promise<Crystal> {
  const values = new Map<string, Awaited<ReturnType<FortranReader['expect']>>>();
  let begin = -1;
  for (;;) {
    const record = await reader.expect('END_UNIT_CELL');
    if (begin < 0) begin = record.offset;
    const keyword = record.length <= MAX_KEYWORD_BYTES ? await reader.text(record) : '';
    if (keyword === 'END_UNIT_CELL') break;
    if (/^CELL[%_]/.test(keyword)) values.set(keyword, await reader.expect(keyword));
  }
  const get = (name: string) => {
    const record = values.get(`CELL%${name}`);
    return record ?? reader.damaged(begin, `The unit cell has no CELL%${name}.`);
  };
  const integers = async (name: string, length: number) => {
    const found = await reader.integers(get(name));
    if (found.length !== length) {
      reader.damaged(get(name).offset, `CELL%${name} has ${found.length} numbers.`, `${length}`);
    }
    return found;
  };
  const doubles = async (name: string, length: number) => {
    const found = await reader.doubles(get(name));
    if (found.length !== length) {
      reader.damaged(get(name).offset, `CELL%${name} has ${found.length} numbers.`, `${length}`);
    }
    return found;
  };

  const [nSpecies] = await integers('NUM_SPECIES', 1);
  const [nIons] = await integers('NUM_IONS', 1);
  const [maxIons] = await integers('MAX_IONS_IN_SPECIES', 1);
  const ions = await integers('NUM_IONS_IN_SPECIES', nSpecies);
  const total = ions.reduce((a, b) => a + b, 0);
  if (total !== nIons || ions.some((count) => count < 0 || count > maxIons)) {
    const where = get('NUM_IONS_IN_SPECIES').offset;
    reader.damaged(
      where,
      `The species have ${ions.join(', ')} ions.`,
      `${nIons} in all, at most ${maxIons} of a species`,
    );
  }
  const positions = await doubles('IONIC_POSITIONS', 3 * maxIons * nSpecies);
  const masses = await doubles('SPECIES_MASS', nSpecies);
  const symbols = await reader.text(get('SPECIES_SYMBOL'));
  const symbolLength = get('SPECIES_SYMBOL').length / nSpecies;

  const atomR: number[] = [];
  const atomMass: number[] = [];
  const atomType: string[] = [];
  ions.forEach((count, species) => {
    // Fortran's ionic_positions(3, max_ions_in_species, num_species)
    const start = 3 * maxIons * species;
    for (const x of positions.subarray(start, start + 3 * count)) atomR.push(x);
    const symbol = symbols.slice(species * symbolLength, (species + 1) * symbolLength).trim();
    for (let i = 0; i < count; i++) {
      atomMass.push(masses[species]);
      atomType.push(symbol);
    }
  });
  return {
    cellVectors: transposed(await doubles('REAL_LATTICE', 9)),
    atomR: Float64Array.from(atomR),
    atomMass: Float64Array.from(atomMass),
    atomType,
  };
}

/**
 * Supercell matrix, force constants, cell origins, and a row number of no interest here. CASTEP before 17.1 wrote no
 * cell origins: then they are only known when there is a single cell.
 */
async function readForceConstantRecords(reader: FortranReader, nAtoms: number, name: string) {
  const scMatrix = transposed(await reader.integers(await reader.expect('the phonon supercell matrix', 36)));
  const nCells = Math.abs(determinant(scMatrix));
  const matrices = await reader.expect('the force constants', 72 * nCells * nAtoms * nAtoms);
  const forceConstants = await reader.doubles(matrices);
  transposeBlocks(forceConstants, 3 * nAtoms);
  const next = await reader.expect('the cell origins');
  if (next.length === 4 && nCells > 1) {
    throw new EuphonicError(
      'file_format',
      `${name} was written by a CASTEP before 17.1: it has no cell origins.`,
      {
        where: `${name}, byte ${next.offset}`,
        expected: 'a record of cell origins after the force constants',
        advice: 'Run CASTEP 17.1 or later on the .check file of this calculation, and use what that writes.',
      },
    );
  }
  if (next.length === 4) return { scMatrix, forceConstants, cellOrigins: new Int32Array(3) };
  if (next.length !== 12 * nCells) {
    reader.damaged(
      next.offset,
      `The record of the cell origins has ${next.length} bytes.`,
      `${12 * nCells} bytes`,
    );
  }
  return { scMatrix, forceConstants, cellOrigins: await reader.integers(next) };
}

/** Fortran's (3, n, 3, n, n_cells), atom in cell 0 first: each cell's matrix in row-major order, in place. */
function transposeBlocks(matrices: Float64Array, size: number): void {
  for (let start = 0; start < matrices.length; start += size * size) {
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < i; j++) {
        const [lower, upper] = [start + size * i + j, start + size * j + i];
        const kept = matrices[lower];
        matrices[lower] = matrices[upper];
        matrices[upper] = kept;
      }
    }
  }
}

/** A 3×3 matrix in Fortran's order of elements, in row-major order. */
function transposed<T extends Float64Array | Int32Array>(m: T): T {
  return m.map((_: number, i: number) => m[3 * (i % 3) + Math.floor(i / 3)]) as T;
}

/** Positions may be told in any cell. */
function sameCrystal(a: Crystal, b: Crystal): boolean {
  const same = (x: Float64Array, y: Float64Array, distance: (d: number) => number) =>
    x.length === y.length && x.every((v, i) => distance(v - y[i]) < 1e-8);
  return (
    same(a.cellVectors, b.cellVectors, Math.abs) && same(a.atomR, b.atomR, (d) => Math.abs(d - Math.round(d)))
  );
}
