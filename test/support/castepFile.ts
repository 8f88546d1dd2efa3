/** Writes the parts of a .castep_bin that matter to a reader. */
import type { ForceConstants } from '../../src/models/forceConstants.js';

interface CastepFileOptions {
  /** leave out the section of force constants */
  withoutForceConstants?: boolean;
  /** as CASTEP before 17.1: no cell origins */
  withoutOrigins?: boolean;
  /** as CASTEP 25.1: a flag after Born charges and dielectric tensor */
  withFlags?: boolean;
  withoutDielectric?: boolean;
  /** as .check files: no record CASTEP_BIN at the start */
  isCheck?: boolean;
  isLittleEndian?: boolean;
}

/** CASTEP has the atoms of one type behind one another: those of other crystals are put so. */
export function castepFile(ungrouped: ForceConstants, options: CastepFileOptions = {}): Buffer {
  const fc = groupedByType(ungrouped);
  const { crystal, nAtoms, nCells } = fc;
  const species = [...new Set(crystal.atomType)];
  const counts = species.map((type) => crystal.atomType.filter((other) => other === type).length);
  const maxCount = Math.max(...counts);
  const positions = new Float64Array(3 * maxCount * species.length);
  species.forEach((type, s) => {
    const first = crystal.atomType.indexOf(type);
    positions.set(crystal.atomR.subarray(3 * first, 3 * (first + counts[s])), 3 * maxCount * s);
  });
  const masses = Float64Array.from(species, (type) => crystal.atomMass[crystal.atomType.indexOf(type)]);
  const n = 3 * nAtoms;
  const columnMajor = fc.forceConstants.map((_, i) => {
    const [cell, row, column] = [Math.floor(i / n / n), Math.floor(i / n) % n, i % n];
    return fc.forceConstants[n * n * cell + n * column + row];
  });
  const order = options.isLittleEndian ? swapped : (bytes: Buffer) => bytes;
  const record = (...data: Buffer[]) => enclosed(Buffer.concat(data), order);
  const text = (words: string, length: number) => record(Buffer.from(words.padEnd(length)));
  const integerBytes = (values: ArrayLike<number>) => numberBytes(values, 4, order);
  const doubleBytes = (values: ArrayLike<number>) => numberBytes(values, 8, order);
  const integers = (values: ArrayLike<number>) => record(integerBytes(values));
  const doubles = (values: ArrayLike<number>) => record(doubleBytes(values));
  const cell = (name: string, ...data: Buffer[]) => [text(`CELL%${name}`, 256), record(...data)];
  const flag = options.withFlags ? [integers([0])] : [];
  return Buffer.concat([
    ...(options.isCheck ? [] : [text('CASTEP_BIN', 10)]),
    text('BEGIN_PARAMETERS_DUMP', 30),
    text(options.withoutOrigins ? '16.110' : options.withFlags ? '25.100' : '19.100', 10),
    text('END_PARAMETERS_DUMP', 30),
    text('BEGIN_UNIT_CELL', 256),
    ...cell('REAL_LATTICE', doubleBytes(transposed(crystal.cellVectors))),
    ...cell('NUM_SPECIES', integerBytes([species.length])),
    ...cell('NUM_IONS', integerBytes([nAtoms])),
    ...cell('MAX_IONS_IN_SPECIES', integerBytes([maxCount])),
    text('CELL_VERSION_NUMBER', 256),
    doubles([19.1]),
    ...cell('NUM_IONS_IN_SPECIES', integerBytes(counts)),
    ...cell('IONIC_POSITIONS', doubleBytes(positions)),
    ...cell('SPECIES_MASS', doubleBytes(masses)),
    ...cell('SPECIES_SYMBOL', Buffer.from(species.map((type) => type.padEnd(8)).join(''))),
    text('END_UNIT_CELL', 256),
    record(Buffer.alloc(400_000)), // wave functions
    ...(options.withoutForceConstants
      ? []
      : [
          text('FORCE_CON', 10),
          integers(transposed(fc.scMatrix)),
          doubles(columnMajor),
          ...(options.withoutOrigins ? [] : [integers(fc.cellOrigins)]),
          integers([nCells > 1 ? 0 : 1]),
        ]),
    ...(fc.born ? [text('BORN_CHGS', 10), doubles(fc.born), ...flag] : []),
    ...(fc.dielectric && !options.withoutDielectric
      ? [text('DIELECTRIC', 10), doubles(transposed(fc.dielectric)), ...flag]
      : []),
    text('END', 10),
  ]);
}

/** The same crystal with its atoms in the order of the first of each type. */
function groupedByType(fc: ForceConstants): ForceConstants {
  const { crystal, nAtoms, nCells } = fc;
  const species = [...new Set(crystal.atomType)];
  const order = species.flatMap((type) =>
    crystal.atomType.flatMap((other, i) => (other === type ? [i] : [])),
  );
  const rows = order.flatMap((atom) => [3 * atom, 3 * atom + 1, 3 * atom + 2]);
  const n = 3 * nAtoms;
  const forceConstants = new Float64Array(fc.forceConstants.length);
  for (let cell = 0, at = 0; cell < nCells; cell++) {
    for (const row of rows) {
      const start = n * (n * cell + row);
      for (const column of rows) forceConstants[at++] = fc.forceConstants[start + column];
    }
  }
  return {
    ...fc,
    crystal: {
      ...crystal,
      atomType: order.map((atom) => crystal.atomType[atom]),
      atomMass: Float64Array.from(order, (atom) => crystal.atomMass[atom]),
      atomR: Float64Array.from(rows, (row) => crystal.atomR[row]),
    },
    forceConstants,
    ...(fc.born && {
      born: Float64Array.from(
        order.flatMap((atom) => Array.from({ length: 9 }, (_, i) => fc.born![9 * atom + i])),
      ),
    }),
  };
}

/** A record in big-endian order. */
export const record = (data: Buffer) => enclosed(data, (bytes) => bytes);

type Order = (bytes: Buffer, size: 4 | 8) => Buffer;

const swapped: Order = (bytes, size) => (size === 8 ? bytes.swap64() : bytes.swap32());

function enclosed(data: Buffer, order: Order): Buffer {
  const marker = numberBytes([data.length], 4, order);
  return Buffer.concat([marker, data, marker]);
}

function numberBytes(values: ArrayLike<number>, size: 4 | 8, order: Order): Buffer {
  const bytes = Buffer.alloc(size * values.length);
  for (let i = 0; i < values.length; i++) {
    if (size === 8) bytes.writeDoubleBE(values[i], 8 * i);
    else bytes.writeInt32BE(values[i], 4 * i);
  }
  return order(bytes, size);
}

function transposed(m: ArrayLike<number>): number[] {
  return Array.from({ length: 9 }, (_, i) => m[3 * (i % 3) + Math.floor(i / 3)]);
}
