/** Whole files in memory, and compressed ones. */
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { EuphonicError } from '../../protocol/errors.js';
import { type ByteSource, memorySource } from './source.js';

/** Largest text, and largest uncompressed content of a compressed file, in bytes: the JavaScript engine's longest string. */
export const MAX_TEXT_BYTES = 0x1fffffe8;

export async function whole(source: ByteSource): Promise<Buffer> {
  if (source.size > MAX_TEXT_BYTES) throw tooLarge(source.name);
  return source.read(0, source.size);
}

/** The content of a .gz file in memory; any other source as it is. */
export async function uncompressed(source: ByteSource): Promise<ByteSource> {
  const isGzip = source.size >= 2 && (await source.read(0, 2)).readUInt16BE() === 0x1f8b;
  if (!isGzip) return source;
  try {
    const bytes = await promisify(gunzip)(await whole(source), { maxOutputLength: MAX_TEXT_BYTES });
    return memorySource(bytes, source.name);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(source.name);
    throw new EuphonicError('file_damaged', `${source.name} cannot be uncompressed: ${message}.`, {
      where: source.name,
      expected: 'a complete gzip file',
      advice: 'Copy the file again from where it was made.',
    });
  }
}

function tooLarge(name: string): EuphonicError {
  return new EuphonicError('too_large', `${name} holds more than ${MAX_TEXT_BYTES} bytes of text.`, {
    where: name,
    expected: `at most ${MAX_TEXT_BYTES} bytes`,
    advice: 'Use a binary form, such as .castep_bin or HDF5.',
  });
}
