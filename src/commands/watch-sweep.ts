import { basename, dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { sweepLayout } from '../dispatch/artifacts/layout.ts';
import { LlcError } from '../dispatch/errors.ts';
import { logTail } from '../dispatch/job/log-tail.ts';
import { followJournal } from '../dispatch/journal/follow.ts';
import { reduce } from '../dispatch/journal/reduce.ts';
import { emptySweep, type SweepState } from '../dispatch/journal/sweep-state.ts';
import { currentHolder, ensureSupervisor } from '../dispatch/supervisor/start-supervisor.ts';
import { deathText } from './death-text.ts';
import { eventLine } from './event-line.ts';
import { fullDiscText } from './full-disc.ts';
import { readLive } from './read-live.ts';
import type { Rim } from './rim.ts';
import { startOptions } from './start-options.ts';

export interface WatchOptions {
  /** Prints nothing but trouble. */
  readonly quiet: boolean;
  readonly takeOver: boolean;
  /** So many events of the journal the person knows already: they are not printed. */
  readonly known: number;
  /** Notices before that are not printed, milliseconds since 1970. */
  readonly since: number;
}

const LOOK_EVERY_MS = 200;
const ENSURE_EVERY_MS = 2000;
/** After so long without an event it is asked whether the disc is full. */
const QUIET_MS = 5000;
/** A supervisor that dies so often in a row without a word has a cause that starting it again does not mend. */
const MOST_STARTS = 3;
/** After the end of a sweep its tables are written; a full disc may keep them. */
const TABLES_MS = 10_000;

/**
 * Tells of a sweep while it runs, one line an event. A window only: the supervisor runs the sweep, and is started again
 * where it has died.
 *
 * @returns the sweep as it stood at its end, or when the person left
 */
export async function watchSweep(
  sweepDir: string,
  rim: Rim,
  options: WatchOptions,
): Promise<SweepState> {
  const files = sweepLayout(dirname(sweepDir), basename(sweepDir));
  const journal = followJournal(files.journal);
  const sweep = emptySweep();
  let ensuredAt = Number.NEGATIVE_INFINITY;
  let starts = 0;
  let endedAt: number | null = null;
  let shownAt = 0;
  let noticed = 0;
  let heard = 0;
  let quietSince = performance.now();

  /** A sweep whose disc is full cannot write down that it waits. */
  async function explainQuiet(): Promise<void> {
    if (performance.now() - quietSince < QUIET_MS) return;
    quietSince = Number.POSITIVE_INFINITY;
    const text = await fullDiscText(files.dir);
    if (text !== null) rim.note(text);
    else quietSince = performance.now();
  }

  async function hear(): Promise<boolean> {
    const events = await journal.read();
    if (events.length > 0) quietSince = performance.now();
    for (const event of events) {
      reduce(sweep, event);
      heard += 1;
      const line = options.quiet || heard <= options.known ? null : eventLine(event, files, sweep);
      if (line !== null) rim.print(line);
    }
    return events.length > 0;
  }

  async function show(): Promise<void> {
    const live = await readLive(files.live);
    if (live === null || live.time === shownAt || live.epoch !== sweep.epoch) return;
    shownAt = live.time;
    for (const { number, at, text } of live.notices)
      if (number > noticed && at >= options.since) rim.note(text);
    noticed = live.notices.at(-1)?.number ?? 0;
  }

  function mayEnsure(): boolean {
    return performance.now() - ensuredAt >= ENSURE_EVERY_MS;
  }

  async function ensure(): Promise<void> {
    ensuredAt = performance.now();
    const { isNew } = await ensureSupervisor(sweepDir, startOptions(rim, options.takeOver));
    starts = isNew ? starts + 1 : 0;
    if (starts <= MOST_STARTS) return;
    const tail = await logTail(files.supervisorLog, 5);
    throw new LlcError(
      75,
      `The supervisor of ${sweep.sweepId} ends again and again:\n${tail}`,
      `Its log: ${files.supervisorLog}. Jobs that run go on.`,
    );
  }

  while (!rim.signal.aborted) {
    if (await hear()) starts = Math.min(starts, 1);
    await show();
    if (sweep.ended === null) {
      endedAt = null;
      if (mayEnsure()) await ensure();
      await explainQuiet();
    } else {
      endedAt ??= performance.now();
      const held = await currentHolder(files.lock);
      if (held === null && !(await hear())) return sweep;
      // The lock goes back when the tables are written: without them the sweep is not over.
      if (held?.standing === 'dead' && mayEnsure()) {
        rim.print(
          `${deathText(held.holder, new Date(held.holder.heartbeat))}; another writes the tables`,
        );
        await ensure();
      }
      if (performance.now() - endedAt >= TABLES_MS) {
        rim.note(`All is journalled; the tables wait: ${await logTail(files.supervisorLog, 1)}`);
        return sweep;
      }
    }
    await delay(LOOK_EVERY_MS, undefined, { signal: rim.signal }).catch(() => {});
  }
  await hear();
  return sweep;
}
