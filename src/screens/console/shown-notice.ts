import type { Notice } from '../known/known.ts';
import type { ConsoleState } from './console-state.ts';

/** The newest notice that nobody has put away. */
export function shownNotice({ known, dismissed }: ConsoleState): Notice | null {
  return known.notices.findLast(({ id }) => !dismissed.has(id)) ?? null;
}
