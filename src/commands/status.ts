import type { Command } from 'commander';
import { sweepLayout } from '../dispatch/artifacts/layout.ts';
import { harmlessText } from '../dispatch/job/harmless-text.ts';
import type { Progress } from '../dispatch/job/protocol.ts';
import { TERMINAL_STATES } from '../dispatch/job/words.ts';
import { isLive } from '../dispatch/journal/events.ts';
import { readJournal, replay } from '../dispatch/journal/replay.ts';
import { countsByState, jobsOf, jobsToRetry, standing } from '../dispatch/journal/selectors.ts';
import type { SweepState } from '../dispatch/journal/sweep-state.ts';
import type { LiveSnapshot } from '../dispatch/scheduler/live-snapshot.ts';
import { currentHolder } from '../dispatch/supervisor/start-supervisor.ts';
import { rateOf } from '../screens/sweep/sweep-rate.ts';
import { moneyText } from '../ui/format/numbers.ts';
import { asciiText } from './ascii-text.ts';
import { fullDiscText } from './full-disc.ts';
import { chooseSweep, sweepsDirOf } from './newest-sweep.ts';
import { readLive } from './read-live.ts';
import type { Rim } from './rim.ts';
import { mendText, namedErrors } from './sweep-report.ts';

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
      else
        for (const line of statusText(sweepId, sweep, supervisor, rim.now()))
          rim.print(rim.isTerminal ? line : asciiText(line));
      const full = sweep.ended === null ? await fullDiscText(files.dir) : null;
      if (full !== null) rim.note(full);
    });
}

type Supervisor = Awaited<ReturnType<typeof currentHolder>>;

/** Waiting reasons and failures that are named. */
const MOST_NAMED = 5;

/** What stands where, in a few lines. */
export function statusText(
  sweepId: string,
  sweep: SweepState,
  supervisor: Supervisor,
  now: Date,
): string[] {
  const { refusal } = sweep;
  const errors = namedErrors(sweep, MOST_NAMED);
  const mend = mendText(sweep);
  const waiting = waitingText(sweep);
  const { cost } = rateOf(sweep, now.getTime());
  const lines = [
    `${sweepId}  ${headText(sweepId, sweep, supervisor, now)}`,
    `  ${shortCounts(sweep)}`,
    ...(waiting === '' ? [] : [`  waiting: ${waiting}`]),
    ...(cost === null ? [] : [`  cost: ${moneyText(cost)} of what has ended`]),
    ...(refusal === null ? [] : [`  refused: ${refusal.failure.error} ${refusal.hint}`]),
    ...(sweep.paused === null ? [] : [`  paused: ${sweep.paused.error}`]),
    ...(errors === null ? [] : [`  error: ${errors}`]),
    ...(mend === null ? [] : [`  mend: ${mend}`]),
    `  next: ${jobsToRetry(sweep).length === 0 ? '' : 'llc retry, '}llc tui --attach`,
  ];
  return lines.map((line) => harmlessText(line));
}

function headText(sweepId: string, sweep: SweepState, supervisor: Supervisor, now: Date): string {
  const { jobs, byState } = sweep;
  const done = [...TERMINAL_STATES].reduce((sum, state) => sum + byState[state].size, 0);
  const count = `${done} of ${jobs.size}`;
  const standing = standingText(sweepId, sweep, supervisor);
  const word = /^running, /.exec(standing)?.[0];
  if (word === undefined) return jobs.size === 0 ? standing : `${count}, ${standing}`;
  const { doneAt } = rateOf(sweep, now.getTime());
  const left = doneAt === null ? '' : `done ~${aheadText(new Date(doneAt), now)}, `;
  return `running, ${count}, ${left}${standing.slice(word.length)}`;
}

/** `16:50` today, else with its day. */
function aheadText(then: Date, now: Date): string {
  const clock = then.toTimeString().slice(0, 5);
  if (then.toDateString() === now.toDateString()) return clock;
  return `${then.toDateString().slice(4, 10)} ${clock}`;
}

/** Counts as the narrow console has them: what starts or is collected runs, what is not begun waits. */
function shortCounts(sweep: SweepState): string {
  const counts = countsByState(sweep);
  const parts: readonly (readonly [string, number])[] = [
    ['ok', counts.ok],
    ['cached', counts.cached],
    ['running', counts.running + counts.starting + counts.collecting],
    ['waiting', counts.waiting + counts.submitted + counts.planned],
    ['asked again', counts.held],
    ['retrying', counts.retrying],
    ['error', counts.error],
    ['cancelled', counts.cancelled],
  ];
  const told = parts.filter(([, count]) => count > 0).map(([word, count]) => `${word} ${count}`);
  return told.length === 0 ? 'no jobs' : told.join('  ');
}

/** `Priority 14, Resources 5, planned 8`; empty where nothing waits. */
function waitingText(sweep: SweepState): string {
  const reasons = jobsOf(sweep).flatMap(({ state, detail }) =>
    state === 'waiting' ? [detail.replace(/\s+/g, ' ') || 'waiting'] : [],
  );
  const named = [...Map.groupBy(reasons, (reason) => reason)]
    .map(([reason, all]) => [reason, all.length] as const)
    .sort(([, a], [, b]) => b - a)
    .slice(0, MOST_NAMED);
  const others = (['submitted', 'planned'] as const).flatMap((state) =>
    sweep.byState[state].size > 0 ? [[state, sweep.byState[state].size] as const] : [],
  );
  return [...named, ...others].map(([reason, count]) => `${reason} ${count}`).join(', ');
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
    health: sweep.ended === null ? healthOf(live) : null,
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
      cost: job.cost,
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

function healthOf(live: LiveSnapshot | null) {
  if (live === null || live.health === null) return null;
  const { budgetLeft = null, ...health } = live.health;
  return { ...health, budget_left: budgetLeft };
}
