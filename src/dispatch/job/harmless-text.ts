/** Terminal sequences: CSI, OSC (ended by BEL or ST) and the two-character escapes. */
const SEQUENCES = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])/g;

/** What is left of the control characters, and the marks that turn the direction of writing. */
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

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
