import { widthOf } from './width.ts';

const ASCII = /^[ -~]*$/;
const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** What a person takes for one character each. */
export function graphemesOf(text: string): string[] {
  if (ASCII.test(text)) return [...text];
  return Array.from(graphemes.segment(text), ({ segment }) => segment);
}

/** Words: `QOSMaxJob…`. */
export function cutEnd(text: string, columns: number, ellipsis = '…'): string {
  if (widthOf(text) <= columns) return text;
  const room = columns - widthOf(ellipsis);
  return room < 0 ? '' : beginning(text, room) + ellipsis;
}

/** Names, whose ends tell them apart: `dln-64…r32 s0`. */
export function cutMiddle(text: string, columns: number, ellipsis = '…'): string {
  if (widthOf(text) <= columns) return text;
  const room = columns - widthOf(ellipsis);
  if (room < 2) return cutEnd(text, columns, ellipsis);
  const tail = Math.floor(room / 2);
  return beginning(text, room - tail) + ellipsis + ending(text, tail);
}

/** Paths, whose ends matter: `…/medium-s2-hmc/2/stderr`. */
export function cutHead(text: string, columns: number, ellipsis = '…'): string {
  if (widthOf(text) <= columns) return text;
  const room = columns - widthOf(ellipsis);
  return room < 0 ? '' : ellipsis + ending(text, room);
}

export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)));
}

export function padStart(text: string, columns: number): string {
  return ' '.repeat(Math.max(0, columns - widthOf(text))) + text;
}

/** Exactly so many columns from the beginning: half a wide character becomes a space. */
export function beginning(text: string, columns: number): string {
  return padEnd(taken(graphemesOf(text), columns).join(''), columns);
}

function ending(text: string, columns: number): string {
  const last = taken(graphemesOf(text).reverse(), columns);
  return padStart(last.reverse().join(''), columns);
}

function taken(characters: readonly string[], columns: number): string[] {
  let room = columns;
  const kept: string[] = [];
  for (const character of characters) {
    room -= widthOf(character);
    if (room < 0) break;
    kept.push(character);
  }
  return kept;
}
