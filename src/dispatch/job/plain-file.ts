import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** A pipe in a file's place must not make the reader wait, nor a link lead it elsewhere. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/**
 * Gives a regular file that somebody else wrote to `use`, with its size in bytes. Null where there is none,
 * where its place holds something else, or where it cannot be read.
 */
export async function withPlainFile<T>(
  path: string,
  use: (file: FileHandle, size: number) => Promise<T>,
): Promise<T | null> {
  let file: FileHandle | null = null;
  try {
    file = await open(path, FLAGS);
    const status = await file.stat();
    return status.isFile() ? await use(file, status.size) : null;
  } catch {
    return null;
  } finally {
    await file?.close();
  }
}

/** At most `length` bytes from `position`; fewer where the file ends. */
export async function readPart(
  file: FileHandle,
  position: number,
  length: number,
): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await file.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
