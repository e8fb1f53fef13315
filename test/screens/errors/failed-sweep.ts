import type { ErrorType } from '../../../src/dispatch/job/words.ts';
import {
  emptySweep,
  type JobRecord,
  plannedRecord,
  type SweepState,
} from '../../../src/dispatch/journal/sweep-state.ts';
import { plannedJob } from '../../fixtures/stand-in-jobs.ts';
import { sweepOf } from '../screen-context.ts';

export function jobOf(
  problem: string,
  seed: number,
  sampler: string,
  more: Partial<JobRecord> = {},
): JobRecord {
  const jobId = `${problem}-${sampler}-${seed}`;
  const job = { ...plannedJob(jobId), problem, seed, sampler };
  return { ...plannedRecord(job), state: 'ok', attempt: 1, ...more };
}

export function failed(errorType: ErrorType, error: string): Partial<JobRecord> {
  return {
    state: 'error',
    failures: 1,
    failure: { stage: 'sampling', errorType, error, traceback: '' },
  };
}

const STALLED =
  'call did not start within 180s: no H100. Check the Modal balance or add GPU types.';

/** The sweep of the design's frame: 240 jobs, 12 failed of four causes. */
export function designSweep(): SweepState {
  const jobs = new Map<string, JobRecord>();
  for (const problem of ['large', 'medium', 'small'])
    for (let seed = 0; seed < 20; seed++)
      for (const sampler of ['sgld', 'sghmc', 'hmc', 'mclmc']) {
        const job = jobOf(problem, seed, sampler);
        jobs.set(job.jobId, job);
      }
  const fail = (problem: string, seed: number, sampler: string, more: Partial<JobRecord>) =>
    jobs.set(`${problem}-${sampler}-${seed}`, jobOf(problem, seed, sampler, more));
  for (const [seed, sampler] of [
    [8, 'sgld'],
    [8, 'sghmc'],
    [8, 'hmc'],
    [8, 'mclmc'],
    [9, 'sgld'],
    [9, 'sghmc'],
    [9, 'mclmc'],
  ] as const)
    fail('large', seed, sampler, failed('stalled', STALLED));
  for (const seed of [1, 4, 7])
    fail('large', seed, 'hmc', failed('oom', 'The node ended the job: it used 16.0 of 16 GB.'));
  fail('medium', 6, 'mclmc', failed('diverged', 'The loss is not finite from step 212.'));
  fail('small', 4, 'hmc', failed('lost', 'Gone without a result.'));
  return sweepOf([...jobs.values()], {
    backend: 'modal',
    resources: {
      ...emptySweep().resources,
      memoryGb: 16,
      gpuMode: 'vectorized',
      gpuTypes: ['H100'],
    },
  });
}
