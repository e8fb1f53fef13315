import type { Failure } from '../../src/dispatch/job/words.ts';
import {
  type Fact,
  JOURNAL_VERSION,
  type PlannedJob,
  type SweepEvent,
} from '../../src/dispatch/journal/events.ts';
import type { Outcome } from '../../src/dispatch/journal/outcome.ts';
import type { Fate } from './example-fates.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
/** How long a job takes, minutes. */
const MINUTES: Readonly<Record<string, number>> = { small: 42, medium: 60, large: 110 };
/** How long one took that has ended: the early ones had the machines to themselves. */
const ENDED_SHARE = 0.32;
const BY = 'ana@login2';

/** A job of the example, and the times of its newest attempt in milliseconds since 1970. */
export interface Course {
  readonly job: PlannedJob;
  readonly fate: Fate;
  /** Of the job in the plan, from 0. */
  readonly index: number;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly node: string;
}

interface Timed {
  readonly time: number;
  readonly fact: Fact;
}

/** When each job began and ended, so that all is consistent at a moment. */
export function coursesOf(
  jobs: readonly PlannedJob[],
  fates: ReadonlyMap<string, Fate>,
  span: { readonly from: number; readonly now: number },
): Course[] {
  const ended = jobs.filter(({ jobId }) => hasEnded(fates.get(jobId)!));
  const firstEnd = span.from + 14 * MINUTE;
  const lastEnd = span.now - 97 * SECOND;
  return jobs.map((job, index) => {
    const fate = fates.get(job.jobId)!;
    const place = ended.indexOf(job) / Math.max(1, ended.length - 1);
    const whole = MINUTES[job.problem]! * MINUTE;
    const endedAt = hasEnded(fate)
      ? Math.round(firstEnd + place * (lastEnd - firstEnd))
      : span.now - Math.round(noise(job.jobId) * 5 * MINUTE);
    const startedAt = hasEnded(fate)
      ? endedAt - Math.round(whole * ENDED_SHARE * (0.7 + 0.6 * noise(job.jobId)))
      : span.now - (fate.state === 'starting' ? 40 * SECOND : (whole * fate.percent) / 100);
    return {
      job,
      fate,
      index,
      startedAt: Math.max(Math.round(startedAt), span.from + 50 * SECOND),
      endedAt,
      node: `gpu-0${1 + (index % 8)}`,
    };
  });
}

function hasEnded({ state }: Fate): boolean {
  return state === 'ok' || state === 'error' || state === 'held' || state === 'retrying';
}

/** The journal of a sweep: what began it, then what its jobs have been through by time, then what was said last. */
export function eventsOf(
  beginning: readonly Fact[],
  courses: readonly Course[],
  lastWords: readonly Fact[],
  span: { readonly from: number; readonly now: number },
): SweepEvent[] {
  const first = beginning.map((fact, at): Timed => ({ time: span.from + at * SECOND, fact }));
  const rest = courses.flatMap((course) => factsOf(course, span)).sort((a, b) => a.time - b.time);
  const last = lastWords.map((fact): Timed => ({ time: span.now, fact }));
  return [...first, ...rest, ...last].map(
    ({ time, fact }, at): SweepEvent => ({
      v: JOURNAL_VERSION,
      time,
      epoch: 1,
      seq: at + 1,
      ...fact,
    }),
  );
}

function factsOf(course: Course, span: { from: number; now: number }): Timed[] {
  const { fate, job, startedAt, endedAt } = course;
  const begun = span.from + 10 * SECOND;
  if (fate.state === 'planned') return [];
  if (fate.state === 'cached')
    return [
      {
        time: begun,
        fact: {
          kind: 'job_cached',
          jobId: job.jobId,
          attempt: 0,
          owner: '',
          outcome: outcomeOf(course),
        },
      },
    ];
  // Attempts before the newest share the time since the sweep began.
  const before = Array.from({ length: fate.attempt - 1 }, (_, at) => {
    const length = (startedAt - begun) / (fate.attempt - 1);
    return failedAttempt(course, at + 1, begun + at * length, length);
  });
  const opened = fate.attempt > 1 ? startedAt - 30 * SECOND : begun + course.index * 40;
  const newest = attemptFacts(course, fate.attempt, opened, startedAt);
  return [...before.flat(), ...newest, ...endFacts(course, endedAt, span.now)];
}

function failedAttempt(course: Course, attempt: number, from: number, length: number): Timed[] {
  const time = Math.round(from + length - 45 * SECOND);
  return [
    ...attemptFacts(course, attempt, Math.round(from), Math.round(from + 20 * SECOND)),
    {
      time,
      fact: {
        kind: 'attempt_failed',
        ...named(course, attempt),
        failure: failureOf(course.fate.word || 'lost', course),
        retryAt: time + 30 * SECOND,
        usage: null,
      },
    },
  ];
}

/** From its opening until it runs, or as far as it has come. */
function attemptFacts(course: Course, attempt: number, opened: number, started: number): Timed[] {
  const { fate, index, node } = course;
  const of = named(course, attempt);
  const handle = { jobId: of.jobId, attempt, owner: of.owner, id: `48213_${index}`, data: {} };
  const isOld = attempt < fate.attempt;
  const steps: Timed[] = [
    { time: opened, fact: { kind: 'attempt_opened', ...of } },
    { time: opened + SECOND, fact: { kind: 'job_submitted', ...of, handle } },
  ];
  if (fate.state === 'submitted') return steps;
  const reason = fate.state === 'waiting' ? fate.word : 'Priority';
  steps.push({ time: opened + 2 * SECOND, fact: { kind: 'job_waiting', ...of, reason } });
  if (!isOld && (fate.state === 'waiting' || fate.state === 'cancelled')) return steps;
  const since = Math.max(started, opened + 3 * SECOND);
  steps.push({ time: since, fact: { kind: 'job_starting', ...of, on: node, since } });
  if (fate.state === 'starting') return steps;
  steps.push({ time: since + 4 * SECOND, fact: { kind: 'job_running', ...of, on: node, since } });
  return steps;
}

function endFacts(course: Course, time: number, now: number): Timed[] {
  const { fate, startedAt } = course;
  const of = named(course, fate.attempt);
  const failure = failureOf(fate.word, course);
  const durationS = Math.round((time - startedAt) / SECOND);
  const failed: Fact = { kind: 'job_failed', ...of, failure, durationS, usage: null };
  switch (fate.state) {
    case 'ok':
      return [
        { time: time - 5 * SECOND, fact: { kind: 'job_collecting', ...of } },
        {
          time,
          fact: { kind: 'job_finished', ...of, outcome: outcomeOf(course), durationS, usage: null },
        },
      ];
    case 'error':
      return [{ time, fact: failed }];
    case 'held': {
      const until = now + 8 * SECOND;
      return [
        { time, fact: failed },
        {
          time: now - SECOND,
          fact: {
            kind: 'job_held',
            jobId: of.jobId,
            attempt: fate.attempt,
            until,
            resources: {},
            noSkip: false,
          },
        },
        { time: now - SECOND, fact: answered('retry', of.jobId, until) },
      ];
    }
    case 'retrying': {
      const retryAt = now + 53 * SECOND;
      return [{ time, fact: { kind: 'attempt_failed', ...of, failure, retryAt, usage: null } }];
    }
    case 'collecting':
      return [{ time: now - 20 * SECOND, fact: { kind: 'job_collecting', ...of } }];
    case 'cancelled':
      return [
        { time: time - 2 * SECOND, fact: { kind: 'job_cancel_requested', ...of, by: BY } },
        { time: time - SECOND, fact: answered('cancel', of.jobId, null) },
        { time, fact: { kind: 'job_cancelled', ...of, usage: null } },
      ];
    default:
      return [];
  }
}

function answered(action: 'retry' | 'cancel', jobId: string, until: number | null): Fact {
  const order = `00000000-0000-4000-8000-00000000000${action === 'retry' ? 1 : 2}`;
  return { kind: 'order_answered', order, by: BY, action, done: [jobId], refused: [], until };
}

function named({ job }: Course, attempt: number) {
  return { jobId: job.jobId, attempt, owner: ownerOf(job.jobId, attempt) };
}

/** The token of an attempt, the same each time. */
export function ownerOf(jobId: string, attempt: number): string {
  return `${jobId}-${attempt}`;
}

function outcomeOf({ job, fate }: Course): Outcome {
  const ess = fate.isDoubtful ? 212 : 420 + Math.round(900 * noise(job.jobId));
  return {
    llcMean: fate.llc,
    llcSe: fate.se,
    ess,
    rhat: fate.isDoubtful ? 1.034 : 1.001 + 0.007 * noise(job.jobId),
    tSampling: 600 + Math.round(900 * noise(job.jobId)),
    workGrad: 1e5,
    wnvTime: null,
    wnvFde: null,
    verdict: fate.isDoubtful ? 'chains_disagree' : 'converged',
  };
}

function failureOf(word: string, { node }: Course): Failure {
  switch (word) {
    case 'oom':
      return {
        stage: 'sampling',
        errorType: 'oom',
        error: `The node ended the job on ${node}: it used 16.0 of 16 GB.`,
        traceback: 'slurmstepd: error: Detected 1 oom_kill event in StepId=48213.batch.',
      };
    case 'diverged':
      return {
        stage: 'sampling',
        errorType: 'diverged',
        error: 'The loss of chain 3 was not finite at recorded draw 212.',
        traceback: '',
      };
    case 'node_failure':
      return {
        stage: 'sampling',
        errorType: 'node_failure',
        error: `The node ${node} went down under the job.`,
        traceback: '',
        fromOutside: true,
      };
    default:
      return {
        stage: 'sampling',
        errorType: 'lost',
        error: 'The job is neither in squeue nor in sacct, and left no result.',
        traceback: '',
      };
  }
}

/** Between 0 and 1, the same for the same text. */
export function noise(text: string): number {
  let hash = 2166136261;
  for (const sign of text) hash = Math.imul(hash ^ sign.charCodeAt(0), 16777619);
  // The last letters of a name must reach the high bits too.
  hash = Math.imul(hash ^ (hash >>> 15), 2246822507);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}
