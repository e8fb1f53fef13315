import stringWidth from 'string-width';

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** The beginning of a text, at most `width` columns wide, ending in `ellipsis` where something is left out. */
export function cutEnd(text: string, width: number, ellipsis: string): string {
  if (stringWidth(text) <= width) return text;
  const room = width - stringWidth(ellipsis);
  return room < 0 ? '' : taken(segments(text), room) + ellipsis;
}

/** The end of a text, for paths: `…/medium-s2-hmc/attempt-2`. */
export function cutHead(text: string, width: number, ellipsis: string): string {
  if (stringWidth(text) <= width) return text;
  const room = width - stringWidth(ellipsis);
  if (room < 0) return '';
  let end = '';
  let used = 0;
  for (const segment of segments(text).reverse()) {
    const wide = stringWidth(segment);
    if (used + wide > room) break;
    used += wide;
    end = segment + end;
  }
  return ellipsis + end;
}

/** Exactly `width` columns: cut or filled with spaces at the right. */
export function padded(text: string, width: number, ellipsis: string): string {
  const cut = cutEnd(text, width, ellipsis);
  return cut + ' '.repeat(Math.max(0, width - stringWidth(cut)));
}

/** At its right end, for numbers. */
export function paddedLeft(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - stringWidth(text))) + text;
}

/** Two texts at both ends of a row; the right one goes first where there is no room for both. */
export function bothEnds(left: string, right: string, width: number, ellipsis: string): string {
  const gap = width - stringWidth(left) - stringWidth(right);
  if (right === '' || gap < 2) return cutEnd(left, width, ellipsis);
  return left + ' '.repeat(gap) + right;
}

/** Lines of at most `width` columns, broken between words where that is possible. */
export function wrapped(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => wrappedParagraph(paragraph, Math.max(1, width)));
}

function wrappedParagraph(paragraph: string, width: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of paragraph.split(' ').flatMap((long) => pieces(long, width))) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (current !== '' && stringWidth(longer) > width) {
      lines.push(current);
      current = word;
    } else current = longer;
  }
  return [...lines, current];
}

function pieces(word: string, width: number): string[] {
  if (stringWidth(word) <= width) return [word];
  const parts: string[] = [];
  let rest = word;
  while (stringWidth(rest) > width) {
    // A sign wider than the window stands alone rather than never.
    const part = taken(segments(rest), width) || (segments(rest)[0] ?? '');
    parts.push(part);
    rest = rest.slice(part.length);
  }
  return rest === '' ? parts : [...parts, rest];
}

function taken(parts: readonly string[], room: number): string {
  let text = '';
  let used = 0;
  for (const segment of parts) {
    const wide = stringWidth(segment);
    if (used + wide > room) break;
    used += wide;
    text += segment;
  }
  return text;
}

function segments(text: string): string[] {
  return Array.from(graphemes.segment(text), ({ segment }) => segment);
}
