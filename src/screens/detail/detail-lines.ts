import { countText } from '../../ui/format/numbers.ts';
import { type Line, line } from '../../ui/line.ts';
import { cutEnd } from '../../ui/text/cut.ts';
import type { Context } from '../console/screen.ts';
import { caretText } from '../sweep/caret-text.ts';
import { attemptsTab } from './attempts-tab.ts';
import { configTab } from './config-tab.ts';
import type { DetailState } from './detail-state.ts';
import { diagnosticsTab } from './diagnostics-tab.ts';
import { errorTab } from './error-tab.ts';
import { tabLine, titleLine } from './header.ts';
import { type JobSeen, jobSeen } from './job-seen.ts';
import { logLength, logTab } from './log-tab.ts';
import { overviewTab } from './overview-tab.ts';

/** Title and tabs. */
const HEADER_ROWS = 2;
const LOG_TAB = 4;

/** Rows of the open tab. */
export function tabRows(rows: number): number {
  return Math.max(0, rows - HEADER_ROWS);
}

/** The whole screen, at most `context.rows` rows. */
export function detailLines(state: DetailState, context: Context): Line[] {
  const seen = jobSeen(state.jobId, context);
  if (seen === null) return [waitingLine(state, context)].slice(0, context.rows);
  const rows = tabRows(context.rows);
  if (state.tab === LOG_TAB) {
    const window = { top: shownTop(state, context), rows, follow: state.follow };
    return headed(state, '', logTab(seen, window), seen, context);
  }
  const body = bodyOf(state, seen, rows);
  const top = Math.min(state.top, Math.max(0, body.length - rows));
  const end = Math.min(body.length, top + rows);
  const where =
    body.length > rows
      ? `${countText(top + 1)}-${countText(end)} of ${countText(body.length)}`
      : '';
  return headed(state, where, body.slice(top, end), seen, context);
}

function headed(
  { tab }: DetailState,
  where: string,
  body: readonly Line[],
  seen: JobSeen,
  { rows }: Context,
): Line[] {
  return [titleLine(seen), tabLine(tab, where, seen), ...body].slice(0, rows);
}

/** The first line of the tab that is shown: never beyond what fills the window. */
export function shownTop(state: DetailState, context: Context): number {
  const last = lastTop(state, context);
  if (state.tab === LOG_TAB && state.follow) return last;
  return Math.min(state.top, last);
}

/** The first line that is shown when the end is. */
export function lastTop(state: DetailState, context: Context): number {
  const seen = jobSeen(state.jobId, context);
  if (seen === null) return 0;
  const rows = tabRows(context.rows);
  // The log has a blank row above that does not scroll.
  if (state.tab === LOG_TAB) return Math.max(0, logLength(seen) - Math.max(0, rows - 1));
  return Math.max(0, bodyOf(state, seen, rows).length - rows);
}

function bodyOf({ tab, filter }: DetailState, seen: JobSeen, rows: number): Line[] {
  switch (tab) {
    case 1:
      return overviewTab(seen, rows);
    case 2:
      return attemptsTab(seen);
    case 3:
      return errorTab(seen);
    case 4:
      return [];
    case 5:
      return configTab(seen, filter);
    case 6:
      return diagnosticsTab(seen);
  }
}

function waitingLine({ jobId }: DetailState, { known, columns, theme }: Context): Line {
  const { sweep } = known;
  const text =
    sweep.kind === 'failed'
      ? `${sweep.why} ${sweep.hint}`
      : sweep.kind === 'waiting'
        ? 'The sweep is being read.'
        : `The sweep has no job ${jobId}.`;
  return line(cutEnd(caretText(text), columns - 1, theme.glyphs.ellipsis));
}
