import { fstatSync } from 'node:fs';
import { readPart, withPlainFile } from '../../dispatch/job/plain-file.ts';
import { caretText } from '../../screens/sweep/caret-text.ts';

/** The end of a log is read at most, and of each line its beginning. */
const MOST_BYTES = 256 * 1024;
const MOST_LINES = 2000;
const MOST_COLUMNS = 1000;
const NEWLINE = 0x0a;

/** The last lines of a file that grows; only what is new is read. */
export interface GrowingLog {
  /** The last lines now, harmless; the same array as before where nothing has changed. */
  read(): Promise<readonly string[]>;
}

export function growingLog(path: string): GrowingLog {
  let inode = -1;
  let position = 0;
  /** Bytes after the last line end: a line that is still being written. */
  let open: Buffer = Buffer.alloc(0);
  let whole: readonly string[] = [];
  let shown: readonly string[] = [];

  const forget = (): void => {
    inode = -1;
    position = 0;
    open = Buffer.alloc(0);
    whole = [];
    shown = [];
  };
  const take = (bytes: Buffer, fromMiddle: boolean): void => {
    const all = Buffer.concat([open, bytes]);
    // The first line begins somewhere in its middle.
    const start = fromMiddle ? all.indexOf(NEWLINE) + 1 : 0;
    const end = Math.max(start, all.lastIndexOf(NEWLINE) + 1);
    open = Buffer.from(all.subarray(end).subarray(-MOST_BYTES));
    const lines = all.subarray(start, end).toString('utf8').split('\n').slice(0, -1);
    whole = [...whole, ...lines.slice(-MOST_LINES).map(shortened)].slice(-MOST_LINES);
    shown =
      open.length === 0 ? whole : [...whole, shortened(open.toString('utf8'))].slice(-MOST_LINES);
  };

  return {
    read: async () => {
      const found = await withPlainFile(path, async (file, size) => {
        const { ino } = fstatSync(file);
        if (ino !== inode || size < position) {
          forget();
          inode = ino;
        }
        if (size === position) return true;
        const from = Math.max(position, size - MOST_BYTES);
        const skips = from > position;
        if (skips) {
          open = Buffer.alloc(0);
          whole = [];
        }
        const bytes = await readPart(file, from, size - from);
        position = from + bytes.length;
        take(bytes, skips);
        return true;
      });
      if (found === null && inode !== -1) forget();
      return shown;
    },
  };
}

function shortened(line: string): string {
  // Cut first from behind the last overwriting part, so that a long progress bar shows its newest.
  const text = caretText(line.length > 4 * MOST_COLUMNS ? lastPart(line) : line);
  return text.length <= MOST_COLUMNS ? text : `${text.slice(0, MOST_COLUMNS - 1).toWellFormed()}…`;
}

function lastPart(line: string): string {
  const parts = line.split('\r').filter((part) => part !== '');
  return (parts.at(-1) ?? '').slice(0, 4 * MOST_COLUMNS);
}
