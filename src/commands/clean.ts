import { realpath, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { planClean } from '../dispatch/artifacts/clean-plan.ts';
import { cleanRuns } from '../dispatch/artifacts/clean-runs.ts';
import { storeDirOf } from '../dispatch/artifacts/layout.ts';
import { watchRunsInUse } from '../dispatch/artifacts/runs-in-use.ts';
import { storedRunIds, storedRuns } from '../dispatch/artifacts/stored-runs.ts';
import { LlcError } from '../dispatch/errors.ts';
import { isConfirmed, tell } from './clean-dialogue.ts';
import { cleanRemote } from './clean-remote.ts';
import { cleanJson, previewLines } from './clean-report.ts';
import { type CleanFlags, refuseWhatIsMissing, selectionOf } from './clean-selection.ts';
import { sweepsDirOf } from './newest-sweep.ts';
import type { Rim } from './rim.ts';

/** Adds `llc clean`: removes runs of this machine, after showing which. */
export function addClean(program: Command, rim: Rim): void {
  program
    .command('clean')
    .description(
      'Remove runs of this machine by id, age or failure; where several are given, all must hold. Shows them and asks first. A run that an unfinished sweep uses stays.',
    )
    .argument('[run_id...]', 'folders of runs/, 12 hex digits each')
    .option('--older-than <AGE>', 'only runs older than this: 45m, 12h, 30d, 2w')
    .option(
      '--failed',
      'only what is no whole run (manifest missing or not matching), as a crash or a foreign tool leaves it; a doubtful verdict is no failure',
      false,
    )
    .option('--runs-dir <DIR>', 'where the runs lie', 'runs')
    .option('--remote', 'the runs where they were computed instead of those of this machine', false)
    .option('--from <PLACE>', 'with --remote: modal, or ssh:HOST', 'modal')
    .option('--remote-dir <DIR>', 'where on HOST', '~/llc')
    .option('--yes', 'do not ask', false)
    .option('--json', 'as JSON, without asking: without --yes nothing is removed', false)
    .addHelpText('after', '\nExample:\n  llc clean --older-than=30d')
    .action((runIds: string[], flags: CleanFlags) =>
      flags.remote ? cleanRemote(runIds, flags, rim) : clean(runIds, flags, rim),
    );
}

async function clean(runIds: readonly string[], flags: CleanFlags, rim: Rim): Promise<void> {
  const selection = selectionOf(runIds, flags);
  const asked = resolve(rim.cwd, flags.runsDir);
  const runsDir = await realFolder(asked, flags.runsDir);
  const present = runsDir === null ? [] : await listed(runsDir, flags.runsDir);
  refuseWhatIsMissing(selection, present, flags.runsDir);
  // Runs may lie beside the sweeps of another project.
  const sweepsDirs = new Set([sweepsDirOf(rim.cwd), sweepsDirOf(dirname(asked))]);
  const inUse = watchRunsInUse([...sweepsDirs]);
  const now = rim.now();
  const wanted = present.filter((runId) => selection.runIds?.has(runId) ?? true);
  const entries = runsDir === null ? [] : await storedRuns(runsDir, wanted);
  const plan = planClean(entries, selection, await inUse(), now.getTime());

  if (!flags.json) for (const line of previewLines(plan, now)) rim.print(line);
  rim.signal.throwIfAborted();
  if (plan.failed.length > 0) rim.exitCode = 1;
  if (runsDir === null || plan.remove.length === 0 || !(await isConfirmed(plan, flags, rim))) {
    const nothing = { removed: [], kept: plan.kept, failed: plan.failed };
    if (flags.json) rim.print(JSON.stringify(cleanJson(plan.remove, nothing), null, 2));
    return;
  }
  const place = { runsDir, storeDir: storeDirOf(rim.cwd), inUse };
  const end = await cleanRuns(plan, selection, place, now.getTime(), rim.signal);
  tell(plan, end, flags, rim);
}

/** The real path: `runs/` itself may be a link to a place with more space. Null where there is none. */
async function realFolder(path: string, name: string): Promise<string | null> {
  try {
    const real = await realpath(path);
    if (name !== '' && (await stat(real)).isDirectory()) return real;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw unreadable(name, error);
  }
  throw new LlcError(
    64,
    `--runs-dir=${name} is no folder.`,
    'Give the folder that holds the runs.',
  );
}

async function listed(runsDir: string, name: string): Promise<string[]> {
  try {
    return await storedRunIds(runsDir);
  } catch (error) {
    throw unreadable(name, error);
  }
}

function unreadable(name: string, cause: unknown): LlcError {
  const { message } = cause as Error;
  return new LlcError(75, `Cannot read ${name}: ${message}`, 'Nothing was removed.', { cause });
}
