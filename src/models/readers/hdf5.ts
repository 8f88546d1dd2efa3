/** Reads datasets of HDF5 files, with the library in a thread of its own. */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { Worker } from 'node:worker_threads';
import { EuphonicError } from '../../base/errors.js';
import { checkProgramFiles } from '../../base/programFiles.js';
import type { Hdf5Description, Hdf5Request, Hdf5Response } from './hdf5Worker.js';

/** Longest time for one look-up or one small dataset; more, and the file is taken for damaged. */
const HDF5_TIMEOUT_MS = 4000;

/** A large dataset has a millisecond more for so many of its bytes, on slow disks. */
const HDF5_BYTES_PER_MS = 20_000;

/** Datasets unpack to so many times the file's size at most: one that claims more has no more time for it. */
const HDF5_UNPACKING = 20;

/** Longest time for the library to start, on a machine under load. */
const HDF5_START_TIMEOUT_MS = 60_000;

/** Largest dataset, uncompressed bytes. */
const MAX_DATASET_BYTES = 2 ** 31;

/**
 * Filters that can be read: of the library itself (deflate, shuffle, fletcher32, szip, nbit, scaleoffset), and of h5wasm-plugins
 * (bzip2, lzf, blosc, lz4, bitshuffle, zstd, blosc2).
 */
const FILTERS: ReadonlySet<number> = new Set([
  1, 2, 3, 4, 5, 6, 307, 32000, 32001, 32004, 32008, 32015, 32026,
]);

/** The library works in memory of its own; JavaScript's default for short-lived objects would add up to 20 MB to each read. */
const YOUNG_GENERATION_MB = 2;

export function isHdf5(start: Buffer): boolean {
  return start.subarray(0, 8).equals(Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'));
}

/** Throws `file_damaged` for what is not HDF5, before the library is started for it. */
export function checkHdf5(start: Buffer, path: string): void {
  if (isHdf5(start)) return;
  throw new EuphonicError('file_damaged', `${path} is not HDF5.`, {
    where: `${path}, byte 0`,
    expected: 'the signature of an HDF5 file',
    advice: 'Copy the file again from where it was made, or name its format.',
  });
}

function startWorker(path: string): Worker {
  checkProgramFiles();
  // a new thread knows no loader of TypeScript: where this runs from src/ (tests, benchmarks), it is the built one
  const here = import.meta.url.endsWith('.ts') ? '../../../dist/models/readers/' : './';
  // what the library prints about a damaged file is in the error already
  return new Worker(new URL(`${here}hdf5Worker.js`, import.meta.url), {
    workerData: { path },
    // flags of the process, a loader or a limit of memory say, are not for this thread
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  });
}

export class Hdf5File {
  readonly path: string;
  private readonly size: number;
  private readonly worker: Worker;
  private readonly ready: Promise<Hdf5Response>;

  /** Call `close` when done. */
  constructor(path: string) {
    this.path = path;
    this.size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
    this.worker = startWorker(path);
    this.ready = this.response(HDF5_START_TIMEOUT_MS);
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  /** Undefined if there is no such dataset. */
  async describe(name: string): Promise<Hdf5Description | undefined> {
    const response = await this.ask({ kind: 'describe', name });
    return 'description' in response
      ? (response.description ?? undefined)
      : this.damaged(name, 'it cannot be read');
  }

  /** Bytes of the named datasets when uncompressed; those that are not there count nothing. */
  async bytes(names: readonly string[]): Promise<number> {
    let bytes = 0;
    for (const name of names) bytes += (await this.describe(name))?.bytes ?? 0;
    return bytes;
  }

  /** Numbers of any type as doubles; `shape` is checked before anything is read, −1 stands for any length. */
  async numbers(name: string, shape: number[]): Promise<Float64Array> {
    const found = await this.checked(name, shape, false);
    const response = await this.ask({ kind: 'read', name }, this.timeToRead(found));
    const count = found.shape.reduce((a, b) => a * b, 1);
    if (!('numbers' in response) || response.numbers.length !== count)
      this.damaged(name, 'it cannot be read');
    return response.numbers;
  }

  /** Strings with blanks at the end removed. */
  async text(name: string): Promise<string[]> {
    const found = await this.checked(name, undefined, true);
    const response = await this.ask({ kind: 'read', name }, this.timeToRead(found));
    if (!('text' in response)) this.damaged(name, 'it cannot be read');
    return response.text.map((item) => item.trimEnd());
  }

  damaged(name: string, what: string, expected?: string): never {
    throw new EuphonicError('file_damaged', `In ${this.path}, ${name}: ${what}.`, {
      where: `${this.path}, ${name}`,
      expected,
      advice: 'Copy the file again from where it was made.',
    });
  }

  private async checked(
    name: string,
    shape: number[] | undefined,
    isText: boolean,
  ): Promise<Hdf5Description> {
    const found = await this.describe(name);
    if (!found) this.damaged(name, 'it is missing', 'a dataset');
    const fits =
      !shape || (shape.length === found.shape.length && shape.every((n, k) => n < 0 || n === found.shape[k]));
    if (!fits) this.damaged(name, `it has the shape [${found.shape.join(', ')}]`, `[${shape?.join(', ')}]`);
    if (found.isText !== isText) this.damaged(name, 'it has another type', isText ? 'text' : 'numbers');
    const filter = found.filters.find(({ id }) => !FILTERS.has(id));
    if (filter) {
      const message = `In ${this.path}, ${name} was written with the HDF5 filter ${filter.id} (${filter.name}).`;
      throw new EuphonicError('file_format', message, {
        where: `${this.path}, ${name}`,
        expected:
          'data that are compressed with gzip, lzf, szip, bzip2, blosc, lz4, zstd or bitshuffle, or not at all',
        advice: `Pack the file again: h5repack -f GZIP=1 ${basename(this.path)} packed.h5`,
      });
    }
    if (found.bytes > MAX_DATASET_BYTES) {
      throw new EuphonicError('too_large', `In ${this.path}, ${name} has ${found.bytes} bytes.`, {
        where: `${this.path}, ${name}`,
        expected: `at most ${MAX_DATASET_BYTES} bytes`,
      });
    }
    return found;
  }

  private timeToRead({ bytes }: Hdf5Description): number {
    return HDF5_TIMEOUT_MS + Math.min(bytes, HDF5_UNPACKING * this.size) / HDF5_BYTES_PER_MS;
  }

  /** One request at a time. */
  private async ask(request: Hdf5Request, timeout = HDF5_TIMEOUT_MS): Promise<Hdf5Response> {
    const ready = await this.ready;
    if ('error' in ready) this.damaged(request.name, ready.error);
    this.worker.postMessage(request);
    const response = await this.response(timeout);
    if ('error' in response) this.damaged(request.name, response.error);
    return response;
  }

  /** The thread's next message. */
  private response(timeout: number): Promise<Hdf5Response> {
    return new Promise((resolve) => {
      const finish = (response: Hdf5Response) => {
        clearTimeout(timer);
        this.worker.off('message', finish).off('error', fail).off('exit', exit);
        resolve(response);
      };
      const timer = setTimeout(
        () => finish({ error: `no response within ${Math.round(timeout)} ms` }),
        timeout,
      );
      const fail = (error: Error) => finish({ error: error.message });
      const exit = () => finish({ error: 'the HDF5 library ended' });
      this.worker.on('message', finish).on('error', fail).on('exit', exit);
    });
  }
}
