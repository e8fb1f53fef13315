import type { JobHandle } from '../../../src/dispatch/backend.ts';
import { DEFAULT_LIMITS } from '../../../src/dispatch/job/clock-limits.ts';
import type { Progress } from '../../../src/dispatch/job/protocol.ts';
import { ERROR_TYPES, type ErrorType, type Failure } from '../../../src/dispatch/job/words.ts';
import {
  type Fact,
  JOURNAL_VERSION,
  type PlannedJob,
  type SweepEvent,
} from '../../../src/dispatch/journal/events.ts';
import type { Outcome } from '../../../src/dispatch/journal/outcome.ts';
import { reduce } from '../../../src/dispatch/journal/reduce.ts';
import { emptySweep, type SweepState } from '../../../src/dispatch/journal/sweep-state.ts';
import type { SweepFile } from '../../../src/dispatch/plan/sweep-file.ts';
import type { LiveSnapshot } from '../../../src/dispatch/scheduler/live-snapshot.ts';
import type { SweepWatched } from '../../../src/screens/known/sweep-watched.ts';
import { type AttemptSeen, addToHistory } from '../../../src/screens/sweep/attempt-history.ts';
import { familiesOf } from '../../../src/screens/sweep/families.ts';

/** 14:32:07 of the design's frames, wherever the test runs. */
export const NOW = new Date(2026, 10, 23, 14, 32, 7).getTime();
const PLANNED_AT = new Date(2026, 10, 23, 11, 2, 0).getTime();

/**
 * A sweep as a table: a line a family, `problem seed | cell | cell …`, a cell a sampler. A cell is a state and what
 * belongs to it, `xN` at its end the attempt:
 *
 * `ok 32.2 0.8`, `ok 33.9 1.4 ?` (doubtful), `cached 31.9 0.8`, `running 64 12.2`, `starting`, `collecting`,
 * `waiting Priority`, `submitted`, `planned`, `retrying 14:33`, `error oom`, `held oom`, `cancelled`; `-`: no job.
 */
export interface SweepTable {
  readonly samplers: readonly string[];
  readonly table: string;
  readonly sweepId?: string;
  readonly backend?: string;
  readonly gpuMode?: string;
  /** Default: NOW. */
  readonly now?: number;
}

/** What the table says as its journal would have told it. */
export function watchedSweep(source: SweepTable): SweepWatched {
  const { samplers, sweepId = '1123-1102-full', backend = 'submitit', now = NOW } = source;
  const cells = cellsOf(source);
  const facts: Fact[] = [
    {
      kind: 'sweep_planned',
      sweepId,
      token: 'token',
      backend,
      gpuMode: source.gpuMode ?? 'vectorized',
      runsDir: 'runs',
      resources: {
        cpus: 4,
        memoryGb: 16,
        timeoutMin: 180,
        gpuMode: 'vectorized',
        gpuTypes: [],
      },
      jobs: cells.map(({ job }) => job),
    },
    ...cells.flatMap((cell) => factsOf(cell)),
  ];
  const sweep = emptySweep();
  const history = new Map<string, readonly AttemptSeen[]>();
  const events = facts.map((fact, index): SweepEvent => {
    const time = index === 0 ? PLANNED_AT : now - 3_600_000;
    return { v: JOURNAL_VERSION, time, epoch: 1, seq: index + 1, ...fact };
  });
  for (const event of events) {
    reduce(sweep, event);
    addToHistory(history, event);
  }
  const live = liveOf(sweepId, sweep, cells, now);
  return {
    sweepId,
    dir: `/home/ana/study/sweeps/${sweepId}`,
    sweep,
    live,
    liveJobs: new Map(live.jobs.map((job) => [job.jobId, job])),
    families: familiesOf(cells.map(({ job }) => job)),
    history,
    plan: { options: { slurmPartition: 'gpu', ssh: null, preset: 'full' } } as SweepFile,
    rate: {
      perHour: 22,
      doneAt: new Date(2026, 10, 23, 16, 50).getTime(),
      cost: null,
      gpuHours: 31.2,
    },
    supervisor: { standing: 'living', host: 'login2', pid: 48_120, heardAt: now },
  };

  function cellsOf({ table }: SweepTable): TableCell[] {
    return table
      .trim()
      .split('\n')
      .flatMap((row) => {
        const [head = '', ...texts] = row.split('|').map((part) => part.trim());
        const [problem = '', seed = '0'] = head.split(/\s+/);
        return texts.flatMap((text, column) =>
          text === '-' ? [] : [cellOf(text, problem, Number(seed), samplers[column] as string)],
        );
      });
  }
}

/** The same sweep after more has happened. */
export function afterFacts(watched: SweepWatched, facts: readonly Fact[], now = NOW): SweepWatched {
  let { seq } = watched.sweep;
  for (const fact of facts) {
    seq += 1;
    reduce(watched.sweep, { v: JOURNAL_VERSION, time: now, epoch: 1, seq, ...fact });
  }
  return { ...watched };
}

interface TableCell {
  readonly job: PlannedJob;
  readonly words: readonly string[];
  readonly attempt: number;
  readonly isDoubtful: boolean;
}

function cellOf(text: string, problem: string, seed: number, sampler: string): TableCell {
  const parts = text.split(/\s+/);
  const attempt = parts.find((part) => /^x\d+$/.test(part));
  const words = parts.filter((part) => part !== attempt && part !== '?');
  const jobId = `${problem}-${sampler}-${seed}`;
  return {
    job: {
      jobId,
      problem,
      sampler: sampler.split('-')[0] as string,
      seed,
      runId: Buffer.from(jobId).toString('hex').slice(-12).padStart(12, '0'),
      familyId: `${problem}-${seed}`,
      targetParams: 10_301,
      depth: 3,
      activation: 'linear',
    },
    words,
    attempt: attempt === undefined ? 1 : Number(attempt.slice(1)),
    isDoubtful: parts.includes('?'),
  };
}

function factsOf(cell: TableCell): Fact[] {
  const { job, words, attempt } = cell;
  const { jobId } = job;
  const [state = '', ...more] = words;
  if (state === 'planned') return [];
  if (state === 'cached')
    return [{ kind: 'job_cached', jobId, attempt: 0, owner: '', outcome: outcomeOf(cell) }];
  if (state === 'cancelled')
    return [{ kind: 'job_cancelled', jobId, attempt: 0, owner: '', usage: null }];
  const failed = failureOf(more[0] ?? 'oom');
  const facts: Fact[] = [];
  for (let one = 1; one <= attempt; one += 1) {
    const of = { jobId, attempt: one, owner: `owner-${one}` };
    facts.push(
      { kind: 'attempt_opened', ...of },
      { kind: 'job_submitted', ...of, handle: handleOf(jobId, one) },
    );
    const last = one === attempt;
    const running: Fact = { kind: 'job_running', ...of, on: 'gpu-05', since: NOW - 2_700_000 };
    if (!last || state === 'retrying') {
      const retryAt = state === 'retrying' ? clockOf(more[0] ?? '14:33') : NOW;
      const failure = state === 'error' || state === 'held' ? failed : failureOf('crash');
      facts.push(running, { kind: 'attempt_failed', ...of, failure, retryAt, usage: null });
      continue;
    }
    switch (state) {
      case 'ok':
        facts.push(running, {
          kind: 'job_finished',
          ...of,
          outcome: outcomeOf(cell),
          durationS: 1900,
          usage: null,
        });
        break;
      case 'error':
      case 'held':
        facts.push(running, {
          kind: 'job_failed',
          ...of,
          failure: failed,
          durationS: 2460,
          usage: null,
        });
        if (state === 'held')
          facts.push({
            kind: 'job_held',
            jobId,
            attempt: one,
            until: NOW + 8000,
            resources: {},
            noSkip: false,
          });
        break;
      case 'waiting':
        facts.push({ kind: 'job_waiting', ...of, reason: more.join(' ') });
        break;
      case 'starting':
        facts.push({ kind: 'job_starting', ...of, on: 'gpu-05', since: NOW - 30_000 });
        break;
      case 'running':
        facts.push(running);
        break;
      case 'collecting':
        facts.push(running, { kind: 'job_collecting', ...of });
        break;
      case 'submitted':
        break;
      default:
        throw new Error(`The table knows no state ${state}.`);
    }
  }
  return facts;
}

function handleOf(jobId: string, attempt: number): JobHandle {
  return { jobId, attempt, owner: `owner-${attempt}`, id: '48213_74', data: {} };
}

function outcomeOf({ words, isDoubtful }: TableCell): Outcome {
  const [, mean, se] = words;
  return {
    llcMean: mean === undefined ? null : Number(mean),
    llcSe: se === undefined ? null : Number(se),
    ess: 400,
    rhat: isDoubtful ? 1.034 : 1.004,
    tSampling: 1000,
    workGrad: 1e5,
    wnvTime: null,
    wnvFde: null,
    verdict: isDoubtful ? 'chains_disagree' : 'converged',
  };
}

function failureOf(word: string): Failure {
  const errorType = ERROR_TYPES.find((type) => type === word) as ErrorType;
  return { stage: 'sampling', errorType, error: `It ended: ${word}.`, traceback: '' };
}

function clockOf(text: string): number {
  const [hour = '0', minute = '0'] = text.split(':');
  return new Date(2026, 10, 23, Number(hour), Number(minute)).getTime();
}

function liveOf(
  sweepId: string,
  sweep: SweepState,
  cells: readonly TableCell[],
  now: number,
): LiveSnapshot {
  return {
    sweepId,
    time: now,
    epoch: 1,
    counts: {} as LiveSnapshot['counts'],
    health: { state: 'well', text: '', at: now - 9000 },
    notices: [],
    limits: { ...DEFAULT_LIMITS, runningS: 10_800 },
    keepsRuns: sweep.backend === 'modal',
    jobs: cells
      .filter(({ words }) => words[0] === 'running')
      .map(({ job, words, attempt }) => {
        const { state, detail, startedAt } = sweep.jobs.get(job.jobId) as {
          state: 'running';
          detail: string;
          startedAt: number | null;
        };
        return {
          jobId: job.jobId,
          attempt,
          state,
          detail,
          startedAt,
          heardAt: now,
          progress: words.length > 1 ? progressOf(words) : null,
        };
      }),
  };
}

function progressOf([, percent, llc]: readonly string[]): Progress {
  return {
    owner: 'owner-1',
    beat: 1,
    stage: 'sampling',
    done: Number(percent) * 60,
    total: 6000,
    llc: llc === undefined ? null : Number(llc),
    llcSe: 2.9,
    rhat: 1.012,
    ess: 388,
    llcByChain: [],
  };
}
