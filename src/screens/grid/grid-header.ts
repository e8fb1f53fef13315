import { type JobState, TERMINAL_STATES } from '../../dispatch/job/words.ts';
import { countText, hoursText, moneyText, percentText } from '../../ui/format/numbers.ts';
import { clockText, hmText, timeText } from '../../ui/format/time-text.ts';
import { type Line, type Span, span, textOf } from '../../ui/line.ts';
import { cutEnd } from '../../ui/text/cut.ts';
import { widthOf } from '../../ui/text/width.ts';
import type { Theme } from '../../ui/theme.ts';
import type { Context } from '../console/screen.ts';
import type { SweepWatched } from '../known/sweep-watched.ts';
import { backendName } from '../sweep/backend-name.ts';
import { FACES, glyphOf } from '../sweep/job-words.ts';
import { headerCounts } from './face-counts.ts';
import { rowsOf } from './grid-rows.ts';
import type { GridState } from './grid-state.ts';

/** Where there is room for what may be missed. */
const WIDE = 120;
const NARROW = 80;

/** The rows above the grid's columns: where am I, how is it. */
export function headerLines(state: GridState, watched: SweepWatched, context: Context): Line[] {
  return [
    titleLine(state, watched, context),
    countsLine(watched, context),
    barLine(watched, context),
  ];
}

/** Title and clock alone, while nothing else is known. */
export function bareTitle(sweepId: string, { known, columns }: Context): Line {
  return spread(
    [span('llc ', 'quiet'), span(sweepId, 'title')],
    [span(clockText(known.now))],
    columns,
  );
}

function titleLine(state: GridState, watched: SweepWatched, context: Context): Line {
  const { known, columns, theme } = context;
  const health = healthSpans(watched, context);
  const right = [...health, span(`${health.length > 0 ? '   ' : ''}${clockText(known.now)}`)];
  const name = [span('llc ', 'quiet'), span(state.sweepId, 'title'), span('  ')];
  const room = columns - 1 - widthOf(textOf(name)) - widthOf(textOf(right)) - 1;
  const text = cutEnd(
    middleText(state, watched, context),
    Math.max(0, room),
    theme.glyphs.ellipsis,
  );
  return spread([...name, span(text)], right, columns);
}

/** Where it runs; a filter in force takes its place. */
function middleText(state: GridState, watched: SweepWatched, { columns }: Context): string {
  const { hits } = rowsOf(watched, state);
  if (hits === null) return placeText(watched, columns >= WIDE);
  const what = state.filter === '' ? 'chosen' : `/ ${state.filter}`;
  return `[${what}: ${countText(hits.size)} of ${countText(watched.sweep.jobs.size)}]`;
}

/** `slurm gpu, vectorized`. */
function placeText({ sweep, plan }: SweepWatched, isWide: boolean): string {
  const { slurmPartition = null, ssh = null, preset = null } = plan?.options ?? {};
  const place = [
    backendName(sweep.backend),
    slurmPartition !== null && sweep.backend === 'submitit' ? ` ${slurmPartition}` : '',
    ssh !== null && sweep.backend === 'submitit' ? ` on ${ssh}` : '',
  ].join('');
  const mode = sweep.gpuMode === 'off' ? 'CPU' : sweep.gpuMode;
  return [place, mode, ...(isWide && preset !== null ? [`preset ${preset}`] : [])].join(', ');
}

function healthSpans(watched: SweepWatched, { known, columns }: Context): Span[] {
  const { sweep, live } = watched;
  if (sweep.endedAt !== null && sweep.ended !== null)
    return [span(`ended ${timeText(new Date(sweep.endedAt), new Date(known.now))}`)];
  if (sweep.paused !== null) return [span('paused', 'alert')];
  if (watched.supervisor.standing === 'dead' || watched.supervisor.standing === 'none')
    return [span('nobody runs it', 'alert')];
  const health = live?.health ?? null;
  if (health === null) return [];
  const name = backendName(sweep.backend);
  const at = columns >= WIDE ? clockText(health.at) : hmText(health.at);
  if (health.state === 'well') return [span(`${name} ok ${at}`)];
  return [span(`${name} ${health.state} ${at}`, health.state === 'down' ? 'alert' : 'warn')];
}

/** `✓58 ok  =8 cached`: words go from the end where there is no room, then the gaps, never a number. */
function countsLine(watched: SweepWatched, { columns, theme }: Context): Line {
  const counts = headerCounts(watched, columns);
  const items = counts.map(([face, count]) => ({
    sign: `${glyphOf(face, theme)}${countText(count)}`,
    word: ` ${FACES[face].word}`,
    tones: FACES[face].tones,
    isLoud: face === 'error' || face === 'needs-hands',
  }));
  const widthWith = (words: number, gap: number) =>
    items.reduce(
      (sum, { sign, word }, index) => sum + widthOf(sign) + (index < words ? word.length : 0),
      gap * Math.max(0, items.length - 1),
    );
  // On a wide screen nothing stands behind it, so the last column may be used.
  const room = columns < WIDE ? columns - 1 : columns;
  let words = items.length;
  while (words > 0 && widthWith(words, 2) > room) words -= 1;
  const gap = ' '.repeat(widthWith(words, 2) > room ? 1 : 2);
  return items.flatMap(({ sign, word, tones, isLoud }, index): Span[] => {
    const text = index < words ? word : '';
    return [
      ...(index > 0 ? [span(gap)] : []),
      span(sign, ...tones),
      ...(text === '' ? [] : [isLoud ? span(text, ...tones) : span(text)]),
    ];
  });
}

const BAR_COLUMNS = 24;
/** What waits in a queue is still to come. */
const UNDER_WAY: ReadonlySet<JobState> = new Set(['starting', 'running', 'collecting']);

/** How far, how fast, until when, at what cost. */
function barLine(watched: SweepWatched, { columns, theme, known }: Context): Line {
  const { sweep } = watched;
  const total = sweep.jobs.size;
  const ended = countOf(watched, (state) => TERMINAL_STATES.has(state));
  const live = countOf(watched, (state) => UNDER_WAY.has(state));
  const left: Span[] = [
    ...barSpans(ended, live, total, theme),
    span(`  ${percentText(ended, total)} of ${countText(total)}`),
  ];
  const facts = [rateText(watched), doneText(watched, known.now), costText(watched, columns)];
  const [rate = '', done = '', cost = ''] = facts;
  const choices = [
    ...(columns >= NARROW ? [[rate, done, cost]] : []),
    [rate, done],
    [done],
    [],
  ].map((parts) => parts.filter((part) => part !== '').join('   '));
  const room = columns - 1 - widthOf(textOf(left)) - 2;
  const right = choices.find((text) => widthOf(text) <= room) ?? '';
  return spread(left, [span(right)], columns);
}

function countOf({ sweep }: SweepWatched, counts: (state: JobState) => boolean): number {
  let sum = 0;
  for (const [state, ids] of Object.entries(sweep.byState))
    if (counts(state as JobState)) sum += ids.size;
  return sum;
}

function barSpans(ended: number, live: number, total: number, { glyphs }: Theme): Span[] {
  const share = (count: number) => (total === 0 ? 0 : (BAR_COLUMNS * count) / total);
  const done = Math.floor(share(ended));
  const under = Math.min(BAR_COLUMNS, Math.round(share(ended + live))) - done;
  const [full, alive, empty] = glyphs.bar;
  return [
    span(full.repeat(done), 'good'),
    span(alive.repeat(Math.max(0, under)), 'live'),
    span(empty.repeat(BAR_COLUMNS - done - Math.max(0, under)), 'quiet'),
  ];
}

function rateText({ rate }: SweepWatched): string {
  const { perHour } = rate;
  if (perHour === null) return '';
  return `${perHour < 10 ? perHour.toFixed(1) : countText(perHour)}/h`;
}

function doneText({ rate }: SweepWatched, now: number): string {
  return rate.doneAt === null ? '' : `done ~${timeText(new Date(rate.doneAt), new Date(now))}`;
}

/** Money where the place tells it, else the time on GPUs; where there is room also what it will come to. */
function costText({ rate, sweep }: SweepWatched, columns: number): string {
  const { cost, gpuHours } = rate;
  if (cost !== null) return moneyText(cost);
  if (gpuHours === null) return '';
  const text = hoursText(gpuHours, 'GPU');
  const ended = sweep.byState.ok.size + sweep.byState.error.size;
  const all = sweep.jobs.size - sweep.byState.cached.size - sweep.byState.cancelled.size;
  if (columns < WIDE || ended === 0 || ended === all) return text;
  const expected = (gpuHours * all) / (ended + sweep.byState.running.size / 2);
  const soFar = text.replace(' GPU h', '');
  return `${soFar} of ~${countText(Math.max(expected, gpuHours))} GPU h`;
}

/** Left and right parts, up to the last column but one. */
function spread(left: readonly Span[], right: readonly Span[], columns: number): Line {
  const gap = columns - 1 - widthOf(textOf(left)) - widthOf(textOf(right));
  if (textOf(right) === '') return left;
  return [...left, span(' '.repeat(Math.max(1, gap))), ...right];
}
