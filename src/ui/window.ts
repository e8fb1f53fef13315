/**
 * The first row that is shown of a list, so that the cursor is among the shown: moved as little as can be.
 *
 * @param count - rows of the list
 * @param cursor - the row it stands on
 * @param size - rows that are shown
 * @param top - the first that was shown before
 */
export function windowTop(count: number, cursor: number, size: number, top: number): number {
  const last = Math.max(0, count - size);
  const inside = Math.min(Math.max(top, cursor - size + 1), cursor);
  return Math.max(0, Math.min(last, inside));
}
