import type { RunOptions } from '../../../src/dispatch/config/run-options.ts';
import { configSchema } from '../../../src/dispatch/config/schema.ts';
import { DEFAULT_LIMITS } from '../../../src/dispatch/job/clock-limits.ts';
import type { JobSpec } from '../../../src/dispatch/job/job-spec.ts';
import type { Progress } from '../../../src/dispatch/job/protocol.ts';
import type { Failure } from '../../../src/dispatch/job/words.ts';
import {
  type Fact,
  JOURNAL_VERSION,
  type SweepEvent,
} from '../../../src/dispatch/journal/events.ts';
import { reduce } from '../../../src/dispatch/journal/reduce.ts';
import { countsByState, liveJobs } from '../../../src/dispatch/journal/selectors.ts';
import { emptySweep } from '../../../src/dispatch/journal/sweep-state.ts';
import type { SweepFile } from '../../../src/dispatch/plan/sweep-file.ts';
import { COMMANDS } from '../../../src/screens/console/command-table.ts';
import type { Context } from '../../../src/screens/console/screen.ts';
import type { JobFiles, TracePoint } from '../../../src/screens/known/job-files.ts';
import { WAITING } from '../../../src/screens/known/loaded.ts';
import type { SweepWatched } from '../../../src/screens/known/sweep-watched.ts';
import { type AttemptSeen, addToHistory } from '../../../src/screens/sweep/attempt-history.ts';
import { familiesOf } from '../../../src/screens/sweep/families.ts';
import { themeOf } from '../../../src/ui/theme.ts';

export const SWEEP = '1123-1102-full';
const DIR = `/home/ana/study/sweeps/${SWEEP}`;

/** A moment of the sweep's day, on this machine's clock. */
export function clock(text: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = text.split(':').map(Number);
  return new Date(2026, 10, 23, hours, minutes, seconds).getTime();
}
export const NOW = clock('14:32:07');

const SAMPLERS = ['sgld', 'sghmc', 'hmc', 'mclmc'] as const;
const PROBLEMS = ['small', 'medium', 'large'];

export const JOBS: readonly JobSpec[] = PROBLEMS.flatMap((problem) =>
  [0, 2].flatMap((seed) =>
    SAMPLERS.map((sampler) => ({
      jobId: `${problem}-${sampler}-${seed}`,
      problem,
      sampler,
      seed,
      runId: problem === 'large' && sampler === 'hmc' ? '3f9a12c4e07b' : '77b0e1d92a5c',
      familyId: `family-${problem}-${seed}`,
      config: configSchema.parse({
        sampler,
        seed,
        hmc_warmup: 1000,
        hmc_draws: sampler === 'hmc' ? 9000 : 5000,
      }),
    })),
  ),
);

const RESOURCES = {
  cpus: 4,
  memoryGb: 16,
  timeoutMin: 180,
  gpuMode: 'vectorized',
  gpuTypes: ['A100'],
} as const;

const PLAN = {
  version: 2,
  command: 'sweep',
  schemaHash: '3fa2c19b04de',
  codeVersion: '8c01f77a92b3',
  sweepId: SWEEP,
  backend: 'submitit',
  resources: RESOURCES,
  runsDir: 'runs',
  jobs: JOBS,
  planned: [],
  notes: [],
  options: {
    maxRetries: 3,
    timeoutGiven: true,
    hangTimeoutS: null,
    silentTimeoutS: null,
    maxWaitMin: null,
    samplerGrid: [{}],
    study: null,
  } as unknown as RunOptions,
} as SweepFile;

const planned: Extract<Fact, { kind: 'sweep_planned' }> = {
  kind: 'sweep_planned',
  sweepId: SWEEP,
  token: 't',
  backend: 'submitit',
  gpuMode: 'vectorized',
  runsDir: 'runs',
  resources: RESOURCES,
  jobs: JOBS.map(({ config: _, ...job }) => ({
    ...job,
    targetParams: 10_301,
    depth: 3,
    activation: 'tanh',
  })),
};

/** A fact and when it came. */
export type At = readonly [time: string, fact: Fact];

export function of(jobId: string, attempt = 1) {
  return { jobId, attempt, owner: `${jobId}/${attempt}` };
}

export function handle(jobId: string, id: string, attempt = 1) {
  return { ...of(jobId, attempt), id, data: {} };
}

export function failureOf(more: Partial<Failure> = {}): Failure {
  return {
    stage: 'sampling',
    errorType: 'oom',
    error: 'The node ended the job: it used 16.0 of 16 GB.',
    traceback: '',
    ...more,
  };
}

/** A job that runs. */
export function runs(jobId: string, id: string, on: string, since: string): At[] {
  return [
    [since, { kind: 'attempt_opened', ...of(jobId) }],
    [since, { kind: 'job_submitted', ...of(jobId), handle: handle(jobId, id) }],
    [since, { kind: 'job_running', ...of(jobId), on, since: clock(since) }],
  ];
}

export const PROGRESS: Progress = {
  owner: 'o',
  beat: 1,
  stage: 'sampling',
  done: 2460,
  total: 6000,
  llc: 95.24,
  llcSe: 2.9,
  rhat: 1.008,
  ess: 412.3,
  llcByChain: [96.6, 93.2, 98.2, 92.9],
};

/** The sweep after these facts. */
export function watched(
  facts: readonly At[],
  progress: ReadonlyMap<string, Progress> = new Map(),
  more: Partial<Extract<Fact, { kind: 'sweep_planned' }>> = {},
  perHour: number | null = null,
): SweepWatched {
  const all: readonly At[] = [['11:02', { ...planned, ...more }], ...facts];
  const sweep = emptySweep();
  const history = new Map<string, readonly AttemptSeen[]>();
  all.forEach(([time, fact], i) => {
    const event: SweepEvent = {
      v: JOURNAL_VERSION,
      time: clock(time),
      epoch: 1,
      seq: i + 1,
      ...fact,
    };
    reduce(sweep, event);
    addToHistory(history, event);
  });
  const jobs = liveJobs(sweep).map((job) => ({
    jobId: job.jobId,
    attempt: job.attempt,
    state: job.state,
    detail: job.detail,
    startedAt: job.startedAt,
    heardAt: progress.has(job.jobId) ? clock('14:31:50') : null,
    progress: progress.get(job.jobId) ?? null,
    perHour,
  }));
  return {
    sweepId: SWEEP,
    dir: DIR,
    sweep,
    live: {
      sweepId: SWEEP,
      time: NOW,
      epoch: 1,
      counts: countsByState(sweep),
      health: { state: 'well', text: '', at: clock('14:31:58') },
      notices: [],
      limits: { ...DEFAULT_LIMITS, runningS: 10_800 },
      keepsRuns: false,
      jobs,
    },
    liveJobs: new Map(jobs.map((job) => [job.jobId, job])),
    families: familiesOf(sweep.jobs.values()),
    history,
    plan: PLAN,
    rate: { perHour: null, doneAt: null, cost: null, gpuHours: null },
    supervisor: { standing: 'living', host: 'login1', pid: 48120, heardAt: NOW },
  };
}

export function filesOf(jobId: string, more: Partial<JobFiles> = {}): JobFiles {
  const dir = `${DIR}/jobs/${jobId}/attempt-1`;
  return {
    jobId,
    attempt: 1,
    stdout: [],
    stderr: [],
    stdoutPath: `${dir}/stdout.log`,
    stderrPath: `${dir}/stderr.log`,
    trace: [],
    metrics: null,
    runDir: null,
    ...more,
  };
}

/** The course of the job of the design's frame. */
export const TRACE: readonly TracePoint[] = [
  [1000, 83, null, null],
  [1200, 88, 1.214, 38],
  [1600, 92, 1.052, 161],
  [2000, 94.5, 1.019, 287],
  [2460, 95.24, 1.008, 412.3],
].map(([step, llc, rhat, ess]) => ({
  step: step as number,
  llc: llc as number,
  llcSe: 2.9,
  rhat: rhat as number | null,
  ess: ess as number | null,
  llcByChain: [1.4, -2, 3, -2.3].map((off) => (llc as number) + off),
}));

export function contextOf(
  sweep: SweepWatched,
  more: Partial<Context> & { readonly files?: JobFiles | null; readonly ascii?: boolean } = {},
): Context {
  const { files = null, ascii = false, ...rest } = more;
  return {
    known: {
      now: NOW,
      folder: '~/study',
      sweeps: WAITING,
      sweep: { kind: 'here', value: sweep },
      jobFiles: files,
      stored: WAITING,
      wizard: null as never,
      notices: [],
    },
    theme: themeOf({ colour: false, ascii }),
    columns: 80,
    rows: 22,
    readOnly: false,
    asked: new Map(),
    seenUpTo: 0,
    keyOf: (command) => COMMANDS[command].keys[0] ?? '',
    ...rest,
  };
}
