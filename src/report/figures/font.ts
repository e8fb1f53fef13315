import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The font's files: nodes of a cluster have none of their own. The first is regular, the second bold. */
export function fontFiles(): readonly [string, string] {
  return [
    fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')),
    fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf')),
  ];
}

/** The width of a text set in one line, in units of its size. Kerning is left out. */
export type TextWidth = (text: string) => number;

/**
 * Reads what each character advances from a TrueType font (OpenType 1.9: `head`, `hhea`, `hmtx`, and `cmap` in its
 * format 4, which has the characters below U+10000). Others count as the missing glyph.
 */
export function readTextWidth(path: string): TextWidth {
  const bytes = readFileSync(path);
  const font = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const tables = tablesOf(font);
  const unitsPerEm = font.getUint16(tables('head') + 18);
  const lastMetric = font.getUint16(tables('hhea') + 34) - 1;
  const metrics = tables('hmtx');
  const glyphOf = characterMap(font, tables('cmap'));
  const known = new Map<string, number>();
  const advance = (character: string): number => {
    const glyph = glyphOf(character.codePointAt(0) ?? 0);
    return font.getUint16(metrics + 4 * Math.min(glyph, lastMetric)) / unitsPerEm;
  };
  return (text) => {
    let width = 0;
    for (const character of text) {
      const found = known.get(character) ?? advance(character);
      known.set(character, found);
      width += found;
    }
    return width;
  };
}

function tablesOf(font: DataView): (tag: string) => number {
  const count = font.getUint16(4);
  return (tag) => {
    for (let i = 0; i < count; i++) {
      const entry = 12 + 16 * i;
      const name = String.fromCharCode(
        ...[0, 1, 2, 3].map((letter) => font.getUint8(entry + letter)),
      );
      if (name === tag) return font.getUint32(entry + 8);
    }
    throw new Error(`the font has no table ${tag}`);
  };
}

function characterMap(font: DataView, cmap: number): (code: number) => number {
  const count = font.getUint16(cmap + 2);
  const tables = Array.from({ length: count }, (_, i) => cmap + font.getUint32(cmap + 8 + 8 * i));
  const table = tables.find((at) => font.getUint16(at) === 4);
  if (table === undefined) throw new Error('the font has no character map of format 4');
  const segments = font.getUint16(table + 6) / 2;
  const [ends, starts] = [table + 14, table + 16 + 2 * segments];
  const [deltas, offsets] = [starts + 2 * segments, starts + 4 * segments];
  return (code) => {
    for (let i = 0; i < segments; i++) {
      if (code > font.getUint16(ends + 2 * i)) continue;
      const start = font.getUint16(starts + 2 * i);
      if (code < start) return 0;
      const delta = font.getUint16(deltas + 2 * i);
      const offset = font.getUint16(offsets + 2 * i);
      if (offset === 0) return (code + delta) & 0xffff;
      const glyph = font.getUint16(offsets + 2 * i + offset + 2 * (code - start));
      return glyph === 0 ? 0 : (glyph + delta) & 0xffff;
    }
    return 0;
  };
}
