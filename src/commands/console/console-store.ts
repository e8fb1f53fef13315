import type { ConsoleState } from '../../screens/console/console-state.ts';
import type { ConsoleStore, Shown } from '../../screens/console/console-view.tsx';

/** Holds the console's state and says when the screen shall follow it. */
export interface PublishedStore extends ConsoleStore {
  /** The state as it is; the screen may be behind it. */
  readonly state: ConsoleState;
  /** `now`: keys are answered at once. `soon`: what has happened waits for the next frame. `later`: what goes on. */
  set(state: ConsoleState, when: When): void;
  /** The screen follows now. */
  flush(): void;
  stop(): void;
}

type When = 'now' | 'soon' | 'later';

/** Since the frame before, where no key is pressed: each costs Ink its time, whatever has changed. */
const WAIT_MS: Readonly<Record<When, number>> = { now: 0, soon: 500, later: 1000 };

/** @param rowsOf - what is shown of a state (`frameRows`); where that is the same as before nobody is told */
export function consoleStore(
  first: ConsoleState,
  rowsOf: (state: ConsoleState) => Shown['rows'],
): PublishedStore {
  let state = first;
  let shown: Shown = { state, rows: rowsOf(state) };
  let shownAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | null = null;
  let dueAt = Number.POSITIVE_INFINITY;
  const listeners = new Set<() => void>();

  function publish(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    dueAt = Number.POSITIVE_INFINITY;
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
      const at = shownAt + WAIT_MS[when];
      if (at >= dueAt) return;
      const waitMs = at - performance.now();
      if (when === 'now' || waitMs <= 0) {
        publish();
        return;
      }
      if (timer !== null) clearTimeout(timer);
      timer = setTimeout(publish, waitMs);
      dueAt = at;
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
