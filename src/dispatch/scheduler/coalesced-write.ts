/** A write that is asked for often and done rarely: at most once in `everyMs`, and once more at the end. */
export interface CoalescedWrite {
  /** Notes that what is on the disc is old. */
  touch(): void;
  /** When a write is due, milliseconds since 1970; null if nothing waits. */
  dueAt(): number | null;
  /** Writes if it is due. A failure is reported and tried again a period later. */
  writeIfDue(now: number): Promise<void>;
  /** Writes what is left; where that fails, it can be called again. */
  finish(): Promise<void>;
}

export function coalescedWrite(
  everyMs: number,
  write: () => Promise<void>,
  onFailure: (error: Error) => void,
): CoalescedWrite {
  let stale = false;
  let nextAt = Number.NEGATIVE_INFINITY;
  return {
    touch() {
      stale = true;
    },
    dueAt: () => (stale ? nextAt : null),
    async writeIfDue(now) {
      if (!stale || now < nextAt) return;
      stale = false;
      nextAt = now + everyMs;
      try {
        await write();
      } catch (error) {
        stale = true;
        onFailure(error as Error);
      }
    },
    async finish() {
      if (!stale) return;
      await write();
      stale = false;
    },
  };
}
