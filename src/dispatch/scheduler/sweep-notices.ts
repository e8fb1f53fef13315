import { harmlessText } from '../job/harmless-text.ts';

/** Trouble that stops nothing, for whoever watches. */
export interface Notice {
  /** Counted from 1; a watcher that has seen one does not show it again. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly text: string;
}

/** The newest notices of a dispatcher. */
export interface SweepNotices {
  /** One that is the same as the newest is told once. */
  readonly add: (text: string) => void;
  all(): readonly Notice[];
  /** Whether any has come since this was asked last. */
  areNew(): boolean;
}

const MOST = 20;
const LONGEST = 1000;

export function sweepNotices(now: () => number, onNotice?: (text: string) => void): SweepNotices {
  let notices: readonly Notice[] = [];
  let asked = 0;
  return {
    add(text) {
      onNotice?.(text);
      const last = notices.at(-1);
      const tidy = harmlessText(text, LONGEST);
      if (last?.text === tidy) return;
      notices = [...notices, { number: (last?.number ?? 0) + 1, at: now(), text: tidy }].slice(
        -MOST,
      );
    },
    all: () => notices,
    areNew() {
      const newest = notices.at(-1)?.number ?? 0;
      const isNew = newest > asked;
      asked = newest;
      return isNew;
    },
  };
}
