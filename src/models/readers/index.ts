/** Reads force constants from a file of any known format. The format is found from the content, not from the name. */
import { dirname, resolve } from 'node:path';
import { EuphonicError } from '../../base/errors.js';
import { isCastep, readCastep } from './castep.js';
import type { FileState } from './fileState.js';
import { checkHdf5, Hdf5File, isHdf5 } from './hdf5.js';
import { isJson, readJson } from './json.js';
import type { ModelFile } from './modelFile.js';
import { KNOWN_FILES, refuseOtherFile, START_BYTES } from './otherFiles.js';
import { otherParts, type PhonopyNames, readPhonopy, SUMMARY_NAME } from './phonopy.js';
import { PHONOPY_FORCE_CONSTANTS } from './phonopyForceConstants.js';
import { type ByteSource, FileAccess } from './source.js';
import { startOf, uncompressed, uncompressedSize } from './text.js';
import { readVasp, VASP_FORCE_CONSTANTS } from './vasp.js';
import { isYaml } from './yamlSections.js';

export type ModelFormat = 'castep' | 'json' | 'phonopy' | 'vasp';

/** Names of phonopy's parts count for phonopy only; `summaryName` when the path is a folder. */
export interface ReadOptions extends PhonopyNames {
  /** overrules what the content says */
  format?: ModelFormat;
}

export interface ReadFile extends ModelFile {
  /** every path that was looked at, also in vain, and its state before that */
  files: ReadonlyMap<string, FileState>;
}

type Reader = (source: ByteSource, options: ReadOptions, files: FileAccess) => Promise<ModelFile>;

const READERS: Record<ModelFormat, Reader> = {
  castep: readCastep,
  json: readJson,
  phonopy: (source, options, files) => readPhonopy(source, dirname(source.name), options, files),
  vasp: async (source) => {
    checkHdf5(await source.read(0, Math.min(8, source.size)), source.name);
    return readVasp(source.name);
  },
};

/**
 * Reads the force constants in a file, or in a folder of phonopy's.
 *
 * Throws `file_not_found`, `file_unreadable`, `file_format` (none of the known formats), `file_damaged` (with the
 * place), `no_force_constants`, or `too_large` for more than a named limit.
 */
export async function readForceConstants(path: string, options: ReadOptions = {}): Promise<ReadFile> {
  return withFile(path, options, async (file, files) => ({
    ...(await readSource(file, options, files)),
    files: files.states,
  }));
}

/**
 * Bytes of what `readForceConstants` may read, uncompressed: of the file itself and, where that may be phonopy's summary, of
 * its other parts, which it need not need. Throws `file_not_found`, `file_unreadable`, `file_damaged`, `too_large`.
 */
export async function bytesToRead(path: string, options: ReadOptions = {}): Promise<number> {
  return withFile(path, options, async (file, files) => {
    // a compressed summary is not recognised by its beginning
    const format =
      options.format ?? recognise(await file.read(0, Math.min(START_BYTES, file.size))) ?? 'phonopy';
    let bytes = await unpackedSize(file);
    for (const path of format === 'phonopy' ? await otherParts(dirname(file.name), options, files) : []) {
      if (!(await files.isFile(path))) continue;
      const other = await files.open(path);
      bytes += await unpackedSize(other).finally(() => other.close());
    }
    return bytes;
  });
}

/** Bytes of a file's content when nothing of it is compressed: the file's, or of an HDF5 file those of its force constants. */
async function unpackedSize(source: ByteSource): Promise<number> {
  if (!isHdf5(await source.read(0, Math.min(START_BYTES, source.size)))) return uncompressedSize(source);
  const file = new Hdf5File(source.name);
  const names = [VASP_FORCE_CONSTANTS, ...PHONOPY_FORCE_CONSTANTS];
  return Math.max(source.size, await file.bytes(names).finally(() => file.close()));
}

/** Does `work` with the file, or with phonopy's summary in the folder, at a path. */
async function withFile<T>(
  path: string,
  { summaryName = SUMMARY_NAME }: ReadOptions,
  work: (file: ByteSource, files: FileAccess) => Promise<T>,
): Promise<T> {
  const files = new FileAccess();
  const file = await files.open(await fileOf(resolve(path), summaryName, files));
  try {
    return await work(file, files);
  } finally {
    await file.close();
  }
}

/** The path itself, or that of the summary if it is a folder. */
async function fileOf(path: string, summaryName: string, files: FileAccess): Promise<string> {
  if (!(await files.isFolder(path))) return path;
  const summary = resolve(path, summaryName);
  if (await files.isFile(summary)) return summary;
  throw new EuphonicError('file_not_found', `${path} is a folder without ${summaryName}.`, {
    where: path,
    expected: "a file, or a folder with phonopy's summary",
    advice: 'Give the path of a file, or the name of the summary as summary_name.',
  });
}

/** The same for bytes from any source; `source.name` is shown in messages, and HDF5 files are opened by it. */
export async function readSource(
  source: ByteSource,
  options: ReadOptions = {},
  files = new FileAccess(),
): Promise<ModelFile> {
  const start = await startOf(source, START_BYTES);
  if (start.length === 0) {
    throw new EuphonicError('file_damaged', `${source.name} is empty.`, {
      where: source.name,
      advice: 'Copy the file again from where it was made.',
    });
  }
  const recognised = recognise(start);
  // nearly any text may be YAML
  if (recognised === undefined || recognised === 'phonopy') refuseOtherFile(start, source.name);
  const format = options.format ?? recognised;
  if (format === undefined) {
    throw new EuphonicError('file_format', `${source.name} is in none of the known formats.`, {
      where: source.name,
      expected: KNOWN_FILES,
    });
  }
  // JSON is unpacked as it is read
  return READERS[format](format === 'json' ? source : await uncompressed(source), options, files);
}

function recognise(start: Buffer): ModelFormat | undefined {
  if (isCastep(start)) return 'castep';
  if (isHdf5(start)) return 'vasp';
  if (isJson(start)) return 'json';
  return isYaml(start) ? 'phonopy' : undefined;
}
