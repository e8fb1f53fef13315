import { closeSync, constants, fstatSync, open, read } from 'node:fs';
import { promisify } from 'node:util';

// Descriptors, not FileHandles: what only touches an open one is done at once, at half the price.
const openFile = promisify(open);
const readFile = promisify(read);

/** A pipe in a file's place must not make the reader wait, nor a link lead it elsewhere. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;

/**
 * Gives a regular file that somebody else wrote to `use`, as a descriptor with its size in bytes. Null where
 * there is none, where its place holds something else, or where it cannot be read.
 */
export async function withPlainFile<T>(
  path: string,
  use: (file: number, size: number) => Promise<T>,
): Promise<T | null> {
  let file: number | null = null;
  try {
    file = await openFile(path, FLAGS);
    const status = fstatSync(file);
    return status.isFile() ? await use(file, status.size) : null;
  } catch {
    return null;
  } finally {
    if (file !== null) closeSync(file);
  }
}

/** At most `length` bytes from `position`; fewer where the file ends. */
export async function readPart(file: number, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  let filled = 0;
  while (filled < length) {
    const rest = length - filled;
    const { bytesRead } = await readFile(file, bytes, filled, rest, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
