import { dirname, resolve } from 'node:path';
import {
  type CleanSelection,
  planClean,
  type Removal,
  type Staying,
} from '../dispatch/artifacts/clean-plan.ts';
import { isRunId } from '../dispatch/artifacts/layout.ts';
import { watchRunsInUse } from '../dispatch/artifacts/runs-in-use.ts';
import type { StoredRun } from '../dispatch/artifacts/stored-runs.ts';
import { LlcError } from '../dispatch/errors.ts';
import { isConfirmed, tell } from './clean-dialogue.ts';
import { cleanJson, previewLines } from './clean-report.ts';
import { type CleanFlags, refuseWhatIsMissing, selectionOf } from './clean-selection.ts';
import { sweepsDirOf } from './newest-sweep.ts';
import { openRemote, type Remote } from './remote-storage.ts';
import type { Rim } from './rim.ts';

/** `llc clean --remote`: removes runs where they were computed, after showing which. */
export async function cleanRemote(
  runIds: readonly string[],
  flags: CleanFlags,
  rim: Rim,
): Promise<void> {
  if (flags.failed)
    throw new LlcError(
      64,
      '--failed looks at runs of this machine; where runs are computed only whole ones are listed.',
      'Leave --failed or --remote out.',
    );
  const selection = selectionOf(runIds, flags);
  const remote = await openRemote(flags.from, flags.remoteDir, rim);
  try {
    await cleanThere(remote, selection, flags, rim);
  } finally {
    await remote.close();
  }
}

async function cleanThere(
  { storage, name }: Remote,
  selection: CleanSelection,
  flags: CleanFlags,
  rim: Rim,
): Promise<void> {
  const present = (await storage.list(rim.signal)).filter(({ runId }) => isRunId(runId));
  refuseWhatIsMissing(
    selection,
    present.map(({ runId }) => runId),
    name,
  );
  const entries = present.map(
    ({ runId, bytes, modified }): StoredRun => ({
      kind: 'run',
      runId,
      job: null,
      bytes,
      modified: Date.parse(modified),
      fault: null,
    }),
  );
  const asked = resolve(rim.cwd, flags.runsDir);
  const inUse = watchRunsInUse([...new Set([sweepsDirOf(rim.cwd), sweepsDirOf(dirname(asked))])]);
  const now = rim.now();
  const plan = planClean(entries, selection, await inUse(), now.getTime());

  if (!flags.json) for (const line of previewLines(plan, now)) rim.print(line);
  rim.signal.throwIfAborted();
  if (plan.remove.length === 0 || !(await isConfirmed(plan, flags, rim))) {
    const nothing = { removed: [], kept: plan.kept, failed: plan.failed };
    if (flags.json) rim.print(JSON.stringify(cleanJson(plan.remove, nothing), null, 2));
    return;
  }
  const removed: Removal[] = [];
  const failed: Staying[] = [];
  for (const removal of plan.remove) {
    if (rim.signal.aborted) break;
    const { runId } = removal.run;
    const [failure] = await storage.remove([runId], rim.signal);
    if (failure) failed.push({ runId, why: failure.error });
    else removed.push(removal);
  }
  tell(plan, { removed, kept: [], failed }, flags, rim);
}
