import { readdir, readFile, stat } from 'node:fs/promises';
import { readJournal, replay } from '../journal/replay.ts';
import { jobsOf } from '../journal/selectors.ts';
import { readHolder, standingOfHolder } from '../supervisor/lock-holder.ts';
import { sweepLayout } from './layout.ts';

/** Runs that a sweep may still need, and why they must stay. */
export interface RunsInUse {
  readonly byRun: ReadonlyMap<string, string>;
  /** Why every run must stay: what a sweep uses cannot be told. Null: nothing is in doubt. */
  readonly everything: string | null;
}

interface Use {
  readonly why: string;
  /** Null where it cannot be told. */
  readonly runIds: readonly string[] | null;
}

/**
 * Gives a function that tells which runs are in use now. It reads a journal again only when that has
 * changed, so that it may be asked before each of many removals.
 *
 * @param sweepsDirs - folders of sweeps; one that does not exist holds none.
 */
export function watchRunsInUse(sweepsDirs: readonly string[]): () => Promise<RunsInUse> {
  const seen = new Map<string, { readonly stamp: string; readonly use: Use | null }>();
  return async () => {
    const byRun = new Map<string, string>();
    let everything: string | null = null;
    for (const sweepsDir of sweepsDirs) {
      const names = await namesIn(sweepsDir);
      if (names === null) everything = `${sweepsDir} cannot be read, so nobody knows what it uses`;
      for (const name of names ?? []) {
        const { dir, journal, plan, lock } = sweepLayout(sweepsDir, name);
        const stamps = await Promise.all([journal, plan, lock].map(stampOf));
        const stamp = stamps.join(' ');
        let known = seen.get(dir);
        if (known?.stamp !== stamp) {
          const isSweep = stamps.some((one) => one !== '');
          known = { stamp, use: isSweep ? await whatUses(sweepsDir, name) : null };
          seen.set(dir, known);
        }
        if (known.use?.runIds === null) everything = known.use.why;
        for (const runId of known.use?.runIds ?? []) byRun.set(runId, known.use?.why ?? '');
      }
    }
    return { byRun, everything };
  };
}

async function whatUses(sweepsDir: string, name: string): Promise<Use | null> {
  const files = sweepLayout(sweepsDir, name);
  let doubt = `sweep ${name} has not begun (llc attach ${name} begins it; else remove ${files.dir})`;
  try {
    const sweep = replay((await readJournal(files.journal)).events);
    if (sweep.sweepId !== '') {
      if (sweep.ended !== null && !(await isHeld(files.lock))) return null;
      const why =
        sweep.ended === null
          ? `sweep ${name} has not ended (llc attach ${name} goes on with it, llc cancel ${name} ends it)`
          : `sweep ${name} has ended, but its supervisor has not left (llc status ${name} names it)`;
      return { why, runIds: jobsOf(sweep).map(({ runId }) => runId) };
    }
  } catch {
    doubt = `the journal of sweep ${name} cannot be read (llc status ${name} says why)`;
  }
  // Written before the journal begins.
  return { why: doubt, runIds: await plannedRunIds(files.plan) };
}

/** A holder that is proven dead holds nothing; one that cannot be read may live. */
async function isHeld(lock: string): Promise<boolean> {
  const holder = await readHolder(lock);
  if (holder === null) return false;
  return holder === 'unreadable' || (await standingOfHolder(lock, holder)) !== 'dead';
}

async function plannedRunIds(path: string): Promise<readonly string[] | null> {
  try {
    const { jobs } = JSON.parse(await readFile(path, 'utf8')) as {
      readonly jobs: readonly { readonly runId: unknown }[];
    };
    const runIds = jobs.map(({ runId }) => runId);
    return runIds.every((runId) => typeof runId === 'string') ? runIds : null;
  } catch {
    return null;
  }
}

async function namesIn(dir: string): Promise<string[] | null> {
  try {
    return await readdir(dir);
  } catch (error) {
    return isAbsence(error) ? [] : null;
  }
}

/** Differs when the file does; empty where there is none. */
async function stampOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeMs } = await stat(path);
    return `${ino}:${size}:${mtimeMs}`;
  } catch (error) {
    return isAbsence(error) ? '' : String(error);
  }
}

function isAbsence(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '');
}
