import type { RunsInUse } from './runs-in-use.ts';
import type { StoredEntry, StoredRun } from './stored-runs.ts';

/** Which runs somebody wants to be rid of; what is given must all hold. */
export interface CleanSelection {
  /** Null: any. */
  readonly runIds: ReadonlySet<string> | null;
  /** `text` is how it was given. Null: any age. */
  readonly olderThan: { readonly ms: number; readonly text: string } | null;
  /** Only what is no whole run. */
  readonly failed: boolean;
}

export interface Removal {
  readonly run: StoredRun;
  readonly reason: string;
}
/** A run that stays although it was asked for. */
export interface Staying {
  readonly runId: string;
  readonly why: string;
}
export interface CleanPlan {
  readonly remove: readonly Removal[];
  readonly kept: readonly Staying[];
  /** Could not even be looked at. */
  readonly failed: readonly Staying[];
}

/**
 * What a clean-up removes, what it keeps and why.
 *
 * @param now - milliseconds since 1970.
 */
export function planClean(
  entries: readonly StoredEntry[],
  selection: CleanSelection,
  inUse: RunsInUse,
  now: number,
): CleanPlan {
  const remove: Removal[] = [];
  const kept: Staying[] = [];
  const failed: Staying[] = [];
  for (const entry of entries) {
    const { runId } = entry;
    if (!isAskedFor(runId, selection)) continue;
    if (entry.kind !== 'run') {
      (entry.kind === 'unreadable' ? failed : kept).push({ runId, why: entry.why });
      continue;
    }
    const misfit = misfitOf(entry, selection, now);
    const use = inUse.everything ?? inUse.byRun.get(runId);
    if (misfit !== null) {
      // Of runs that nobody named there is nothing to tell.
      if (selection.runIds !== null) kept.push({ runId, why: misfit });
    } else if (use !== undefined) kept.push({ runId, why: use });
    else remove.push({ run: entry, reason: reasonOf(entry, selection) });
  }
  return { remove, kept, failed };
}

/** Whether a selection says anything; one that does not selects nothing. */
export function isEmptySelection({ runIds, olderThan, failed }: CleanSelection): boolean {
  return runIds === null && olderThan === null && !failed;
}

function isAskedFor(runId: string, selection: CleanSelection): boolean {
  return !isEmptySelection(selection) && (selection.runIds?.has(runId) ?? true);
}

function misfitOf(run: StoredRun, selection: CleanSelection, now: number): string | null {
  const { olderThan, failed } = selection;
  if (olderThan !== null && !(now - run.modified > olderThan.ms))
    return `not older than ${olderThan.text}`;
  return failed && run.fault === null ? 'a whole run' : null;
}

function reasonOf(run: StoredRun, { runIds, olderThan, failed }: CleanSelection): string {
  const reasons = [
    failed ? run.fault : null,
    olderThan === null ? null : `older than ${olderThan.text}`,
    runIds === null ? null : 'named',
  ];
  return reasons.filter((reason) => reason !== null).join(', ');
}
