/**
 * The first shown row of a list: the cursor is always among the shown, and the window moves no more than it must.
 *
 * @param count - rows in all
 * @param cursor - its row, from 0
 * @param size - rows that are shown
 * @param top - the first shown row so far
 */
export function windowOf(count: number, cursor: number, size: number, top: number): number {
  if (size <= 0 || count <= size) return 0;
  const at = Math.min(Math.max(0, cursor), count - 1);
  const shown = Math.min(Math.max(top, at - size + 1), at);
  return Math.min(Math.max(0, shown), count - size);
}
