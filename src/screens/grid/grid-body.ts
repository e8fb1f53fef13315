import { countText } from '../../ui/format/numbers.ts';
import { type Line, type Span, span, type Tone, textOf } from '../../ui/line.ts';
import { cutEnd, cutMiddle, padEnd, padStart } from '../../ui/text/cut.ts';
import { widthOf } from '../../ui/text/width.ts';
import type { Context } from '../console/screen.ts';
import type { SweepWatched } from '../known/sweep-watched.ts';
import { agreementOf, essPerSecond } from '../sweep/agreement.ts';
import { BODY_COLUMNS, type Cell, cellOf } from '../sweep/cell-text.ts';
import type { Family } from '../sweep/families.ts';
import { FACES, glyphOf } from '../sweep/job-words.ts';
import { groupCounts } from './face-counts.ts';
import { gridHeight } from './grid-cursor.ts';
import { CELL_COLUMNS, type ExtraColumn, type GridLayout, layoutOf } from './grid-layout.ts';
import { paneLines } from './grid-pane.ts';
import { type GridRows, rowsOf } from './grid-rows.ts';
import { type GridState, groupOfRow, type RowId } from './grid-state.ts';
import { groupsOf } from './groups.ts';
import { markedSet } from './marks.ts';

/** All that a row is drawn from. */
interface Drawing {
  readonly state: GridState;
  readonly watched: SweepWatched;
  readonly context: Context;
  readonly layout: GridLayout;
  readonly rows: GridRows;
  readonly marked: ReadonlySet<string>;
}

/** The line of columns and the rows that fit, the pane at their side. Only what is visible is looked at. */
export function bodyLines(state: GridState, watched: SweepWatched, context: Context): Line[] {
  const layout = layoutOf(context.columns, watched.families.samplers.length, state);
  const rows = rowsOf(watched, state);
  const drawing = { state, watched, context, layout, rows, marked: markedSet(state.marks) };
  const height = gridHeight(context);
  const shown = rows.rows.slice(state.top, state.top + height);
  const left = [columnLine(drawing, shown.length), ...shown.map((row) => rowLine(drawing, row))];
  if (layout.pane === 0) return left;
  const pane = paneLines(state, watched, context, layout.pane).slice(0, height + 1);
  return Array.from({ length: height + 1 }, (_, index) =>
    beside(left[index] ?? [], pane[index] ?? [], layout, context),
  );
}

function beside(left: Line, right: Line, layout: GridLayout, { theme }: Context): Line {
  const gap = ' '.repeat(Math.max(0, layout.left - widthOf(textOf(left))));
  return [...left, span(gap), span(`${theme.glyphs.pane} `, 'quiet'), ...right];
}

/** `1-18 of 23      sgld            sghmc`, with how many samplers lie to either side. */
function columnLine({ state, watched, context, layout, rows }: Drawing, count: number): Line {
  const { ascii, glyphs } = context.theme;
  const total = countText(rows.rows.length);
  const range =
    count === 0
      ? '0 of 0'
      : `${countText(state.top + 1)}-${countText(state.top + count)} of ${total}`;
  const before = layout.before > 0 ? `${ascii ? '<' : '‹'}${layout.before}` : '';
  const after = layout.after > 0 ? `${layout.after}${ascii ? '>' : '›'}` : '';
  const room = layout.label - (before === '' ? 0 : widthOf(before) + 1);
  const head = padEnd(cutEnd(range, room, glyphs.ellipsis), room);
  const cell = CELL_COLUMNS[layout.size];
  const names = layout.columns.map((column, index) => {
    const isLast = index === layout.columns.length - 1 && after !== '';
    const own = Math.max(1, cell - 1 - (isLast ? widthOf(after) + 1 : 0));
    const sampler = watched.families.samplers[column] ?? '';
    // A dot has room for one letter.
    const name =
      own < 3 ? (Array.from(sampler)[0] ?? '') : cutMiddle(sampler, own, glyphs.ellipsis);
    return padEnd(name, isLast ? own + 1 : cell);
  });
  const focused = layout.columns.indexOf(state.cursor?.column ?? -1);
  const spans: Span[] = [
    span(head, 'quiet'),
    ...(before === '' ? [] : [span(` ${before}`, 'title')]),
    span(' '),
    ...names.map((name, index) => span(name, ...(index === focused ? (['title'] as const) : []))),
    ...(after === '' ? [] : [span(after, 'title')]),
  ];
  const isPlain = layout.extras.length === 0 && layout.pane === 0;
  if (isPlain) return spans;
  const gap = Math.max(0, layout.cellsEnd - widthOf(textOf(spans)));
  return [...spans, span(' '.repeat(gap)), ...layout.extras.map(titleOfExtra)];
}

function titleOfExtra({ title, columns, name }: ExtraColumn): Span {
  return span(`  ${name === 'best' ? padEnd(title, columns) : padStart(title, columns)}`, 'quiet');
}

function rowLine(drawing: Drawing, row: RowId): Line {
  const group = groupOfRow(row);
  return group === null ? familyLine(drawing, row) : groupLine(drawing, group, row);
}

/** `- medium`, or `+ small` with how many jobs stand how under each sampler. */
function groupLine(drawing: Drawing, group: number, row: RowId): Line {
  const { state, watched, layout } = drawing;
  const isFolded = state.folded.includes(group);
  const { problem = '' } = groupsOf(watched.families).groups[group] ?? {};
  const isFocused = state.cursor?.row === row;
  const cells = layout.columns.map((column) =>
    isFolded ? foldedCell(drawing, group, column) : blankCell(layout),
  );
  const label = labelSpans(drawing, isFolded ? '+' : '-', problem, isFocused, ['title']);
  const edge = isFocused && !drawing.context.theme.colour ? ']' : ' ';
  return joined(label, cells, [edge, ...layout.columns.map(() => ' ')]);
}

/** `✗1 ✓7 =1 ▸1`: whole counts as they fit; as a dot the one that needs somebody most. */
function foldedCell({ watched, context, layout }: Drawing, group: number, column: number): Line {
  const { theme } = context;
  const room = CELL_COLUMNS[layout.size] - 1;
  const counts = groupCounts(watched, group, column);
  if (layout.size === 'dot') {
    const [first] = counts;
    return first === undefined
      ? blankCell(layout)
      : [span(glyphOf(first[0], theme), ...FACES[first[0]].tones)];
  }
  const spans: Span[] = [];
  let used = 0;
  for (const [index, [face, count]] of counts.entries()) {
    const text = `${glyphOf(face, theme)}${countText(count)}`;
    const gap = index > 0 ? 1 : 0;
    const isLast = index === counts.length - 1;
    // An ellipsis says that not all is told.
    if (used + gap + widthOf(text) > room - (isLast ? 0 : 1)) {
      spans.push(span(theme.glyphs.ellipsis));
      used += 1;
      break;
    }
    spans.push(span(' '.repeat(gap)), span(text, ...FACES[face].tones));
    used += gap + widthOf(text);
  }
  return [...spans, span(' '.repeat(Math.max(0, room - used)))];
}

function familyLine(drawing: Drawing, row: RowId): Line {
  const { state, watched, context, layout, marked } = drawing;
  const family = watched.families.families[row] as Family;
  const isRow = state.cursor?.row === row;
  const focus = isRow ? layout.columns.indexOf(state.cursor?.column ?? -1) : -1;
  const isLabel = isRow && state.cursor?.column === -1;
  const jobIds = layout.columns.map((column) => family.jobs[column] ?? null);
  const cells = jobIds.map((jobId, index) => cellSpans(drawing, jobId, index === focus));
  const marks = jobIds.map((jobId) => jobId !== null && marked.has(jobId));
  const edges = edgesOf(marks, focus, isLabel, context.theme.colour);
  const label = labelSpans(drawing, ' ', family.label, isLabel, []);
  const line = joined(label, cells, edges);
  if (layout.extras.length === 0) return line;
  return [...line, ...layout.extras.map((extra) => span(`  ${extraText(drawing, family, extra)}`))];
}

/** The column before each cell and after the last: marks, and brackets where no colour shows the cursor. */
function edgesOf(
  marks: readonly boolean[],
  focus: number,
  isLabel: boolean,
  colour: boolean,
): string[] {
  const edges = [...marks.map((isMarked) => (isMarked ? '*' : ' ')), ' '];
  if (colour) return edges;
  const close = (index: number, sign: string) => {
    // A mark says more than the bracket's end.
    if (edges[index] === ' ') edges[index] = sign;
  };
  if (isLabel) close(0, ']');
  if (focus < 0) return edges;
  const isMarked = marks[focus] === true;
  edges[focus] = isMarked ? '{' : '[';
  close(focus + 1, isMarked ? '}' : ']');
  return edges;
}

function joined(label: Line, cells: readonly Line[], edges: readonly string[]): Line {
  const spans = [...label];
  for (const [index, edge] of edges.entries())
    spans.push(edge === '*' ? span(edge, 'title') : span(edge), ...(cells[index] ?? []));
  return spans;
}

/** `  medium s2  `; on the label the cursor stands in its second column. */
function labelSpans(
  { context, layout }: Drawing,
  sign: string,
  text: string,
  isFocused: boolean,
  tones: readonly Tone[],
): Line {
  const { colour, glyphs } = context.theme;
  const room = layout.label - 2;
  const label = padEnd(cutMiddle(text, room, glyphs.ellipsis), room);
  const open = isFocused && !colour ? '[' : ' ';
  return [
    span(`${sign}${open}`),
    span(label, ...tones, ...(isFocused ? (['focus'] as const) : [])),
  ];
}

function blankCell({ size }: GridLayout): Line {
  return [span(' '.repeat(CELL_COLUMNS[size] - 1))];
}

function cellSpans(drawing: Drawing, jobId: string | null, isFocused: boolean): Line {
  const { watched, context, layout, rows } = drawing;
  const job = jobId === null ? undefined : watched.sweep.jobs.get(jobId);
  const focus: readonly Tone[] = isFocused ? ['focus'] : [];
  if (jobId === null || job === undefined)
    return blankCell(layout).map(({ text }) => span(text, ...focus));
  const cell = cellOf(job, layout.size, {
    theme: context.theme,
    now: context.known.now,
    live: watched.liveJobs.get(jobId) ?? null,
    asked: context.asked.get(jobId) ?? null,
  });
  const isNews = (job.endedAt ?? Number.NEGATIVE_INFINITY) > context.seenUpTo;
  const isDim = rows.hits !== null && !rows.hits.has(jobId);
  const toned = (tones: readonly Tone[]): Tone[] => [
    ...(isDim ? (['quiet'] as const) : tones),
    ...(isNews ? (['news'] as const) : []),
    ...focus,
  ];
  return partsOf(cell, layout).map(([text, tones]) => span(text, ...toned(tones)));
}

function partsOf(cell: Cell, { size }: GridLayout): (readonly [string, readonly Tone[]])[] {
  if (size === 'dot') return [[cell.glyph, cell.glyphTones]];
  const body = padEnd(cell.body, BODY_COLUMNS[size]);
  return [
    [cell.glyph, cell.glyphTones],
    [' ', []],
    [body, cell.bodyTones],
    [cell.doubt, ['warn']],
    ...(size === 'full' ? ([[cell.attempt, ['quiet']]] as const) : []),
  ];
}

function extraText({ watched, context }: Drawing, family: Family, extra: ExtraColumn): string {
  const { columns, name } = extra;
  const jobs = family.jobs.map((jobId) => watched.sweep.jobs.get(jobId ?? '') ?? null);
  if (name === 'params')
    return padStart(family.targetParams === null ? '' : countText(family.targetParams), columns);
  if (name === 'agree') {
    const agreement = agreementOf(jobs);
    return padStart(agreement === null ? '' : `z ${zText(agreement.z)}`, columns);
  }
  const rates = jobs.map((job) => (job === null ? null : essPerSecond(job)) ?? -1);
  const best = Math.max(...rates);
  const sampler = best > 0 ? (watched.families.samplers[rates.indexOf(best)] ?? '') : '';
  return padEnd(cutMiddle(sampler, columns, context.theme.glyphs.ellipsis), columns);
}

/** At most three columns. */
function zText(z: number): string {
  if (z < 9.95) return z.toFixed(1);
  return z < 999.5 ? z.toFixed(0) : '>1k';
}
