import { utimesSync } from 'node:fs';
import { join } from 'node:path';
import { RUN_FILES } from '../../src/dispatch/artifacts/layout.ts';
import { writeRun } from '../../src/dispatch/artifacts/run-writer.ts';
import { reduce } from '../../src/dispatch/journal/reduce.ts';
import { emptySweep, type JobRecord } from '../../src/dispatch/journal/sweep-state.ts';
import { noise } from './example-course.ts';
import type { ExampleSweep } from './example-sweep.ts';

/** Of the draws of a run, bytes: enough to differ in a list. */
const DRAWS = { least: 20_000, more: 180_000 };

/** Writes the finished runs of an example into `runs/` of its directory, as old as the example says. */
export async function writeExampleRuns(
  directory: string,
  { file, events }: ExampleSweep,
): Promise<void> {
  const { jobs } = events.reduce(reduce, emptySweep());
  const places = { runsDir: join(directory, file.runsDir), storeDir: join(directory, '.llc') };
  for (const { jobId, runId, config } of file.jobs) {
    const job = jobs.get(jobId);
    if (job?.outcome == null) continue;
    const dir = await writeRun(places, runId, {
      [RUN_FILES.config]: JSON.stringify(config),
      [RUN_FILES.metrics]: JSON.stringify(metricsOf(job)),
      [RUN_FILES.draws(job.sampler)]: Buffer.alloc(DRAWS.least + noise(runId) * DRAWS.more),
    });
    const made = (job.endedAt ?? 0) / 1000;
    utimesSync(join(dir, RUN_FILES.manifest), made, made);
  }
}

function metricsOf({ jobId, sampler, outcome }: JobRecord): Record<string, unknown> {
  const { llcMean, llcSe, ess, rhat, verdict } = outcome!;
  const own = {
    llc_mean: llcMean,
    llc_se: llcSe,
    llc_by_chain: [0, 1, 2, 3].map(
      (chain) => (llcMean ?? 0) + 3 * (llcSe ?? 0) * (noise(`${jobId} ${chain}`) - 0.5),
    ),
    ess,
    ess_bulk: ess,
    ess_tail: 0.9 * (ess ?? 0),
    rhat,
    virial: 1 + 0.04 * noise(jobId),
    ...(sampler === 'hmc' ? { mean_acceptance: 0.81 } : {}),
    verdict,
  };
  return Object.fromEntries(
    Object.entries(own).map(([key, value]) => [`${sampler}_${key}`, value]),
  );
}
