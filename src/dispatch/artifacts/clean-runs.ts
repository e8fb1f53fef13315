import { LlcError } from '../errors.ts';
import {
  type CleanPlan,
  type CleanSelection,
  planClean,
  type Removal,
  type Staying,
} from './clean-plan.ts';
import { removeRun } from './remove-run.ts';
import type { RunsInUse } from './runs-in-use.ts';
import { finishRemovals, stagingDir } from './staging.ts';
import { storedRun } from './stored-runs.ts';

const REMOVED_MEANWHILE = 'somebody else removed it meanwhile';

/** What a clean-up has done; `kept` and `failed` beside those of its plan. */
export interface CleanOutcome {
  readonly removed: readonly Removal[];
  readonly kept: readonly Staying[];
  readonly failed: readonly Staying[];
}

/** Where the runs are, and who may need them. */
export interface CleanPlace {
  /** Its real path: nothing outside is touched. */
  readonly runsDir: string;
  readonly storeDir: string;
  /** Asked before each removal. */
  readonly inUse: () => Promise<RunsInUse>;
}

/**
 * Removes the runs of a plan, one after the other. Each is looked at again just before: what a sweep has
 * begun to use, or what has changed since the plan was made, stays.
 *
 * @param now - that of the plan, milliseconds since 1970.
 * @param signal - ends it between two runs.
 */
export async function cleanRuns(
  plan: CleanPlan,
  selection: CleanSelection,
  place: CleanPlace,
  now: number,
  signal: AbortSignal,
): Promise<CleanOutcome> {
  const removed: Removal[] = [];
  const kept: Staying[] = [];
  const failed: Staying[] = [];
  const staging = await preparedStaging(place);
  for (const removal of plan.remove) {
    if (signal.aborted) break;
    const { runId, modified } = removal.run;
    const entry = await storedRun(place.runsDir, runId);
    if (entry === null) {
      failed.push({ runId, why: REMOVED_MEANWHILE });
      continue;
    }
    const again = planClean([entry], selection, await place.inUse(), now);
    if (again.failed.length > 0) failed.push(...again.failed);
    else if (again.remove[0]?.run.modified !== modified)
      kept.push(again.kept[0] ?? { runId, why: 'it has changed since it was listed' });
    else {
      const end = await removeRun(place.runsDir, staging, runId);
      if (end.state === 'removed') removed.push(removal);
      else failed.push({ runId, why: end.state === 'failed' ? end.why : REMOVED_MEANWHILE });
    }
  }
  return { removed, kept, failed };
}

async function preparedStaging({ runsDir, storeDir }: CleanPlace): Promise<string> {
  try {
    const staging = await stagingDir(runsDir, storeDir);
    await finishRemovals(staging);
    return staging;
  } catch (error) {
    throw new LlcError(
      75,
      `Cannot prepare the removal: ${(error as Error).message}`,
      'Nothing was removed. Start it where you may write, or as the owner of the runs.',
      { cause: error },
    );
  }
}
