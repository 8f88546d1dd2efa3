/** Reads force constants from a file of any known format. The format is found from the content, not from the name. */
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { EuphonicError } from '../../protocol/errors.js';
import type { ForceConstants } from '../forceConstants.js';
import { isCastep, readCastep } from './castep.js';
import { isJson, readJson } from './json.js';
import { type ByteSource, memorySource, openFile } from './source.js';

/** What a reader gives. */
export interface ModelFile {
  fc: ForceConstants;
  /** absolute path and format, such as `/data/quartz.castep_bin (CASTEP 19.100)` */
  source: string;
  /** sentences for the user: what was assumed, what is unusual */
  notes: string[];
}

export type ModelFormat = 'castep' | 'json';

export interface ReadOptions {
  /** overrules what the content says */
  format?: ModelFormat;
}

/** Largest text, and largest uncompressed content of a .gz file, in bytes: the longest string of the JavaScript engine. */
export const MAX_TEXT_BYTES = 0x1fffffe8;

/** As many bytes as any format needs to be known by. */
const START_BYTES = 64;

const readers: Record<
  ModelFormat,
  { recognise(start: Buffer): boolean; read(source: ByteSource): Promise<ModelFile> }
> = {
  castep: { recognise: isCastep, read: readCastep },
  json: {
    recognise: isJson,
    read: async (source) => readJson((await whole(source)).toString('utf8'), source.name),
  },
};

/**
 * Reads the force constants in a file.
 *
 * Throws `file_not_found`, `file_unreadable`, `file_format` (none of the known formats), `file_damaged` (with the
 * place), `no_force_constants`, or `too_large` for a text of over `MAX_TEXT_BYTES`.
 */
export async function readForceConstants(path: string, options: ReadOptions = {}): Promise<ModelFile> {
  const file = await openFile(resolve(path));
  try {
    return await readSource(file, options);
  } finally {
    await file.close();
  }
}

/** The same for bytes that are in memory already; `source.name` is shown in messages. */
export async function readSource(source: ByteSource, options: ReadOptions = {}): Promise<ModelFile> {
  const content = await uncompressed(source);
  const start = await content.read(0, Math.min(START_BYTES, content.size));
  if (content.size === 0) {
    throw new EuphonicError('file_damaged', `${source.name} is empty.`, {
      where: source.name,
      advice: 'Copy the file again from where it was made.',
    });
  }
  const formats = Object.keys(readers) as ModelFormat[];
  const format = options.format ?? formats.find((name) => readers[name].recognise(start));
  if (format === undefined) {
    throw new EuphonicError('file_format', `${source.name} is none of the known formats.`, {
      where: source.name,
      expected:
        'a .castep_bin or .check file of CASTEP, or force constants in JSON as Euphonic writes them (also .gz)',
    });
  }
  return readers[format].read(content);
}

async function uncompressed(source: ByteSource): Promise<ByteSource> {
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

async function whole(source: ByteSource): Promise<Buffer> {
  if (source.size > MAX_TEXT_BYTES) throw tooLarge(source.name);
  return source.read(0, source.size);
}

function tooLarge(name: string): EuphonicError {
  return new EuphonicError('too_large', `${name} holds more than ${MAX_TEXT_BYTES} bytes of text.`, {
    where: name,
    expected: `at most ${MAX_TEXT_BYTES} bytes`,
    advice: 'Use a binary form, such as .castep_bin.',
  });
}
