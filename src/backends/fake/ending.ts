import type { Observation } from '../../dispatch/backend.ts';
import type { JobResult } from '../../dispatch/job/protocol.ts';
import type { Failure } from '../../dispatch/job/words.ts';
import { endsAt, type TakenAttempt } from './attempt-course.ts';
import type { End } from './scenario.ts';
import { mean, USUAL_CHAINS } from './script-progress.ts';

/** What is to be seen of an attempt that has ended so. */
export function endingObservation(
  attempt: TakenAttempt,
  end: End | { readonly kind: 'cancelled' },
): Observation {
  const { handle, job } = attempt;
  switch (end.kind) {
    case 'ok':
      return {
        kind: 'ended',
        result: okResult(attempt, { ...metricsOf(attempt), ...end.metrics }, end.cached ?? false),
      };
    case 'error':
      return {
        kind: 'ended',
        result: {
          status: 'error',
          run_id: job.runId,
          stage: end.stage ?? 'sampling',
          error_type: end.errorType,
          error: end.error ?? `The job ended: ${end.errorType}.`,
          traceback: end.traceback ?? '',
          duration_s: durationOf(attempt),
          owner: handle.owner,
          attempt: handle.attempt,
        },
      };
    case 'failed':
      return { kind: 'failed', failure: failureOf(attempt, end) };
    case 'foreign result':
      return {
        kind: 'failed',
        failure: failureOf(attempt, {
          errorType: 'lost',
          error: `${handle.id} has ended; the result that lies there is another owner's.`,
        }),
      };
    case 'garbage': {
      const result = okResult(attempt, metricsOf(attempt), false);
      const owner = end.owner ?? (end.attempt === undefined ? 'somebody' : handle.owner);
      return {
        kind: 'ended',
        result: { ...result, owner, attempt: end.attempt ?? handle.attempt },
      };
    }
    case 'cancelled':
      return { kind: 'cancelled' };
  }
}

function okResult(
  attempt: TakenAttempt,
  metrics: Readonly<Record<string, unknown>>,
  cached: boolean,
): JobResult {
  const { job, handle } = attempt;
  return {
    status: 'ok',
    cached,
    run_id: job.runId,
    run_dir: `/volume/runs/${job.runId}`,
    family_id: job.familyId,
    duration_s: durationOf(attempt),
    owner: handle.owner,
    attempt: handle.attempt,
    metrics,
  };
}

function metricsOf(attempt: TakenAttempt): Readonly<Record<string, unknown>> {
  const { job, script } = attempt;
  const chains = script.running?.chains ?? USUAL_CHAINS;
  const llc = mean(chains);
  const sd = Math.sqrt(mean(chains.map((chain) => (chain - llc) ** 2)));
  const metrics = {
    llc_mean: llc,
    llc_se: sd / Math.sqrt(Math.max(1, chains.length)),
    ess: 400,
    rhat: 1.01,
    timing_sampling: 0.6 * durationOf(attempt),
    work_grad: 1000,
    verdict: 'converged',
  };
  return Object.fromEntries(
    Object.entries(metrics).map(([key, value]) => [`${job.sampler}_${key}`, value]),
  );
}

function failureOf(
  { handle }: TakenAttempt,
  {
    errorType,
    stage,
    error,
    traceback,
    fromOutside,
    log,
  }: Partial<Failure> & Pick<Failure, 'errorType'>,
): Failure {
  return {
    stage: stage ?? 'sampling',
    errorType,
    error: error ?? `${handle.id} ended without a result: ${errorType}.`,
    traceback: traceback ?? '',
    ...(fromOutside === undefined ? {} : { fromOutside }),
    ...(log === undefined ? {} : { log }),
  };
}

function durationOf(attempt: TakenAttempt): number {
  const seconds = (endsAt(attempt) - (attempt.startedAt ?? attempt.takenAt)) / 1000;
  return Number.isFinite(seconds) ? seconds : 0;
}
