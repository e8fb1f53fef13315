import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { consoleLayout, storeDirOf, sweepLayout } from '../../dispatch/artifacts/layout.ts';
import { LlcError } from '../../dispatch/errors.ts';
import { harmlessText } from '../../dispatch/job/harmless-text.ts';
import { TERMINAL_STATES } from '../../dispatch/job/words.ts';
import { secondsBetween } from '../../dispatch/journal/reduce.ts';
import { jobsOf } from '../../dispatch/journal/selectors.ts';
import { summaryOf } from '../../dispatch/scheduler/sweep-summary.ts';
import { bindingsOf } from '../../screens/console/bindings.ts';
import type { Opening } from '../../screens/console/screen.ts';
import { COMMANDS_OF } from '../../screens/console/screens.ts';
import type { SweepWatched } from '../../screens/known/sweep-watched.ts';
import { readLastChoices } from '../../screens/wizard/last-choices.ts';
import { themeOfEnvironment } from '../../ui/theme.ts';
import { exitCodeOf } from '../exit-code.ts';
import { hasCopies } from '../has-copies.ts';
import { readRemembered } from '../remembered.ts';
import type { Rim } from '../rim.ts';
import { endLines } from '../sweep-report.ts';
import { type ConsoleEnd, runConsole } from './run-console.ts';
import { noteVisit, readVisits } from './visits.ts';

/** Which console a command opens. */
export interface ConsoleWish {
  readonly openings: readonly Opening[];
  readonly readOnly: boolean;
  readonly ascii: boolean;
  readonly endsWithSweep: boolean;
}

/** Opens the console with the person's settings, and tells in the scrollback how it was left. */
export async function openConsole(wish: ConsoleWish, rim: Rim): Promise<void> {
  const remembered = await readRemembered();
  const made = bindingsOf(remembered.keys, COMMANDS_OF);
  if (!made.ok) throw new LlcError(78, made.why, 'Change it: llc config');
  let end: ConsoleEnd;
  try {
    end = await runConsole(
      {
        ...wish,
        bindings: made.bindings,
        theme: themeOfEnvironment(rim.env, { ascii: wish.ascii }),
        attention: remembered.attention,
        wizard: {
          remembered: remembered.values,
          last: readLastChoices(remembered.wizard),
          environment: ownVariables(rim),
        },
        visits: await readVisits(rim.cwd),
      },
      rim,
    );
  } catch (error) {
    return tellFailure(error, rim);
  }
  if (end.watched === null) return;
  await noteVisit(rim.cwd, end.watched.sweepId, rim.now().getTime());
  await tellEnd(end.watched, wish, rim);
}

/** What of the environment is this program's own. */
function ownVariables({ env }: Rim): Rim['env'] {
  return Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('LLC_')));
}

/** The last of a sweep that has ended, else how to come back to it. */
async function tellEnd(
  { dir, sweep, sweepId }: SweepWatched,
  wish: ConsoleWish,
  rim: Rim,
): Promise<void> {
  if (sweep.ended === null) {
    if (wish.endsWithSweep) rim.exitCode = 130;
    const going = jobsOf(sweep).filter(({ state }) => !TERMINAL_STATES.has(state)).length;
    const jobs = going === 1 ? 'Its 1 job goes on' : `Its ${going} jobs go on`;
    rim.print(`Left ${sweepId}. ${jobs}. Back: llc tui --attach ${sweepId}`);
    return;
  }
  const files = sweepLayout(dirname(dir), basename(dir));
  const took = secondsBetween(sweep.plannedAt ?? 0, sweep.endedAt ?? sweep.plannedAt ?? 0);
  const summary = summaryOf(sweep, files, took);
  rim.exitCode = exitCodeOf(summary);
  const { ascii } = themeOfEnvironment(rim.env, { ascii: wish.ascii });
  const look = { ascii, hasCopies: await hasCopies(files.results, rim.cwd) };
  for (const one of endLines(summary, look)) rim.print(one);
}

/** A fault of the console's own is no fault of the sweep: jobs go on, and the log says what it was. */
async function tellFailure(error: unknown, rim: Rim): Promise<void> {
  const { message, stack = message } = error as Error;
  const { log } = consoleLayout(storeDirOf(rim.cwd));
  await mkdir(dirname(log), { recursive: true })
    .then(() => writeFile(log, `${rim.now().toISOString()} ${stack}\n`, { flag: 'a' }))
    .catch(() => {});
  throw new LlcError(
    70,
    `The console stopped: ${harmlessText(message)}.`,
    `Jobs go on. Log: ${log}. Back: llc tui --attach`,
    { cause: error },
  );
}
