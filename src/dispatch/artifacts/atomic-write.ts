import { randomUUID } from 'node:crypto';
import { link, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Writes a whole file under a temporary name, then renames it: readers see the old or the new one.
 *
 * @param options.durable - whether the bytes are on the disc when this returns; false for what is soon
 * replaced again. Default true.
 * @param options.makeFolder - whether its folder is made where it is missing; false where one that was removed shall
 * stay so. Default true.
 */
export async function writeWhole(
  path: string,
  content: string | Uint8Array,
  options: { readonly durable?: boolean; readonly makeFolder?: boolean } = {},
): Promise<void> {
  const { durable = true, makeFolder = true } = options;
  if (makeFolder) await mkdir(dirname(path), { recursive: true });
  const temporary = await writeTemporary(path, content, durable);
  try {
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * Writes a whole file that must not exist yet and tells whether this call made it: link(2) fails where
 * the name is taken, also on NFS, so that of several writers exactly one wins.
 */
export async function writeOnce(path: string, content: string | Uint8Array): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = await writeTemporary(path, content, true);
  try {
    await link(temporary, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function writeTemporary(
  path: string,
  content: string | Uint8Array,
  durable: boolean,
): Promise<string> {
  const temporary = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(content);
      if (durable) await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return temporary;
}
