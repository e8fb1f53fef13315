import { type Line, line } from '../../ui/line.ts';
import type { CommandName } from '../console/command-table.ts';
import type { Command, Context, Screen, Step } from '../console/screen.ts';
import { loadedValue } from '../known/loaded.ts';
import { actOnJobs, whyActIsOff, willing } from '../sweep/job-acts.ts';
import { AT_THE_TOP, MOVES, moved, windowOf } from '../sweep/list-cursor.ts';
import { nextStep } from '../sweep/next-step.ts';
import { failedJobs, leftOutText, retryFailed, whyNoRetryFailed } from '../sweep/retry-failed.ts';
import { errorsLines, groupRows, shownGroups } from './errors-lines.ts';
import type { ErrorsState } from './errors-state.ts';
import { type FailureGroup, failuresOf } from './group-failures.ts';

/** The screen of one sweep's failures by their cause. */
export function openErrors(sweepId: string): ErrorsState {
  return { screen: 'errors', sweepId, place: AT_THE_TOP, filter: '' };
}

export const errorsScreen: Screen<ErrorsState> = {
  name: 'errors',
  commands: ['enter', 'retry', 'retry-failed', 'next-step', 'copy', 'filter', 'back', ...MOVES],
  act,
  off,
  hintOf,
  filterOf: ({ filter }) => filter,
  lines: errorsLines,
  message,
  title: (state) => `errors ${state.sweepId}`,
};

function act(state: ErrorsState, command: Command, context: Context): Step<ErrorsState> {
  const { name, options } = command;
  if (name === 'filter') return { state: { ...state, filter: command.words[0] ?? '' } };
  if (name === 'back')
    return state.filter === '' ? { back: true } : { state: { ...state, filter: '' } };
  const watched = loadedValue(context.known.sweep);
  if (watched === null) return {};
  const groups = shownGroups(watched, state.filter);
  const ids = groups.map(({ id }) => id);
  const place = moved(ids, state.place, name, groupRows(context));
  if (place !== null) return { state: { ...state, place } };
  if (name === 'retry-failed') return retryFailed(options, watched, context);
  const group = groups[windowOf(ids, state.place, groupRows(context)).index];
  if (group === undefined) return { say: 'No errors here.' };
  switch (name) {
    case 'enter':
      return {
        open: {
          screen: 'grid',
          sweepId: state.sweepId,
          cursor: group.jobs[0]?.jobId ?? '',
          only: group.jobs.map(({ jobId }) => jobId),
        },
      };
    case 'retry':
      return actOnJobs('retry', group.jobs, options, watched, context);
    case 'next-step': {
      const step = stepOf(group, context);
      if (step?.command != null) return { prompt: step.command };
      return { say: step === null || step.advice === '' ? 'No next step here.' : step.advice };
    }
    case 'copy':
      return { effects: [{ kind: 'copy', text: group.failure.error }] };
    default:
      return {};
  }
}

function off(state: ErrorsState, name: CommandName, context: Context): string | null {
  const watched = loadedValue(context.known.sweep);
  if (name === 'back' || name === 'filter') return null;
  if (watched === null) return 'The journal is still being read.';
  if (name === 'retry-failed') return whyNoRetryFailed(watched, context);
  const group = groupAtCursor(state, context);
  if (name === 'enter' || name === 'copy') return group === null ? 'No errors here.' : null;
  if (name === 'retry')
    return group === null
      ? 'No failed jobs to retry.'
      : whyActIsOff('retry', group.jobs, watched, context);
  if (name === 'next-step')
    return group === null || stepOf(group, context) === null ? 'No next step here.' : null;
  return null;
}

/** How many each key takes, in the footer. */
function hintOf(state: ErrorsState, name: CommandName, context: Context): string | null {
  if (name === 'enter') return 'jobs';
  const watched = loadedValue(context.known.sweep);
  if (watched === null) return null;
  if (name === 'retry-failed') return `retry ${failedJobs(watched, context).jobs.length}`;
  if (name !== 'retry') return null;
  const group = groupAtCursor(state, context)?.jobs ?? [];
  const count = willing('retry', group, watched, context).length;
  return count === 1 ? 'retry this one' : `retry these ${count}`;
}

function message(state: ErrorsState, context: Context): Line {
  const watched = loadedValue(context.known.sweep);
  const group = groupAtCursor(state, context);
  if (watched === null || group === null) return line('');
  const { jobs, leftOut } = failedJobs(watched, context);
  const here = willing('retry', group.jobs, watched, context).length;
  const failed = failuresOf(watched.sweep).length;
  const key = (name: CommandName) => context.keyOf(name);
  const these =
    here === 0
      ? 'Asked for already.'
      : here === 1
        ? `${key('retry')} retries it.`
        : `${key('retry')} retries these ${here}.`;
  const all =
    jobs.length === 0 ? '' : ` ${key('retry-failed')} retries ${jobs.length} of ${failed}.`;
  const rest = leftOut.length === 0 ? '' : ` ${leftOutText(leftOut)}`;
  return line(`${these}${all}${rest}`);
}

function groupAtCursor(state: ErrorsState, context: Context): FailureGroup | null {
  const watched = loadedValue(context.known.sweep);
  if (watched === null) return null;
  const groups = shownGroups(watched, state.filter);
  const ids = groups.map(({ id }) => id);
  return groups[windowOf(ids, state.place, groupRows(context)).index] ?? null;
}

function stepOf(group: FailureGroup, { known, keyOf }: Context) {
  const watched = loadedValue(known.sweep);
  const [job] = group.jobs;
  if (watched === null || job === undefined) return null;
  return nextStep({ ...job, state: 'error' }, watched.sweep, keyOf);
}
