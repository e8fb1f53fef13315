import { failedJobs, finishedJobs, standing } from '../journal/selectors.ts';
import type { JobRecord, SweepState } from '../journal/sweep-state.ts';
import { type CsvCell, csvRecord } from './csv.ts';
import { failureLog } from './failure-log.ts';
import { runDir, type sweepLayout } from './layout.ts';

interface Source {
  readonly job: JobRecord;
  readonly sweep: SweepState;
  readonly files: ReturnType<typeof sweepLayout>;
}
type Columns = Readonly<Record<string, (source: Source) => CsvCell>>;

/** results.csv, the columns in their order; the first sixteen are what older studies read. */
const RESULT_COLUMNS: Columns = {
  sweep: ({ sweep }) => sweep.sweepId,
  problem: ({ job }) => job.problem,
  family_id: ({ job }) => job.familyId,
  target_params: ({ job }) => job.targetParams,
  depth: ({ job }) => job.depth,
  activation: ({ job }) => job.activation,
  sampler: ({ job }) => job.sampler,
  seed: ({ job }) => job.seed,
  llc_mean: ({ job }) => job.outcome?.llcMean ?? null,
  llc_se: ({ job }) => job.outcome?.llcSe ?? null,
  ess: ({ job }) => job.outcome?.ess ?? null,
  t_sampling: ({ job }) => job.outcome?.tSampling ?? null,
  work_grad: ({ job }) => job.outcome?.workGrad ?? null,
  wnv_time: ({ job }) => job.outcome?.wnvTime ?? null,
  wnv_fde: ({ job }) => job.outcome?.wnvFde ?? null,
  run_dir: ({ job, sweep }) => runDir(sweep.runsDir, job.runId),
  run_id: ({ job }) => job.runId,
  rhat: ({ job }) => job.outcome?.rhat ?? null,
  backend: ({ sweep }) => sweep.backend,
  gpu_mode: ({ sweep }) => sweep.gpuMode,
  attempts: ({ job }) => job.attempt,
  duration_s: ({ job }) => job.durationS,
  cost: ({ job }) => job.cost,
  verdict: ({ job }) => job.outcome?.verdict ?? '',
};

/** errors.csv: a row for each job that ended without a run, refused and cancelled ones included. */
const ERROR_COLUMNS: Columns = {
  run_id: ({ job }) => job.runId,
  status: ({ job }) => standing(job),
  stage: ({ job }) => (standing(job) === 'error' ? (job.failure?.stage ?? '') : ''),
  error_type: ({ job }) => (standing(job) === 'error' ? (job.failure?.errorType ?? '') : ''),
  duration_s: ({ job }) => job.durationS,
  error: ({ job }) => (standing(job) === 'error' ? (job.failure?.error ?? '') : ''),
  job_id: ({ job }) => job.jobId,
  problem: ({ job }) => job.problem,
  sampler: ({ job }) => job.sampler,
  seed: ({ job }) => job.seed,
  backend: ({ sweep }) => sweep.backend,
  attempts: ({ job }) => job.attempt,
  log: ({ job, files }) => failureLog(job, files) ?? '',
};

export interface SweepTables {
  readonly results: string;
  readonly errors: string;
}

/**
 * Both tables of a sweep as text, whole, in the plan's order. The function remembers the row of each job
 * record that it has seen, so that a sweep of thousands costs little when one job ends.
 */
export function sweepTables(
  files: ReturnType<typeof sweepLayout>,
): (sweep: SweepState) => SweepTables {
  const table = (columns: Columns, choose: (sweep: SweepState) => readonly JobRecord[]) => {
    const header = csvRecord(Object.keys(columns));
    const cells = Object.values(columns);
    const rows = new WeakMap<JobRecord, string>();
    return (sweep: SweepState) => {
      let text = header;
      for (const job of choose(sweep)) {
        let row = rows.get(job);
        if (row === undefined) {
          row = csvRecord(cells.map((cell) => cell({ job, sweep, files })));
          rows.set(job, row);
        }
        text += row;
      }
      return text;
    };
  };
  const results = table(RESULT_COLUMNS, finishedJobs);
  const errors = table(ERROR_COLUMNS, failedJobs);
  return (sweep) => ({ results: results(sweep), errors: errors(sweep) });
}
