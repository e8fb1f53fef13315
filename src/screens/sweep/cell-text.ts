import type { JobRecord } from '../../dispatch/journal/sweep-state.ts';
import type { OrderAction } from '../../dispatch/orders/order.ts';
import type { LiveSnapshot } from '../../dispatch/scheduler/live-snapshot.ts';
import { estimateOnly, llcText } from '../../ui/format/llc-text.ts';
import { percentText } from '../../ui/format/numbers.ts';
import { timeText } from '../../ui/format/time-text.ts';
import type { Tone } from '../../ui/line.ts';
import { cutEnd, padEnd, padStart } from '../../ui/text/cut.ts';
import { widthOf } from '../../ui/text/width.ts';
import type { Theme } from '../../ui/theme.ts';
import { ERROR_WORDS } from './error-words.ts';
import { FACES, type Face, faceOf, glyphOf, isDoubtful } from './job-words.ts';
import { shortReason } from './reason-name.ts';
import { holdWord } from './site-hold.ts';

/** How much of a job a cell has room for; columns of the body. */
export type CellSize = 'full' | 'short' | 'dot';
export const BODY_COLUMNS: Readonly<Record<CellSize, number>> = { full: 10, short: 6, dot: 0 };

/** A job in its cell. `body`, `doubt` and `attempt` are padded to 10 (short: 6), 1 and 2 columns. */
export interface Cell {
  readonly face: Face;
  readonly glyph: string;
  readonly body: string;
  readonly doubt: string;
  readonly attempt: string;
  readonly glyphTones: readonly Tone[];
  readonly bodyTones: readonly Tone[];
}

/** What a cell is made of besides its job. */
export interface CellContext {
  readonly theme: Theme;
  readonly now: number;
  /** Progress of its newest attempt; null where nothing runs. */
  readonly live: LiveSnapshot['jobs'][number] | null;
  /** Asked for and not told by the journal yet. */
  readonly asked: OrderAction | null;
}

export function cellOf(job: JobRecord, size: CellSize, context: CellContext): Cell {
  const { theme } = context;
  const wish = wishOf(job, context.asked);
  const face: Face = wish === null ? faceOf(job) : 'held';
  const columns = BODY_COLUMNS[size];
  const doubtful = isDoubtful(job);
  const { tones } = FACES[face];
  const isPull = context.asked === 'pull' || job.pull !== null;
  const plainBody = face === 'ok' ? [] : tones;
  const asked: readonly Tone[] = isPull ? ['asked'] : [];
  return {
    face,
    glyph: glyphOf(face, theme),
    body: columns === 0 ? '' : bodyOf(job, face, wish, columns, context),
    doubt: doubtful && job.outcome !== null ? '?' : ' ',
    attempt: attemptText(job.attempt, theme),
    glyphTones: [...tones, ...asked],
    bodyTones: [...(doubtful && (face === 'ok' || face === 'cached') ? [] : plainBody), ...asked],
  };
}

/** What a person wants of the job and the journal has not made true. A pull changes nothing of the job. */
function wishOf(job: JobRecord, asked: OrderAction | null): 'retry' | 'cancel' | null {
  if (asked === 'undo') return null;
  if (asked === 'retry' || asked === 'cancel') return asked;
  if (job.cancelling) return 'cancel';
  return job.state === 'held' ? 'retry' : null;
}

/** `×2` from the second, `×+` from the tenth; two columns. */
function attemptText(attempt: number, { glyphs }: Pick<Theme, 'glyphs'>): string {
  if (attempt < 2) return '  ';
  return `${glyphs.times}${attempt < 10 ? attempt : '+'}`;
}

function bodyOf(
  job: JobRecord,
  face: Face,
  wish: 'retry' | 'cancel' | null,
  columns: number,
  { theme, now, live }: CellContext,
): string {
  const word = (text: string) => padEnd(cutEnd(text, columns, theme.glyphs.ellipsis), columns);
  const number = () => padStart(resultText(job, columns, theme), columns);
  if (wish !== null)
    // The glyph is the first sign of `» retry`.
    return job.outcome !== null && wish === 'retry' ? number() : word(wish);
  switch (face) {
    case 'ok':
    case 'cached':
      return number();
    case 'error':
      return word(job.failure === null ? 'error' : ERROR_WORDS[job.failure.errorType]);
    case 'retrying':
      return word(
        job.dueAt === null ? 'again soon' : `at ${timeText(new Date(job.dueAt), new Date(now))}`,
      );
    case 'running':
      return runningText(job, live, columns) ?? word('running');
    case 'needs-hands':
      return word(holdWord(job.detail) ?? 'held up');
    case 'waiting':
      if (job.outcome !== null) return number();
      return word(shortReason(job.detail) || 'waiting');
    case 'planned':
    case 'submitted':
    case 'starting':
      // What is computed again keeps its number until the new one is whole.
      return job.outcome === null ? word(FACES[face].word) : number();
    default:
      return word(FACES[face].word);
  }
}

/** `Priority` of Slurm's `(Priority)`. */
export function bareReason(reason: string): string {
  return reason.replace(/^\((.*)\)$/, '$1').trim();
}

function resultText({ outcome }: JobRecord, columns: number, { glyphs }: Theme): string {
  if (outcome === null) return '';
  const { llcMean, llcSe } = outcome;
  const { plusMinus } = glyphs;
  if (llcMean === null) return cutEnd('not finite', columns, glyphs.ellipsis);
  const text = llcText(llcMean, llcSe, { columns: BODY_COLUMNS.full, plusMinus });
  if (columns >= BODY_COLUMNS.full) return text;
  const [value = ''] = text.split(` ${plusMinus}`);
  return widthOf(value) <= columns ? value : estimateOnly(llcMean, columns + 1).slice(1);
}

function runningText(
  { outcome, attempt }: JobRecord,
  live: CellContext['live'],
  columns: number,
): string | null {
  const progress = live?.attempt === attempt ? live.progress : null;
  if (progress === null) return null;
  if (progress.total === 0) return padEnd(progress.stage.slice(0, columns), columns);
  const percent = padStart(percentText(progress.done, progress.total), 4);
  const room = columns - 4;
  if (room < 6) return padEnd(percent, columns);
  const old = outcome?.llcMean ?? null;
  if (progress.llc !== null) return percent + padStart(estimateOnly(progress.llc, 6), room);
  return percent + padStart(old === null ? '' : estimateOnly(old, 6).slice(1), room);
}
