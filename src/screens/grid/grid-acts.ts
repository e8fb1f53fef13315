import { sweepLayout } from '../../dispatch/artifacts/layout.ts';
import type { JobRecord } from '../../dispatch/journal/sweep-state.ts';
import { timeText } from '../../ui/format/time-text.ts';
import { line } from '../../ui/line.ts';
import type { Command, Context, Step } from '../console/screen.ts';
import type { SweepWatched } from '../known/sweep-watched.ts';
import { type Act, actOnJobs, isJobAct, whyActIsOff } from '../sweep/job-acts.ts';
import { nextStep } from '../sweep/next-step.ts';
import { retryFailed, whyNoRetryFailed } from '../sweep/retry-failed.ts';
import { jobAt } from './grid-cursor.ts';
import type { GridState } from './grid-state.ts';
import { targetsOf } from './marks.ts';

/** What commands that order something do. */
export function orderStep(
  state: GridState,
  { name, options }: Command,
  watched: SweepWatched,
  context: Context,
): Step<GridState> {
  if (name === 'retry-failed') return retryFailed(options, watched, context);
  if (name === 'take-over') return takeOver(watched, context);
  if (!isJobAct(name)) return {};
  const act: Act = actOnJobs(name, targetJobs(state, watched), options, watched, context);
  // What has been done with marks is done: they go.
  return act.effects === undefined ? act : { ...act, state: { ...state, marks: [], anchor: null } };
}

/** Why an order is off, of all that it would be for; null where one job of these will hear it. */
export function whyOrderIsOff(
  state: GridState,
  name: string,
  watched: SweepWatched,
  context: Context,
): string | null {
  if (name === 'retry-failed') return whyNoRetryFailed(watched, context);
  if (name === 'take-over') return whyNoTakeOver(watched);
  return isJobAct(name) ? whyActIsOff(name, targetJobs(state, watched), watched, context) : null;
}

function targetJobs(state: GridState, watched: SweepWatched): JobRecord[] {
  return targetsOf(state, watched).flatMap((jobId) => watched.sweep.jobs.get(jobId) ?? []);
}

function whyNoTakeOver({ supervisor }: SweepWatched): string | null {
  return supervisor.standing === 'elsewhere' || supervisor.standing === 'silent'
    ? null
    : 'Nothing to take over: no other machine runs it.';
}

function takeOver(watched: SweepWatched, { known }: Context): Step<GridState> {
  const why = whyNoTakeOver(watched);
  if (why !== null) return { say: why };
  const { host, pid, heardAt, standing } = watched.supervisor;
  const at = heardAt === null ? '' : timeText(new Date(heardAt), new Date(known.now));
  const heard =
    standing === 'silent' ? `Its heartbeat stopped ${at}.` : `Its last heartbeat came ${at}.`;
  return {
    ask: {
      title: 'Take over',
      lines: [line(`Take over from ${host}, pid ${pid}?${at === '' ? '' : ` ${heard}`}`)],
      answer: { kind: 'letter' },
      yes: 'take it over',
      no: 'leave it there',
      effects: [{ kind: 'take-over', sweepId: watched.sweepId }],
    },
  };
}

/** What `.` puts on the command line for the cursor's job; null where there is nothing. */
export function nextStepCommand(
  state: GridState,
  watched: SweepWatched,
  { keyOf }: Context,
): string | null {
  const jobId = jobAt(watched, state.cursor);
  const job = jobId === null ? undefined : watched.sweep.jobs.get(jobId);
  return job === undefined ? null : (nextStep(job, watched.sweep, keyOf)?.command ?? null);
}

/** The table of results, absolute. */
export function reportPath({ dir, sweepId }: SweepWatched): string {
  return sweepLayout(dir.slice(0, -sweepId.length - 1), sweepId).results;
}
