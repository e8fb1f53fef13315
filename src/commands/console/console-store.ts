import type { ConsoleState } from '../../screens/console/console-state.ts';
import type { ConsoleStore, Shown } from '../../screens/console/console-view.tsx';

/** Holds the console's state and says when the screen shall follow it. */
export interface PublishedStore extends ConsoleStore {
  /** The state as it is; the screen may be behind it. */
  readonly state: ConsoleState;
  /** `now`: keys are answered at once. `soon`: news wait for the next frame. */
  set(state: ConsoleState, when: 'now' | 'soon'): void;
  /** The screen follows now. */
  flush(): void;
  stop(): void;
}

/** Frames a second at most, where no key is pressed: each costs Ink its time, whatever has changed. */
const FRAME_MS = 500;

/** @param rowsOf - what is shown of a state (`frameRows`); where that is the same as before nobody is told */
export function consoleStore(
  first: ConsoleState,
  rowsOf: (state: ConsoleState) => Shown['rows'],
): PublishedStore {
  let state = first;
  let shown: Shown = { state, rows: rowsOf(state) };
  let shownAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | null = null;
  const listeners = new Set<() => void>();

  function publish(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (shown.state === state) return;
    const rows = rowsOf(state);
    shownAt = performance.now();
    if (isSame(rows, shown.rows)) return;
    shown = { state, rows };
    for (const listener of listeners) listener();
  }

  return {
    get state() {
      return state;
    },
    get: () => shown,
    subscribe(onChange) {
      listeners.add(onChange);
      return () => listeners.delete(onChange);
    },
    set(next, when) {
      state = next;
      if (when === 'now') publish();
      else timer ??= setTimeout(publish, Math.max(0, shownAt + FRAME_MS - performance.now()));
    },
    flush: publish,
    stop() {
      if (timer !== null) clearTimeout(timer);
      listeners.clear();
    },
  };
}

function isSame(some: Shown['rows'], others: Shown['rows']): boolean {
  return (
    some !== null &&
    others !== null &&
    some.length === others.length &&
    some.every((row, index) => row === others[index])
  );
}
