import { graphemesOf, widthOf } from './width.ts';

/** Words: what does not fit is left off behind, `QOSMaxJob…`. A text that fits stays as it is. */
export function cutEnd(text: string, columns: number, ellipsis: string): string {
  if (widthOf(text) <= columns) return text;
  const room = columns - widthOf(ellipsis);
  return room < 0 ? firstColumns(text, columns) : firstColumns(text, room) + ellipsis;
}

/** Labels: both ends tell most, `dln-64…r32 s0`. */
export function cutMiddle(text: string, columns: number, ellipsis: string): string {
  if (widthOf(text) <= columns) return text;
  const room = columns - widthOf(ellipsis);
  if (room < 0) return firstColumns(text, columns);
  const back = Math.floor(room / 2);
  return firstColumns(text, room - back) + ellipsis + lastColumns(text, back);
}

/** Paths: the file at their end tells most, `…/medium-s2-hmc/2/stderr`. */
export function cutHead(path: string, columns: number, ellipsis: string): string {
  if (widthOf(path) <= columns) return path;
  const room = columns - widthOf(ellipsis);
  return room < 0 ? lastColumns(path, columns) : ellipsis + lastColumns(path, room);
}

/** Fills with spaces behind; a longer text stays as it is. */
export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)));
}

/** Fills with spaces in front; a longer text stays as it is. */
export function padStart(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - widthOf(text))) + text;
}

/** The first columns of a longer text, exactly so many: half a wide character becomes a space. */
export function firstColumns(text: string, columns: number): string {
  const { kept, width } = take(graphemesOf(text), columns);
  return kept.join('') + ' '.repeat(Math.max(0, columns - width));
}

/** The last columns of a longer text, exactly so many. */
function lastColumns(text: string, columns: number): string {
  const { kept, width } = take([...graphemesOf(text)].reverse(), columns);
  return ' '.repeat(Math.max(0, columns - width)) + kept.reverse().join('');
}

function take(graphemes: readonly string[], columns: number): { kept: string[]; width: number } {
  const kept: string[] = [];
  let width = 0;
  for (const grapheme of graphemes) {
    const next = width + widthOf(grapheme);
    if (next > columns) break;
    kept.push(grapheme);
    width = next;
  }
  return { kept, width };
}
