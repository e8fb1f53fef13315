/** Text as one word of a POSIX shell, whatever it contains but NUL. */
export function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
