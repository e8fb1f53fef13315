import { randomUUID } from 'node:crypto';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * Writes a whole file under a temporary name, then renames it: readers see the old or the new one. Its bytes are on the
 * disc when this returns; its folder is made where it is missing.
 */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = await writeTemporary(path, content);
  try {
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/**
 * The same for what is soon replaced again or can be made anew: not forced to the disc, and nothing is put back where
 * the folder was removed. At once, since handing each step to another thread costs more than the step.
 */
export function replaceFile(path: string, content: string | Uint8Array): void {
  const temporary = temporaryName(path);
  try {
    writeFileSync(temporary, content, { flag: 'wx' });
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/**
 * Writes a whole file that must not exist yet and tells whether this call made it: link(2) fails where
 * the name is taken, also on NFS, so that of several writers exactly one wins.
 */
export async function writeOnce(path: string, content: string | Uint8Array): Promise<boolean> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = await writeTemporary(path, content);
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

/** Removes what writers of this file have left that were killed; one at work now fails. */
export async function removeTemporaries(path: string): Promise<void> {
  const left = (await readdir(dirname(path))).filter(
    (name) => name.startsWith(`${basename(path)}.`) && name.endsWith('.tmp'),
  );
  await Promise.all(left.map((name) => rm(join(dirname(path), name), { force: true })));
}

async function writeTemporary(path: string, content: string | Uint8Array): Promise<string> {
  const temporary = temporaryName(path);
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  return temporary;
}

function temporaryName(path: string): string {
  return `${path}.${randomUUID().slice(0, 8)}.tmp`;
}
