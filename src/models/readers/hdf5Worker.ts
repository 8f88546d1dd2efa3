/**
 * The thread in which hdf5.ts runs the HDF5 library: a damaged file may make the library spin or break its memory, and
 * then the thread is ended.
 */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { type Dataset, File, ready } from 'h5wasm/node';

export type Hdf5Request = { kind: 'describe'; name: string } | { kind: 'read'; name: string };

/** `shape` is empty for a single value. */
export interface Hdf5Description {
  shape: number[];
  isText: boolean;
  /** uncompressed */
  bytes: number;
  /** what its data went through when they were written, such as compression */
  filters: { id: number; name: string }[];
}

/** The first message says that the library is ready for requests. */
export type Hdf5Response =
  | { ready: true }
  | { description: Hdf5Description | null }
  | { numbers: Float64Array }
  | { text: string[] }
  | { error: string };

const module = await ready;
module.activate_throwing_error_handler();
try {
  const plugins = createRequire(import.meta.url).resolve('h5wasm-plugins/package.json');
  module.insert_plugin_search_path(join(dirname(plugins), 'plugins'), 0);
} catch {
  // an installation without the plugins reads gzip all the same, and says which filter it lacks
}

let file: File | undefined;

function dataset(name: string): Dataset | undefined {
  file ??= new File(workerData.path as string, 'r');
  // a path is looked up step by step: HDF5 complains about one whose groups are not there
  const parts = name.split('/');
  for (let depth = 1; depth < parts.length; depth++) {
    const group = file.get(parts.slice(0, depth).join('/')) as { keys?(): string[] } | null;
    if (!group?.keys?.().includes(parts[depth])) return undefined;
  }
  if (!file.keys().includes(parts[0])) return undefined;
  const entity = file.get(name);
  return entity && 'shape' in entity ? (entity as Dataset) : undefined;
}

const TEXT_CLASS = 3;

function response({ kind, name }: Hdf5Request): Hdf5Response {
  const found = dataset(name);
  if (kind === 'describe') {
    if (!found) return { description: null };
    const { shape, type, total_size: count, size } = found.metadata;
    const filters = found.filters.map((filter) => ({ id: filter.id, name: filter.name }));
    return { description: { shape: shape ?? [], isText: type === TEXT_CLASS, bytes: count * size, filters } };
  }
  if (!found) return { error: `${name} cannot be read` };
  if (found.metadata.type !== TEXT_CLASS) return { numbers: numbersOf(found) };
  const value = found.value as unknown;
  if (value === null || value === undefined) return { error: `${name} cannot be read` };
  return { text: [value].flat().map(String) };
}

/** Bytes that the library is asked for at a time: it keeps a copy of its own, whose memory it does not give back. */
const SLICE_BYTES = 2 ** 22;

/** Rows (first indices) are read some at a time, straight into the result. */
function numbersOf(found: Dataset): Float64Array {
  const { shape, total_size: count, size } = found.metadata;
  const result = new Float64Array(count);
  if (!shape || shape.length === 0) return result.fill(Number(found.value));
  const perRow = count / shape[0];
  const step = Math.max(1, Math.floor(SLICE_BYTES / (perRow * size)));
  for (let row = 0; row < shape[0]; row += step) {
    const end = Math.min(shape[0], row + step);
    const part = found.slice([[row, end]]) as unknown;
    if (!ArrayBuffer.isView(part)) throw new Error('it holds no numbers');
    const numbers = part as unknown as ArrayLike<number | bigint>;
    if (numbers.length !== (end - row) * perRow) throw new Error('it is incomplete');
    for (let k = 0, at = row * perRow; k < numbers.length; k++, at++) result[at] = Number(numbers[k]);
  }
  return result;
}

/**
 * The library gives a stack of complaints, `#002: file line … in function(): complaint`; the deepest says most, but for a missing
 * plugin, which is looked for in several places.
 */
function reason(message: string): string {
  const plugin = /required filter .* is not registered/.exec(message);
  return plugin?.[0] ?? [...message.matchAll(/\(\): (.*)/g)].at(-1)?.[1] ?? message.split('\n')[0];
}

parentPort?.on('message', (request: Hdf5Request) => {
  let result: Hdf5Response;
  try {
    result = response(request);
  } catch (error) {
    result = { error: reason(String((error as Error).message ?? error)) };
  }
  parentPort?.postMessage(result, 'numbers' in result ? [result.numbers.buffer as ArrayBuffer] : []);
});

parentPort?.postMessage({ ready: true } satisfies Hdf5Response);
