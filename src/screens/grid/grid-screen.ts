import { percentText } from '../../ui/format/numbers.ts';
import { type Line, line } from '../../ui/line.ts';
import type { CommandName } from '../console/command-table.ts';
import type { Command, Context, Screen, Step } from '../console/screen.ts';
import { loadedValue } from '../known/loaded.ts';
import type { SweepWatched } from '../known/sweep-watched.ts';
import { glyphOf, needsYou } from '../sweep/job-words.ts';
import { failedJobs } from '../sweep/retry-failed.ts';
import { nextStepCommand, orderStep, reportPath, whyOrderIsOff } from './grid-acts.ts';
import { bodyLines } from './grid-body.ts';
import { gridHeight, jobAt, moveColumns, moveToNext, settleGrid } from './grid-cursor.ts';
import { bareTitle, headerLines } from './grid-header.ts';
import { layoutOf } from './grid-layout.ts';
import { gridMessage } from './grid-message.ts';
import { rowsOf } from './grid-rows.ts';
import { type GridState, groupOfRow } from './grid-state.ts';
import {
  jobToOpen,
  toNextProblem,
  turnBack,
  turnColumns,
  turnFilter,
  turnFold,
  turnMark,
  turnRange,
  turnRows,
  turnSize,
  turnSort,
} from './grid-turns.ts';
import { takeBack, withPast } from './grid-undo.ts';
import { markRange, targetsOf, toggleAll } from './marks.ts';

export { openGrid } from './grid-state.ts';

const COMMANDS: readonly CommandName[] = [
  'enter',
  'mark',
  'filter',
  'retry',
  'retry-failed',
  'errors',
  'cancel',
  'sort',
  'recompute',
  'pull',
  'next-step',
  'next-problem',
  'artifacts',
  'clean',
  'copy',
  'report',
  'fold',
  'columns',
  'size',
  'mark-range',
  'mark-all',
  'next-match',
  'previous-match',
  'up',
  'down',
  'left',
  'right',
  'first',
  'last',
  'page-up',
  'page-down',
  'take-over',
  'back',
];

/** The live grid: families by samplers, what each job is, and all that can be done to it. */
export const gridScreen: Screen<GridState> = {
  name: 'grid',
  commands: COMMANDS,
  act(state, command, context) {
    const watched = sweepOf(state, context);
    if (command.name === 'back') return back(state);
    if (watched === null) return { say: notHere(context) };
    const before = settleGrid(state, watched, context);
    const step = actOnSweep(before, command, watched, context);
    return step.state === undefined ? step : { ...step, state: withPast(before, step.state) };
  },
  off(state, command, context) {
    if (command === 'back') return null;
    const watched = sweepOf(state, context);
    return watched === null ? notHere(context) : whyOff(state, command, watched, context);
  },
  settle(state, context) {
    const watched = sweepOf(state, context);
    return watched === null ? state : settleGrid(state, watched, context);
  },
  undo: takeBack,
  filterOf: ({ filter }) => filter,
  jobShown(state, context) {
    const watched = sweepOf(state, context);
    if (watched === null) return null;
    const { pane } = layoutOf(context.columns, watched.families.samplers.length, state);
    const jobId = pane === 0 ? null : jobAt(watched, state.cursor);
    return jobId === null ? null : { jobId, aside: true };
  },
  hintOf(state, command, context) {
    if (command === 'enter') return 'job';
    const watched = command === 'retry-failed' ? sweepOf(state, context) : null;
    return watched === null ? null : `retry ${failedJobs(watched, context).jobs.length}`;
  },
  lines: gridLines,
  message(state, context) {
    const watched = sweepOf(state, context);
    return watched === null ? [] : gridMessage(state, watched, context);
  },
  title(state, { known, theme }) {
    const watched = loadedValue(known.sweep);
    return watched === null ? state.sweepId : titleOf(state, watched, glyphOf('error', theme));
  },
};

/** All rows of the screen, at most as many as are its own. */
export function gridLines(state: GridState, context: Context): Line[] {
  const watched = sweepOf(state, context);
  const { sweep } = context.known;
  if (watched !== null) {
    const settled = settleGrid(state, watched, context);
    const lines = [
      ...headerLines(settled, watched, context),
      ...bodyLines(settled, watched, context),
    ];
    return lines.slice(0, context.rows);
  }
  const title = bareTitle(state.sweepId, context);
  return sweep.kind === 'failed'
    ? [title, line(sweep.why, 'bad'), line(`${context.keyOf('back')} goes back.`)]
    : [title, line('Reading the journal')];
}

/** What is known may still be another sweep's, just left. */
function sweepOf({ sweepId }: GridState, { known }: Context): SweepWatched | null {
  const watched = loadedValue(known.sweep);
  return watched?.sweepId === sweepId ? watched : null;
}

function notHere({ known }: Context): string {
  return known.sweep.kind === 'failed' ? known.sweep.why : 'The journal is being read.';
}

function back(state: GridState): Step<GridState> {
  const before = turnBack(state);
  return before === null ? { back: true } : { state: withPast(state, before) };
}

function actOnSweep(
  state: GridState,
  command: Command,
  watched: SweepWatched,
  context: Context,
): Step<GridState> {
  const { sweepId } = state;
  const height = gridHeight(context);
  const [word] = command.words;
  switch (command.name) {
    case 'up':
      return { state: turnRows(state, watched, -1) };
    case 'down':
      return { state: turnRows(state, watched, 1) };
    case 'first':
      return { state: turnRows(state, watched, Number.NEGATIVE_INFINITY) };
    case 'last':
      return { state: turnRows(state, watched, Number.POSITIVE_INFINITY) };
    case 'page-up':
      return { state: turnRows(state, watched, 1 - height) };
    case 'page-down':
      return { state: turnRows(state, watched, height - 1) };
    case 'left':
      return { state: markRange(moveColumns(state, watched, -1), watched) };
    case 'right':
      return { state: markRange(moveColumns(state, watched, 1), watched) };
    case 'filter':
      return { state: turnFilter(state, watched, word ?? '') };
    case 'next-match':
      return toMatch(state, watched, 1);
    case 'previous-match':
      return toMatch(state, watched, -1);
    case 'mark':
      return { state: turnMark(state, watched) };
    case 'mark-range':
      return { state: turnRange(state, watched) };
    case 'mark-all':
      return { state: toggleAll(state, watched) };
    case 'enter':
      return enter(state, watched);
    case 'fold':
      return { state: turnFold(state, watched, groupOfRow(state.cursor?.row ?? 0) !== null) };
    case 'sort':
      return turnSort(state, watched, word);
    case 'columns':
      return turnColumns(state, watched, word);
    case 'size':
      return { state: turnSize(state, watched, context.columns) };
    case 'next-problem': {
      const next = toNextProblem(state, watched);
      return next === null ? { say: NOTHING_NEEDS_YOU } : { state: next };
    }
    case 'next-step': {
      const prompt = nextStepCommand(state, watched, context);
      return prompt === null ? { say: NO_NEXT_STEP } : { prompt };
    }
    case 'errors':
      return { open: { screen: 'errors', sweepId } };
    case 'artifacts':
    case 'clean':
      return { open: { screen: 'artifacts', sweepId } };
    case 'report':
      return { effects: [{ kind: 'view', path: reportPath(watched) }] };
    case 'copy':
      return copy(state, watched);
    default:
      return orderStep(state, command, watched, context);
  }
}

const NOTHING_NEEDS_YOU = 'Nothing needs you.';
const NO_NEXT_STEP = 'No next step here.';

function toMatch(state: GridState, watched: SweepWatched, direction: 1 | -1): Step<GridState> {
  const next = moveToNext(state, watched, () => true, direction);
  return next === null ? {} : { state: next };
}

/** A group's line folds, all else opens a job. */
function enter(state: GridState, watched: SweepWatched): Step<GridState> {
  if (groupOfRow(state.cursor?.row ?? 0) !== null)
    return { state: turnFold(state, watched, false) };
  const jobId = jobToOpen(state, watched);
  return jobId === null
    ? { say: 'No job here.' }
    : { open: { screen: 'detail', sweepId: state.sweepId, jobId } };
}

function copy(state: GridState, watched: SweepWatched): Step<GridState> {
  const jobs = targetsOf(state, watched);
  if (jobs.length === 0) return { say: 'No job here.' };
  return {
    effects: [{ kind: 'copy', text: jobs.join('\n') }],
  };
}

function whyOff(
  state: GridState,
  command: CommandName,
  watched: SweepWatched,
  context: Context,
): string | null {
  switch (command) {
    case 'next-match':
    case 'previous-match':
      return state.filter.trim() === ''
        ? `No filter yet. Press ${context.keyOf('filter')} first.`
        : null;
    case 'next-step':
      return nextStepCommand(state, watched, context) === null ? NO_NEXT_STEP : null;
    case 'next-problem':
      return hasProblem(state, watched) ? null : NOTHING_NEEDS_YOU;
    case 'report':
      return hasResult(watched) ? null : 'No report before the first result.';
    case 'clean': {
      const stored = loadedValue(context.known.stored);
      return stored !== null && stored.runs.length === 0 ? 'No runs to remove.' : null;
    }
    case 'copy':
      return targetsOf(state, watched).length === 0 ? 'No job here.' : null;
    case 'enter':
      return jobAt(watched, state.cursor) === null && jobToOpen(state, watched) === null
        ? 'No job here.'
        : null;
    default:
      return whyOrderIsOff(state, command, watched, context);
  }
}

const problems = new WeakMap<SweepWatched, boolean>();

/** Asked at each key for the footer; found once for what is known. */
function hasProblem(state: GridState, watched: SweepWatched): boolean {
  const { hits } = rowsOf(watched, state);
  const { jobs } = watched.sweep;
  if (hits !== null) return [...hits].some((jobId) => needs(jobs.get(jobId)));
  let has = problems.get(watched);
  if (has === undefined) {
    has = [...jobs.values()].some(needs);
    problems.set(watched, has);
  }
  return has;
}

function needs(job: Parameters<typeof needsYou>[0] | undefined): boolean {
  return job !== undefined && needsYou(job);
}

function hasResult({ sweep }: SweepWatched): boolean {
  return (
    sweep.byState.ok.size + sweep.byState.cached.size > 0 ||
    [...sweep.jobs.values()].some(({ outcome }) => outcome !== null)
  );
}

/** `58% ✗3 1123-1102-full`. */
function titleOf({ sweepId }: GridState, { sweep }: SweepWatched, errorGlyph: string): string {
  const { byState, jobs } = sweep;
  const ended = byState.ok.size + byState.cached.size + byState.error.size + byState.cancelled.size;
  const errors = byState.error.size;
  return [
    percentText(ended, jobs.size),
    ...(errors > 0 ? [`${errorGlyph}${errors}`] : []),
    sweepId,
  ].join(' ');
}
