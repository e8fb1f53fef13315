import { type Line, type Span, span, type Tone } from '../../ui/line.ts';
import { padLine } from '../../ui/text/line-parts.ts';
import { widthOf } from '../../ui/text/width.ts';
import type { Theme } from '../../ui/theme.ts';

/** Where what a step says begins. */
export const TEXT_COLUMN = 16;

/** Rows of a step, and the one that must be seen. */
export interface BodyRows {
  /** They stay above the rest. */
  readonly head: readonly Line[];
  readonly rows: readonly Line[];
  readonly cursor: number;
  /** They stay below the rest. */
  readonly foot: readonly Line[];
}

/** A text that the cursor may stand on; three columns lie between two of them. */
export function cellOf(
  text: string,
  isHere: boolean,
  theme: Theme,
  tones: readonly Tone[] = [],
): Line {
  if (!isHere) return [span('  '), span(text, ...tones)];
  return theme.colour ? [span('  '), span(text, 'focus')] : [span('[ '), span(text), span(' ]')];
}

/** Cells beside each other, each at its column. */
export function cellsAt(cells: readonly { readonly at: number; readonly cell: Line }[]): Line {
  return cells.reduce<readonly Span[]>(
    (before, { at, cell }) => [...padLine(before, at), ...cell],
    [],
  );
}

/** A text in lines of at most so many columns, broken between words. */
export function wrapped(text: string, columns: number, indent: string, hanging = indent): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of text.split(/\s+/).filter((part) => part !== '')) {
    const start = lines.length === 0 ? indent : hanging;
    const longer = current === '' ? start + word : `${current} ${word}`;
    if (current !== '' && widthOf(longer) > columns) {
      lines.push(current);
      current = hanging + word;
    } else current = longer;
  }
  return current === '' ? lines : [...lines, current];
}
