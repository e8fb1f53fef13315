import { stat } from 'node:fs/promises';
import { sweepLayout } from '../../dispatch/artifacts/layout.ts';
import { sweepsByAge } from '../../dispatch/artifacts/sweeps-by-age.ts';

import { followJournal, type JournalFollower } from '../../dispatch/journal/follow.ts';
import { reduce } from '../../dispatch/journal/reduce.ts';
import { countsByState } from '../../dispatch/journal/selectors.ts';
import { emptySweep, type SweepState } from '../../dispatch/journal/sweep-state.ts';
import {
  type LockHolder,
  readHolder,
  type Standing,
  standingOfHolder,
} from '../../dispatch/supervisor/lock-holder.ts';
import type { SweepOnHome } from '../../screens/known/sweep-on-home.ts';
import { rateOf } from '../../screens/sweep/sweep-rate.ts';
import { errorWords } from './error-words.ts';

/** Read together, so that a network file system answers many questions at once. */
const AT_ONCE = 8;

/** What is kept of a sweep between two looks. */
interface Seen {
  /** Of the journal: differs when it does. */
  stamp: string;
  /** Null once it has ended: then `told` says all, and its jobs need not be kept. */
  open: { readonly journal: JournalFollower; readonly sweep: SweepState; lastWord: number } | null;
  told: SweepOnHome | null;
}

/**
 * Gives a function that tells the sweeps of a directory, running ones on top, else the newest first. A journal is read
 * on from where it was read to, and not at all where its size and time are the same.
 *
 * @param sweepsDir - one that does not exist holds none
 */
export function watchSweepsOnHome(
  sweepsDir: string,
): (now: number) => Promise<readonly SweepOnHome[]> {
  const seen = new Map<string, Seen>();
  return async (now) => {
    const names = await sweepsByAge(sweepsDir);
    for (const name of seen.keys()) if (!names.includes(name)) seen.delete(name);
    const sweeps = new Array<SweepOnHome>(names.length);
    const queue = names.entries();
    const lane = async () => {
      for (const [index, name] of queue) {
        const known = seen.get(name) ?? { stamp: '', open: null, told: null };
        seen.set(name, known);
        sweeps[index] = await lookAt(sweepsDir, name, known, now);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, lane));
    // Stable: among equals the newest stays first.
    return sweeps.sort((a, b) => rankOf(a) - rankOf(b));
  };
}

function rankOf({ standing }: SweepOnHome): number {
  return standing === 'running' ? 0 : 1;
}

async function lookAt(
  sweepsDir: string,
  name: string,
  known: Seen,
  now: number,
): Promise<SweepOnHome> {
  const files = sweepLayout(sweepsDir, name);
  try {
    const stamp = await stampOf(files.journal);
    if (stamp === known.stamp && known.open === null && known.told !== null) return known.told;
    known.open ??= { journal: followJournal(files.journal), sweep: emptySweep(), lastWord: 0 };
    const { journal, sweep } = known.open;
    if (stamp !== known.stamp)
      for (const event of await journal.read()) {
        reduce(sweep, event);
        known.open.lastWord = event.time;
      }
    known.stamp = stamp;
    const holder = await readHolder(files.lock);
    const told = tell(name, sweep, await holderOf(files.lock, holder), known.open.lastWord, now);
    known.told = told;
    // Its supervisor has left: only a changed journal can tell anything new.
    if (sweep.ended !== null && holder === null) known.open = null;
    return told;
  } catch (error) {
    known.open = null;
    known.stamp = '';
    return unreadable(name, errorWords(error));
  }
}

interface Held {
  readonly standing: Standing | 'unreadable';
  readonly holder: LockHolder | null;
}

async function holderOf(
  lock: string,
  holder: LockHolder | 'unreadable' | null,
): Promise<Held | null> {
  if (holder === null) return null;
  if (holder === 'unreadable') return { standing: 'unreadable', holder: null };
  return { standing: await standingOfHolder(lock, holder, { probe: false }), holder };
}

function tell(
  sweepId: string,
  sweep: SweepState,
  held: Held | null,
  lastWord: number,
  now: number,
): SweepOnHome {
  const standing = standingOf(sweep, held);
  const rate = rateOf(sweep, standing === 'running' ? now : (sweep.endedAt ?? lastWord));
  const heartbeat = Date.parse(held?.holder?.heartbeat ?? '') || null;
  return {
    sweepId,
    standing,
    counts: countsByState(sweep),
    total: sweep.jobs.size,
    plannedAt: sweep.plannedAt,
    endedAt: sweep.endedAt,
    doneAt: standing === 'running' ? rate.doneAt : null,
    cost: rate.cost,
    gpuHours: rate.gpuHours,
    backend: sweep.backend,
    holder: held?.holder ? `${held.holder.host} (pid ${held.holder.pid})` : null,
    heardAt: heartbeat ?? (lastWord || null),
    note: noteOf(sweep),
  };
}

function standingOf(sweep: SweepState, held: Held | null): SweepOnHome['standing'] {
  if (sweep.ended !== null) return sweep.ended === 'complete' ? 'ended' : sweep.ended;
  switch (held?.standing) {
    case 'living':
    case 'elsewhere':
      return sweep.paused === null ? 'running' : 'paused';
    case 'dead':
      return 'died';
    case 'silent':
    case 'unreadable':
      return 'silent';
    default:
      return sweep.dispatcher === null || sweep.dispatcher.hasLeft ? 'stopped' : 'died';
  }
}

function noteOf({ refusal, paused }: SweepState): string {
  if (refusal !== null) return `${refusal.failure.error} ${refusal.hint}`.trim();
  return paused?.error ?? '';
}

function unreadable(sweepId: string, note: string): SweepOnHome {
  return {
    sweepId,
    standing: 'unreadable',
    counts: countsByState(emptySweep()),
    total: 0,
    plannedAt: null,
    endedAt: null,
    doneAt: null,
    cost: null,
    gpuHours: null,
    backend: '',
    holder: null,
    heardAt: null,
    note,
  };
}

/** Differs when the file does; empty where there is none yet. */
async function stampOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeMs } = await stat(path);
    return `${ino}:${size}:${mtimeMs}`;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'none';
    throw error;
  }
}
