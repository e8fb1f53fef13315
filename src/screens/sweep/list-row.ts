import type { Line, Tone } from '../../ui/line.ts';
import { padEnd, padStart } from '../../ui/text/cut.ts';
import { widthOf } from '../../ui/text/width.ts';
import type { Theme } from '../../ui/theme.ts';

/**
 * A row of a list with room for the cursor before and behind it: `[ row]`, marked `* row`, both `{ row}`. Where there
 * are colours the cursor is inverse instead.
 */
export function listRow(
  row: Line,
  look: { readonly hasCursor: boolean; readonly isMarked?: boolean; readonly columns: number },
  { colour }: Pick<Theme, 'colour'>,
): Line {
  const { hasCursor, isMarked = false, columns } = look;
  const mark = isMarked ? '* ' : '  ';
  if (!hasCursor) return [{ text: mark, tones: [] }, ...row];
  if (!colour) {
    const [open, close] = isMarked ? ['{ ', '}'] : ['[ ', ']'];
    return [{ text: open, tones: [] }, ...trimmed(row), { text: close, tones: [] }];
  }
  const width = row.reduce((sum, { text }) => sum + widthOf(text), 2);
  const rest = ' '.repeat(Math.max(0, columns - 1 - width));
  return [
    { text: mark, tones: ['focus'] },
    ...row.map(({ text, tones }) => ({ text, tones: [...tones, 'focus' as Tone] })),
    { text: rest, tones: ['focus'] },
  ];
}

/** A header with something at its right end, which ends two columns before the edge. */
export function withRight(left: Line, right: string, columns: number): Line {
  const width = left.reduce((sum, { text }) => sum + widthOf(text), 0);
  const gap = columns - 2 - width - widthOf(right);
  if (gap < 1) return left;
  return [...left, { text: ' '.repeat(gap) + right, tones: [] }];
}

/** Cells side by side, each as wide as its column. */
export function cells(
  row: readonly { readonly text: string; readonly tones?: readonly Tone[] }[],
  columns: readonly { readonly width: number; readonly right?: boolean }[],
): Line {
  return row.map(({ text, tones = [] }, index) => {
    const { width = 0, right = false } = columns[index] ?? {};
    return { text: right ? padStart(text, width) : padEnd(text, width), tones };
  });
}

function trimmed(row: Line): Line {
  const last = row.findLastIndex(({ text }) => text.trim() !== '');
  return row
    .slice(0, last + 1)
    .map((span, index) => (index === last ? { ...span, text: span.text.trimEnd() } : span));
}
