import { type FileHandle, open } from 'node:fs/promises';
import type { SweepEvent } from './events.ts';
import { type JournalText, parseJournal } from './replay.ts';

/** Reads a journal that another process writes, a piece at a time. */
export interface JournalFollower {
  /** The events that have come since the last call; none where nothing is new or there is no journal yet. */
  read(): Promise<readonly SweepEvent[]>;
}

export function followJournal(path: string): JournalFollower {
  /** Always the end of a whole line: what is torn now is read again. */
  let offset = 0;
  let heard: Pick<SweepEvent, 'epoch' | 'seq'> = { epoch: 0, seq: 0 };

  async function parse(file: FileHandle, from: number, size: number): Promise<JournalText> {
    const bytes = Buffer.alloc(size - from);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
    return parseJournal(bytes.subarray(0, bytesRead), path);
  }

  return {
    async read() {
      const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw error;
      });
      if (file === null) return [];
      try {
        const { size } = await file.stat();
        if (size === offset) return [];
        let from = size < offset ? 0 : offset;
        const text = await parse(file, from, size).catch((error: unknown) => {
          if (from === 0) throw error;
          // A write that failed was cut off after it had been read here, and others stand in its place.
          from = 0;
          return parse(file, from, size);
        });
        offset = from + text.wholeBytes;
        const news = text.events.filter((event) => isLater(event, heard));
        heard = news.at(-1) ?? heard;
        return news;
      } finally {
        await file.close();
      }
    },
  };
}

/** Whether an event comes after another that was heard. */
function isLater(
  one: Pick<SweepEvent, 'epoch' | 'seq'>,
  other: Pick<SweepEvent, 'epoch' | 'seq'>,
): boolean {
  return one.epoch > other.epoch || (one.epoch === other.epoch && one.seq > other.seq);
}
