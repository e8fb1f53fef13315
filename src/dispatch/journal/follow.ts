import { open } from 'node:fs/promises';
import type { SweepEvent } from './events.ts';
import { parseJournal } from './replay.ts';

/** Reads a journal that another process writes, a piece at a time. */
export interface JournalFollower {
  /** The events that have come since the last call; none where nothing is new or there is no journal yet. */
  read(): Promise<readonly SweepEvent[]>;
}

export function followJournal(path: string): JournalFollower {
  /** Always the end of a whole line: what is torn now is read again. */
  let offset = 0;
  return {
    async read() {
      const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null;
        throw error;
      });
      if (file === null) return [];
      try {
        const { size } = await file.stat();
        if (size <= offset) return [];
        const bytes = Buffer.alloc(size - offset);
        const { bytesRead } = await file.read(bytes, 0, bytes.length, offset);
        const { events, wholeBytes } = parseJournal(bytes.subarray(0, bytesRead), path);
        offset += wholeBytes;
        return events;
      } finally {
        await file.close();
      }
    },
  };
}
