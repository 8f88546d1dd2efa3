/** Writes HDF5 files with parts left out, added or replaced, or compressed in another way. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { File, type Group, ready } from 'h5wasm/node';

type Value = string | string[] | number | bigint | number[] | Int32Array | Float64Array;

/** Copies the datasets of the HDF5 file `from` into a new file; `changes` and their `shapes` are by path, undefined leaves out. */
export async function changedHdf5(
  from: string,
  to: string,
  changes: Record<string, Value | undefined>,
  shapes: Record<string, number[]> = {},
  packing?: { compression: number; chunks: number[] },
): Promise<void> {
  const module = await ready;
  const plugins = createRequire(import.meta.url).resolve('h5wasm-plugins/package.json');
  module.insert_plugin_search_path(join(dirname(plugins), 'plugins'), 0);
  const source = new File(from, 'r');
  const target = new File(to, 'w');
  const write = (path: string, value: Value, shape: number[] | null) => {
    const parts = path.split('/');
    let group: Group = target;
    for (const part of parts.slice(0, -1)) {
      group = (group.get(part) ?? group.create_group(part)) as Group;
    }
    const list = typeof value === 'number' || typeof value === 'bigint' ? [value] : value;
    const data =
      typeof value === 'string' || typeof list[0] === 'string'
        ? value
        : Float64Array.from(list as number[], Number);
    group.create_dataset({
      name: parts.at(-1)!,
      data: data as string[],
      ...(shape && { shape }),
      ...(packing && { ...packing, compression_opts: [] }),
    });
  };
  const copy = (group: Group, prefix: string) => {
    for (const key of group.keys()) {
      const entity = group.get(key)!;
      const path = `${prefix}${key}`;
      if ('keys' in entity && typeof entity.keys === 'function') copy(entity as Group, `${path}/`);
      // biome-ignore lint/suspicious/noExplicitAny: whatever is there is copied
      else if (!(path in changes)) write(path, (entity as any).value, (entity as any).shape);
    }
  };
  copy(source, '');
  for (const [path, value] of Object.entries(changes)) {
    const shape = shapes[path] ?? (Array.isArray(value) ? [value.length] : []);
    if (value !== undefined) write(path, value, shape);
  }
  source.close();
  target.close();
}

/** A new HDF5 file with one dataset of zeros in a group, compressed by gzip. */
export async function zerosHdf5(path: string, group: string, name: string, count: number): Promise<void> {
  await ready;
  const file = new File(path, 'w');
  let parent: Group = file;
  for (const part of group.split('/')) parent = parent.create_group(part);
  const shape = [count];
  parent.create_dataset({ name, data: new Float64Array(count), shape, chunks: [2 ** 16], compression: 9 });
  file.close();
}
