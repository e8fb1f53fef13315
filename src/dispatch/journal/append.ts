import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { LlcError } from '../errors.ts';
import { encodeEvent, type SweepEvent } from './events.ts';
import { readJournal } from './replay.ts';

/** The one writer of a sweep's journal. */
export interface JournalWriter {
  /** Adds events in order. With `durable` they lie on the disc when it resolves. */
  append(events: readonly SweepEvent[], durable: boolean): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a journal for its one writer: reads what is there and cuts a torn last line off.
 *
 * @throws LlcError as `readJournal`, and 75 where it cannot be written
 */
export async function openJournal(
  path: string,
): Promise<{ events: readonly SweepEvent[]; writer: JournalWriter }> {
  const { events, wholeBytes, bytes } = await readJournal(path);
  let file: FileHandle;
  try {
    await mkdir(dirname(path), { recursive: true });
    file = await open(path, 'a');
    if (wholeBytes < bytes) await file.truncate(wholeBytes);
  } catch (error) {
    throw cannotWrite(path, error);
  }
  return { events, writer: journalWriter(path, file, wholeBytes) };
}

/**
 * Writes behind the last whole event of an open journal.
 *
 * @param wholeBytes - where that event ends; a write that fails is cut off there again
 */
export function journalWriter(path: string, file: FileHandle, wholeBytes: number): JournalWriter {
  let size = wholeBytes;
  let last: Promise<void> = Promise.resolve();

  async function write(events: readonly SweepEvent[], durable: boolean): Promise<void> {
    try {
      if (events.length > 0) {
        const bytes = Buffer.from(events.map(encodeEvent).join(''));
        await file.appendFile(bytes);
        size += bytes.length;
      }
      if (durable) await file.datasync();
    } catch (error) {
      // Half a line in the middle would damage all that comes after it.
      await file.truncate(size).catch(() => {});
      throw cannotWrite(path, error);
    }
  }

  return {
    append(events, durable) {
      last = last.then(() => write(events, durable));
      return last;
    },
    async close() {
      await last.catch(() => {});
      await file.close();
    },
  };
}

function cannotWrite(path: string, error: unknown): LlcError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  const [what, hint] =
    code === 'ENOSPC' || code === 'EDQUOT'
      ? ['the disc or the quota is full', 'Free space, then go on with this sweep.']
      : code === 'EACCES' || code === 'EPERM' || code === 'EROFS'
        ? ['writing is not permitted', 'Use a directory that you may write to.']
        : [String((error as Error).message), 'Check the disc, then go on with this sweep.'];
  return new LlcError(75, `Cannot write the journal ${path}: ${what}.`, hint, { cause: error });
}
