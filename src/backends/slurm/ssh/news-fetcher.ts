import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { appendFile, lstat, utimes } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, posix, relative } from 'node:path';
import { replaceFile } from '../../../dispatch/artifacts/atomic-write.ts';
import { LlcError } from '../../../dispatch/errors.ts';
import { harmlessText } from '../../../dispatch/job/harmless-text.ts';
import type { Link } from './link.ts';
import { type LogShare, logShares } from './log-share.ts';
import { type ListedFile, listingScript, readListing } from './news-listing.ts';
import { unpacked } from './packed-output.ts';
import { bytesThere, isShorter } from './read-there.ts';
import { runScript } from './run-script.ts';
import { type Files, isMissing } from './sftp-call.ts';
import { smallFilesThere } from './small-files.ts';
import { untilAborted } from './until-aborted.ts';

const LISTING_LIMIT_MS = 30_000;
const LISTING_BYTES = 64 * 2 ** 20;
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
    const logs = logShares(
      fresh.filter(({ kind }) => kind === 'log'),
      (path) => logBytes.get(path),
    );
    // A result is what others wait for: all else of its attempt is here when it comes, and before the end's mark.
    const waves = [fresh.filter(isWord), fresh.filter(isResult), fresh.filter(isEnd)];
    const small = await smallFilesThere(link, there, waves.flat(), signal);
    await link.files(async (sftp, either) => {
      const files = { host: link.host, sftp, signal: either };
      await atOnce(
        AT_ONCE,
        logs.map((share) => () => bringLog(files, there, share)),
      );
      for (const wave of waves)
        await atOnce(
          AT_ONCE,
          wave.map((file) => () => bringWhole(files, there, file, small.get(file.path))),
        );
    }, signal);
  }

  function bringWhole(
    files: Files,
    there: string,
    file: ListedFile,
    known: Buffer | undefined,
  ): Promise<void> {
    return unlessReplaced(file, async () => {
      const here = join(sweepDir, file.path);
      const bytes = known ?? (await bytesThere(files, posix.join(there, file.path), 0, file.size));
      mkdirSync(dirname(here), { recursive: true });
      replaceFile(here, bytes);
      await utimes(here, Number(file.modified), Number(file.modified));
    });
  }

  function bringLog(files: Files, there: string, share: LogShare): Promise<void> {
    const { file, from, appends } = share;
    return unlessReplaced(file, async () => {
      const here = join(sweepDir, file.path);
      const path = posix.join(there, file.path);
      const bytes = await bytesThere(files, path, from, file.size);
      mkdirSync(dirname(here), { recursive: true });
      if (appends) await appendFile(here, bytes);
      else {
        const note = `[the first ${from} bytes are in ${files.host}:${path}]\n`;
        replaceFile(here, from === 0 ? bytes : Buffer.concat([Buffer.from(note), bytes]));
      }
      logBytes.set(file.path, file.size);
    });
  }

  /** What is replaced or removed after it was listed is left to the next look. */
  async function unlessReplaced(file: ListedFile, bring: () => Promise<void>): Promise<void> {
    try {
      await bring();
      seen.set(file.path, stateOf(file));
    } catch (error) {
      if (!isMissing(error) && !isShorter(error)) throw error;
    }
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
    return untilAborted(next, signal);
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
  const text = unpacked(end.stdout, LISTING_BYTES)?.toString('utf8') ?? '';
  const listing = readListing(text, attempts);
  if (listing === null)
    throw new LlcError(
      75,
      `${link.host} did not list the files of ${sweep}${end.timedOut ? ` within ${LISTING_LIMIT_MS / 1000} s` : ''}: ${harmlessText(end.stderr.toString('utf8'), 200) || 'the answer is not whole'}.`,
      'It is asked again.',
    );
  return listing;
}

/** Does all, so many at once. */
async function atOnce(count: number, tasks: readonly (() => Promise<void>)[]): Promise<void> {
  const queue = tasks.values();
  const lane = async () => {
    for (const task of queue) await task();
  };
  await Promise.all(Array.from({ length: Math.min(count, tasks.length) }, lane));
}

function isResult({ path }: ListedFile): boolean {
  return basename(path) === 'result.json';
}

function isWord(file: ListedFile): boolean {
  return file.kind === 'whole' && !isResult(file);
}

function isEnd({ kind }: ListedFile): boolean {
  return kind === 'end';
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
