import { cellOf, scaleOf } from '../calibration/map-cell.ts';
import { meterBound } from '../calibration/step-bias.ts';
import type { SweepJob } from '../plan/finished-jobs.ts';
import type { FinishedRun } from './forecast.ts';

/** The jobs of a sweep that have a result, as a forecast sees them. */
export function finishedRuns(jobs: readonly SweepJob[]): FinishedRun[] {
  return jobs.flatMap(({ job, record, metrics }) => {
    const { reading, unbiased, transitions } = cellOf(job, metrics, '');
    if (reading === null || metrics === null || !Number.isFinite(reading.llc)) return [];
    const { jobId, problem, sampler, seed } = job;
    const warmup = metrics[`${sampler}_timing_warmup`];
    const { cost = null, durationS = null } = record ?? {};
    return [
      {
        problem,
        entry: jobId.slice(problem.length + 1, jobId.length - String(seed).length - 1),
        sampler,
        seed,
        llc: reading.llc,
        scale: scaleOf(reading.llc),
        se: reading.se,
        warmupSeconds: typeof warmup === 'number' ? warmup : 0,
        samplingSeconds: reading.seconds,
        draws: transitions,
        dollarsPerSecond:
          cost !== null && durationS !== null && durationS > 0 ? cost / durationS : null,
        meterBound: unbiased ? 0 : meterBound([reading]),
        unbiased,
        doubts: reading.doubts.filter((code) => code !== 'few_draws'),
      },
    ];
  });
}
