import type { Key } from './key.ts';
import { type Span, span } from './line.ts';
import { cutHead, graphemesOf } from './text/cut.ts';
import type { Theme } from './theme.ts';

/** A text of one line that is being typed. */
export interface LineField {
  readonly text: string;
  /** Of its characters, those before the cursor. */
  readonly cursor: number;
}

/** With the cursor at the end. */
export function fieldOf(text: string): LineField {
  return { text, cursor: graphemesOf(text).length };
}

/** The field after a key; null where the key is nothing to it. */
export function edit(field: LineField, key: Key): LineField | null {
  const { cursor } = field;
  const characters = graphemesOf(field.text);
  const at = (moved: number): LineField => ({
    text: field.text,
    cursor: Math.min(characters.length, Math.max(0, moved)),
  });
  const without = (from: number, to: number): LineField => ({
    text: [...characters.slice(0, Math.max(0, from)), ...characters.slice(to)].join(''),
    cursor: Math.max(0, from),
  });
  const inserted = (text: string): LineField => {
    const before = characters.slice(0, cursor).join('') + text;
    return {
      text: before + characters.slice(cursor).join(''),
      cursor: graphemesOf(before).length,
    };
  };
  if (key.kind === 'paste') return inserted(key.text.replace(/[\p{Cc}\s]+/gu, ' '));
  switch (key.name) {
    case 'left':
      return at(cursor - 1);
    case 'right':
      return at(cursor + 1);
    case 'home':
    case 'ctrl-a':
      return at(0);
    case 'end':
    case 'ctrl-e':
      return at(characters.length);
    case 'backspace':
      return cursor === 0 ? field : without(cursor - 1, cursor);
    case 'delete':
    case 'ctrl-d':
      return without(cursor, cursor + 1);
    case 'ctrl-u':
      return without(0, cursor);
    case 'ctrl-k':
      return without(cursor, characters.length);
    case 'ctrl-w':
      return without(wordBefore(characters, cursor), cursor);
    case 'space':
      return inserted(' ');
    default:
      return graphemesOf(key.name).length === 1 ? inserted(key.name) : null;
  }
}

function wordBefore(characters: readonly string[], cursor: number): number {
  let start = cursor;
  while (start > 0 && characters[start - 1] === ' ') start -= 1;
  while (start > 0 && characters[start - 1] !== ' ') start -= 1;
  return start;
}

/** The field with its cursor: inverse, or an underscore without colour. */
export function fieldSpans(
  { text, cursor }: LineField,
  columns: number,
  { colour, glyphs }: Theme,
): Span[] {
  const characters = graphemesOf(text);
  const before = cutHead(characters.slice(0, cursor).join(''), columns - 1, glyphs.ellipsis);
  const under = characters[cursor];
  const after = characters.slice(cursor + 1).join('');
  if (colour) return [span(before), span(under ?? ' ', 'focus'), span(after)];
  return [span(before), span(under === undefined ? '_' : `_${under}`), span(after)];
}
