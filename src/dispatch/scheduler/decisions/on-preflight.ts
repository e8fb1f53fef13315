import { tidyFailure } from '../../job/failure.ts';
import { harmlessText } from '../../job/harmless-text.ts';
import type { ErrorType } from '../../job/words.ts';
import type { Fact } from '../../journal/events.ts';
import { attemptOf, type Decision, NOTHING, type Of, type Situation } from './situation.ts';

/** Troubles of a place that has accepted the sweep before and will again. */
const PASSING: ReadonlySet<ErrorType> = new Set(['unavailable', 'throttled']);
const ASK_AGAIN_MS = 60_000;

/** A refusal ends the sweep, except where the place took it before and is only out of reach now. */
export function onPreflight({ sweep }: Situation, { result, at }: Of<'preflight'>): Decision {
  if (sweep.preflight !== 'pending') return NOTHING;
  if (result.ok) return [[{ kind: 'preflight_passed', notes: result.notes }], []];
  const failure = tidyFailure(result.failure);
  const fact: Fact =
    sweep.accepted && PASSING.has(failure.errorType)
      ? { kind: 'preflight_deferred', failure, until: at + ASK_AGAIN_MS }
      : { kind: 'preflight_refused', failure, hint: harmlessText(result.hint) };
  return [[fact], []];
}

/** Runs that exist answer jobs that have not started. */
export function onFound({ sweep }: Situation, { runs }: Of<'found'>): Decision {
  const facts = runs.flatMap(({ jobId, outcome }): Fact[] => {
    const job = sweep.jobs.get(jobId);
    if (job?.state !== 'planned' || job.noSkip) return [];
    return [{ kind: 'job_cached', ...attemptOf(job), outcome }];
  });
  return [facts, []];
}
