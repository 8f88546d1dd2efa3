/** Where a reader's bytes come from: a file read piece by piece, or memory. */
import { type FileHandle, open, stat } from 'node:fs/promises';
import { EuphonicError } from '../../base/errors.js';

export interface ByteSource {
  /** what error messages call it: the path */
  readonly name: string;
  /** bytes */
  readonly size: number;
  /** Exactly `length` bytes from `offset`; both must lie inside the source. */
  read(offset: number, length: number): Promise<Buffer>;
}

/** Opens a file. Throws `file_not_found`, or `file_unreadable` for what is no readable file. */
export async function openFile(path: string): Promise<ByteSource & { close(): Promise<void> }> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(path, 'r');
    const found = await handle.stat();
    if (!found.isFile()) throw new Error(found.isDirectory() ? 'it is a folder' : 'it is not a regular file');
    return fileSource(path, handle, found.size);
  } catch (error) {
    await handle?.close();
    throw unreadable(path, error);
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

export async function fileExists(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
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
