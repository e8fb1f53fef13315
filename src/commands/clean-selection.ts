import { type CleanSelection, isEmptySelection } from '../dispatch/artifacts/clean-plan.ts';
import { isRunId } from '../dispatch/artifacts/layout.ts';
import { LlcError } from '../dispatch/errors.ts';
import { parseAge } from './age.ts';

/** The flags of `llc clean` as commander gives them. */
export interface CleanFlags {
  readonly olderThan?: string;
  readonly failed: boolean;
  readonly runsDir: string;
  /** Where other places keep them instead of here. */
  readonly remote: boolean;
  /** Which place that is. */
  readonly from: string;
  readonly remoteDir: string;
  readonly yes: boolean;
  readonly json: boolean;
}

/**
 * Which runs a person asks for.
 *
 * @throws LlcError 64 where an id or an age is none, or nothing is asked for
 */
export function selectionOf(
  runIds: readonly string[],
  { olderThan, failed }: CleanFlags,
): CleanSelection {
  for (const runId of runIds) {
    if (!isRunId(runId))
      throw new LlcError(
        64,
        `${JSON.stringify(runId)} is no run id. Nothing was removed.`,
        'An id is 12 hex digits, the name of a folder in runs/: 3f9a12c4e07b.',
      );
  }
  const selection = {
    runIds: runIds.length === 0 ? null : new Set(runIds),
    olderThan:
      olderThan === undefined ? null : { ms: parseAge(olderThan, '--older-than'), text: olderThan },
    failed,
  };
  if (isEmptySelection(selection))
    throw new LlcError(
      64,
      'Which runs? Nothing was removed.',
      'Give ids, --older-than=30d or --failed; where several are given, all must hold.',
    );
  return selection;
}

/** Refuses, before anything is removed, ids that are not there. */
export function refuseWhatIsMissing(
  { runIds }: CleanSelection,
  present: readonly string[],
  runsDir: string,
): void {
  const missing = [...(runIds ?? [])].filter((runId) => !present.includes(runId));
  if (missing.length === 0) return;
  throw new LlcError(
    64,
    `There is no run ${missing.join(', ')} in ${runsDir}. Nothing was removed.`,
    'The names of its folders are the ids; --runs-dir says where else to look.',
  );
}
