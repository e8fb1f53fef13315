import stringWidth from 'string-width';

const ASCII = /^[ -~]*$/;
const NARROW = /^[ -~±×·…─━╍│✓▸◔◌⊘↻⇣▹»✗ⓧ⠀-⣿]*$/;

/** Columns of a text on the screen. The console's own glyphs are one column wide on every terminal. */
export function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  return NARROW.test(text) ? [...text].length : stringWidth(text);
}
