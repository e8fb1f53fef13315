import type { GridState } from './grid-state.ts';

/** What the person has turned and can take back at any time. */
export type Turned = Pick<GridState, (typeof TURNED)[number] | 'beforeFilter'>;

const TURNED = ['filter', 'marks', 'sort', 'order', 'folded'] as const;
const MOST = 50;

/** The state after a key, with how it was before where the key has turned something. */
export function withPast(before: GridState, after: GridState): GridState {
  if (TURNED.every((name) => after[name] === before[name])) return after;
  // A text that is being typed is one change, a range that is being drawn another.
  const isTyping = before.filter !== '' && after.filter !== '' && before.filter !== after.filter;
  const isDrawing = before.anchor !== null && after.anchor !== null;
  if (isTyping || isDrawing) return after;
  const { filter, marks, sort, order, folded, beforeFilter, past } = before;
  const turned: Turned = { filter, marks, sort, order, folded, beforeFilter };
  return { ...after, past: [...past, turned].slice(-MOST) };
}

/** As it was before the last of these changes; the cursor stays where it is. Null where nothing was turned. */
export function takeBack(state: GridState): GridState | null {
  const last = state.past.at(-1);
  if (last === undefined) return null;
  return { ...state, ...last, anchor: null, past: state.past.slice(0, -1) };
}
