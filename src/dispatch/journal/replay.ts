import { readFile } from 'node:fs/promises';
import { LlcError } from '../errors.ts';
import { decodeEvent, type SweepEvent } from './events.ts';
import { reduce } from './reduce.ts';
import { emptySweep, type SweepState } from './sweep-state.ts';

const LINE_END = 10;

export interface JournalText {
  readonly events: readonly SweepEvent[];
  /** Where the last whole event ends; what lies behind was torn by a crash. */
  readonly wholeBytes: number;
  readonly bytes: number;
}

/**
 * Reads a journal. A torn last line is left out; a journal that does not exist is empty.
 *
 * @throws LlcError 78 for another version, 70 for damage before the last line, 75 where it cannot be read
 */
export async function readJournal(path: string): Promise<JournalText> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT')
      return { events: [], wholeBytes: 0, bytes: 0 };
    throw new LlcError(75, `Cannot read the journal ${path}.`, 'Is the directory readable?', {
      cause: error,
    });
  }
  return parseJournal(bytes, path);
}

/** The same for bytes at hand. */
export function parseJournal(bytes: Buffer, path: string): JournalText {
  const events: SweepEvent[] = [];
  let start = 0;
  for (let line = 1; start < bytes.length; line++) {
    const end = bytes.indexOf(LINE_END, start);
    if (end === -1) break;
    const event = decodeEvent(bytes.toString('utf8', start, end));
    if (event === null) {
      if (end === bytes.length - 1) break;
      throw new LlcError(
        70,
        `The journal ${path} is damaged: line ${line} is no event, and more follows it.`,
        `Copy the file, delete line ${line} and try again; the job it spoke of may run once more.`,
      );
    }
    events.push(event);
    start = end + 1;
  }
  return { events, wholeBytes: start, bytes: bytes.length };
}

/** The fold over a whole journal. */
export function replay(events: Iterable<SweepEvent>): SweepState {
  let state = emptySweep();
  for (const event of events) state = reduce(state, event);
  return state;
}
