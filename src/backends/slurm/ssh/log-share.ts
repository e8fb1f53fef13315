import type { ListedFile } from './news-listing.ts';

/** Bytes of one log that a call brings; of one that grows faster the middle is left out. */
export const LOG_BYTES = 64 * 1024;
/** Bytes of all logs that a call brings, lest results wait for them. */
const CALL_BYTES = 8 * 2 ** 20;

/** A piece of a log that is to come. */
export interface LogShare {
  readonly file: ListedFile;
  /** Where the piece begins, bytes. */
  readonly from: number;
  /** Whether it follows what is here; otherwise it takes its place. */
  readonly appends: boolean;
}

/**
 * Which pieces of logs a call brings. Those that were written to longest ago come first: what has ended is not pushed
 * aside by what goes on.
 *
 * @param bytesHere - of each log by path; undefined where that is not known
 */
export function logShares(
  files: readonly ListedFile[],
  bytesHere: (path: string) => number | undefined,
): readonly LogShare[] {
  const oldestFirst = files.toSorted((a, b) => Number(a.modified) - Number(b.modified));
  const shares: LogShare[] = [];
  let left = CALL_BYTES;
  for (const file of oldestFirst) {
    const here = bytesHere(file.path);
    const appends = here !== undefined && here <= file.size && file.size - here <= LOG_BYTES;
    const from = appends ? here : Math.max(0, file.size - LOG_BYTES);
    if (file.size - from > left) break;
    left -= file.size - from;
    shares.push({ file, from, appends });
  }
  return shares;
}
