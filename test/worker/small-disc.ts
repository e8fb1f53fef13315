import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A file system of 120 kB at `path`, which only root may mount; false where that is refused. */
export function mountSmallDisc(path: string): boolean {
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=120k', 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn('skipped: a small file system cannot be mounted here (not root)');
    return false;
  }
}

export function unmount(path: string): void {
  execFileSync('umount', [path]);
}

/** Takes all the space that is left; returns what gives it back. */
export function fill(path: string): () => void {
  const filling = join(path, 'filling');
  for (let bytes = 64; bytes > 0; bytes = Math.floor(bytes / 2))
    try {
      for (;;) writeFileSync(filling, Buffer.alloc(bytes), { flag: 'a' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
  return () => rmSync(filling);
}

/** From now on nothing can be written there. */
export function makeReadOnly(path: string): void {
  execFileSync('mount', ['-o', 'remount,ro', path]);
}
