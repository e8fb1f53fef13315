/** What lies in the folders of the job on the screen. Text of a job is made harmless before it comes here. */
export interface JobFiles {
  readonly jobId: string;
  readonly attempt: number;
  /** The last lines of each, newest last; empty where there is none. */
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  /** Absolute paths. */
  readonly stdoutPath: string;
  readonly stderrPath: string;
  /** The running estimate over the steps of this attempt; empty before the first. */
  readonly trace: readonly TracePoint[];
  /** `metrics.json` of its run, where it has one. */
  readonly metrics: Readonly<Record<string, unknown>> | null;
  /** Its run's folder, absolute; null where it has none here. */
  readonly runDir: string | null;
}

export interface TracePoint {
  /** Transitions done, warm-up included. */
  readonly step: number;
  readonly llcByChain: readonly number[];
  readonly llc: number | null;
  readonly llcSe: number | null;
  readonly rhat: number | null;
  readonly ess: number | null;
}
