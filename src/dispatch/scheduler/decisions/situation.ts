import type { Fact } from '../../journal/events.ts';
import { isLive } from '../../journal/events.ts';
import type { JobRecord, SweepState } from '../../journal/sweep-state.ts';
import type { Policy } from '../policy.ts';
import type { AttemptRef, Command, Stimulus } from '../stimulus.ts';
import type { Vigil } from '../vigil.ts';

/** What deciding looks at: the journal's fold, what this process saw and asked, and what it may do. */
export interface Situation {
  readonly sweep: SweepState;
  readonly vigils: ReadonlyMap<string, Vigil>;
  readonly preflightAsked: boolean;
  /** Jobs whose run this process has asked of the storage. */
  readonly pulling: ReadonlySet<string>;
  readonly policy: Policy;
}

export type Decision = readonly [facts: readonly Fact[], commands: readonly Command[]];
export type Of<K extends Stimulus['kind']> = Extract<Stimulus, { kind: K }>;

export const NOTHING: Decision = [[], []];

/** The job whose newest attempt this is, if that attempt lives. */
export function living(sweep: SweepState, attempt: AttemptRef): JobRecord | null {
  const job = sweep.jobs.get(attempt.jobId);
  const isNewest = job?.attempt === attempt.attempt && job.owner === attempt.owner;
  return job !== undefined && isNewest && isLive(job.state) ? job : null;
}

export function attemptOf({ jobId, attempt, owner }: JobRecord): AttemptRef {
  return { jobId, attempt, owner };
}

export function named(sweep: SweepState, jobIds: ReadonlySet<string>): JobRecord[] {
  return [...jobIds].map((jobId) => sweep.jobs.get(jobId) as JobRecord);
}
