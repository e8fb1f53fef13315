import { harmlessText } from '../dispatch/job/harmless-text.ts';
import type { Progress } from '../dispatch/job/protocol.ts';
import { TERMINAL_STATES } from '../dispatch/job/words.ts';
import { countsByState, failedJobs, jobsOf, standing } from '../dispatch/journal/selectors.ts';
import type { JobRecord, SweepState } from '../dispatch/journal/sweep-state.ts';
import type { SweepSummary } from '../dispatch/scheduler/sweep-summary.ts';
import { withError } from './estimate-text.ts';
import { tableText } from './table-text.ts';

/**
 * A table of all jobs: what each is called, where it stands, its estimate and its verdict.
 *
 * @param progress - how far jobs are that run. Default: not told.
 */
export function jobTable(
  sweep: SweepState,
  progress: ReadonlyMap<string, Progress | null> = new Map(),
): string[] {
  const rows = jobsOf(sweep).map((job) => [
    job.jobId,
    job.sampler,
    job.attempt > 1 ? `${standing(job)} x${job.attempt}` : standing(job),
    job.outcome?.llcMean == null ? '' : withError(job.outcome.llcMean, job.outcome.llcSe),
    job.outcome?.ess == null ? '' : job.outcome.ess.toFixed(0),
    job.outcome?.rhat == null ? '' : job.outcome.rhat.toFixed(3),
    job.durationS === null ? '' : `${job.durationS.toFixed(1)} s`,
    lastColumn(job, progress.get(job.jobId) ?? null),
  ]);
  return tableText(
    ['job', 'sampler', 'state', 'llc', 'ess', 'r-hat', 'time', 'verdict'],
    rows,
    new Set([4, 5, 6]),
  );
}

function lastColumn(job: JobRecord, progress: Progress | null): string {
  if (progress !== null && progress.total > 0) {
    const estimate = progress.llc === null ? '' : ` ~${progress.llc.toPrecision(4)}`;
    return `${Math.floor((100 * progress.done) / progress.total)}%${estimate}`;
  }
  if (job.state === 'error' && job.failure) return job.failure.errorType;
  return job.outcome?.verdict ?? (TERMINAL_STATES.has(job.state) ? '' : job.detail);
}

/** `8 jobs: 7 ok, 1 error`. */
export function countsText(sweep: SweepState): string {
  const counts = Object.entries(countsByState(sweep)).filter(([, count]) => count > 0);
  const parts = counts.map(([state, count]) => `${count} ${state}`);
  const jobs = sweep.jobs.size === 1 ? '1 job' : `${sweep.jobs.size} jobs`;
  return `${jobs}: ${parts.join(', ')}`;
}

/** What is printed when a sweep has ended: the table, what failed and where, and how to go on. */
export function endLines(summary: SweepSummary): string[] {
  const { sweep, refusal, paused, errorsCsv, resultsCsv, durationS } = summary;
  if (refusal) return [`refused: ${refusal.failure.error}`, refusal.hint];
  const lines = ['', ...jobTable(sweep), '', `${countsText(sweep)} in ${durationS.toFixed(1)} s`];
  if (failedJobs(sweep).length > 0) lines.push(`errors in full: ${errorsCsv}`);
  lines.push(`results: ${resultsCsv}`);
  if (paused) lines.push(`paused: ${paused.error}`);
  return lines.map((line) => harmlessText(line));
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
