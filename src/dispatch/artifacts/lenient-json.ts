const STRING_OR_NUMBER_OF_PYTHON = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g;

/**
 * Reads JSON as Python's `json` writes it: the NaN, Infinity and -Infinity that it leaves where a number is not known
 * are null, as in the files of this program.
 *
 * @throws SyntaxError where the text is no JSON even so.
 */
export function parseLenientJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const strict = (token: string) => (token.startsWith('"') ? token : 'null');
    return JSON.parse(text.replace(STRING_OR_NUMBER_OF_PYTHON, strict));
  }
}
