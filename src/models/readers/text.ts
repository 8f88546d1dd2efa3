/** Whole files in memory, and packed ones: compressed, or text in UTF-16 as Windows PowerShell writes it. */
import { createRequire } from 'node:module';
import { pipeline, Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { createGunzip } from 'node:zlib';
import { EuphonicError } from '../../base/errors.js';
import { type ByteSource, memorySource } from './source.js';

/** Largest text, and largest uncompressed content of a compressed file, in bytes: the JavaScript engine's longest string. */
const MAX_TEXT_BYTES = 0x1fffffe8;

/** Compressed files are unpacked in pieces of about this size, bytes. */
const PIECE_BYTES = 2 ** 18;

// a CommonJS module whose exports Node.js does not see by their names
const xz: typeof import('xz-decompress') = createRequire(import.meta.url)('xz-decompress');

export async function whole(source: ByteSource): Promise<Buffer> {
  if (source.size > MAX_TEXT_BYTES) throw tooLarge(source.name);
  return source.read(0, source.size);
}

/** Text without the mark that tells of UTF-8. */
export function withoutMark(bytes: Buffer): Buffer {
  return bytes.subarray(0, 3).equals(Buffer.from('\uFEFF')) ? bytes.subarray(3) : bytes;
}

/** Content, of a packed file the unpacked one, piece by piece. */
export async function piecesOf(source: ByteSource): Promise<AsyncIterable<Uint8Array>> {
  if (source.size > MAX_TEXT_BYTES) throw tooLarge(source.name);
  return (await unpacked(source)) ?? packed(source);
}

/** The first bytes of content, of a packed file of the unpacked one: at most `length`. */
export async function startOf(source: ByteSource, length: number): Promise<Buffer> {
  const pieces = await unpacked(source);
  if (!pieces) return source.read(0, Math.min(length, source.size));
  let start = Buffer.alloc(0);
  for await (const piece of pieces) {
    start = Buffer.concat([start, piece]).subarray(0, length);
    if (start.length === length) break;
  }
  return start;
}

/** The content of a packed file in memory; any other source as it is. */
export async function uncompressed(source: ByteSource): Promise<ByteSource> {
  const pieces = await unpacked(source);
  if (!pieces) return source;
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(piece);
  return memorySource(Buffer.concat(all), source.name);
}

/** Bytes that `uncompressed` would give: a packed file is unpacked, but nothing of it kept. Throws as that does. */
export async function uncompressedSize(source: ByteSource): Promise<number> {
  const pieces = await unpacked(source);
  if (!pieces) return source.size;
  let size = 0;
  for await (const piece of pieces) size += piece.length;
  return size;
}

/** What a .gz or .xz file, or text in UTF-16, unpacks to, piece by piece; undefined for another source. */
async function unpacked(source: ByteSource): Promise<AsyncIterable<Uint8Array> | undefined> {
  const start = (await source.read(0, Math.min(6, source.size))).toString('hex');
  if (start.startsWith('1f8b')) return checked(source, unzip(source));
  if (/^(fffe|feff)/.test(start))
    return checked(source, fromUtf16(source, start.startsWith('ff') ? 'utf-16le' : 'utf-16be'));
  return start === 'fd377a585a00' ? checked(source, unxz(source)) : undefined;
}

async function* checked({ name }: ByteSource, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0;
  try {
    for await (const piece of pieces) {
      size += piece.length;
      if (size > MAX_TEXT_BYTES) throw tooLarge(name);
      yield piece;
    }
  } catch (error) {
    if (error instanceof EuphonicError) throw error;
    throw new EuphonicError('file_damaged', `${name} cannot be uncompressed: ${(error as Error).message}.`, {
      where: name,
      expected: 'a complete compressed file',
      advice: 'Copy the file again from where it was made.',
    });
  }
}

async function* packed(source: ByteSource): AsyncGenerator<Buffer> {
  for (let at = 0; at < source.size; at += PIECE_BYTES)
    yield await source.read(at, Math.min(PIECE_BYTES, source.size - at));
}

function unzip(source: ByteSource): AsyncIterable<Uint8Array> {
  // an error of either is thrown to who takes the pieces
  return pipeline(Readable.from(packed(source)), createGunzip({ chunkSize: PIECE_BYTES }), () => {});
}

async function* unxz(source: ByteSource): AsyncGenerator<Uint8Array> {
  const reader = new xz.XzReadableStream(ReadableStream.from(packed(source))).getReader();
  try {
    for (;;) {
      // the library gives numbers for what is wrong
      const { value } = await reader.read().catch((error) => {
        throw error instanceof EuphonicError ? error : new Error('its data are damaged or incomplete');
      });
      if (!value) return;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function* fromUtf16(source: ByteSource, encoding: 'utf-16le' | 'utf-16be'): AsyncGenerator<Buffer> {
  const decoder = new TextDecoder(encoding);
  for await (const piece of packed(source)) yield Buffer.from(decoder.decode(piece, { stream: true }));
  yield Buffer.from(decoder.decode());
}

function tooLarge(name: string): EuphonicError {
  return new EuphonicError('too_large', `${name} holds more than ${MAX_TEXT_BYTES} bytes of text.`, {
    where: name,
    expected: `at most ${MAX_TEXT_BYTES} bytes`,
    advice: 'Use a binary form, such as .castep_bin or HDF5.',
  });
}
