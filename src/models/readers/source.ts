/** Where a reader's bytes come from: a file read piece by piece, or memory. */
import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { EuphonicError } from '../../base/errors.js';
import { type FileState, fileState } from './fileState.js';

export interface ByteSource {
  /** what error messages call it: the path */
  readonly name: string;
  /** bytes */
  readonly size: number;
  /** Exactly `length` bytes from `offset`; both must lie inside the source. */
  read(offset: number, length: number): Promise<Buffer>;
}

/**
 * The one way to the files of a model. It notes in which state each path was before it was first looked at: also those that were
 * not there, since a file that comes later may be another model's part.
 */
export class FileAccess {
  readonly states = new Map<string, FileState>();

  /** Opens a file. Throws `file_not_found`, or `file_unreadable` for what cannot be read as a file. */
  async open(path: string): Promise<ByteSource & { close(): Promise<void> }> {
    await this.note(path);
    let handle: FileHandle | undefined;
    try {
      // without waiting for somebody to write, should it be a pipe
      handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
      const found = await handle.stat();
      if (!found.isFile())
        throw new Error(found.isDirectory() ? 'it is a folder' : 'it is not a regular file');
      return fileSource(path, handle, found.size);
    } catch (error) {
      await handle?.close();
      throw unreadable(path, error);
    }
  }

  async isFile(path: string): Promise<boolean> {
    await this.note(path);
    return stat(path).then(
      (found) => found.isFile(),
      () => false,
    );
  }

  async isFolder(path: string): Promise<boolean> {
    await this.note(path);
    return stat(path).then(
      (found) => found.isDirectory(),
      () => false,
    );
  }

  private async note(path: string): Promise<void> {
    if (!this.states.has(path)) this.states.set(path, await fileState(path));
  }
}

function fileSource(path: string, handle: FileHandle, size: number) {
  return {
    name: path,
    size,
    async read(offset: number, length: number) {
      const bytes = Buffer.allocUnsafe(length);
      for (let done = 0; done < length; ) {
        const { bytesRead } = await handle.read(bytes, done, length - done, offset + done).catch((error) => {
          throw unreadable(path, error);
        });
        if (bytesRead === 0) throw unreadable(path, new Error('it became shorter while it was being read'));
        done += bytesRead;
      }
      return bytes;
    },
    close: () => handle.close(),
  };
}

/** Bytes in memory. */
export function memorySource(bytes: Buffer, name: string): ByteSource {
  return {
    name,
    size: bytes.length,
    read: async (offset, length) => bytes.subarray(offset, offset + length),
  };
}

function unreadable(path: string, error: unknown): EuphonicError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new EuphonicError('file_not_found', `There is no file ${path}.`, {
      where: path,
      advice: 'Check the path.',
    });
  }
  return new EuphonicError('file_unreadable', `${path} cannot be read: ${message}.`, {
    where: path,
    expected: 'a file that the daemon may read',
  });
}
