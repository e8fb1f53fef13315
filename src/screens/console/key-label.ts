/** The key of a command where there is room for one: its first, or `1-6` where each of many keys is one of a row. */
export function keyLabel(keys: readonly string[]): string {
  const [first = ''] = keys;
  return keys.length > 3 ? `${first}-${keys[keys.length - 1]}` : first;
}
