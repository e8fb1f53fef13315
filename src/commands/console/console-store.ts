import type { ConsoleState } from '../../screens/console/console-state.ts';
import type { ConsoleStore } from '../../screens/console/console-view.tsx';

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

export function consoleStore(first: ConsoleState): PublishedStore {
  let state = first;
  let shown = first;
  let shownAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | null = null;
  const listeners = new Set<() => void>();

  function publish(): void {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (shown === state) return;
    shown = state;
    shownAt = performance.now();
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
