import { type Line, type Span, span, textOf } from '../line.ts';
import { beginning } from './cut.ts';
import { widthOf } from './width.ts';

export function widthOfLine(line: Line): number {
  return widthOf(textOf(line));
}

/** At most so many columns; what is cut ends in the ellipsis, or plainly where that is empty. */
export function cutLine(line: Line, columns: number, ellipsis = '…'): Line {
  if (widthOfLine(line) <= columns) return line;
  const kept: Span[] = [];
  let room = columns;
  for (const one of line) {
    const width = widthOf(one.text);
    if (width < room) {
      kept.push(one);
      room -= width;
      continue;
    }
    // Something follows, or this one is too long itself: the cut is here.
    const left = room - widthOf(ellipsis);
    if (left >= 0) kept.push({ ...one, text: beginning(one.text, left) + ellipsis });
    break;
  }
  return kept;
}

/** At least so many columns. */
export function padLine(line: Line, columns: number): Line {
  const missing = columns - widthOfLine(line);
  return missing > 0 ? [...line, span(' '.repeat(missing))] : line;
}

/** One at the left, one at the right edge; the left one is cut where both do not fit. */
export function justified(left: Line, right: Line, columns: number, ellipsis = '…'): Line {
  const room = columns - widthOfLine(right);
  return [...padLine(cutLine(left, Math.max(0, room - 1), ellipsis), room), ...right];
}
