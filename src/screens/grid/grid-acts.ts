import { sweepLayout } from '../../dispatch/artifacts/layout.ts';
import { MUST_REPEAT } from '../../dispatch/job/words.ts';
import type { JobRecord } from '../../dispatch/journal/sweep-state.ts';
import type { OrderAction, SeenJob } from '../../dispatch/orders/order.ts';
import { countText, moneyText, spanText } from '../../ui/format/numbers.ts';
import { timeText } from '../../ui/format/time-text.ts';
import { line } from '../../ui/line.ts';
import type { Command, Context, Effect, Question, Step } from '../console/screen.ts';
import type { SweepWatched } from '../known/sweep-watched.ts';
import { ERROR_WORDS } from '../sweep/error-words.ts';
import { jobLabel } from '../sweep/job-words.ts';
import { nextStep } from '../sweep/next-step.ts';
import { jobAt } from './grid-cursor.ts';
import type { GridState } from './grid-state.ts';
import { targetsOf } from './marks.ts';
import { readRetryResources } from './retry-resources.ts';
import { type WhyOff, whyNoCancel, whyNoPull, whyNoRecompute, whyNoRetry } from './why-off.ts';

/** A retry of more asks first. */
const MOST_UNASKED = 50;
/** US dollars. */
const MOST_UNASKED_COST = 20;

/** What commands that order something do. */
export function orderStep(
  state: GridState,
  command: Command,
  watched: SweepWatched,
  context: Context,
): Step<GridState> {
  switch (command.name) {
    case 'retry':
      return retry(state, command, watched, context);
    case 'retry-failed':
      return retryFailed(command, watched, context);
    case 'recompute':
      return recompute(state, watched, context);
    case 'cancel':
      return cancel(state, watched, context);
    case 'pull':
      return pull(state, watched, context);
    case 'take-over':
      return takeOver(watched, context);
    default:
      return {};
  }
}

const WHY_OFF = {
  retry: whyNoRetry,
  recompute: whyNoRecompute,
  cancel: whyNoCancel,
  pull: whyNoPull,
} as const satisfies Record<string, WhyOff>;

/** Why an order is off, of all that it would be for; null where one job of these will hear it. */
export function whyOrderIsOff(
  state: GridState,
  name: string,
  watched: SweepWatched,
  context: Context,
): string | null {
  if (name === 'retry-failed') return whyNoRetryFailed(watched, context);
  if (name === 'take-over') return whyNoTakeOver(watched);
  const whyOff = WHY_OFF[name as keyof typeof WHY_OFF];
  if (whyOff === undefined) return null;
  const jobs = targetJobs(state, watched);
  if (jobs.length === 0) return 'No job here.';
  const reasons = jobs.map((job) => whyOff(job, watched, context));
  if (reasons.some((why) => why === null)) return null;
  return jobs.length === 1 ? (reasons[0] ?? null) : whyNoneOf(name, jobs.length, reasons);
}

/** One reason for all is said; several are not. */
function whyNoneOf(name: string, count: number, reasons: readonly (string | null)[]): string {
  if (name === 'cancel') return `Nothing to cancel: all ${count} have ended.`;
  const [first] = reasons;
  return reasons.every((why) => why === first) && typeof first === 'string'
    ? first
    : `None of these ${count} jobs can be given it: ${name}.`;
}

function targetJobs(state: GridState, watched: SweepWatched): JobRecord[] {
  return targetsOf(state, watched).flatMap((jobId) => watched.sweep.jobs.get(jobId) ?? []);
}

/** Those of the chosen that will hear it. */
function willing(
  state: GridState,
  watched: SweepWatched,
  context: Context,
  whyOff: WhyOff,
): JobRecord[] {
  return targetJobs(state, watched).filter((job) => whyOff(job, watched, context) === null);
}

function seen(jobs: readonly JobRecord[]): SeenJob[] {
  return jobs.map(({ jobId, attempt }) => ({ jobId, attempt }));
}

type Order = Extract<Effect, { kind: 'order' }>;

function order(
  { sweepId }: SweepWatched,
  action: OrderAction,
  jobs: readonly JobRecord[],
  more: Pick<Order, 'isHeld'> & Partial<Order>,
): Order {
  return { kind: 'order', sweepId, action, jobs: seen(jobs), ...more };
}

/** What has been done with marks is done: they go. */
function done(state: GridState, effect: Effect): Step<GridState> {
  return { state: { ...state, marks: [], anchor: null }, effects: [effect] };
}

function retry(
  state: GridState,
  { options }: Command,
  watched: SweepWatched,
  context: Context,
): Step<GridState> {
  const read = readRetryResources(options, watched.sweep.backend);
  if (!read.ok) return { say: read.why };
  const jobs = willing(state, watched, context, whyNoRetry);
  if (jobs.length === 0) return { say: whyOrderIsOff(state, 'retry', watched, context) ?? '' };
  const effect = order(watched, 'retry', jobs, { ...changes(read.resources), isHeld: true });
  const question = askRetry(jobs, effect, watched);
  return question === null ? done(state, effect) : { ask: question };
}

function changes(resources: Order['resources'] & {}): Pick<Order, 'resources'> | object {
  return Object.keys(resources).length === 0 ? {} : { resources };
}

function retryFailed(
  { options }: Command,
  watched: SweepWatched,
  context: Context,
): Step<GridState> {
  const read = readRetryResources(options, watched.sweep.backend);
  if (!read.ok) return { say: read.why };
  const why = whyNoRetryFailed(watched, context);
  if (why !== null) return { say: why };
  const [jobs, leftOut] = failedJobs(watched, context);
  const effect = order(watched, 'retry', jobs, {
    ...changes(read.resources),
    isHeld: true,
    ...(leftOut.length === 0 ? {} : { note: leftOutText(leftOut) }),
  });
  const question = askRetry(jobs, effect, watched);
  return question === null ? { effects: [effect] } : { ask: question };
}

/** How many `retry-failed` would take. */
export function retryCount(watched: SweepWatched, context: Context): number {
  return failedJobs(watched, context)[0].length;
}

/** The failed that may do better, and those that must fail again. */
function failedJobs(
  { sweep }: SweepWatched,
  { asked }: Context,
): readonly [JobRecord[], JobRecord[]] {
  const failed = [...sweep.byState.error]
    .flatMap((jobId) => sweep.jobs.get(jobId) ?? [])
    .filter(({ jobId }) => asked.get(jobId) !== 'retry');
  const mustRepeat = ({ failure }: JobRecord) =>
    failure !== null && MUST_REPEAT.has(failure.errorType);
  return [failed.filter((job) => !mustRepeat(job)), failed.filter(mustRepeat)];
}

/** `1 diverged left out: the same seed fails the same way.` */
function leftOutText(jobs: readonly JobRecord[]): string {
  const counts = new Map<string, number>();
  for (const { failure } of jobs) {
    const word = failure === null ? 'error' : ERROR_WORDS[failure.errorType];
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const kinds = [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
  return `${kinds} left out: the same seed fails the same way.`;
}

function whyNoRetryFailed(watched: SweepWatched, context: Context): string | null {
  const [jobs, leftOut] = failedJobs(watched, context);
  if (jobs.length > 0) return null;
  if (leftOut.length === 0) return 'No failed jobs to retry.';
  return `${leftOutText(leftOut)} ${context.keyOf('retry')} retries one all the same.`;
}

function askRetry(
  jobs: readonly JobRecord[],
  effect: Effect,
  watched: SweepWatched,
): Question | null {
  const cost = expectedCost(jobs.length, watched);
  if (jobs.length <= MOST_UNASKED && (cost ?? 0) <= MOST_UNASKED_COST) return null;
  const money = cost === null ? '' : ` About ${moneyText(cost)}.`;
  return {
    title: 'Retry',
    lines: [line(`Retry ${countText(jobs.length)} jobs?${money}`)],
    answer: { kind: 'letter' },
    yes: 'retry them',
    no: 'leave them',
    effects: [effect],
  };
}

/** US dollars at the mean of what ended jobs cost; null where that is not known. */
function expectedCost(count: number, { sweep }: SweepWatched): number | null {
  const costs = [...sweep.byState.ok, ...sweep.byState.error].flatMap(
    (jobId) => sweep.jobs.get(jobId)?.cost ?? [],
  );
  if (costs.length === 0) return null;
  return (count * costs.reduce((sum, cost) => sum + cost, 0)) / costs.length;
}

function recompute(state: GridState, watched: SweepWatched, context: Context): Step<GridState> {
  const jobs = willing(state, watched, context, whyNoRecompute);
  if (jobs.length === 0) return { say: whyOrderIsOff(state, 'recompute', watched, context) ?? '' };
  const time = computeTime(jobs, watched);
  const what =
    jobs.length === 1 ? jobLabel(jobs[0] as JobRecord) : `${countText(jobs.length)} jobs`;
  const stays =
    jobs.length === 1
      ? 'The old result stays until the new one is whole.'
      : 'Old results stay until new ones are whole.';
  return {
    ask: {
      title: 'Recompute',
      lines: [
        line(
          [`Compute ${what} again?`, ...(time === '' ? [] : [`About ${time}.`]), stays].join(' '),
        ),
      ],
      answer: { kind: 'letter' },
      yes: jobs.length === 1 ? 'compute it' : 'compute them',
      no: 'leave it',
      effects: [order(watched, 'retry', jobs, { noSkip: true, isHeld: false })],
    },
  };
}

/** What these jobs took before, others of their problem and sampler, or jobs at all; empty where nobody knows. */
function computeTime(jobs: readonly JobRecord[], { sweep }: SweepWatched): string {
  const means = new Map<string, { sum: number; count: number }>();
  const add = (key: string, seconds: number) => {
    const { sum, count } = means.get(key) ?? { sum: 0, count: 0 };
    means.set(key, { sum: sum + seconds, count: count + 1 });
  };
  for (const jobId of sweep.byState.ok) {
    const { durationS, problem, sampler } = sweep.jobs.get(jobId) as JobRecord;
    if (durationS === null || durationS <= 0) continue;
    add('', durationS);
    add(`${problem}\0${sampler}`, durationS);
  }
  const overall = means.get('');
  if (overall === undefined) return '';
  const seconds = jobs.reduce((sum, { state, durationS, problem, sampler }) => {
    if (state === 'ok' && durationS !== null && durationS > 0) return sum + durationS;
    const mean = means.get(`${problem}\0${sampler}`) ?? overall;
    return sum + mean.sum / mean.count;
  }, 0);
  const unit = sweep.gpuMode === 'off' ? 'CPU' : 'GPU';
  return seconds < 360
    ? `${spanText(seconds)} of ${unit} time`
    : `${(seconds / 3600).toFixed(1)} ${unit} h`;
}

function cancel(state: GridState, watched: SweepWatched, context: Context): Step<GridState> {
  const jobs = willing(state, watched, context, whyNoCancel);
  if (jobs.length === 0) return { say: whyOrderIsOff(state, 'cancel', watched, context) ?? '' };
  const isOne = jobs.length === 1;
  const what = isOne ? jobLabel(jobs[0] as JobRecord) : `${countText(jobs.length)} jobs`;
  return {
    ask: {
      title: 'Cancel',
      lines: [line(`Cancel ${what}? ${lossText(jobs, watched, context.known.now)}`)],
      answer: { kind: 'letter' },
      yes: isOne ? 'cancel it' : 'cancel them',
      no: isOne ? 'keep it' : 'keep them',
      effects: [order(watched, 'cancel', jobs, { isHeld: false })],
    },
  };
}

/** `8 run and lose 6 h 12 min of GPU time; 11 leave the queue.` */
function lossText(jobs: readonly JobRecord[], { sweep }: SweepWatched, now: number): string {
  const running = jobs.filter(
    ({ state, startedAt }) =>
      startedAt !== null && ['starting', 'running', 'collecting'].includes(state),
  );
  const lost = running.reduce(
    (sum, { startedAt }) => sum + Math.max(0, now - (startedAt ?? now)),
    0,
  );
  const time = `${spanText(lost / 1000)} of ${sweep.gpuMode === 'off' ? 'CPU' : 'GPU'} time`;
  const queued = jobs.length - running.length;
  if (jobs.length === 1)
    return running.length === 1 ? `It runs and loses ${time}.` : 'It leaves the queue.';
  const parts = [
    ...(running.length === 0
      ? []
      : [`${running.length} ${running.length === 1 ? 'runs and loses' : 'run and lose'} ${time}`]),
    ...(queued === 0 ? [] : [`${queued} ${queued === 1 ? 'leaves' : 'leave'} the queue`]),
  ];
  return `${parts.join('; ')}.`;
}

function pull(state: GridState, watched: SweepWatched, context: Context): Step<GridState> {
  const jobs = willing(state, watched, context, whyNoPull);
  if (jobs.length === 0) return { say: whyOrderIsOff(state, 'pull', watched, context) ?? '' };
  return done(state, order(watched, 'pull', jobs, { isHeld: true }));
}

function whyNoTakeOver({ supervisor }: SweepWatched): string | null {
  return supervisor.standing === 'elsewhere' || supervisor.standing === 'silent'
    ? null
    : 'Nothing to take over: no other machine runs it.';
}

function takeOver(watched: SweepWatched, { known }: Context): Step<GridState> {
  const why = whyNoTakeOver(watched);
  if (why !== null) return { say: why };
  const { host, pid, heardAt, standing } = watched.supervisor;
  const at = heardAt === null ? '' : timeText(new Date(heardAt), new Date(known.now));
  const heard =
    standing === 'silent' ? `Its heartbeat stopped ${at}.` : `Its last heartbeat came ${at}.`;
  return {
    ask: {
      title: 'Take over',
      lines: [line(`Take over from ${host}, pid ${pid}?${at === '' ? '' : ` ${heard}`}`)],
      answer: { kind: 'letter' },
      yes: 'take it over',
      no: 'leave it there',
      effects: [{ kind: 'take-over', sweepId: watched.sweepId }],
    },
  };
}

/** What `.` puts on the command line for the cursor's job; null where there is nothing. */
export function nextStepCommand(state: GridState, watched: SweepWatched): string | null {
  const jobId = jobAt(watched, state.cursor);
  const job = jobId === null ? undefined : watched.sweep.jobs.get(jobId);
  return job === undefined ? null : (nextStep(job, watched.sweep)?.command ?? null);
}

/** The table of results, absolute. */
export function reportPath({ dir, sweepId }: SweepWatched): string {
  return sweepLayout(dir.slice(0, -sweepId.length - 1), sweepId).results;
}
