/** How far a pull has come. */
export interface PullUnderWay {
  readonly bytes: number;
  readonly total: number;
  /** Null until it can be told. */
  readonly bytesPerS: number | null;
}

/** Pulls from their beginning to their end, as their bytes arrive. */
export interface PullsUnderWay {
  readonly byRun: ReadonlyMap<string, PullUnderWay>;
  begin(runIds: readonly string[]): void;
  arrived(runId: string, bytes: number, total: number): void;
  end(runIds: readonly string[]): void;
}

/** @param clock - milliseconds */
export function pullsUnderWay(clock: () => number): PullsUnderWay {
  const byRun = new Map<string, PullUnderWay>();
  const begun = new Map<string, { readonly at: number; readonly bytes: number }>();
  return {
    byRun,
    begin(runIds) {
      for (const runId of runIds) byRun.set(runId, { bytes: 0, total: 0, bytesPerS: null });
    },
    arrived(runId, bytes, total) {
      // A storage that was given up may go on for a while.
      if (!byRun.has(runId)) return;
      // What an earlier pull had brought was not brought at this rate.
      const from = begun.get(runId) ?? { at: clock(), bytes };
      begun.set(runId, from);
      const seconds = (clock() - from.at) / 1000;
      const bytesPerS = seconds > 0 ? (bytes - from.bytes) / seconds : null;
      byRun.set(runId, { bytes, total, bytesPerS });
    },
    end(runIds) {
      for (const runId of runIds) {
        byRun.delete(runId);
        begun.delete(runId);
      }
    },
  };
}
