import type { JobRecord, SweepState } from '../../dispatch/journal/sweep-state.ts';
import { moneyText } from '../../ui/format/numbers.ts';
import { line } from '../../ui/line.ts';
import type { Effect, Step } from '../console/screen.ts';
import { retryChanges } from '../sweep/retry-changes.ts';
import type { ErrorsState } from './errors-state.ts';
import { failuresOf } from './group-failures.ts';

/** Retries of more jobs or of more dollars are asked for. */
const MOST_JOBS = 50;
const MOST_DOLLARS = 20;

/** The failed jobs that may be queued again: those whose retry is not already under way. */
export function retriable(jobs: readonly JobRecord[]): JobRecord[] {
  return jobs.filter(({ state }) => state === 'error');
}

/** All that `R` takes, and what it leaves out: what fails the same way whatever its surroundings. */
export function retriableOfAll(sweep: SweepState): {
  readonly jobs: JobRecord[];
  readonly leftOut: JobRecord[];
} {
  const failed = retriable(failuresOf(sweep));
  const repeats = ({ failure }: JobRecord) =>
    failure?.errorType === 'diverged' || failure?.errorType === 'config';
  return {
    jobs: failed.filter((job) => !repeats(job)),
    leftOut: failed.filter(repeats),
  };
}

/** The order to try these again; asks first where that is much. */
export function retryStep(
  sweep: SweepState,
  jobs: readonly JobRecord[],
  options: Readonly<Record<string, string>>,
  note = '',
): Step<ErrorsState> {
  const changes = retryChanges(options);
  if (changes.kind === 'wrong') return { say: changes.why };
  if (jobs.length === 0) return { say: 'No failed jobs to retry.' };
  const order: Effect = {
    kind: 'order',
    sweepId: sweep.sweepId,
    action: 'retry',
    jobs: jobs.map(({ jobId, attempt }) => ({ jobId, attempt })),
    isHeld: true,
    ...(Object.keys(changes.resources).length > 0 ? { resources: changes.resources } : {}),
    ...(note === '' ? {} : { note }),
  };
  const dollars = likelyCost(sweep, jobs);
  if (jobs.length <= MOST_JOBS && (dollars ?? 0) <= MOST_DOLLARS) return { effects: [order] };
  const about = dollars === null ? '' : ` About ${roundedMoney(dollars)}.`;
  return {
    ask: {
      title: 'Retry',
      lines: [line(`Retry ${jobs.length} jobs?${about}`)],
      answer: { kind: 'letter' },
      yes: 'retry them',
      no: 'leave them',
      effects: [order],
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

function roundedMoney(dollars: number): string {
  return dollars >= 10 ? `$${Math.round(dollars)}` : moneyText(dollars);
}
