/**
 * Fortran sequential unformatted files: each record is enclosed in two equal 4-byte lengths. A record over 2 GiB is
 * written in pieces, whose lengths carry a minus sign as long as another piece follows (leading) or precedes (closing).
 * Lengths and numbers are big-endian, or all little-endian: the first length, of a short record, says which.
 */
import { endianness } from 'node:os';
import { EuphonicError } from '../../base/errors.js';
import type { ByteSource } from './source.js';

/** The file is read in pieces of this many bytes; longer records that nobody asks for are stepped over. */
const WINDOW_BYTES = 1 << 18;

interface FortranRecord {
  /** of the leading marker in the file */
  readonly offset: number;
  /** of the data, in bytes */
  readonly length: number;
  /** false if this is a piece of a longer record */
  readonly whole: boolean;
}

export class FortranReader {
  private readonly source: ByteSource;
  private position = 0;
  private window: Buffer = Buffer.alloc(0);
  private windowStart = 0;
  private isLittleEndian: boolean | undefined;

  /** Starts at the first record. */
  constructor(source: ByteSource) {
    this.source = source;
  }

  /**
   * Steps to the next record, undefined at the end of the file.
   * Throws `file_damaged` with the byte offset when the two lengths differ or point outside the file.
   */
  async next(): Promise<FortranRecord | undefined> {
    const offset = this.position;
    if (offset === this.source.size) return undefined;
    const leading = await this.marker(offset);
    const length = Math.abs(leading);
    const end = offset + 4 + length;
    if (end + 4 > this.source.size) {
      this.damaged(
        offset,
        `A record of ${length} bytes starts here, but the file ends at byte ${this.source.size}.`,
      );
    }
    const closing = await this.marker(end);
    if (Math.abs(closing) !== length) {
      this.damaged(offset, `A record starts with the length ${length} and ends with the length ${closing}.`);
    }
    this.position = end + 4;
    return { offset, length, whole: leading >= 0 && closing >= 0 };
  }

  /** The next record, which must be there and have `length` bytes; `name` says what it holds. */
  async expect(name: string, length?: number): Promise<FortranRecord> {
    const at = this.position;
    const record = await this.next();
    if (!record) this.damaged(at, `The file ends before ${name}.`);
    if (!record.whole || (length !== undefined && record.length !== length)) {
      this.damaged(record.offset, `The record of ${name} has ${record.length} bytes.`, `${length} bytes`);
    }
    return record;
  }

  /** Blanks at the end removed; bytes are taken as Latin-1. */
  async text(record: FortranRecord): Promise<string> {
    return (await this.bytes(record.offset + 4, record.length)).toString('latin1').trimEnd();
  }

  async doubles(record: FortranRecord): Promise<Float64Array> {
    return new Float64Array(await this.numbers(record, 8));
  }

  async integers(record: FortranRecord): Promise<Int32Array> {
    return new Int32Array(await this.numbers(record, 4));
  }

  /** The record's numbers of `size` bytes, in this machine's byte order. */
  private async numbers(record: FortranRecord, size: 4 | 8): Promise<ArrayBuffer> {
    if (record.length % size) {
      this.damaged(
        record.offset,
        `A record of ${record.length} bytes is not made of numbers of ${size} bytes.`,
      );
    }
    const numbers = new ArrayBuffer(record.length);
    const bytes = Buffer.from(numbers);
    (await this.bytes(record.offset + 4, record.length)).copy(bytes);
    if ((endianness() === 'LE') !== this.isLittleEndian) size === 8 ? bytes.swap64() : bytes.swap32();
    return numbers;
  }

  damaged(offset: number, message: string, expected?: string): never {
    throw new EuphonicError('file_damaged', `${this.source.name} is damaged at byte ${offset}. ${message}`, {
      where: `${this.source.name}, byte ${offset}`,
      expected,
      advice: 'Copy the file again from where it was calculated.',
    });
  }

  private async marker(offset: number): Promise<number> {
    if (offset + 4 > this.source.size) {
      this.damaged(offset, `The file ends at byte ${this.source.size}, inside a record's length.`);
    }
    const bytes = await this.bytes(offset, 4);
    this.isLittleEndian ??= bytes.readUInt32LE() < bytes.readUInt32BE();
    return this.isLittleEndian ? bytes.readInt32LE() : bytes.readInt32BE();
  }

  private async bytes(offset: number, length: number): Promise<Buffer> {
    if (length > WINDOW_BYTES) return this.source.read(offset, length);
    const start = offset - this.windowStart;
    if (start >= 0 && start + length <= this.window.length)
      return this.window.subarray(start, start + length);
    this.windowStart = offset;
    this.window = await this.source.read(offset, Math.min(WINDOW_BYTES, this.source.size - offset));
    return this.window.subarray(0, length);
  }
}
