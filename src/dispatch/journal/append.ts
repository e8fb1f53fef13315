import { writeSync } from 'node:fs';
import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { cannotWrite } from '../artifacts/cannot-write.ts';
import { encodeEvent, type SweepEvent } from './events.ts';
import { readJournal } from './replay.ts';

/** The one writer of a sweep's journal. */
export interface JournalWriter {
  /**
   * Adds events in order. With `durable` they lie on the disc when it resolves. Where it fails nothing of them is
   * there, and the same call can be made again.
   */
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
    throw cannotWrite('the journal', path, error);
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
  let isTorn = false;
  let last: Promise<void> = Promise.resolve();

  async function write(events: readonly SweepEvent[], durable: boolean): Promise<void> {
    try {
      // Half a line in the middle would damage all that comes after it.
      if (isTorn) await file.truncate(size);
      isTorn = true;
      const bytes = Buffer.from(events.map(encodeEvent).join(''));
      // At once: a few hundred bytes go to the system's memory, from where `datasync` brings them to the disc.
      for (let at = 0; at < bytes.length; ) at += writeSync(file.fd, bytes, at);
      if (durable) await file.datasync();
      size += bytes.length;
      isTorn = false;
    } catch (error) {
      throw cannotWrite('the journal', path, error);
    }
  }

  return {
    append(events, durable) {
      const written = last.then(() => write(events, durable));
      last = written.catch(() => {});
      return written;
    },
    async close() {
      await last;
      await file.close();
    },
  };
}
