// biome-ignore-all lint/suspicious/noControlCharactersInRegex: terminal sequences begin and end with them.

/** Terminal sequences: CSI, OSC (ended by BEL or ST) and the two-character escapes. */
const SEQUENCES =
  /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])/g;

/** What is left of the control characters, and the marks that turn the direction of writing. */
const CONTROLS = /[^\P{Cc}\t\n]|\p{Bidi_Control}|\ufeff/gu;

/**
 * Text from outside made fit for a terminal, a journal and a table: terminal sequences are removed, other
 * control characters and lone surrogates shown as `�`, every line end is `\n`; tabs and line ends stay.
 * Longer text keeps its beginning and ends in `…`.
 *
 * @param limit - the most UTF-16 units to return. Default: no limit.
 */
export function harmlessText(text: string, limit = Number.POSITIVE_INFINITY): string {
  const clean = text
    .replace(SEQUENCES, '')
    .replace(/\r\n?/g, '\n')
    .replace(CONTROLS, '\ufffd')
    .toWellFormed();
  return clean.length <= limit ? clean : `${clean.slice(0, limit - 1).toWellFormed()}…`;
}
