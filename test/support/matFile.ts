/** Variables of MATLAB's version-5 files: real double arrays and cells of them, as the references of the data folder have. */
import { inflateSync } from 'node:zlib';

interface MatArray {
  /** rows, columns, … */
  shape: number[];
  /** column by column */
  data: number[];
}

export type MatValue = MatArray | { cells: MatValue[] };

const [COMPRESSED, MATRIX] = [15, 14];
const [CELL_CLASS, DOUBLE_CLASS] = [1, 6];

/** Bytes of an item and how it is read, for each of the types that numbers may be stored as. */
const NUMBER_TYPES: Readonly<Record<number, [size: number, read: (b: Buffer, at: number) => number]>> = {
  1: [1, (b, at) => b.readInt8(at)],
  2: [1, (b, at) => b.readUInt8(at)],
  3: [2, (b, at) => b.readInt16LE(at)],
  4: [2, (b, at) => b.readUInt16LE(at)],
  5: [4, (b, at) => b.readInt32LE(at)],
  6: [4, (b, at) => b.readUInt32LE(at)],
  7: [4, (b, at) => b.readFloatLE(at)],
  9: [8, (b, at) => b.readDoubleLE(at)],
};

interface Element {
  type: number;
  data: Buffer;
}

/** Elements one after another; short ones have type and size in the four bytes before their data. */
function* elements(bytes: Buffer): Generator<Element> {
  for (let at = 0; at + 8 <= bytes.length; ) {
    const first = bytes.readUInt32LE(at);
    const isShort = first >>> 16 !== 0;
    const type = isShort ? first & 0xffff : first;
    const size = isShort ? first >>> 16 : bytes.readUInt32LE(at + 4);
    const start = isShort ? at + 4 : at + 8;
    yield { type, data: bytes.subarray(start, start + size) };
    if (isShort) at += 8;
    else at = type === COMPRESSED ? start + size : start + 8 * Math.ceil(size / 8);
  }
}

function numbers({ type, data }: Element): number[] {
  const [size, read] = NUMBER_TYPES[type];
  return Array.from({ length: data.length / size }, (_, i) => read(data, i * size));
}

function matrix(bytes: Buffer): { name: string; value: MatValue } {
  const [flags, shape, name, ...rest] = [...elements(bytes)];
  const kind = flags.data.readUInt8(0);
  const value = () => {
    if (kind === CELL_CLASS) return { cells: rest.map(({ data }) => matrix(data).value) };
    if (kind !== DOUBLE_CLASS) throw new Error(`a variable of class ${kind} is not expected`);
    return { shape: numbers(shape), data: numbers(rest[0]) };
  };
  return { name: name.data.toString('latin1'), value: value() };
}

/** All variables of a file by their names. */
export function readMat(file: Buffer): Map<string, MatValue> {
  const variables = new Map<string, MatValue>();
  for (const { type, data } of elements(file.subarray(128))) {
    const [element] = type === COMPRESSED ? [...elements(inflateSync(data))] : [{ type, data }];
    if (element.type !== MATRIX) continue;
    const { name, value } = matrix(element.data);
    variables.set(name, value);
  }
  return variables;
}
