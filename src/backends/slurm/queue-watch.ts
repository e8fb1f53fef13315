import type { Cluster } from './cluster.ts';
import { meaningOf } from './slurm-state.ts';
import { type QueueRow, readSqueue, squeueWords } from './squeue.ts';

/** What squeue said last. */
export interface QueueWatch {
  /** A task's row; null where the last answer had none. */
  row(task: string): QueueRow | null;
  /** Whether the last answer had any task of this array. */
  knows(array: string): boolean;
  /** When the answer in force was asked for, milliseconds of the clock; before that nothing is known. */
  readonly askedAt: number;
  /** Why the last question had no answer; null where it had. */
  readonly trouble: string | null;
  /**
   * Asks if it is time: 5 s after the last answer, up to 60 s where answers stay the same, at once (yet no more often
   * than each second) where something new must be known. Never asks twice at a time.
   *
   * @returns when an answer has come, or none could be had
   */
  ask(arrays: readonly string[], why: 'if due' | 'now', signal: AbortSignal): Promise<void>;
}

export interface QueuePace {
  /** Between questions, milliseconds. */
  readonly urgentMs: number;
  readonly shortestMs: number;
  readonly longestMs: number;
}
export const QUEUE_PACE: QueuePace = { urgentMs: 1000, shortestMs: 5000, longestMs: 60_000 };

/** squeue itself waits for a dead controller for half a minute and more. */
const LIMIT_MS = 15_000;
const GROWTH = 1.4;

/** An array that has ended before any task of its rest was started has one row for all of them. */
function leftOver(rows: ReadonlyMap<string, QueueRow>, task: string): QueueRow | null {
  const row = rows.get(task.split('_')[0] ?? '');
  return row !== undefined && meaningOf(row.state) === 'over' ? row : null;
}

/** @param now - milliseconds of a steady clock */
export function queueWatch(cluster: Cluster, pace: QueuePace, now: () => number): QueueWatch {
  let rows: ReadonlyMap<string, QueueRow> = new Map();
  let arrays: ReadonlySet<string> = new Set();
  let picture = '';
  let askedAt = Number.NEGATIVE_INFINITY;
  let trouble: string | null = null;
  let interval = pace.shortestMs;
  let lastAskedAt = Number.NEGATIVE_INFINITY;
  let dueAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | null = null;

  const question = async (asked: readonly string[], signal: AbortSignal) => {
    const began = now();
    lastAskedAt = began;
    try {
      const words = squeueWords(asked);
      rows = readSqueue(await cluster.run(words, { signal, limitMs: LIMIT_MS }));
      arrays = new Set([...rows.keys()].map((task) => task.split('_')[0] ?? ''));
      askedAt = began;
      trouble = null;
      const seen = [...rows.values()].map(
        ({ task, state, reason }) => `${task} ${state} ${reason}`,
      );
      const same = picture === seen.join('\n');
      picture = seen.join('\n');
      interval = same ? Math.min(pace.longestMs, GROWTH * interval) : pace.shortestMs;
    } catch (error) {
      if (signal.aborted) throw error;
      trouble = (error as Error).message;
      interval = Math.min(pace.longestMs, 2 * interval);
    } finally {
      // Many dispatchers that were started together do not ask together.
      dueAt = now() + interval * (0.8 + 0.4 * Math.random());
    }
  };

  return {
    row: (task) => rows.get(task) ?? leftOver(rows, task),
    knows: (array) => arrays.has(array),
    get askedAt() {
      return askedAt;
    },
    get trouble() {
      return trouble;
    },
    async ask(arrays, why, signal) {
      if (asking !== null) return asking;
      // Where the controller is in trouble nothing is urgent.
      const urgent = why === 'now' && trouble === null;
      const at = now();
      if (arrays.length === 0 || !(at >= dueAt || (urgent && at - lastAskedAt >= pace.urgentMs)))
        return;
      asking = question(arrays, signal).finally(() => {
        asking = null;
      });
      return asking;
    },
  };
}
