import type { Command } from 'commander';
import { failureLog } from '../dispatch/artifacts/failure-log.ts';
import { sweepLayout } from '../dispatch/artifacts/layout.ts';
import { harmlessText } from '../dispatch/job/harmless-text.ts';
import type { Progress } from '../dispatch/job/protocol.ts';
import { isLive } from '../dispatch/journal/events.ts';
import { readJournal, replay } from '../dispatch/journal/replay.ts';
import { countsByState, failedJobs, jobsOf, standing } from '../dispatch/journal/selectors.ts';
import type { SweepState } from '../dispatch/journal/sweep-state.ts';
import type { LiveSnapshot } from '../dispatch/scheduler/live-snapshot.ts';
import { currentHolder } from '../dispatch/supervisor/start-supervisor.ts';
import { withLog } from './event-line.ts';
import { fullDiscText } from './full-disc.ts';
import { chooseSweep, sweepsDirOf } from './newest-sweep.ts';
import { readLive } from './read-live.ts';
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
      const supervisor = await currentHolder(files.lock, { probe: false });
      if (options.json) rim.print(JSON.stringify(statusJson(sweep, live, supervisor), null, 2));
      else for (const line of statusText(files, sweepId, sweep, live, supervisor)) rim.print(line);
      const full = sweep.ended === null ? await fullDiscText(files.dir) : null;
      if (full !== null) rim.note(full);
    });
}

type Supervisor = Awaited<ReturnType<typeof currentHolder>>;

function statusText(
  files: ReturnType<typeof sweepLayout>,
  sweepId: string,
  sweep: SweepState,
  live: LiveSnapshot | null,
  supervisor: Supervisor,
): string[] {
  const failures = failedJobs(sweep).flatMap((job) => {
    const { jobId, failure } = job;
    if (failure === null || job.state !== 'error') return [];
    const error = withLog(failure.error, failureLog(job, files));
    return [harmlessText(`${jobId}: ${failure.errorType} at ${failure.stage}: ${error}`)];
  });
  const refusal = sweep.refusal ? [`${sweep.refusal.failure.error} ${sweep.refusal.hint}`] : [];
  return [
    `sweep ${sweepId}, ${standingText(sweepId, sweep, supervisor)}`,
    ...jobTable(sweep, progressOf(sweep, live)),
    countsText(sweep),
    ...refusal,
    ...failures,
  ];
}

/** Who runs the sweep, or what became of whoever did and what to do. */
function standingText(sweepId: string, sweep: SweepState, supervisor: Supervisor): string {
  if (sweep.ended !== null && supervisor === null) return sweep.ended;
  const goOn = `llc attach ${sweepId} goes on`;
  if (supervisor === null) {
    const { dispatcher } = sweep;
    if (dispatcher === null) return `not begun; ${goOn}`;
    return dispatcher.hasLeft
      ? `stopped in order; ${goOn}`
      : `its supervisor (pid ${dispatcher.pid} on ${dispatcher.host}) is gone; ${goOn}`;
  }
  const { host, pid, heartbeat } = supervisor.holder;
  const since = new Date(heartbeat).toTimeString().slice(0, 8);
  switch (supervisor.standing) {
    case 'living':
    case 'elsewhere':
      return `running, supervisor pid ${pid} on ${host}`;
    case 'dead':
      return `its supervisor (pid ${pid} on ${host}) died after ${since}; ${goOn}`;
    case 'silent':
      return `no word from its supervisor (pid ${pid} on ${host}) since ${since}; if ${host} is gone: llc attach ${sweepId} --take-over`;
  }
}

function statusJson(sweep: SweepState, live: LiveSnapshot | null, supervisor: Supervisor) {
  const progress = progressOf(sweep, live);
  return {
    sweep: sweep.sweepId,
    backend: sweep.backend,
    ended: sweep.ended,
    supervisor:
      supervisor === null
        ? null
        : {
            host: supervisor.holder.host,
            pid: supervisor.holder.pid,
            heartbeat: supervisor.holder.heartbeat,
            standing: supervisor.standing,
          },
    health: sweep.ended === null ? (live?.health ?? null) : null,
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
      progress: progress.get(job.jobId) ?? null,
    })),
  };
}

/** How far the jobs are that run now; a snapshot of attempts that have ended since tells nothing. */
function progressOf(sweep: SweepState, live: LiveSnapshot | null): Map<string, Progress | null> {
  const running = (live?.jobs ?? []).filter(({ jobId, attempt }) => {
    const job = sweep.jobs.get(jobId);
    return job !== undefined && job.attempt === attempt && isLive(job.state);
  });
  return new Map(running.map(({ jobId, progress }) => [jobId, progress]));
}
