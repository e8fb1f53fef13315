import type { Line, Tone } from './line.ts';
import { graphemesOf } from './text/cut.ts';
import { widthOf } from './text/width.ts';
import type { Theme } from './theme.ts';

/** Colours lie on the terminal's own background, light or dark; no other SGR is ever sent. */
const SGR: Readonly<Record<Tone, readonly number[]>> = {
  quiet: [2],
  alert: [35, 1],
  live: [36],
  warn: [35],
  good: [32],
  bad: [31, 1],
  title: [1],
  news: [1],
  focus: [7],
  asked: [4],
};

/** A line as the terminal takes it: its text between SGR sequences, and none of these without colour. */
export function renderLine(line: Line, theme: Theme): string {
  return line
    .map(({ text, tones }) => {
      const shown = theme.ascii ? asciiOf(text) : text;
      if (!theme.colour || tones.length === 0 || shown === '') return shown;
      const codes = new Set(tones.flatMap((tone) => SGR[tone]));
      return `\u001b[${[...codes].join(';')}m${shown}\u001b[0m`;
    })
    .join('');
}

const ASCII = /^[ -~]*$/;

/** A question mark for each column that ASCII has no character for. */
function asciiOf(text: string): string {
  if (ASCII.test(text)) return text;
  return graphemesOf(text)
    .map((one) => (ASCII.test(one) ? one : '?'.repeat(widthOf(one))))
    .join('');
}
