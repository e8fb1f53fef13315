const UNITS = ['kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** `812 B`, `14.2 MB`, `1.9 GB`: steps of 1000, one decimal. */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes / 1000;
  let unit = 0;
  // 999.95 kB would be written as 1000.0.
  while (value >= 999.95 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value.toFixed(1)} ${UNITS[unit]}`;
}
