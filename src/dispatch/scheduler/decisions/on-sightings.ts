import type { Observation, Usage } from '../../backend.ts';
import { harmlessText } from '../../job/harmless-text.ts';
import type { JobResult } from '../../job/protocol.ts';
import type { Failure } from '../../job/words.ts';
import type { Fact } from '../../journal/events.ts';
import type { JobRecord } from '../../journal/sweep-state.ts';
import { vigilOf } from '../vigil.ts';
import { overdue } from '../watchdog.ts';
import { failed, finished } from './end-of-attempt.ts';
import { attemptOf, type Decision, living, type Of, type Situation } from './situation.ts';

const REASON_LIMIT = 300;

/** What the backend says of attempts. News of any but a job's newest living attempt is not heard. */
export function onObserved(situation: Situation, { sightings, at }: Of<'observed'>): Decision {
  const facts: Fact[] = [];
  let paused = situation.sweep.paused !== null;
  const heard = new Set<string>();
  for (const { handle, observation, usage } of sightings) {
    const job = living(situation.sweep, handle);
    if (job === null || heard.has(job.jobId)) continue;
    heard.add(job.jobId);
    // Seen before its hand-over was answered: it can be found again from now on.
    if (job.handle === null && observation.kind !== 'unknown')
      facts.push({ kind: 'job_submitted', ...attemptOf(job), handle });
    const news = seen(situation, job, { observation, usage, at, paused });
    paused ||= news.some(({ kind }) => kind === 'sweep_paused');
    facts.push(...news);
  }
  return [facts, []];
}

interface Sighting {
  readonly observation: Observation;
  readonly usage: Usage | null;
  readonly at: number;
  readonly paused: boolean;
}

/** What one sighting of a living attempt means. */
function seen(situation: Situation, job: JobRecord, sighting: Sighting): Fact[] {
  const { observation, usage, at, paused } = sighting;
  const attempt = attemptOf(job);
  switch (observation.kind) {
    case 'unknown':
      return [];
    case 'waiting': {
      const reason = harmlessText(observation.reason, REASON_LIMIT);
      const same = job.state === 'waiting' && job.detail === reason;
      const news: Fact[] = same ? [] : [{ kind: 'job_waiting', ...attempt, reason }];
      return [...news, ...givenUp(situation, { ...job, detail: reason }, at)];
    }
    case 'starting':
    case 'running': {
      const on = harmlessText(observation.on, REASON_LIMIT);
      const kind = observation.kind === 'starting' ? 'job_starting' : 'job_running';
      const same = job.state === observation.kind && job.detail === on;
      const since = startOf(job, observation.since, at);
      const news: Fact[] = same ? [] : [{ kind, ...attempt, on, since }];
      return [...news, ...givenUp(situation, { ...job, detail: on, startedAt: since }, at)];
    }
    case 'collecting':
      return job.state === 'collecting' ? [] : [{ kind: 'job_collecting', ...attempt }];
    case 'ended': {
      const { result } = observation;
      if (result.owner !== job.owner || result.attempt !== job.attempt) return [];
      if (result.status === 'ok') return [finished(job, result, usage)];
      const durationS = result.duration_s;
      return failed(situation, job, { told: failureOf(result), durationS, usage, at, paused });
    }
    case 'failed':
      return failed(situation, job, { told: observation.failure, usage, at, paused });
    case 'cancelled': {
      const told = { ...CANCELLED_BY_OTHERS, traceback: observation.traceback ?? '' };
      return failed(situation, job, { told, usage, at, paused });
    }
  }
}

/** When an attempt started: never before it was opened nor in the future, whatever the place's clock says. */
function startOf(job: JobRecord, told: number | undefined, at: number): number {
  return job.startedAt ?? Math.min(at, Math.max(told ?? at, job.openedAt ?? at));
}

/** The clocks are read only at a sighting: who has not looked cannot say that nothing has changed. */
function givenUp(situation: Situation, job: JobRecord, at: number): Fact[] {
  if (job.givenUp !== null || job.cancelling) return [];
  const vigil = vigilOf(situation.vigils, job.jobId, job.attempt);
  const { limits, placeKeepsTimeLimit } = situation.policy;
  const failure = overdue(job, vigil, limits, at, placeKeepsTimeLimit);
  return failure === null ? [] : [{ kind: 'attempt_given_up', ...attemptOf(job), failure }];
}

function failureOf(result: Extract<JobResult, { status: 'error' }>): Failure {
  return {
    stage: result.stage,
    errorType: result.error_type,
    error: result.error,
    traceback: result.traceback,
  };
}

const CANCELLED_BY_OTHERS: Failure = {
  stage: 'sampling',
  errorType: 'cancelled_by_site',
  error: 'The job was cancelled, but not by this sweep. Ask who did, then retry it.',
  traceback: '',
};
