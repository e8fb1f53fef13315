import type { JobRecord } from '../../dispatch/journal/sweep-state.ts';
import { type Line, line } from '../../ui/line.ts';
import { Lines } from '../../ui/lines.tsx';
import type { CommandName } from '../console/command-table.ts';
import type { Command, Context, Screen, Step } from '../console/screen.ts';
import { loadedValue } from '../known/loaded.ts';
import { ERROR_WORDS } from '../sweep/error-words.ts';
import { AT_THE_TOP, moved, windowOf } from '../sweep/list-cursor.ts';
import { nextStep } from '../sweep/next-step.ts';
import { errorsLines, groupRows, shownGroups } from './errors-lines.ts';
import type { ErrorsState } from './errors-state.ts';
import { type FailureGroup, failuresOf } from './group-failures.ts';
import { retriable, retriableOfAll, retryStep } from './retry-group.ts';

/** The screen of one sweep's failures by their cause. */
export function openErrors(sweepId: string): ErrorsState {
  return { screen: 'errors', sweepId, place: AT_THE_TOP, filter: '' };
}

export const errorsScreen: Screen<ErrorsState> = {
  name: 'errors',
  commands: [
    'enter',
    'retry',
    'retry-failed',
    'next-step',
    'copy',
    'filter',
    'back',
    'up',
    'down',
    'first',
    'last',
    'page-up',
    'page-down',
  ],
  act,
  off,
  hintOf,
  filterOf: ({ filter }) => filter,
  View: ({ state, context }) => <Lines lines={errorsLines(state, context)} theme={context.theme} />,
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
  if (name === 'retry-failed') {
    const { jobs, leftOut } = retriableOfAll(watched.sweep);
    return retryStep(watched.sweep, jobs, options, leftOutNote(leftOut));
  }
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
      return retryStep(watched.sweep, retriable(group.jobs), options);
    case 'next-step': {
      const step = stepOf(group, context);
      if (step?.command != null) return { prompt: step.command };
      return { say: step === null || step.advice === '' ? 'No next step here.' : step.advice };
    }
    case 'copy':
      return { effects: [{ kind: 'copy', text: group.failure.error, what: 'message' }] };
    default:
      return {};
  }
}

function off(state: ErrorsState, name: CommandName, context: Context): string | null {
  const watched = loadedValue(context.known.sweep);
  if (name === 'back' || name === 'filter') return null;
  if (watched === null) return 'The journal is still being read.';
  if (name === 'retry-failed')
    return retriableOfAll(watched.sweep).jobs.length === 0 ? 'No failed jobs to retry.' : null;
  const group = groupAtCursor(state, context);
  if (name === 'enter' || name === 'copy') return group === null ? 'No errors here.' : null;
  if (name === 'retry')
    return group === null || retriable(group.jobs).length === 0 ? 'No failed jobs to retry.' : null;
  if (name === 'next-step')
    return group === null || stepOf(group, context) === null ? 'No next step here.' : null;
  return null;
}

/** How many each key takes, in the footer. */
function hintOf(state: ErrorsState, name: CommandName, context: Context): string | null {
  if (name === 'enter') return 'jobs';
  const watched = loadedValue(context.known.sweep);
  if (watched === null) return null;
  if (name === 'retry-failed') return `retry ${retriableOfAll(watched.sweep).jobs.length}`;
  if (name !== 'retry') return null;
  const count = retriable(groupAtCursor(state, context)?.jobs ?? []).length;
  return count === 1 ? 'retry this one' : `retry these ${count}`;
}

function message(state: ErrorsState, context: Context): Line {
  const watched = loadedValue(context.known.sweep);
  const group = groupAtCursor(state, context);
  if (watched === null || group === null) return line('');
  const { jobs, leftOut } = retriableOfAll(watched.sweep);
  const here = retriable(group.jobs).length;
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
  const rest = leftOut.length === 0 ? '' : ` ${leftOutNote(leftOut)}`;
  return line(`${these}${all}${rest}`);
}

function groupAtCursor(state: ErrorsState, context: Context): FailureGroup | null {
  const watched = loadedValue(context.known.sweep);
  if (watched === null) return null;
  const groups = shownGroups(watched, state.filter);
  const ids = groups.map(({ id }) => id);
  return groups[windowOf(ids, state.place, groupRows(context)).index] ?? null;
}

function stepOf(group: FailureGroup, { known }: Context) {
  const watched = loadedValue(known.sweep);
  const [job] = group.jobs;
  if (watched === null || job === undefined) return null;
  return nextStep({ ...job, state: 'error' }, watched.sweep);
}

function leftOutNote(jobs: readonly JobRecord[]): string {
  if (jobs.length === 0) return '';
  const words = [
    ...new Set(jobs.map(({ failure }) => ERROR_WORDS[failure?.errorType ?? 'internal'])),
  ];
  return `${jobs.length} ${words.join(' or ')} left out: the same seed fails the same way.`;
}
