/** Models of files. What has been read is not read again until it, or a file that it draws on, has changed. */
import { isAbsolute } from 'node:path';
import { EuphonicError } from '../../base/errors.js';
import { fileState } from '../../models/readers/fileState.js';
import type { ReadFile, ReadOptions } from '../../models/readers/index.js';
import type { MemoryBudget } from '../limits/memoryBudget.js';
import { READ_BYTES_PER_FILE_BYTE } from '../limits/settings.js';
import type { Library, Model } from './library.js';
import type { ModelReader } from './modelReader.js';
import type { LoadedModel } from './modelWorker.js';

export class ModelFiles {
  readonly counters = { read: 0 };
  /** path and options → the files that were read, the model that they were, and what was said of them */
  private readonly known = new Map<string, Pick<LoadedModel, 'files' | 'id' | 'source' | 'notes'>>();

  constructor(
    private readonly library: Library,
    private readonly reader: ModelReader,
    private readonly memory: MemoryBudget,
  ) {}

  /**
   * Reads a file, unless none of the files that it draws on has changed since and its model is still here. Several files may
   * hold the same model: source and notes are those of this one. Throws what readers throw, or `too_large`, `over_capacity`.
   */
  async load(path: string, options: ReadOptions): Promise<Model> {
    if (!isAbsolute(path)) {
      throw new EuphonicError('invalid_argument', `path is '${path}'.`, {
        where: 'path',
        expected: "an absolute path on the daemon's host",
      });
    }
    const key = JSON.stringify([path, options]);
    const known = this.known.get(key);
    if (known && (await isUnchanged(known.files))) {
      const model = this.library.find(known.id);
      if (model) return { ...model, source: known.source, notes: known.notes };
    }
    const bytes = await this.reader.perform({ kind: 'measure', path, options });
    const release = this.memory.reserve(`Reading ${path}`, READ_BYTES_PER_FILE_BYTE * bytes);
    try {
      const read = await this.reader.perform({ kind: 'load', path, options });
      this.counters.read++;
      const { id, source, notes, files } = read;
      const model = { ...(await this.library.add(read)), source, notes };
      for (const [other, { id }] of this.known) if (!this.library.has(id)) this.known.delete(other);
      this.known.set(key, { files, id, source, notes });
      return model;
    } finally {
      release();
    }
  }
}

async function isUnchanged(files: ReadFile['files']): Promise<boolean> {
  for (const [path, state] of files) {
    if (state === undefined || (await fileState(path)) !== state) return false;
  }
  return true;
}
