/** Wakes all who wait; rung while nobody waits, it wakes the next at once. */
export interface Bell {
  ring(): void;
  /** Resolves at the next ring, or when aborted. */
  heard(signal: AbortSignal): Promise<void>;
}

export function bell(): Bell {
  const waiting = new Set<() => void>();
  let missed = false;
  return {
    ring() {
      missed = waiting.size === 0;
      for (const wake of waiting) wake();
    },
    heard: (signal) =>
      new Promise((resolve) => {
        if (missed || signal.aborted) {
          missed = false;
          resolve();
          return;
        }
        const wake = () => {
          waiting.delete(wake);
          signal.removeEventListener('abort', wake);
          resolve();
        };
        waiting.add(wake);
        signal.addEventListener('abort', wake);
      }),
  };
}
