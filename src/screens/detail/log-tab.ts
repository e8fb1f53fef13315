import { countText } from '../../ui/format/numbers.ts';
import { type Line, line, span } from '../../ui/line.ts';
import { cutEnd, padEnd } from '../../ui/text/cut.ts';
import { widthOf } from '../../ui/text/width.ts';
import { caretText } from '../sweep/caret-text.ts';
import { at, type JobSeen } from './job-seen.ts';
import { type LogLine, logLines } from './log-lines.ts';

const FOLLOWING = 'following, a move stops it';

/** How many lines the log has. */
export function logLength({ files }: JobSeen): number {
  return files === null ? 0 : files.stdout.length + files.stderr.length;
}

/** The part of the log that is shown, and whether it follows. */
export function logTab(
  seen: JobSeen,
  window: { readonly top: number; readonly rows: number; readonly follow: boolean },
): Line[] {
  const { files, theme, width } = seen;
  const { top, rows, follow } = window;
  if (files === null || logLength(seen) === 0) return [line(''), line(emptyText(seen))];
  const all = logLines(files);
  const { ellipsis } = theme.glyphs;
  // A blank row above, as in the other tabs.
  const shown = all.slice(top, top + rows - 1);
  const end = Math.min(all.length, top + shown.length);
  const note = follow
    ? FOLLOWING
    : `${countText(top + 1)}-${countText(end)} of ${countText(all.length)}`;
  return [
    line(''),
    ...shown.map((entry, i) =>
      i === shown.length - 1
        ? noted(entry, note, width, ellipsis)
        : [...prefixed(entry, width, ellipsis)],
    ),
  ];
}

function prefixed({ from, text }: LogLine, width: number, ellipsis: string): Line {
  return [span(`${from}| `, 'quiet'), span(cutEnd(caretText(text), width - 5, ellipsis))];
}

function noted({ from, text }: LogLine, note: string, width: number, ellipsis: string): Line {
  const room = width - 5;
  const cut = cutEnd(caretText(text), Math.max(0, room - widthOf(note) - 2), ellipsis);
  return [span(`${from}| `, 'quiet'), span(padEnd(cut, room - widthOf(note)) + note)];
}

function emptyText(seen: JobSeen): string {
  const { job } = seen;
  if (job.attempt === 0) return 'Not tried yet: no log.';
  return job.startedAt === null
    ? 'No log yet.'
    : `No output since its start at ${at(seen, job.startedAt)}.`;
}
