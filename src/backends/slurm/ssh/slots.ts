import { untilAborted } from './until-aborted.ts';

/** Lets so many in at once; others wait their turn. */
export interface Slots {
  /** @returns how to leave again */
  enter(signal: AbortSignal): Promise<() => void>;
}

export function slots(count: number): Slots {
  let free = count;
  const queue: (() => void)[] = [];
  const leave = () => {
    const next = queue.shift();
    if (next) next();
    else free++;
  };
  return {
    async enter(signal) {
      signal.throwIfAborted();
      if (free > 0) free--;
      else {
        const { promise, resolve } = Promise.withResolvers<void>();
        queue.push(resolve);
        try {
          await untilAborted(promise, signal);
        } catch (error) {
          const at = queue.indexOf(resolve);
          // Let in at the moment it gave up.
          if (at < 0) leave();
          else queue.splice(at, 1);
          throw error;
        }
      }
      let left = false;
      return () => {
        if (!left) leave();
        left = true;
      };
    },
  };
}
