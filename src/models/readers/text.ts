/** Whole files in memory, and compressed ones. */
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { EuphonicError } from '../../base/errors.js';
import { type ByteSource, memorySource } from './source.js';

/** Largest text, and largest uncompressed content of a compressed file, in bytes: the JavaScript engine's longest string. */
const MAX_TEXT_BYTES = 0x1fffffe8;

// a CommonJS module whose exports Node.js does not see by their names
const xz: typeof import('xz-decompress') = createRequire(import.meta.url)('xz-decompress');

export async function whole(source: ByteSource): Promise<Buffer> {
  if (source.size > MAX_TEXT_BYTES) throw tooLarge(source.name);
  return source.read(0, source.size);
}

/** The content of a .gz or .xz file in memory; any other source as it is. */
export async function uncompressed(source: ByteSource): Promise<ByteSource> {
  const start = await source.read(0, Math.min(6, source.size));
  const unpack = start.toString('hex').startsWith('1f8b')
    ? unzip
    : start.toString('hex') === 'fd377a585a00'
      ? unxz
      : undefined;
  if (!unpack) return source;
  try {
    return memorySource(await unpack(await whole(source)), source.name);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(source.name);
    throw new EuphonicError('file_damaged', `${source.name} cannot be uncompressed: ${message}.`, {
      where: source.name,
      expected: 'a complete compressed file',
      advice: 'Copy the file again from where it was made.',
    });
  }
}

const unzip = (bytes: Buffer): Promise<Buffer> =>
  promisify(gunzip)(bytes, { maxOutputLength: MAX_TEXT_BYTES });

async function unxz(bytes: Buffer): Promise<Buffer> {
  const reader = new xz.XzReadableStream(new Blob([bytes]).stream()).getReader();
  const chunks: Uint8Array[] = [];
  for (let size = 0; ; ) {
    // the library gives numbers for what is wrong
    const { value } = await reader.read().catch(() => {
      throw new Error('its data are damaged or incomplete');
    });
    if (!value) return Buffer.concat(chunks);
    size += value.length;
    if (size > MAX_TEXT_BYTES)
      throw Object.assign(new Error('it is too large'), { code: 'ERR_BUFFER_TOO_LARGE' });
    chunks.push(value);
  }
}

function tooLarge(name: string): EuphonicError {
  return new EuphonicError('too_large', `${name} holds more than ${MAX_TEXT_BYTES} bytes of text.`, {
    where: name,
    expected: `at most ${MAX_TEXT_BYTES} bytes`,
    advice: 'Use a binary form, such as .castep_bin or HDF5.',
  });
}
