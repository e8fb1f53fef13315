import { harmlessText } from '../../dispatch/job/harmless-text.ts';
import { TERMINAL_STATES } from '../../dispatch/job/words.ts';
import { clockText } from '../../ui/format/time-text.ts';
import { type Line, line, span } from '../../ui/line.ts';
import { cutEnd } from '../../ui/text/cut.ts';
import { widthOf } from '../../ui/text/width.ts';
import type { Context } from '../console/screen.ts';
import type { SweepWatched } from '../known/sweep-watched.ts';
import { windowOf } from '../sweep/list-cursor.ts';
import { cells, listRow, withRight } from '../sweep/list-row.ts';
import { nextStep } from '../sweep/next-step.ts';
import { matchesText } from '../sweep/text-filter.ts';
import { liesWith } from './cause-text.ts';
import type { ErrorsState } from './errors-state.ts';
import { type FailureGroup, failuresOf, groupFailures } from './group-failures.ts';
import { namesOfJobs } from './names-of-jobs.ts';

/** Lines of the screen above its rows. */
const HEAD = 2;
const INDENT = 8;
const COLUMNS = [
  { width: 4, right: true },
  { width: 2 },
  { width: 30 },
  { width: 11 },
  { width: 0 },
] as const;
const BEFORE_WHERE = 49;
/** Lines of a cause's sentence. */
const MOST_LINES = 4;

/** Groups that are shown, largest first. */
export function shownGroups(watched: SweepWatched, filter: string): FailureGroup[] {
  return groupFailures(watched.sweep).filter((group) =>
    matchesText(filter, searched(group, watched)),
  );
}

function searched(group: FailureGroup, { sweep }: SweepWatched): string {
  const names = group.jobs.map(({ jobId }) => jobId).join(' ');
  return `${group.cause} ${liesWith(group.errorType, sweep.backend)} ${names}`;
}

export function errorsLines(state: ErrorsState, context: Context): Line[] {
  const { known, columns, rows } = context;
  const title = span(`Errors  ${state.sweepId}`, 'title');
  if (known.sweep.kind !== 'here') {
    const text =
      known.sweep.kind === 'waiting'
        ? 'Reading the journal.'
        : `${known.sweep.why} ${known.sweep.hint}`;
    return [withRight([title], clockText(known.now), columns), line(cutEnd(text, columns - 1))];
  }
  const watched = known.sweep.value;
  const groups = shownGroups(watched, state.filter);
  const failed = failuresOf(watched.sweep).length;
  if (failed === 0)
    return [withRight([title], clockText(known.now), columns), line(noErrors(watched))];
  const causes = groups.length === 1 ? '1 cause' : `${groups.length} causes`;
  const count = `   ${failed} of ${watched.sweep.jobs.size} failed, ${causes}`;
  const filter = state.filter === '' ? '' : `  [/ ${state.filter}]`;
  const head = withRight([title, span(count + filter)], clockText(known.now), columns);
  if (groups.length === 0)
    return [head, line(`Nothing matches "${state.filter}". esc clears the filter.`)];
  const titles = line('  jobs  cause                         lies with  where', 'quiet');
  return [head, titles, ...groupLines(groups, watched, state, context)].slice(0, rows);
}

/** How many groups fit beside the sentence of the one with the cursor. */
export function groupRows({ rows }: Pick<Context, 'rows'>): number {
  return Math.max(1, rows - HEAD - MOST_LINES);
}

function groupLines(
  groups: readonly FailureGroup[],
  watched: SweepWatched,
  { place }: ErrorsState,
  context: Context,
): Line[] {
  const ids = groups.map(({ id }) => id);
  const { index, from, to } = windowOf(ids, place, groupRows(context));
  return groups.slice(from, to).flatMap((group, row) => {
    const hasCursor = from + row === index;
    const look = { hasCursor, columns: context.columns };
    const shown = listRow(groupRow(group, watched, context), look, context.theme);
    return hasCursor ? [shown, ...sentenceLines(group, watched, context)] : [shown];
  });
}

function groupRow(group: FailureGroup, watched: SweepWatched, context: Context): Line {
  const { columns, asked, theme } = context;
  const isAsked = group.jobs.every(
    ({ jobId, state }) => state === 'held' || asked.get(jobId) === 'retry',
  );
  const names = namesOfJobs(group.jobs, watched.families.samplers);
  const where = isAsked ? `${theme.ascii ? '^' : '»'} retry  ${names}` : names;
  const { ellipsis } = theme.glyphs;
  return cells(
    [
      { text: String(group.jobs.length) },
      { text: '' },
      { text: cutEnd(harmlessText(group.cause), 28, ellipsis), tones: ['bad'] },
      { text: liesWith(group.errorType, watched.sweep.backend) },
      {
        text: cutEnd(where, columns - 1 - BEFORE_WHERE, ellipsis),
        tones: isAsked ? ['asked'] : [],
      },
    ],
    COLUMNS,
  );
}

/** What happened in full, and what to do. */
function sentenceLines(group: FailureGroup, { sweep }: SweepWatched, context: Context): Line[] {
  const [job] = group.jobs;
  const step =
    job === undefined ? null : nextStep({ ...job, state: 'error' }, sweep, context.keyOf);
  const text = harmlessText(group.failure.error).replace(/\s+/g, ' ').trim();
  const advice = step?.command == null ? (step?.advice ?? '') : '';
  const hasAdvice = advice !== '' && !text.includes(advice);
  const command = step?.command == null ? '' : `${context.keyOf('next-step')} :${step.command}`;
  const width = context.columns - 2 - INDENT;
  const lines = wrapped(
    hasAdvice ? `${text}${/[.!?…]$/.test(text) ? '' : '.'} ${advice}` : text,
    command,
    width,
  );
  return lines.map((one) => [span(' '.repeat(INDENT)), span(one, 'quiet')]);
}

/** The words of a text in lines, and the command behind them, which is never broken nor left out. */
function wrapped(text: string, command: string, width: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(' ')) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (widthOf(longer) <= width) current = longer;
    else {
      if (current !== '') lines.push(current);
      current = cutEnd(word, width);
    }
  }
  lines.push(current);
  const most = command === '' ? MOST_LINES : MOST_LINES - 1;
  const kept = lines.slice(0, most);
  if (lines.length > most) kept[most - 1] = cutEnd(`${kept[most - 1]} …`, width);
  if (command === '') return kept;
  const last = kept.at(-1) ?? '';
  const joined = `${last}  ${command}`;
  return widthOf(joined) <= width
    ? [...kept.slice(0, -1), joined]
    : [...kept, cutEnd(command, width)];
}

function noErrors({ sweep }: SweepWatched): string {
  const done = [...TERMINAL_STATES].reduce((sum, state) => sum + sweep.byState[state].size, 0);
  return `No errors. ${done} of ${sweep.jobs.size} done.`;
}
