import type { Line, Tone } from './line.ts';
import { graphemesOf } from './text/cut.ts';
import { widthOf } from './text/width.ts';
import type { Theme } from './theme.ts';

/** SGR codes of a look, in the order in which they are sent, and what ends each. */
const LOOKS: Readonly<Record<Tone, readonly number[]>> = {
  quiet: [2],
  alert: [1, 35],
  live: [36],
  warn: [35],
  good: [32],
  bad: [1, 31],
  title: [1],
  news: [1],
  focus: [7],
  asked: [4],
};
const IN_FOCUS: ReadonlySet<Tone> = new Set(['focus', 'title', 'news', 'asked']);
const ENDS: Readonly<Record<number, number>> = {
  1: 22,
  2: 22,
  4: 24,
  7: 27,
  31: 39,
  32: 39,
  35: 39,
  36: 39,
};
const ASCII = /^[\x20-\x7e]*$/;

/**
 * A line as text with SGR codes 1 2 4 7 31 32 35 36 and their ends 22 24 27 39: no blue, yellow, white, black
 * or blink, so that light and dark terminals both can be read. Every row ends as it began, without a look.
 */
export function renderLine(line: Line, theme: Theme): string {
  return line
    .map(({ text, tones }) => {
      const safe = theme.ascii ? asciiText(text) : text;
      return theme.colour && safe !== '' ? dressed(safe, tones) : safe;
    })
    .join('');
}

/** What stays of a text where only ASCII may be written: `?` a column for all else. */
function asciiText(text: string): string {
  if (ASCII.test(text)) return text;
  return graphemesOf(text)
    .map((grapheme) => (ASCII.test(grapheme) ? grapheme : '?'.repeat(widthOf(grapheme))))
    .join('');
}

function dressed(text: string, tones: readonly Tone[]): string {
  // Under the cursor a colour would become a block of it.
  const seen = tones.includes('focus') ? tones.filter((tone) => IN_FOCUS.has(tone)) : tones;
  const codes = [...new Set(seen.flatMap((tone) => LOOKS[tone]))];
  // Bold and dim end with the same code and terminals mix them differently: bold is the louder.
  const shown = codes.includes(1) ? codes.filter((code) => code !== 2) : codes;
  const ends = [...new Set(shown.map((code) => ENDS[code]))].reverse();
  return `${sgr(shown)}${text}${sgr(ends)}`;
}

function sgr(codes: readonly (number | undefined)[]): string {
  return codes.map((code) => `\x1b[${code}m`).join('');
}
