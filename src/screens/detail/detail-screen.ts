import { dirname } from 'node:path';
import { sweepLayout } from '../../dispatch/artifacts/layout.ts';
import { type Line, line, span } from '../../ui/line.ts';
import type { CommandName } from '../console/command-table.ts';
import type { Command, Context, Screen, Step } from '../console/screen.ts';
import { loadedValue } from '../known/loaded.ts';
import { caretText } from '../sweep/caret-text.ts';
import { actOnJobs, isJobAct, whyActIsOff } from '../sweep/job-acts.ts';
import { glyphOf, jobLabel } from '../sweep/job-words.ts';
import { nextStep } from '../sweep/next-step.ts';
import { detailLines, lastTop, shownTop, tabRows } from './detail-lines.ts';
import { type DetailState, TABS, type TabNumber, tabOf } from './detail-state.ts';
import { stateText } from './header.ts';
import { type JobSeen, jobSeen } from './job-seen.ts';
import { logLength } from './log-tab.ts';
import { soFarText } from './overview-tab.ts';

const COMMANDS = [
  'tab',
  'next-job',
  'previous-job',
  'retry',
  'recompute',
  'cancel',
  'pull',
  'next-step',
  'copy',
  'follow',
  'pager',
  'filter',
  'up',
  'down',
  'left',
  'right',
  'page-up',
  'page-down',
  'first',
  'last',
  'errors',
  'back',
] as const satisfies readonly CommandName[];

/** One job close up, in six tabs. */
export const detailScreen: Screen<DetailState> = {
  name: 'detail',
  commands: COMMANDS,
  act,
  off,
  filterOf: ({ filter }) => filter,
  jobShown: ({ jobId }) => ({ jobId, aside: false }),
  hintOf: (state, command, context) => {
    const seen = command === 'copy' ? jobSeen(state.jobId, context) : null;
    return seen === null ? null : `copy ${copied(state, seen).what}`;
  },
  lines: detailLines,
  message,
  title: (state, context) => {
    const seen = jobSeen(state.jobId, context);
    return seen === null ? caretText(state.jobId) : `${jobLabel(seen.job)} ${stateText(seen)}`;
  },
};

function act(state: DetailState, command: Command, context: Context): Step<DetailState> {
  if (command.name === 'back')
    return state.filter === '' ? { back: true } : { state: { ...state, filter: '', top: 0 } };
  const why = off(state, command.name, context);
  if (why !== null) return { say: why };
  const moved = move(state, command, context);
  if (moved !== null) return moved;
  const seen = jobSeen(state.jobId, context);
  if (seen === null) return { say: NOT_KNOWN };
  const { name, options } = command;
  return isJobAct(name)
    ? actOnJobs(name, [seen.job], options, seen.watched, context)
    : actOnJob(state, command, seen);
}

const NOT_KNOWN = 'Nothing is known of this job yet.';

/** Commands that change nothing but what is shown; null for the others. */
function move(state: DetailState, command: Command, context: Context): Step<DetailState> | null {
  const { rows } = context;
  switch (command.name) {
    case 'tab': {
      const tab = tabOf(command.words[0] ?? '');
      if (tab === null) return { say: `A tab is ${TABS.join(', ')}.` };
      return { state: toTab(state, tab) };
    }
    case 'left':
      return { state: toTab(state, Math.max(1, state.tab - 1) as TabNumber) };
    case 'right':
      return { state: toTab(state, Math.min(TABS.length, state.tab + 1) as TabNumber) };
    case 'next-job':
      return otherJob(state, 1, context);
    case 'previous-job':
      return otherJob(state, -1, context);
    case 'follow':
      return { state: { ...toTab(state, 4), follow: true } };
    case 'filter':
      return { state: { ...state, filter: command.words[0] ?? '', top: 0 } };
    case 'up':
      return scroll(state, -1, context);
    case 'down':
      return scroll(state, 1, context);
    case 'page-up':
      return scroll(state, -Math.max(1, tabRows(rows) - 2), context);
    case 'page-down':
      return scroll(state, Math.max(1, tabRows(rows) - 2), context);
    case 'first':
      return { state: { ...state, top: 0, follow: false } };
    case 'last':
      return { state: { ...state, top: lastTop(state, context), follow: true } };
    default:
      return null;
  }
}

function toTab(state: DetailState, tab: TabNumber): DetailState {
  return tab === state.tab ? state : { ...state, tab, top: 0, follow: true };
}

function scroll(state: DetailState, by: number, context: Context): Step<DetailState> {
  const last = lastTop(state, context);
  const top = Math.max(0, Math.min(last, shownTop(state, context) + by));
  return { state: { ...state, top, follow: false } };
}

/** The neighbour in the plan's order. */
function otherJob(state: DetailState, by: 1 | -1, context: Context): Step<DetailState> {
  const jobs = [...(loadedValue(context.known.sweep)?.sweep.jobs.keys() ?? [])];
  const next = jobs[jobs.indexOf(state.jobId) + by];
  if (next === undefined || jobs.indexOf(state.jobId) < 0)
    return { say: by === 1 ? 'This is the last job.' : 'This is the first job.' };
  return { state: { ...state, jobId: next, top: 0, follow: true } };
}

function actOnJob(state: DetailState, command: Command, seen: JobSeen): Step<DetailState> {
  switch (command.name) {
    case 'next-step':
      return { prompt: nextStep(seen.job, seen.watched.sweep, seen.keyOf)?.command as string };
    case 'copy':
      return { effects: [{ kind: 'copy', text: copied(state, seen).text }] };
    case 'pager':
      return { effects: [{ kind: 'page', path: logPath(state, seen) }] };
    case 'errors':
      return { open: { screen: 'errors', sweepId: state.sweepId } };
    default:
      return {};
  }
}

/** What `y` means in each tab. */
function copied(
  { tab }: DetailState,
  seen: JobSeen,
): { readonly text: string; readonly what: 'message' | 'path' | 'id' } {
  const { job, files, watched } = seen;
  if (TABS[tab - 1] === 'error' && job.failure !== null)
    return { text: job.failure.error, what: 'message' };
  if (TABS[tab - 1] === 'log' && files !== null) return { text: files.stdoutPath, what: 'path' };
  if (TABS[tab - 1] === 'attempts' && job.handle !== null)
    return { text: job.handle.id, what: 'id' };
  const run = files?.runDir ?? null;
  return {
    text: run ?? sweepLayout(dirname(watched.dir), watched.sweepId).job(job.jobId),
    what: 'path',
  };
}

/** The output that says more: of a failure the error output, where it has one. */
function logPath({ tab }: DetailState, { files }: JobSeen): string {
  const { stdout, stderr, stdoutPath, stderrPath } = files as NonNullable<JobSeen['files']>;
  const prefersErr = TABS[tab - 1] === 'error' ? stderr.length > 0 : stdout.length === 0;
  return prefersErr ? stderrPath : stdoutPath;
}

function off(state: DetailState, command: CommandName, context: Context): string | null {
  const seen = jobSeen(state.jobId, context);
  if (seen === null)
    return ['tab', 'left', 'right', 'back', 'errors'].includes(command) ? null : NOT_KNOWN;
  if (isJobAct(command)) return whyActIsOff(command, [seen.job], seen.watched, context);
  switch (command) {
    case 'next-step':
      return (nextStep(seen.job, seen.watched.sweep, seen.keyOf)?.command ?? null) === null
        ? 'No next step here.'
        : null;
    case 'follow':
    case 'pager':
      return logLength(seen) === 0 ? 'No log yet.' : null;
    case 'filter':
      return TABS[state.tab - 1] === 'config' ? null : 'The filter is for the config: 5.';
    case 'next-job':
    case 'previous-job':
      return seen.watched.sweep.jobs.size < 2 ? 'It is the only job.' : null;
    default:
      return null;
  }
}

function message(state: DetailState, context: Context): Line {
  const seen = jobSeen(state.jobId, context);
  if (seen === null) return line('');
  const step = nextStep(seen.job, seen.watched.sweep, seen.keyOf);
  if (step !== null)
    return [span(caretText(step.why)), span(step.advice === '' ? '' : `  ${step.advice}`, 'title')];
  const soFar = soFarText(seen);
  if (soFar !== '') return line(soFar);
  return line(`${glyphOf(seen.job.state, context.theme)} ${stateText(seen)}`);
}

export { openDetail } from './detail-state.ts';
