import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { sweepLayout } from '../dispatch/artifacts/layout.ts';
import { readJournal, replay } from '../dispatch/journal/replay.ts';
import { countsByState, failedJobs, jobsOf, standing } from '../dispatch/journal/selectors.ts';
import type { SweepState } from '../dispatch/journal/sweep-state.ts';
import type { LiveSnapshot } from '../dispatch/scheduler/live-snapshot.ts';
import { chooseSweep, sweepsDirOf } from './newest-sweep.ts';
import type { Rim } from './rim.ts';
import { countsText, jobTable } from './sweep-report.ts';

/** Adds `llc status`: what stands where, read from the journal alone. */
export function addStatus(program: Command, rim: Rim): void {
  program
    .command('status')
    .description('Tell what stands where in a sweep (default: the newest). Only reads.')
    .argument('[sweep]', 'its name, a folder of sweeps/')
    .option('--json', 'as JSON', false)
    .addHelpText('after', '\nExample:\n  llc status 1123-1431-quick --json')
    .action(async (name: string | undefined, options: { json: boolean }) => {
      const sweepsDir = sweepsDirOf(rim.cwd);
      const sweepId = await chooseSweep(sweepsDir, name);
      const files = sweepLayout(sweepsDir, sweepId);
      const sweep = replay((await readJournal(files.journal)).events);
      const live = await readLive(files.live);
      if (options.json) rim.print(JSON.stringify(statusJson(sweep, live), null, 2));
      else for (const line of statusText(sweep)) rim.print(line);
    });
}

function statusText(sweep: SweepState): string[] {
  const standing = sweep.ended ?? 'not ended';
  const failures = failedJobs(sweep).flatMap(({ jobId, failure }) =>
    failure ? [`${jobId}: ${failure.errorType} at ${failure.stage}: ${failure.error}`] : [],
  );
  const refusal = sweep.refusal ? [`${sweep.refusal.failure.error} ${sweep.refusal.hint}`] : [];
  return [
    `sweep ${sweep.sweepId}, ${standing}`,
    ...jobTable(sweep),
    countsText(sweep),
    ...refusal,
    ...failures,
  ];
}

function statusJson(sweep: SweepState, live: LiveSnapshot | null) {
  const progress = new Map(live?.jobs.map((job) => [job.jobId, job.progress]));
  return {
    sweep: sweep.sweepId,
    backend: sweep.backend,
    ended: sweep.ended,
    counts: countsByState(sweep),
    jobs: jobsOf(sweep).map((job) => ({
      job_id: job.jobId,
      problem: job.problem,
      sampler: job.sampler,
      seed: job.seed,
      state: standing(job),
      attempt: job.attempt,
      run_id: job.runId,
      outcome: job.outcome,
      failure: job.failure,
      duration_s: job.durationS,
      progress: sweep.ended === null ? (progress.get(job.jobId) ?? null) : null,
    })),
  };
}

async function readLive(path: string): Promise<LiveSnapshot | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as LiveSnapshot;
  } catch {
    // Progress is a courtesy: none yet, or being replaced.
    return null;
  }
}
