import type { JobRecord, SweepState } from '../../dispatch/journal/sweep-state.ts';
import type { OrderAction } from '../../dispatch/orders/order.ts';
import { countText, moneyText, spanText } from '../../ui/format/numbers.ts';
import { line } from '../../ui/line.ts';
import type { Context, Effect, Question } from '../console/screen.ts';
import type { SweepWatched } from '../known/sweep-watched.ts';
import { jobLabel } from './job-words.ts';
import { readRetryResources } from './retry-resources.ts';
import { type WhyOff, whyNoCancel, whyNoPull, whyNoRecompute, whyNoRetry } from './why-off.ts';

/** What an act on jobs comes to: an order, a question before it, or why not. */
export interface Act {
  readonly effects?: readonly Effect[];
  readonly ask?: Question;
  readonly say?: string;
}

/** A retry of more asks first. */
const MOST_UNASKED = 50;
/** US dollars. */
const MOST_UNASKED_COST = 20;

const WHY_OFF = {
  retry: whyNoRetry,
  recompute: whyNoRecompute,
  cancel: whyNoCancel,
  pull: whyNoPull,
} as const satisfies Record<string, WhyOff>;

/** Acts on chosen jobs. */
export type JobActName = keyof typeof WHY_OFF;

export function isJobAct(name: string): name is JobActName {
  return Object.hasOwn(WHY_OFF, name);
}

/** Does it to those of the jobs that will hear it. */
export function actOnJobs(
  name: JobActName,
  jobs: readonly JobRecord[],
  options: Readonly<Record<string, string>>,
  watched: SweepWatched,
  context: Context,
): Act {
  const heard = willing(name, jobs, watched, context);
  if (heard.length === 0) return { say: whyActIsOff(name, jobs, watched, context) ?? '' };
  switch (name) {
    case 'retry':
      return retryJobs(heard, options, watched);
    case 'recompute':
      return recompute(heard, watched);
    case 'cancel':
      return cancel(heard, watched, context.known.now);
    case 'pull':
      return { effects: [order(watched, 'pull', heard, { isHeld: true })] };
  }
}

/** Those that will hear it. */
export function willing(
  name: JobActName,
  jobs: readonly JobRecord[],
  watched: SweepWatched,
  context: Context,
): JobRecord[] {
  return jobs.filter((job) => WHY_OFF[name](job, watched, context) === null);
}

/** Why none of the jobs will hear it, in a sentence; null where one will. */
export function whyActIsOff(
  name: JobActName,
  jobs: readonly JobRecord[],
  watched: SweepWatched,
  context: Context,
): string | null {
  if (jobs.length === 0) return 'No job here.';
  const reasons = jobs.map((job) => WHY_OFF[name](job, watched, context));
  if (reasons.some((why) => why === null)) return null;
  return jobs.length === 1 ? (reasons[0] ?? null) : whyNoneOf(name, jobs.length, reasons);
}

/** One reason for all is said; several are not. */
function whyNoneOf(name: JobActName, count: number, reasons: readonly (string | null)[]): string {
  if (name === 'cancel') return `Nothing to cancel: all ${count} have ended.`;
  const [first] = reasons;
  return reasons.every((why) => why === first) && typeof first === 'string'
    ? first
    : `None of these ${count} jobs can be given it: ${name}.`;
}

type Order = Extract<Effect, { kind: 'order' }>;

function order(
  { sweepId }: SweepWatched,
  action: OrderAction,
  jobs: readonly JobRecord[],
  more: Pick<Order, 'isHeld'> & Partial<Order>,
): Order {
  const seen = jobs.map(({ jobId, attempt }) => ({ jobId, attempt }));
  return { kind: 'order', sweepId, action, jobs: seen, ...more };
}

/**
 * Queues these again, with other resources where options say so; asks first where that is much.
 *
 * @param note - added to the toast. Default: nothing
 */
export function retryJobs(
  jobs: readonly JobRecord[],
  options: Readonly<Record<string, string>>,
  watched: SweepWatched,
  note = '',
): Act {
  const read = readRetryResources(options, watched.sweep.backend);
  if (!read.ok) return { say: read.why };
  const effect = order(watched, 'retry', jobs, {
    isHeld: true,
    ...(Object.keys(read.resources).length === 0 ? {} : { resources: read.resources }),
    ...(note === '' ? {} : { note }),
  });
  const dollars = likelyCost(watched.sweep, jobs);
  if (jobs.length <= MOST_UNASKED && (dollars ?? 0) <= MOST_UNASKED_COST)
    return { effects: [effect] };
  const about = dollars === null ? '' : ` About ${roundedMoney(dollars)}${ofBalance(watched)}.`;
  return {
    ask: {
      title: 'Retry',
      lines: [line(`Retry ${countText(jobs.length)} jobs?${about}`)],
      answer: { kind: 'letter' },
      yes: 'retry them',
      no: 'leave them',
      effects: [effect],
    },
  };
}

/** US dollars, from what an attempt has cost so far; null where nothing is known. */
function likelyCost(sweep: SweepState, jobs: readonly JobRecord[]): number | null {
  const each = (job: JobRecord) => (job.cost === null ? null : job.cost / Math.max(1, job.attempt));
  const known = [...sweep.jobs.values()].map(each).filter((cost) => cost !== null);
  if (known.length === 0) return null;
  const mean = known.reduce((sum, cost) => sum + cost, 0) / known.length;
  return jobs.reduce((sum, job) => sum + (each(job) ?? mean), 0);
}

/** ` of the $40.00 left`, as the place has said last; empty where nobody counts. */
function ofBalance({ live }: SweepWatched): string {
  const left = live?.health?.budgetLeft;
  return left === undefined ? '' : ` of the ${moneyText(left)} left`;
}

function roundedMoney(dollars: number): string {
  return dollars >= 10 ? `$${countText(dollars)}` : moneyText(dollars);
}

function recompute(jobs: readonly JobRecord[], watched: SweepWatched): Act {
  const time = computeTime(jobs, watched);
  const isOne = jobs.length === 1;
  const stays = isOne
    ? 'The old result stays until the new one is whole.'
    : 'Old results stay until new ones are whole.';
  const about = time === '' ? [] : [`About ${time}.`];
  return {
    ask: {
      title: 'Recompute',
      lines: [line([`Compute ${namesOf(jobs)} again?`, ...about, stays].join(' '))],
      answer: { kind: 'letter' },
      yes: isOne ? 'compute it' : 'compute them',
      no: isOne ? 'leave it' : 'leave them',
      effects: [order(watched, 'retry', jobs, { noSkip: true, isHeld: false })],
    },
  };
}

function namesOf(jobs: readonly JobRecord[]): string {
  const [first] = jobs;
  return jobs.length === 1 && first !== undefined
    ? jobLabel(first)
    : `${countText(jobs.length)} jobs`;
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

function cancel(jobs: readonly JobRecord[], watched: SweepWatched, now: number): Act {
  const isOne = jobs.length === 1;
  return {
    ask: {
      title: 'Cancel',
      lines: [line(`Cancel ${namesOf(jobs)}? ${lossText(jobs, watched, now)}`)],
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
