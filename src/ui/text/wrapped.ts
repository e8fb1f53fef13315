import { beginning, graphemesOf } from './cut.ts';
import { widthOf } from './width.ts';

/** Lines of at most `columns`, broken between words where that is possible. */
export function wrapped(text: string, columns: number): string[] {
  return text.split('\n').flatMap((paragraph) => wrappedParagraph(paragraph, Math.max(1, columns)));
}

function wrappedParagraph(paragraph: string, columns: number): string[] {
  const lines: string[] = [];
  let current = '';
  for (const word of paragraph.split(' ').flatMap((long) => pieces(long, columns))) {
    const longer = current === '' ? word : `${current} ${word}`;
    if (current !== '' && widthOf(longer) > columns) {
      lines.push(current);
      current = word;
    } else current = longer;
  }
  return [...lines, current];
}

function pieces(word: string, columns: number): string[] {
  if (widthOf(word) <= columns) return [word];
  const parts: string[] = [];
  let part = '';
  for (const character of graphemesOf(word)) {
    if (part !== '' && widthOf(part + character) > columns) {
      parts.push(part);
      part = '';
    }
    // A sign wider than the window becomes a space rather than pass the edge.
    part += widthOf(character) > columns ? beginning(character, columns) : character;
  }
  return [...parts, part];
}
