/**
 * When to stop waiting for an attempt, seconds; null = never. Places differ: a backend gives what is usual with
 * it, and a flag wins over that.
 */
export interface ClockLimits {
  /** Handed over but not started by the scheduler. Default: none. */
  readonly notStartedS: number | null;
  /** Started, no word yet. Default 600. */
  readonly firstWordS: number | null;
  /** Between heartbeats, counted from the first word. Default 300. */
  readonly heartbeatS: number | null;
  /** A job's running time. Default: none, unless the user gave one. */
  readonly runningS: number | null;
}

export const DEFAULT_LIMITS: ClockLimits = {
  notStartedS: null,
  firstWordS: 600,
  heartbeatS: 300,
  runningS: null,
};
