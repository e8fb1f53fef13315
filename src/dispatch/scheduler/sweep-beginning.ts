import { randomUUID } from 'node:crypto';
import { targetShape } from '../config/target-shape.ts';
import type { JobSpec } from '../job/job-spec.ts';
import type { Fact } from '../journal/events.ts';
import { type Outcome, outcomeOf } from '../journal/outcome.ts';
import type { SweepRequest } from './sweep-request.ts';

/** The first event of a sweep's journal. */
export function plannedSweep(request: SweepRequest): Fact {
  return {
    kind: 'sweep_planned',
    sweepId: request.sweepId,
    token: randomUUID(),
    backend: request.backend.name,
    gpuMode: request.resources.gpuMode,
    runsDir: request.runsDir,
    resources: request.resources,
    jobs: request.jobs.map(({ jobId, problem, sampler, seed, runId, familyId, config }) => {
      const { dim, depth, activation } = targetShape(config);
      return {
        jobId,
        problem,
        sampler,
        seed,
        runId,
        familyId,
        targetParams: dim,
        depth,
        activation,
      };
    }),
  };
}

/** Finished runs among the jobs not yet started, looked for a few at a time. */
export async function findRuns(
  request: SweepRequest,
  planned: ReadonlySet<string>,
): Promise<readonly { readonly jobId: string; readonly outcome: Outcome }[]> {
  const { findRun, noSkip } = request;
  if (findRun === undefined || noSkip) return [];
  const queue = request.jobs.filter(({ jobId }: JobSpec) => planned.has(jobId)).values();
  const runs: { jobId: string; outcome: Outcome }[] = [];
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      for (const job of queue) {
        const run = await findRun(job);
        if (run !== null)
          runs.push({ jobId: job.jobId, outcome: outcomeOf(job.sampler, run.metrics) });
      }
    }),
  );
  return runs;
}
