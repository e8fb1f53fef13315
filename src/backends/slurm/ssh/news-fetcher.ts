import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { appendFile, lstat, utimes } from 'node:fs/promises';
import { dirname, isAbsolute, join, posix, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { replaceFile } from '../../../dispatch/artifacts/atomic-write.ts';
import { LlcError } from '../../../dispatch/errors.ts';
import { harmlessText } from '../../../dispatch/job/harmless-text.ts';
import type { Link } from './link.ts';
import { type ListedFile, listingScript, readListing } from './news-listing.ts';
import { bytesThere } from './read-there.ts';
import { runScript } from './run-script.ts';
import { type Files, isMissing } from './sftp-call.ts';

const LISTING_LIMIT_MS = 60_000;
const LISTING_BYTES = 64 * 2 ** 20;
/** Bytes of one log that a call brings; of one that grows faster the middle is left out. */
const LOG_BYTES = 256 * 1024;
/** Files fetched at once: each asks three questions, one after the other. */
const AT_ONCE = 64;

/** Brings here what the jobs of a sweep have written there. */
export type FetchNews = (dirs: readonly string[], signal: AbortSignal) => Promise<void>;

/**
 * @param sweepDir - the sweep's folder here
 * @param sweepThere - the same there, once it is known
 */
export function newsFetcher(
  link: Link,
  sweepDir: string,
  sweepThere: (signal: AbortSignal) => Promise<string>,
): FetchNews {
  /** How each file was when it was last fetched; of a log, how many of its bytes are here. */
  const seen = new Map<string, string>();
  const logBytes = new Map<string, number>();
  let last: Promise<void> = Promise.resolve();

  async function fetch(dirs: readonly string[], signal: AbortSignal): Promise<void> {
    const attempts = new Set(dirs.map((dir) => belowSweep(sweepDir, dir)));
    const there = await sweepThere(signal);
    const listed = await listChanges(link, there, attempts, signal);
    const changed = listed.filter((file) => seen.get(file.path) !== stateOf(file));
    const fresh: ListedFile[] = [];
    for (const file of changed) if (!(await isHereAlready(file))) fresh.push(file);
    if (fresh.length === 0) return;
    await link.files(async (sftp, either) => {
      const files = { host: link.host, sftp, signal: either };
      // A result is what others wait for: all else of its attempt is here when it comes, and before the end's mark.
      for (const wave of inWaves(fresh)) {
        const queue = wave.values();
        const lane = async () => {
          for (const file of queue) await bring(files, posix.join(there, file.path), file);
        };
        await Promise.all(Array.from({ length: Math.min(AT_ONCE, wave.length) }, lane));
      }
    }, signal);
  }

  async function bring(files: Files, path: string, file: ListedFile): Promise<void> {
    const here = join(sweepDir, file.path);
    try {
      if (file.kind === 'log') await bringLog(files, path, file, here);
      else {
        const bytes = await bytesThere(files, path, 0, file.size);
        mkdirSync(dirname(here), { recursive: true });
        replaceFile(here, bytes);
        await utimes(here, Number(file.modified), Number(file.modified));
      }
    } catch (error) {
      // Replaced or removed since it was listed: the next look tells.
      if (isMissing(error) || /become shorter/.test((error as Error).message)) return;
      throw error;
    }
    seen.set(file.path, stateOf(file));
  }

  async function bringLog(
    files: Files,
    path: string,
    { path: name, size }: ListedFile,
    here: string,
  ): Promise<void> {
    const have = logBytes.get(name);
    mkdirSync(dirname(here), { recursive: true });
    if (have !== undefined && have <= size && size - have <= LOG_BYTES) {
      await appendFile(here, await bytesThere(files, path, have, size));
    } else {
      const from = Math.max(0, size - LOG_BYTES);
      const bytes = await bytesThere(files, path, from, size);
      const note = `[the first ${from} bytes are in ${files.host}:${path}]\n`;
      replaceFile(here, from === 0 ? bytes : Buffer.concat([Buffer.from(note), bytes]));
    }
    logBytes.set(name, size);
  }

  /** After a restart: what was fetched bears the time of the original. */
  async function isHereAlready(file: ListedFile): Promise<boolean> {
    if (file.kind === 'log' || seen.has(file.path)) return false;
    const stats = await lstat(join(sweepDir, file.path)).catch(() => null);
    const isSame =
      stats?.isFile() === true &&
      stats.size === file.size &&
      Math.abs(stats.mtimeMs - Number(file.modified) * 1000) < 1;
    if (isSame) seen.set(file.path, stateOf(file));
    return isSame;
  }

  return (dirs, signal) => {
    // One at a time: two would append the same piece of a log.
    const next = last.then(
      () => fetch(dirs, signal),
      () => fetch(dirs, signal),
    );
    last = next;
    return next;
  };
}

async function listChanges(
  link: Link,
  sweep: string,
  attempts: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<readonly ListedFile[]> {
  const script = listingScript(sweep, [...attempts], `end-${randomUUID()}`);
  const end = await runScript(link, script, { signal, limitMs: LISTING_LIMIT_MS });
  if (end.code === 9)
    throw new LlcError(
      69,
      `The find of ${link.host} has no -printf, by which llc looks for news.`,
      'Have GNU findutils there.',
    );
  const isPacked = end.stdout[0] === 0x1f && end.stdout[1] === 0x8b;
  let listing: readonly ListedFile[] | null = null;
  try {
    const bytes = isPacked
      ? gunzipSync(end.stdout, { maxOutputLength: LISTING_BYTES })
      : end.stdout;
    listing = readListing(bytes.toString('utf8'), attempts);
  } catch {}
  if (listing === null)
    throw new LlcError(
      75,
      `${link.host} did not list the files of ${sweep}${end.timedOut ? ` within ${LISTING_LIMIT_MS / 1000} s` : ''}: ${harmlessText(end.stderr.toString('utf8'), 200) || 'the answer is not whole'}.`,
      'It is asked again.',
    );
  return listing;
}

function inWaves(files: readonly ListedFile[]): readonly (readonly ListedFile[])[] {
  const isResult = ({ path }: ListedFile) => path.endsWith('/result.json');
  return [
    files.filter((file) => file.kind !== 'end' && !isResult(file)),
    files.filter(isResult),
    files.filter(({ kind }) => kind === 'end'),
  ];
}

function stateOf({ size, modified }: ListedFile): string {
  return `${size} ${modified}`;
}

function belowSweep(sweepDir: string, dir: string): string {
  const below = relative(sweepDir, dir);
  if (below === '' || below.startsWith('..') || isAbsolute(below) || /[\n\t]/.test(below))
    throw new LlcError(70, `${dir} is no attempt of the sweep in ${sweepDir}.`);
  return below;
}
