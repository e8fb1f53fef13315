import { statfs } from 'node:fs/promises';

/** Less than a journal and its tables need. */
const LEAST_BYTES = 65_536;

/** What is said where a sweep waits because its disc takes no more; null where it does, or where it cannot be told. */
export async function fullDiscText(dir: string): Promise<string | null> {
  const found = await statfs(dir).catch(() => null);
  if (found === null || found.bavail * found.bsize >= LEAST_BYTES) return null;
  return `No space where ${dir} lies. Free some: the sweep waits and goes on by itself. llc clean removes old runs.`;
}
