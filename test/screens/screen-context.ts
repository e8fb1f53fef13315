import type { JobState } from '../../src/dispatch/job/words.ts';
import { JOB_STATES } from '../../src/dispatch/job/words.ts';
import {
  emptySweep,
  type JobRecord,
  type SweepState,
} from '../../src/dispatch/journal/sweep-state.ts';
import { COMMANDS, type CommandName } from '../../src/screens/console/command-table.ts';
import type { Command, Context } from '../../src/screens/console/screen.ts';
import type { Known } from '../../src/screens/known/known.ts';
import { WAITING } from '../../src/screens/known/loaded.ts';
import type { SweepWatched } from '../../src/screens/known/sweep-watched.ts';
import { familiesOf } from '../../src/screens/sweep/families.ts';
import { themeOf } from '../../src/ui/theme.ts';

/** Monday, on this machine's clock: the moment of the design's frames. */
export const NOW = new Date(2026, 10, 23, 14, 32, 7).getTime();

export function at(day: number, hour: number, minute: number): number {
  return new Date(2026, 10, day, hour, minute).getTime();
}

/** A screen of 80x24 under NO_COLOR that knows what is given. */
export function contextOf(known: Partial<Known>, more: Partial<Context> = {}): Context {
  return {
    known: {
      now: NOW,
      folder: '~/study',
      notices: [],
      sweeps: WAITING,
      sweep: WAITING,
      jobFiles: null,
      stored: WAITING,
      wizard: {} as Known['wizard'],
      ...known,
    },
    theme: themeOf({ colour: false, ascii: false }),
    columns: 80,
    rows: 22,
    readOnly: false,
    asked: new Map(),
    seenUpTo: 0,
    keyOf: (command) => COMMANDS[command].keys[0] ?? '',
    ...more,
  };
}

export function command(
  name: CommandName,
  options: Record<string, string> = {},
  words: readonly string[] = [],
): Command {
  return { name, options, words };
}

export function sweepOf(jobs: readonly JobRecord[], more: Partial<SweepState> = {}): SweepState {
  const byState = Object.fromEntries(
    JOB_STATES.map((state): [JobState, Set<string>] => [
      state,
      new Set(jobs.filter((job) => job.state === state).map(({ jobId }) => jobId)),
    ]),
  ) as unknown as SweepState['byState'];
  return {
    ...emptySweep(),
    sweepId: '1122-2231-full',
    jobs: new Map(jobs.map((job) => [job.jobId, job])),
    byState,
    ...more,
  };
}

export function watchedOf(sweep: SweepState): SweepWatched {
  return {
    sweepId: sweep.sweepId,
    dir: `/study/sweeps/${sweep.sweepId}`,
    sweep,
    live: null,
    liveJobs: new Map(),
    families: familiesOf(sweep.jobs.values()),
    history: new Map(),
    plan: null,
    rate: { perHour: null, doneAt: null, cost: null, gpuHours: null },
    supervisor: { standing: 'none', host: '', pid: 0, heardAt: null },
  };
}
