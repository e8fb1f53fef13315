import { harmlessText } from '../../dispatch/job/harmless-text.ts';
import { JOB_STATES } from '../../dispatch/job/words.ts';
import { clockText, timeText } from '../../ui/format/time-text.ts';
import { type Line, line, span } from '../../ui/line.ts';
import { cutEnd, cutMiddle } from '../../ui/text/cut.ts';
import type { Context } from '../console/screen.ts';
import { loadedValue } from '../known/loaded.ts';
import type { SweepOnHome } from '../known/sweep-on-home.ts';
import { type ListWindow, windowOf } from '../sweep/list-cursor.ts';
import { cells, listRow, withRight } from '../sweep/list-row.ts';
import { matchesText } from '../sweep/text-filter.ts';
import type { HomeState } from './home-state.ts';
import { costText, doneText, leftText, needText, standingWords } from './sweep-words.ts';

/** Lines of the screen above its rows. */
const HEAD = 2;
const COLUMNS = [18, 13, 9, 8, 12, 11, 6].map((width) => ({ width }));
const TITLES = ['sweep', 'state', 'done', 'errors', 'cost', 'began', 'left'];
/** Where there is room at the right. */
const MORE = { title: 'backend', width: 10, from: 100 };

/** Sweeps that are shown. */
export function shownSweeps({ filter }: HomeState, { known }: Context): readonly SweepOnHome[] {
  const sweeps = loadedValue(known.sweeps) ?? [];
  return sweeps.filter((sweep) => matchesText(filter, searched(sweep, known.now)));
}

function searched(sweep: SweepOnHome, now: number): string {
  const errors = sweep.counts.error > 0 ? 'errors' : '';
  return [
    sweep.sweepId,
    standingWords(sweep, now).text,
    sweep.standing,
    sweep.backend,
    errors,
  ].join(' ');
}

export function homeRows({ rows }: Pick<Context, 'rows'>): number {
  return Math.max(1, rows - HEAD);
}

/** Which rows are shown and where the cursor is. */
export function homeWindow(state: HomeState, context: Context): ListWindow {
  const ids = shownSweeps(state, context).map(({ sweepId }) => sweepId);
  return windowOf(ids, state.place, homeRows(context));
}

export function homeLines(state: HomeState, context: Context): Line[] {
  const { known, columns } = context;
  const sweeps = shownSweeps(state, context);
  const all = loadedValue(known.sweeps) ?? [];
  const filter =
    state.filter === '' ? '' : `  [/ ${state.filter}: ${sweeps.length} of ${all.length}]`;
  const folder = cutMiddle(known.folder, columns - 24);
  const left = [span('llc', 'title'), span(`  ${folder}${filter}`)];
  const head = withRight(left, clockText(known.now), columns);
  if (sweeps.length === 0) return [head, line(emptyText(state, context))];
  const { index, from, to } = homeWindow(state, context);
  const rows = sweeps.slice(from, to).map((sweep, row) => {
    const look = { hasCursor: from + row === index, columns };
    return listRow(sweepRow(sweep, context), look, context.theme);
  });
  return [head, titleRow(columns), ...rows];
}

function titleRow(columns: number): Line {
  const titles = columns >= MORE.from ? [...TITLES, MORE.title] : TITLES;
  const row = cells(
    titles.map((text) => ({ text, tones: ['quiet'] as const })),
    widths(columns),
  );
  return [span('  '), ...row];
}

function widths(columns: number) {
  if (columns < MORE.from) return COLUMNS;
  return [...COLUMNS.slice(0, -1), { width: 10 }, { width: MORE.width }];
}

function sweepRow(sweep: SweepOnHome, { known, columns, theme }: Context): Line {
  const { error } = sweep.counts;
  const began =
    sweep.plannedAt === null ? '' : timeText(new Date(sweep.plannedAt), new Date(known.now));
  const row = [
    { text: cutMiddle(harmlessText(sweep.sweepId), 16, theme.glyphs.ellipsis) },
    standingWords(sweep, known.now),
    { text: doneText(sweep) },
    { text: error > 0 ? String(error) : '', tones: ['bad'] as const },
    { text: costText(sweep) },
    { text: began },
    { text: leftText(sweep, known.now), tones: ['quiet'] as const },
  ];
  const more = columns >= MORE.from ? [{ text: sweep.backend, tones: ['quiet'] as const }] : [];
  return cells([...row, ...more], widths(columns));
}

function emptyText(state: HomeState, { known, columns, keyOf }: Context): string {
  if (known.sweeps.kind === 'waiting') return 'Looking for sweeps.';
  if (known.sweeps.kind === 'failed')
    return cutEnd(`${known.sweeps.why} ${known.sweeps.hint}`, columns - 1);
  if (state.filter !== '') return `Nothing matches "${state.filter}". esc clears the filter.`;
  return `No sweeps here yet. ${keyOf('new')} starts one.`;
}

/** What the cursor's sweep needs, else what the newest one needs that is stuck, else how the cursor's stands. */
export function homeMessage(state: HomeState, context: Context): Line {
  const { now } = context.known;
  const sweeps = shownSweeps(state, context);
  const own = sweeps[homeWindow(state, context).index];
  if (own === undefined) return line('');
  const needs = [own, ...sweeps].map((sweep) => needText(sweep, now));
  const need = needs.find((text) => text !== '');
  if (need !== undefined)
    return line(harmlessText(need).replace(/\s+/g, ' '), needs[0] === '' ? 'quiet' : 'alert');
  const counts = JOB_STATES.filter((name) => own.counts[name] > 0).map(
    (name) => `${name} ${own.counts[name]}`,
  );
  return line(
    [`${own.backend}: ${counts.join(', ')}`, own.holder ?? ''].filter(Boolean).join('  '),
  );
}
