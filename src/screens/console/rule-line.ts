import { type Line, span } from '../../ui/line.ts';
import type { Theme } from '../../ui/theme.ts';

/** The one rule above a sheet: `── Cancel ──`. */
export function ruleLine(parts: readonly string[], { glyphs }: Theme): Line {
  const rule = glyphs.rule.repeat(2);
  return [
    span(`${rule} `, 'quiet'),
    ...parts.flatMap((part) => [span(part, 'title'), span(` ${rule} `, 'quiet')]),
  ];
}
