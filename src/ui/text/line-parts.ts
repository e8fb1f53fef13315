import type { Line, Span } from '../line.ts';
import { cutEnd, firstColumns } from './cut.ts';
import { widthOf } from './width.ts';

/** Columns that a line takes. */
export function widthOfLine(line: Line): number {
  return line.reduce((sum, { text }) => sum + widthOf(text), 0);
}

/** Leaves off what passes the last column. `ellipsis` marks it in the last kept span. Default: no mark. */
export function cutLine(line: Line, columns: number, ellipsis = ''): Line {
  if (widthOfLine(line) <= columns) return line;
  const kept: Span[] = [];
  let left = columns - widthOf(ellipsis);
  if (left < 0) return cutLine(line, columns);
  for (const { text, tones } of line) {
    const width = widthOf(text);
    if (width > left) {
      kept.push({ text: firstColumns(text, left) + ellipsis, tones });
      break;
    }
    kept.push({ text, tones });
    left -= width;
  }
  return kept.filter(({ text }) => text !== '');
}

/** Fills with spaces behind; a longer line stays as it is. */
export function padLine(line: Line, columns: number): Line {
  const missing = columns - widthOfLine(line);
  return missing > 0 ? [...line, { text: ' '.repeat(missing), tones: [] }] : line;
}

/** Lines side by side as one, `between` them. Default: nothing between. */
export function joinLines(lines: readonly Line[], between = ''): Line {
  return lines.flatMap((line, index) =>
    index > 0 && between !== '' ? [{ text: between, tones: [] }, ...line] : [...line],
  );
}

/** A line with a right end, which stays whole: the left part is cut for it, two spaces are kept between. */
export function spreadLine(left: Line, right: Line, columns: number, ellipsis: string): Line {
  const end = cutLine(right, columns);
  const room = columns - widthOfLine(end);
  return [...padLine(cutLine(left, Math.max(0, room - 2), ellipsis), room), ...end];
}

/** One piece of exactly so many columns: cut at its end or filled. */
export function fieldOf(text: string, columns: number, ellipsis: string): string {
  const cut = cutEnd(text, columns, ellipsis);
  return cut + ' '.repeat(Math.max(0, columns - widthOf(cut)));
}
