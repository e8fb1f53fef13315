/** Whether a row's text holds all words of a filter, whatever their case; `!` inverts one. */
export function matchesText(filter: string, text: string): boolean {
  const lower = text.toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '' && word !== '!')
    .every((word) =>
      word.startsWith('!') ? !lower.includes(word.slice(1)) : lower.includes(word),
    );
}
