import { ERRORS_CSV, RESULTS_CSV } from '../dispatch/artifacts/layout.ts';
import { harmlessText } from '../dispatch/job/harmless-text.ts';
import { type JobState, TERMINAL_STATES } from '../dispatch/job/words.ts';
import {
  countsByState,
  failedJobs,
  finishedJobs,
  jobsOf,
  jobsToRetry,
  mustRepeat,
  standing,
} from '../dispatch/journal/selectors.ts';
import type { JobRecord, SweepState } from '../dispatch/journal/sweep-state.ts';
import type { SweepSummary } from '../dispatch/scheduler/sweep-summary.ts';
import { ERROR_WORDS } from '../screens/sweep/error-words.ts';
import { samplerName } from '../screens/sweep/families.ts';
import { nextStep } from '../screens/sweep/next-step.ts';
import { rateOf } from '../screens/sweep/sweep-rate.ts';
import { hoursText, moneyText, spanText } from '../ui/format/numbers.ts';
import { asciiText } from './ascii-text.ts';
import { doubtText, llcTable } from './llc-table.ts';

/** `8 jobs: 7 ok, 1 error`. */
export function countsText(sweep: SweepState): string {
  const counts = Object.entries(countsByState(sweep)).filter(([, count]) => count > 0);
  const parts = counts.map(([state, count]) => `${count} ${state}`);
  const jobs = sweep.jobs.size === 1 ? '1 job' : `${sweep.jobs.size} jobs`;
  return `${jobs}: ${parts.join(', ')}`;
}

/**
 * What is printed when a sweep has ended: how it went, the estimates over seeds, what is doubtful, what failed, and how
 * to go on.
 *
 * @param look.ascii - no byte above 127: for whoever is no terminal. Default false.
 * @param look.hasCopies - the tables have been copied to the working directory. Default false.
 */
export function endLines(
  summary: SweepSummary,
  { ascii = false, hasCopies = false } = {},
): string[] {
  const { sweep, refusal, paused, durationS } = summary;
  if (refusal) return plain([`refused: ${refusal.failure.error}`, refusal.hint], ascii);
  const used = usedText(sweep);
  const ended =
    sweep.endedAt === null ? '' : ` ${new Date(sweep.endedAt).toTimeString().slice(0, 5)}`;
  const doubt = doubtText(sweep);
  const mend = mendText(sweep);
  const lines = [
    `Sweep ${sweep.sweepId} ended${ended} after ${spanText(durationS)}${used}:`,
    outcomeCounts(sweep),
    ...llcTable(sweep, ascii ? '+-' : '±').map((row) => `  ${row}`),
    ...(doubt === null ? [] : [`  ${doubt}`]),
    ...errorLines(sweep, hasCopies ? ERRORS_CSV : summary.errorsCsv),
    ...(mend === null ? [] : [`  mend: ${mend}`]),
    `  ${hasCopies ? RESULTS_CSV : summary.resultsCsv}   ${nextCommands(sweep)}`,
  ];
  if (paused) lines.push(`  paused: ${paused.error}`);
  return plain(lines, ascii);
}

/** Failures named; more are in the table of errors. */
const MOST_NAMED = 3;

/** `error: small s4 hmc lost, medium s6 mclmc diverged   llc_sweep_errors.csv`. */
function errorLines(sweep: SweepState, file: string): string[] {
  const named = namedErrors(sweep, MOST_NAMED);
  if (named !== null) return [`  error: ${named}   ${file}`];
  return failedJobs(sweep).length > 0 ? [`  not done: ${file}`] : [];
}

/** `small s4 hmc lost, medium s2 hmc OOM and 9 more`; null where none failed. */
export function namedErrors(sweep: SweepState, most: number): string | null {
  const failed = failedJobs(sweep).filter((job) => standing(job) === 'error');
  if (failed.length === 0) return null;
  const names = failed
    .slice(0, most)
    .map((job) => `${shortJob(job)} ${ERROR_WORDS[job.failure?.errorType ?? 'internal']}`);
  const more = failed.length > most ? ` and ${failed.length - most} more` : '';
  return names.join(', ') + more;
}

/** What helps where `llc retry` has nothing to run again, though jobs failed; null where it has, or none failed. */
export function mendText(sweep: SweepState): string | null {
  if (jobsToRetry(sweep).length > 0) return null;
  const steps = jobsOf(sweep)
    .filter((job) => job.state === 'error' && mustRepeat(job))
    .flatMap((job) => nextStep(job, sweep, (command) => command)?.advice ?? []);
  return steps.length === 0 ? null : [...new Set(steps)].join(' ');
}

/** `small s4 hmc`. */
function shortJob(job: JobRecord): string {
  return `${job.problem} s${job.seed} ${samplerName(job)}`;
}

/** `109 ok, 8 cached, 2 error, 1 cancelled`. */
function outcomeCounts(sweep: SweepState): string {
  const order = ['ok', 'cached', 'error', 'cancelled'] as const;
  const counts = countsByState(sweep);
  const others = Object.keys(counts).filter((name) => !order.some((one) => one === name));
  return [...order, ...(others as JobState[])]
    .filter((state) => counts[state] > 0)
    .map((state) => `${counts[state]} ${state}`)
    .join(', ');
}

/** `, 57.3 GPU h`, `, $31.80`; empty where nothing is known. */
function usedText(sweep: SweepState): string {
  const { cost, gpuHours } = rateOf(sweep, sweep.endedAt ?? 0);
  if (cost !== null && cost > 0) return `, ${moneyText(cost)}`;
  return gpuHours !== null && gpuHours >= 0.05 ? `, ${hoursText(gpuHours, 'GPU')}` : '';
}

function nextCommands(sweep: SweepState): string {
  const canRetry = jobsToRetry(sweep).length > 0;
  const hasSome = finishedJobs(sweep).length > 1;
  return [
    ...(hasSome ? ['llc plot-sweep'] : []),
    ...(canRetry ? ['llc retry'] : []),
    'llc tui --attach',
  ].join('   ');
}

function plain(lines: readonly string[], ascii: boolean): string[] {
  return lines.map((line) => {
    const text = harmlessText(line).trimEnd();
    return ascii ? text.split('\n').map(asciiText).join('\n') : text;
  });
}

/** What is printed when a person leaves a sweep that goes on. */
export function leftLine(sweep: SweepState): string {
  const { sweepId } = sweep;
  const left = jobsOf(sweep).filter(({ state }) => !TERMINAL_STATES.has(state)).length;
  const jobs = left === 1 ? 'Its last job goes' : `Its ${left} jobs go`;
  return `Left ${sweepId}. ${jobs} on. Back: llc attach ${sweepId}`;
}

/** The same for scripts. */
export function summaryJson(summary: SweepSummary) {
  const { sweepId, outcome, counts, resultsCsv, errorsCsv, durationS, sweep } = summary;
  return {
    sweep: sweepId,
    outcome,
    counts,
    results_csv: resultsCsv,
    errors_csv: errorsCsv,
    duration_s: durationS,
    jobs: jobsOf(sweep).map((job) => ({
      job_id: job.jobId,
      run_id: job.runId,
      state: standing(job),
      outcome: job.outcome,
      failure: job.failure,
    })),
  };
}
