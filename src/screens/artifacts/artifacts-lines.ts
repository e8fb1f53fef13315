import { harmlessText } from '../../dispatch/job/harmless-text.ts';
import { sizeText } from '../../ui/format/size-text.ts';
import { clockText, timeText } from '../../ui/format/time-text.ts';
import { type Line, line, span } from '../../ui/line.ts';
import { cutEnd, cutMiddle } from '../../ui/text/cut.ts';
import type { Context } from '../console/screen.ts';
import { loadedValue } from '../known/loaded.ts';
import type { RunStored, Stored } from '../known/stored.ts';
import { type ListWindow, windowOf } from '../sweep/list-cursor.ts';
import { cells, listRow, withRight } from '../sweep/list-row.ts';
import { matchesText } from '../sweep/text-filter.ts';
import type { ArtifactsState } from './artifacts-state.ts';
import { rateText } from './rate-text.ts';
import { amountText, bytesOf, canBePulled, hereText, stateWords, thereText } from './run-words.ts';

/** Lines of the screen above its rows. */
const HEAD = 2;
/** Lines of the lower part, its rule included. */
const MANIFEST = 6;
const COLUMNS = [14, 17, 6, 7, 9, 7, 0].map((width) => ({ width }));

/** Runs that are shown, the newest first. */
export function shownRuns(
  { filter }: Pick<ArtifactsState, 'filter'>,
  { known }: Context,
): RunStored[] {
  const stored = loadedValue(known.stored);
  if (stored === null) return [];
  return stored.runs
    .filter((run) => {
      const use = run.inUse ? 'in use' : '';
      return matchesText(filter, `${run.runId} ${run.job} ${stateWords(run, stored).text} ${use}`);
    })
    .sort((a, b) => (b.madeAt ?? 0) - (a.madeAt ?? 0));
}

export function artifactRows(
  { hasManifest }: Pick<ArtifactsState, 'hasManifest'>,
  { rows }: Pick<Context, 'rows'>,
) {
  return Math.max(1, rows - HEAD - (hasManifest ? MANIFEST : 0));
}

export function artifactsWindow(state: ArtifactsState, context: Context): ListWindow {
  const ids = shownRuns(state, context).map(({ runId }) => runId);
  return windowOf(ids, state.place, artifactRows(state, context));
}

export function artifactsLines(state: ArtifactsState, context: Context): Line[] {
  const { known, columns } = context;
  const clock = clockText(known.now);
  const stored = loadedValue(known.stored);
  const title = span('Artifacts', 'title');
  if (stored === null) {
    const text =
      known.stored.kind === 'failed'
        ? `${known.stored.why} ${known.stored.hint}`
        : 'Looking for runs.';
    return [withRight([title], clock, columns), line(cutEnd(text, columns - 1))];
  }
  const runs = shownRuns(state, context);
  const filter =
    state.filter === '' ? '' : `  [/ ${state.filter}: ${runs.length} of ${stored.runs.length}]`;
  const head = withRight([title, span(`  ${placesText(stored)}${filter}`)], clock, columns);
  const { thereTrouble } = stored;
  const none = 'No runs yet. They come as jobs finish.';
  if (stored.runs.length === 0) return [head, line(cutEnd(thereTrouble ?? none, columns - 1))];
  if (runs.length === 0)
    return [head, line(`Nothing matches "${state.filter}". esc clears the filter.`)];
  const { index, from, to } = artifactsWindow(state, context);
  const titles = ['run', 'job', 'here', 'there', 'size', 'made', 'state'];
  const titleRow = cells(
    titles.map((text) => ({ text, tones: ['quiet'] as const })),
    COLUMNS,
  );
  const rows = runs.slice(from, to).map((run, row) => {
    const look = { hasCursor: from + row === index, isMarked: state.marks.has(run.runId), columns };
    return listRow(runRow(run, stored, context), look, context.theme);
  });
  const chosen = runs[index];
  const lower =
    state.hasManifest && chosen !== undefined ? manifestLines(chosen, stored, context) : [];
  // In the place of the columns' titles: it matters more, and goes.
  const second =
    thereTrouble === undefined
      ? [span('  '), ...titleRow]
      : line(cutEnd(harmlessText(thereTrouble), columns - 1), 'warn');
  return [head, second, ...rows, ...lower];
}

/** `here 62 runs, 1.9 GB   volume llc-runs 87 runs, 4.1 GB`. */
function placesText({ runs, there }: Stored): string {
  const amount = (side: 'here' | 'there') => {
    const sizes = runs.flatMap((run) => run[side] ?? []);
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    return `${sizes.length === 1 ? '1 run' : `${sizes.length} runs`}, ${sizeText(bytes)}`;
  };
  return `here ${amount('here')}${there === null ? '' : `   ${there} ${amount('there')}`}`;
}

function runRow(run: RunStored, stored: Stored, { known, columns, theme }: Context): Line {
  const { ellipsis } = theme.glyphs;
  const made = run.madeAt === null ? '' : timeText(new Date(run.madeAt), new Date(known.now));
  const rate = run.pulling?.bytesPerS;
  const words = stateWords(run, stored);
  const text = rate == null ? words.text : `${words.text}, ${rateText(rate)}`;
  return cells(
    [
      { text: run.runId },
      { text: cutMiddle(harmlessText(run.job).replace(/\s+/g, ' '), 15, ellipsis) },
      { text: hereText(run, theme.ascii) },
      { text: thereText(run, theme.ascii) },
      { text: sizeText(bytesOf(run)) },
      // A weekday alone, so that the columns keep their places.
      { text: made.length > 5 ? shortDay(made) : made },
      { text: cutEnd(text, columns - 1 - 62, ellipsis), tones: words.tones },
    ],
    COLUMNS,
  );
}

/** `Sun` of `Sun 22:31`, `11-02` of `2024-11-02`. */
function shortDay(made: string): string {
  return made.includes(' ') ? (made.split(' ')[0] ?? made) : made.slice(-5);
}

/** The lower part: what is known of one run, and what its folder holds. */
function manifestLines(run: RunStored, stored: Stored, { theme, columns }: Context): Line[] {
  const rule = theme.glyphs.rule.repeat(2);
  const sizes = [
    run.here === null ? 'not here' : `here ${sizeText(run.here)}`,
    stored.there === null
      ? ''
      : `${stored.there}: ${run.there === null ? 'not there' : sizeText(run.there)}`,
  ].filter((text) => text !== '');
  const files = (run.files ?? []).map(({ name, bytes }) => `${name} ${sizeText(bytes)}`);
  const texts = [
    `${run.job || 'job not known'}   ${stateWords(run, stored).text}${run.inUse ? ', in use: it stays' : ''}`,
    sizes.join('   '),
    ...packed(
      files.length > 0
        ? files
        : [run.here === null ? 'Pull it to see its files.' : 'Its manifest cannot be read.'],
      columns - 2,
    ),
  ];
  return [
    line(`${rule} ${run.runId} ${rule}`, 'title'),
    ...texts.slice(0, MANIFEST - 1).map((text) => line(cutEnd(harmlessText(text), columns - 2))),
  ];
}

function packed(words: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 3 + word.length <= width)
      lines[lines.length - 1] = `${last}   ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** What `p` brings: the marked, else the cursor's run, else all that are only there. */
export function artifactsMessage(state: ArtifactsState, context: Context): Line {
  const stored = loadedValue(context.known.stored);
  if (stored === null) return line('');
  const key = context.keyOf('pull');
  if (state.marks.size > 0) {
    const marked = stored.runs.filter(({ runId }) => state.marks.has(runId));
    const hidden =
      marked.length -
      shownRuns(state, context).filter(({ runId }) => state.marks.has(runId)).length;
    const rest = hidden === 0 ? '' : `, ${hidden} hidden`;
    const pulls = marked.filter(canBePulled);
    const pull = pulls.length === 0 ? '' : `   ${key} pulls ${amountText(pulls)}`;
    return line(`${marked.length} marked (${amountText(marked)}${rest})${pull}`);
  }
  const all = stored.runs.filter(canBePulled);
  const own = shownRuns(state, context)[artifactsWindow(state, context).index];
  if (own !== undefined && canBePulled(own))
    return line(
      `${key} pulls this run, ${sizeText(bytesOf(own))}; :pull all brings ${amountText(all)}`,
    );
  if (all.length > 0) return line(`${key} pulls ${amountText(all)}, all that are only there`);
  return line(own?.inUse === true ? 'A live sweep uses this run: it stays.' : '');
}
