import type { CleanPlan, Removal, Staying } from '../dispatch/artifacts/clean-plan.ts';
import type { CleanOutcome } from '../dispatch/artifacts/clean-runs.ts';
import type { StoredJob } from '../dispatch/artifacts/stored-runs.ts';
import { harmlessText } from '../dispatch/job/harmless-text.ts';
import { sizeText } from '../ui/format/size-text.ts';
import { timeText } from '../ui/format/time-text.ts';
import { tableText } from './table-text.ts';

/** Ids named in one line; a sweep may keep thousands. */
const MOST_IDS = 3;

/** What would be removed, what is kept and why, and the total. */
export function previewLines({ remove, kept, failed }: CleanPlan, now: Date): string[] {
  const made = ({ run }: Removal) => timeText(new Date(run.modified), now);
  const rows = remove.map((removal) => [
    removal.run.runId,
    jobText(removal.run.job),
    sizeText(removal.run.bytes),
    made(removal),
    removal.reason,
  ]);
  const table = tableText(['run', 'job', 'size', 'made', 'why'], rows, new Set([2]));
  const oldest = remove.toSorted((a, b) => a.run.modified - b.run.modified)[0];
  const total =
    oldest === undefined
      ? 'No run to remove.'
      : `${amountText(remove)}, the oldest from ${made(oldest)}.`;
  const lines = [...(remove.length > 0 ? table : []), ...stayingLines({ kept, failed }), total];
  return lines.map((line) => harmlessText(line));
}

/** A line for each reason, with the runs that it keeps. */
export function stayingLines({ kept, failed }: Pick<CleanPlan, 'kept' | 'failed'>): string[] {
  const lines = (word: string, staying: readonly Staying[]) =>
    [...Map.groupBy(staying, ({ why }) => why)].map(([why, runs]) => {
      const ids = runs.slice(0, MOST_IDS).map(({ runId }) => runId);
      const more = runs.length > MOST_IDS ? ` and ${runs.length - MOST_IDS} more` : '';
      return harmlessText(`${ids.join(', ')}${more}  ${word}: ${why}`);
    });
  return [...lines('kept', kept), ...lines('not removed', failed)];
}

/** `Removed 3 runs, 1.9 GB. 2 kept.` */
export function summaryText({ removed, kept, failed }: CleanOutcome): string {
  const parts = [`Removed ${amountText(removed)}.`];
  if (kept.length > 0) parts.push(`${kept.length} kept.`);
  if (failed.length > 0) parts.push(`${failed.length} could not be removed.`);
  return parts.join(' ');
}

/** `3 runs, 1.9 GB`. */
export function amountText(removals: readonly Removal[]): string {
  const runs = removals.length === 1 ? '1 run' : `${removals.length} runs`;
  return removals.length === 0 ? runs : `${runs}, ${sizeText(bytesOf(removals))}`;
}

/** For scripts; `planned` is what `--yes` would remove, and empty where it was given. */
export function cleanJson(planned: readonly Removal[], outcome: CleanOutcome) {
  const removals = (list: readonly Removal[]) =>
    list.map(({ run, reason }) => ({
      run_id: run.runId,
      bytes: run.bytes,
      modified: new Date(run.modified).toISOString(),
      reason,
    }));
  const staying = (list: readonly Staying[]) =>
    list.map(({ runId, why }) => ({ run_id: runId, why }));
  return {
    planned: removals(planned),
    removed: removals(outcome.removed),
    kept: staying(outcome.kept),
    failed: staying(outcome.failed),
    bytes: bytesOf(outcome.removed),
  };
}

function bytesOf(removals: readonly Removal[]): number {
  return removals.reduce((sum, { run }) => sum + run.bytes, 0);
}

function jobText(job: StoredJob | null): string {
  if (job === null) return '';
  const { problem, sampler, seed } = job;
  const text = [problem, seed === null ? '' : `s${seed}`, sampler].join(' ');
  return harmlessText(text, 40).replace(/\s+/g, ' ');
}
