// biome-ignore-all lint/suspicious/noControlCharactersInRegex: they are what is shown.

/** Controls, marks that turn the direction of writing, and what some terminals break a line at. */
const UNSEEN = /\p{Cc}|\p{Bidi_Control}|[\ufeff\u2028\u2029]/gu;

/**
 * One line of a job's text with nothing in it that a terminal would obey, and nothing hidden: controls are shown as
 * `^[`. Of parts that overwrite each other, as progress bars do, the last.
 */
export function caretText(line: string): string {
  const parts = line.split('\r').filter((part) => part !== '');
  return (parts.at(-1) ?? '').replaceAll('\t', '    ').replace(UNSEEN, shown).toWellFormed();
}

function shown(control: string): string {
  const code = control.charCodeAt(0);
  if (code === 0x7f) return '^?';
  if (code < 0x20) return `^${String.fromCharCode(code + 0x40)}`;
  // The eight-bit controls are ESC and a letter in one.
  if (code < 0xa0) return `^[${String.fromCharCode(code - 0x40)}`;
  return '\ufffd';
}
