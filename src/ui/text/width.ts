import stringWidth from 'string-width';

const PLAIN = /^[\x20-\x7e]*$/;
const SEGMENTER = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Columns that a text takes on the screen. It holds no control characters. */
export function widthOf(text: string): number {
  // Nearly all texts are ASCII, and string-width costs fifty times as much.
  return PLAIN.test(text) ? text.length : stringWidth(text);
}

/** What a person sees as single characters. */
export function graphemesOf(text: string): readonly string[] {
  return PLAIN.test(text) ? [...text] : Array.from(SEGMENTER.segment(text), (part) => part.segment);
}
