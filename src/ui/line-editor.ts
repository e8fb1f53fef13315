import type { Key } from './key.ts';
import type { Span } from './line.ts';
import { graphemesOf } from './text/cut.ts';
import { widthOf } from './text/width.ts';
import type { Theme } from './theme.ts';

/** A text that is being typed, in one line. */
export interface LineField {
  readonly text: string;
  /** Where the next letter goes, as an index into the text, between graphemes. */
  readonly cursor: number;
}

/** A field with a text in it, the cursor behind it. */
export function fieldOf(text: string): LineField {
  return { text, cursor: text.length };
}

/** The field after a key; null where the key means nothing to a field (enter, esc, tab, up and the like). */
export function edit(field: LineField, key: Key): LineField | null {
  const [before, after] = [field.text.slice(0, field.cursor), field.text.slice(field.cursor)];
  if (key.kind === 'paste') return joined(before + inOneLine(key.text), after);
  switch (key.name) {
    case 'space':
      return joined(`${before} `, after);
    case 'backspace':
      return joined(withoutLast(before), after);
    case 'delete':
      return joined(before, withoutFirst(after));
    case 'left':
      return { ...field, cursor: withoutLast(before).length };
    case 'right':
      return { ...field, cursor: field.text.length - withoutFirst(after).length };
    case 'home':
    case 'ctrl-a':
      return { ...field, cursor: 0 };
    case 'end':
    case 'ctrl-e':
      return { ...field, cursor: field.text.length };
    case 'ctrl-u':
      return joined('', after);
    case 'ctrl-k':
      return joined(before, '');
    case 'ctrl-w':
      return joined(before.replace(/\S*\s*$/u, ''), after);
    default:
      return isLetter(key.name) ? joined(before + key.name, after) : null;
  }
}

/**
 * The field as it is shown, in at most so many columns: the part around the cursor, which is inverse, or `_` in
 * front of its letter without colour.
 */
export function fieldSpans(field: LineField, columns: number, theme: Theme): readonly Span[] {
  const before = graphemesOf(field.text.slice(0, field.cursor));
  const [at = '', ...after] = graphemesOf(field.text.slice(field.cursor));
  const cursor: Span = theme.colour
    ? { text: at || ' ', tones: ['focus'] }
    : { text: '_', tones: [] };
  const behind = theme.colour ? after : at === '' ? after : [at, ...after];
  const left = fitting([...before].reverse(), columns - widthOf(cursor.text));
  const right = fitting(behind, columns - widthOf(cursor.text) - widthOf(left.join('')));
  return [
    { text: left.reverse().join(''), tones: [] },
    cursor,
    { text: right.join(''), tones: [] },
  ].filter(({ text }) => text !== '') as readonly Span[];
}

function joined(before: string, after: string): LineField {
  return { text: before + after, cursor: before.length };
}

function isLetter(name: string): boolean {
  return [...name].length === 1 && !/\p{Cc}/u.test(name);
}

function inOneLine(text: string): string {
  return text.trim().replace(/[\p{Cc}\s]+/gu, ' ');
}

function withoutLast(text: string): string {
  return graphemesOf(text).slice(0, -1).join('');
}

function withoutFirst(text: string): string {
  return graphemesOf(text).slice(1).join('');
}

function fitting(graphemes: readonly string[], columns: number): string[] {
  const kept: string[] = [];
  let left = columns;
  for (const grapheme of graphemes) {
    left -= widthOf(grapheme);
    if (left < 0) break;
    kept.push(grapheme);
  }
  return kept;
}
