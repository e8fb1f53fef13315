import { mkdir } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { cannotWrite } from '../dispatch/artifacts/cannot-write.ts';
import { codeVersion } from '../dispatch/artifacts/code-version.ts';
import { findRun } from '../dispatch/artifacts/find-run.ts';
import { sweepLayout } from '../dispatch/artifacts/layout.ts';
import { flagsOfArgv, type GivenFlags, readFlags } from '../dispatch/config/flags.ts';
import { issueText } from '../dispatch/config/issue.ts';
import { schemaHash } from '../dispatch/config/schema-hash.ts';
import { LlcError } from '../dispatch/errors.ts';
import { readJournal } from '../dispatch/journal/replay.ts';
import { describePlan, planJson } from '../dispatch/plan/describe.ts';
import { SWEEP_FILE_VERSION, type SweepFile, writeSweepFile } from '../dispatch/plan/sweep-file.ts';
import { ensureSupervisor } from '../dispatch/supervisor/start-supervisor.ts';
import { deathText } from './death-text.ts';
import { sweepsDirOf } from './newest-sweep.ts';
import { prepareFromFlags } from './prepare-from-flags.ts';
import type { Rim } from './rim.ts';
import { sameSweep } from './same-sweep.ts';
import { startOptions } from './start-options.ts';
import { unlockKeys } from './unlock-keys.ts';

/** A sweep that a supervisor runs. */
export interface StartedSweep {
  readonly sweepId: string;
  readonly dir: string;
  /** Events of its journal before this command; 0 where the sweep is new. */
  readonly known: number;
  /** When it was gone on with, milliseconds since 1970; 0 where it is new. */
  readonly since: number;
  readonly detach: boolean;
  readonly takeOver: boolean;
}

/** What `run` and `sweep` do: plan, then hand to a supervisor. Null where only the plan was asked for. */
export async function startSweep(
  name: 'run' | 'sweep',
  command: Command,
  rim: Rim,
): Promise<StartedSweep | null> {
  return startFromFlags(name, readFlags(command), rim, {
    json: command.opts()['json'] === true,
    asks: true,
  });
}

/** The same from the flags of `llc sweep` as they stand on a command line. */
export async function startSweepFromArgv(
  argv: readonly string[],
  rim: Rim,
): Promise<StartedSweep | null> {
  return startFromFlags('sweep', flagsOfArgv(argv), rim, { json: false, asks: false });
}

/**
 * The same from flags that have been read.
 *
 * @param how.asks - may ask for the word of a locked key
 * @param how.label - what the sweep is named after. Default: its study, its preset or the command
 */
export async function startFromFlags(
  name: 'run' | 'sweep',
  flags: GivenFlags,
  rim: Rim,
  how: { readonly json: boolean; readonly asks: boolean; readonly label?: string },
): Promise<StartedSweep | null> {
  let file = await prepareFile(name, flags, rim, how.label);
  const { options } = file;
  const runsDir = resolve(rim.cwd, file.runsDir);
  for (const note of file.notes) rim.note(`note: ${note}`);
  if (file.jobs.some(({ config }) => config.save_plots))
    rim.note(
      'note: save_plots: figures are drawn when all jobs have ended, into analysis/ of each run',
    );
  if (options.dryRun) {
    await printPlan(file, runsDir, rim, how.json);
    return null;
  }

  if (how.asks) await unlockKeys(options, rim);
  const { detach, takeOver } = options;
  const sweepsDir = sweepsDirOf(rim.cwd);
  const same = options.skip ? await sameSweep(sweepsDir, file) : null;
  if (same !== null) rim.note(`note: ${same} is the same and has not ended; going on with it`);
  else {
    // Of several commands in one minute each gets a name of its own.
    while (!(await claimFolder(sweepsDir, file.sweepId)))
      file = await prepareFile(name, flags, rim, how.label);
    await writeSweepFile(sweepLayout(sweepsDir, file.sweepId).plan, file);
  }
  const sweepId = same ?? file.sweepId;
  const { dir, journal } = sweepLayout(sweepsDir, sweepId);
  // Known before a supervisor starts: what that one says of the death before it is news.
  const known = (await readJournal(journal)).events.length;
  const since = same === null ? 0 : rim.now().getTime();
  const { holder, isHere, died } = await ensureSupervisor(dir, startOptions(rim, takeOver));
  if (!isHere)
    rim.note(`${holder.host} (pid ${holder.pid}) runs ${sweepId}; it can be watched here.`);
  // Who watches reads it in the journal.
  if (died !== null && detach)
    rim.note(`note: ${deathText(died, new Date(died.heartbeat))}; another goes on`);
  return { sweepId, dir, known, since, detach, takeOver };
}

/** Makes a sweep's folder; false where another has it. */
async function claimFolder(sweepsDir: string, sweepId: string): Promise<boolean> {
  const { dir } = sweepLayout(sweepsDir, sweepId);
  try {
    await mkdir(sweepsDir, { recursive: true });
    await mkdir(dir);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw cannotWrite('the sweep', dir, error);
  }
}

async function prepareFile(
  name: 'run' | 'sweep',
  flags: GivenFlags,
  rim: Rim,
  label?: string,
): Promise<SweepFile> {
  const prepared = await prepareFromFlags(name, flags, rim, label);
  if (!prepared.ok)
    throw new LlcError(78, prepared.issues.map(issueText).join('\n     '), 'Nothing was started.');
  return {
    version: SWEEP_FILE_VERSION,
    command: name,
    schemaHash: schemaHash(),
    codeVersion: codeVersion(),
    ...prepared.plan,
    options: prepared.options,
  };
}

async function printPlan(
  { options, ...plan }: SweepFile,
  runsDir: string,
  rim: Rim,
  json: boolean,
): Promise<void> {
  const cached = new Set<string>();
  if (options.skip) {
    for (const job of plan.jobs) {
      if (await findRun(runsDir, job, options.artifacts)) cached.add(job.runId);
    }
  }
  const isCached = (runId: string) => cached.has(runId);
  if (json) rim.print(JSON.stringify(planJson(plan, isCached), null, 2));
  else for (const line of describePlan(plan, isCached)) rim.print(line);
}
