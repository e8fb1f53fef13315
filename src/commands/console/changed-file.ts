import { fstatSync } from 'node:fs';
import { readPart, withPlainFile } from '../../dispatch/job/plain-file.ts';

/** More than any trace or metrics: what is larger is none of these. */
const MOST_BYTES = 4 * 1024 * 1024;

/** A file of JSON that is replaced now and then. */
export interface ChangedFile<T> {
  /** What it says now; the same object as before where the file is. Null where there is none, or nothing sensible. */
  read(): Promise<T | null>;
}

/** @param parse - what to make of the JSON; null where it is not what it should be */
export function changedFile<T>(path: string, parse: (value: unknown) => T | null): ChangedFile<T> {
  let stamp = '';
  let value: T | null = null;
  return {
    read: async () => {
      const found = await withPlainFile(path, async (file, size) => {
        const { ino, mtimeMs } = fstatSync(file);
        const now = `${ino} ${size} ${mtimeMs}`;
        if (now === stamp) return true;
        value =
          size > MOST_BYTES
            ? null
            : parsed((await readPart(file, 0, size)).toString('utf8'), parse);
        stamp = now;
        return true;
      });
      if (found === null) {
        stamp = '';
        value = null;
      }
      return value;
    },
  };
}

function parsed<T>(text: string, parse: (value: unknown) => T | null): T | null {
  try {
    return parse(JSON.parse(text));
  } catch {
    return null;
  }
}
