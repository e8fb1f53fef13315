import fc from 'fast-check';
import {
  type Fact,
  JOURNAL_VERSION,
  type SweepEvent,
} from '../../../src/dispatch/journal/events.ts';
import { plannedJob, RESOURCES } from '../../fixtures/stand-in-jobs.ts';

const JOBS = ['a', 'b', 'c'];
const text = fc.string({ unit: 'binary', maxLength: 12 });
const failure = fc.record({
  stage: fc.constantFrom('start', 'sampling'),
  errorType: fc.constantFrom('crash', 'oom', 'lost'),
  error: text,
  traceback: text,
}) as fc.Arbitrary<Extract<Fact, { kind: 'job_failed' }>['failure']>;
const usage = fc.option(
  fc.record({
    seconds: fc.nat(),
    cpuHours: fc.constant(null),
    gpuHours: fc.constant(null),
    cost: fc.option(fc.nat()),
  }),
);
const outcome = fc.record({
  llcMean: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => x + 0)),
  llcSe: fc.constant(null),
  ess: fc.constant(null),
  rhat: fc.constant(null),
  tSampling: fc.constant(null),
  workGrad: fc.constant(null),
  wnvTime: fc.constant(null),
  wnvFde: fc.constant(null),
  verdict: text,
});
const ref = fc
  .record({ jobId: fc.constantFrom(...JOBS), attempt: fc.nat({ max: 3 }) })
  .chain((of) =>
    fc.constantFrom(`${of.jobId}${of.attempt}`, 'a stranger').map((owner) => ({ ...of, owner })),
  );

const plan: Fact = {
  kind: 'sweep_planned',
  sweepId: 's',
  token: 't',
  backend: 'fake',
  gpuMode: 'off',
  runsDir: 'runs',
  resources: RESOURCES,
  jobs: JOBS.map(plannedJob),
};

function ofAttempt(more: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<Fact> {
  return fc
    .tuple(ref, fc.record(more))
    .map(([of, rest]) => ({ ...of, ...rest }) as unknown as Fact);
}

/** Any event that a journal may hold, fitting or not. */
export const anyFact: fc.Arbitrary<Fact> = fc.oneof(
  fc.constant(plan),
  fc.constant<Fact>({ kind: 'dispatcher_started', host: 'h', pid: 1, died: null }),
  fc.constant<Fact>({ kind: 'dispatcher_stopped', why: 'SIGTERM' }),
  failure.map((of): Fact => ({ kind: 'preflight_deferred', failure: of, until: 7 })),
  fc.constant<Fact>({ kind: 'preflight_passed', notes: [] }),
  failure.map((of): Fact => ({ kind: 'preflight_refused', failure: of, hint: 'h' })),
  failure.map((of): Fact => ({ kind: 'sweep_paused', failure: of })),
  fc.constant<Fact>({ kind: 'sweep_resumed' }),
  text.map(
    (order): Fact => ({
      kind: 'order_answered',
      order,
      by: 'b',
      action: 'cancel',
      done: ['a'],
      refused: [],
      until: null,
    }),
  ),
  fc.constant<Fact>({ kind: 'sweep_ended', outcome: 'complete' }),
  ofAttempt({ kind: fc.constant('attempt_opened') }),
  ref.map(
    (of): Fact => ({ kind: 'job_submitted', ...of, handle: { ...of, id: '1', data: { pid: 1 } } }),
  ),
  ofAttempt({ kind: fc.constant('submission_deferred'), failure, until: fc.nat() }),
  ofAttempt({ kind: fc.constant('job_waiting'), reason: text }),
  ofAttempt({ kind: fc.constantFrom('job_starting', 'job_running'), on: text, since: fc.nat() }),
  ofAttempt({ kind: fc.constant('job_collecting') }),
  ofAttempt({ kind: fc.constant('attempt_given_up'), failure }),
  ofAttempt({ kind: fc.constant('attempt_failed'), failure, retryAt: fc.nat(), usage }),
  ofAttempt({ kind: fc.constant('job_failed'), failure, durationS: fc.nat(), usage }),
  ofAttempt({ kind: fc.constant('job_finished'), outcome, durationS: fc.nat(), usage }),
  ofAttempt({ kind: fc.constant('job_cached'), outcome }),
  ofAttempt({ kind: fc.constant('job_cancel_requested'), by: text }),
  ofAttempt({ kind: fc.constant('job_cancelled'), usage }),
);

/** What only a person's wish brings about. */
export const anyWish: fc.Arbitrary<Fact> = ref.chain(({ jobId, attempt }) =>
  fc.constantFrom<Fact>(
    { kind: 'pull_held', jobId, until: 9 },
    { kind: 'pull_begun', jobId },
    { kind: 'pull_undone', jobId },
    { kind: 'pull_ended', jobId, failure: null },
    { kind: 'job_held', jobId, attempt, until: 5, resources: { memoryGb: 2 }, noSkip: true },
    { kind: 'job_hold_undone', jobId, attempt },
    { kind: 'job_requeued', jobId, attempt, resources: {}, noSkip: false },
  ),
);

/** A journal that begins with a plan and goes on with anything. */
export function anyJournal(facts: fc.Arbitrary<Fact>): fc.Arbitrary<SweepEvent[]> {
  return fc
    .array(fc.tuple(facts, fc.nat({ max: 1e6 })), { maxLength: 60, size: 'max' })
    .map((rest) => stamped([plan, ...rest.map(([fact]) => fact)]));
}

export function stamped(facts: readonly Fact[], epoch = 1, firstSeq = 1): SweepEvent[] {
  return facts.map((fact, i) => ({
    v: JOURNAL_VERSION,
    time: 1000 * i,
    epoch,
    seq: firstSeq + i,
    ...fact,
  }));
}
