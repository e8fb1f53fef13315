import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { codeVersion } from '../../src/dispatch/artifacts/code-version.ts';
import { attemptLayout, sweepLayout } from '../../src/dispatch/artifacts/layout.ts';
import {
  RUN_OPTION_NAMES,
  RUN_OPTIONS,
  type RunOptions,
} from '../../src/dispatch/config/run-options.ts';
import { schemaHash } from '../../src/dispatch/config/schema-hash.ts';
import { DEFAULT_LIMITS } from '../../src/dispatch/job/clock-limits.ts';
import type { Progress } from '../../src/dispatch/job/protocol.ts';
import { encodeEvent, type Fact, type SweepEvent } from '../../src/dispatch/journal/events.ts';
import { reduce } from '../../src/dispatch/journal/reduce.ts';
import { countsByState, liveJobs } from '../../src/dispatch/journal/selectors.ts';
import { emptySweep } from '../../src/dispatch/journal/sweep-state.ts';
import {
  SWEEP_FILE_VERSION,
  type SweepFile,
  writeSweepFile,
} from '../../src/dispatch/plan/sweep-file.ts';
import type { LiveSnapshot } from '../../src/dispatch/scheduler/live-snapshot.ts';
import { ownHolder } from '../../src/dispatch/supervisor/lock-holder.ts';
import { planOf } from '../dispatch/plan/requests.ts';
import { type Course, coursesOf, eventsOf, noise, ownerOf } from './example-course.ts';
import { allDone, exampleFates } from './example-fates.ts';

export interface ExampleOptions {
  /** Milliseconds since 1970: the moment at which all stands so. */
  readonly now: number;
  /** Default: `1123-1102-full`. */
  readonly sweepId?: string;
  /**
   * `running`: this process holds it. `died`: whoever held it was killed. `stopped`: whoever held it has left in
   * order. `ended`: all that was not done then is ok. Default `running`.
   */
  readonly standing?: 'running' | 'died' | 'stopped' | 'ended';
  /** Jobs in states that the design's frames do not have too. Default false. */
  readonly hasEveryState?: boolean;
}

/** A sweep as it lies on the disc, as values. */
export interface ExampleSweep {
  readonly file: SweepFile;
  readonly events: readonly SweepEvent[];
  readonly live: LiveSnapshot;
  /** Text of files by their path in the sweep's folder: traces and logs of jobs. */
  readonly files: ReadonlyMap<string, string>;
}

const LAST_WORDS: Readonly<Record<NonNullable<ExampleOptions['standing']>, readonly Fact[]>> = {
  running: [],
  died: [],
  stopped: [{ kind: 'dispatcher_stopped', why: 'SIGTERM' }],
  ended: [{ kind: 'sweep_ended', outcome: 'complete' }],
};

const HOUR = 3_600_000;
/** Since the sweep began, as in the design's frames. */
const AGE = 3.5 * HOUR + 7000;
/** Steps of a job, warm-up included. */
const STEPS = 6000;
const WARM_UP = 1000;

/**
 * A sweep of 3 problems, 4 samplers and 10 seeds on Slurm, a good half done: that of the design's frames, with results
 * and doubts, retries and failures, jobs that wait, start, run (with progress, chains and a trace) and collect.
 */
export function exampleSweep({
  now,
  sweepId = '1123-1102-full',
  standing = 'running',
  hasEveryState = false,
}: ExampleOptions): ExampleSweep {
  const file = exampleFile(sweepId);
  const span = { from: now - AGE, now };
  const fates = exampleFates(hasEveryState);
  const courses = coursesOf(file.planned, standing === 'ended' ? allDone(fates) : fates, span);
  const events = eventsOf(beginningOf(file), courses, LAST_WORDS[standing], span);
  const running = courses.filter(({ fate }) => fate.state === 'running');
  const progress = new Map(running.map((course) => [course.job.jobId, progressOf(course)]));
  return { file, events, live: liveOf(events, now, progress), files: filesOf(sweepId, courses) };
}

/** A working directory of its own with an example in it. Disposing removes it. */
export interface ExampleFolder extends Disposable {
  /** Where `llc` is to be started, absolute. */
  readonly folder: string;
}

/** @returns an empty one, to write examples into */
export function exampleFolder(): ExampleFolder {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'llc-example-')));
  return {
    folder,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/**
 * Writes it into a directory, below `sweeps/`. This very process holds it, so that it counts as running: nothing that
 * gives orders is to be started there and waited for, since nobody answers.
 *
 * @returns the sweep's folder
 */
export async function writeExampleSweep(
  directory: string,
  options: ExampleOptions,
): Promise<string> {
  const { file, events, live, files } = exampleSweep(options);
  const layout = sweepLayout(join(directory, 'sweeps'), file.sweepId);
  mkdirSync(layout.inbox, { recursive: true });
  await writeSweepFile(layout.plan, file);
  writeFileSync(layout.journal, events.map(encodeEvent).join(''));
  writeFileSync(layout.live, JSON.stringify(live));
  const { standing = 'running' } = options;
  const holder = await ownHolder(1, null, new Date());
  if (standing === 'running') writeFileSync(layout.lock, JSON.stringify(holder));
  // No process that lives began at the very start of the system.
  if (standing === 'died')
    writeFileSync(
      layout.lock,
      JSON.stringify({ ...holder, process: { ...holder.process, start: '1' } }),
    );
  for (const [path, text] of files) {
    mkdirSync(dirname(join(layout.dir, path)), { recursive: true });
    writeFileSync(join(layout.dir, path), text);
  }
  return layout.dir;
}

function exampleFile(sweepId: string): SweepFile {
  const options: RunOptions = {
    ...(Object.fromEntries(
      RUN_OPTION_NAMES.map((name) => [name, RUN_OPTIONS[name].default]),
    ) as unknown as RunOptions),
    timeoutGiven: true,
    backend: 'submitit',
    preset: 'full',
    gpuMode: 'vectorized',
    gpuTypes: ['A100'],
    slurmPartition: 'gpu',
    slurmAccount: 'lab-geom',
    nSeeds: 10,
    maxConcurrent: 16,
  };
  const problem = (name: string, hidden: number) => ({
    name,
    overrides: { hidden },
    at: `problems.${name}`,
  });
  const plan = planOf({
    sweepId,
    options,
    preset: { name: 'full' },
    fields: { seed: 0, chains: 4 },
    problemGrid: [problem('small', 12), problem('medium', 32), problem('large', 100)],
    codeVersion: codeVersion(),
  });
  return {
    ...plan,
    version: SWEEP_FILE_VERSION,
    command: 'sweep',
    schemaHash: schemaHash(),
    codeVersion: codeVersion(),
    options,
  };
}

function beginningOf({ sweepId, backend, runsDir, resources, planned }: SweepFile): Fact[] {
  return [
    {
      kind: 'sweep_planned',
      sweepId,
      token: 'example',
      backend,
      gpuMode: resources.gpuMode,
      runsDir,
      resources,
      jobs: planned,
    },
    { kind: 'dispatcher_started', host: 'login2', pid: process.pid, died: null },
    { kind: 'preflight_passed', notes: ['sbatch 22.05', 'partition gpu is up'] },
  ];
}

function liveOf(
  events: readonly SweepEvent[],
  now: number,
  progress: ReadonlyMap<string, Progress>,
): LiveSnapshot {
  const sweep = events.reduce(reduce, emptySweep());
  return {
    sweepId: sweep.sweepId,
    time: now,
    epoch: 1,
    counts: countsByState(sweep),
    health: { state: 'well', text: '', at: now - 9000 },
    notices: [],
    limits: { ...DEFAULT_LIMITS, runningS: 10_800 },
    keepsRuns: false,
    jobs: liveJobs(sweep).map(({ jobId, attempt, state, detail, startedAt }) => ({
      jobId,
      attempt,
      state,
      detail,
      startedAt,
      heardAt: progress.has(jobId) ? now - 4000 : null,
      progress: progress.get(jobId) ?? null,
    })),
  };
}

function progressOf(course: Course): Progress {
  const { job, fate } = course;
  const done = stepsDone(fate);
  return {
    owner: ownerOf(job.jobId, fate.attempt),
    beat: 12 + Math.floor(done / 20),
    stage: done < WARM_UP ? 'warmup' : 'sampling',
    done,
    total: STEPS,
    ...estimateAt(course, done),
  };
}

/** What a job's running estimate is after so many steps: four chains that come together. */
function estimateAt({ job, fate }: Course, step: number) {
  const target = fate.llc ?? 0;
  const share = step / stepsDone(fate);
  const width = target * 0.5 * (WARM_UP / (WARM_UP + step)) ** 1.5;
  const chains = [0, 1, 2, 3].map((chain) => {
    const side = noise(`${job.jobId} chain ${chain}`) - 0.5;
    const wave = Math.sin(step / (170 + 60 * chain) + chain) * 0.15;
    return target + width * (side * 2 + wave);
  });
  const off = chains.reduce((sum, value) => sum + value, 0) / chains.length - target;
  // The newest estimate is the one that is told elsewhere.
  const llcByChain = chains.map((value) => round(value - off * share));
  return {
    llcByChain,
    llc: round(target + off * (1 - share)),
    llcSe: round(0.35 * width + 0.2 * (fate.se ?? 0)),
    rhat: round(1 + 0.3 * (WARM_UP / (WARM_UP + step)) ** 2),
    ess: Math.floor(step / 6),
  };
}

function stepsDone({ percent }: Course['fate']): number {
  return Math.max(1, Math.floor((STEPS * percent) / 100));
}

function filesOf(sweepId: string, courses: readonly Course[]): Map<string, string> {
  const { dir, attempt: folder } = sweepLayout('', sweepId);
  return new Map(
    courses.flatMap((course): [string, string][] => {
      const { job, fate } = course;
      const layout = attemptLayout(folder(job.jobId, fate.attempt).slice(dir.length + 1));
      if (fate.state === 'running')
        return [
          [layout.trace, traceText(course)],
          [layout.stdout, outputText(course)],
          [layout.stderr, ''],
        ];
      if (fate.state === 'error')
        return [
          [layout.stdout, outputText(course)],
          [layout.stderr, ERRORS[fate.word] ?? ''],
        ];
      return [];
    }),
  );
}

const ERRORS: Readonly<Record<string, string>> = {
  oom: 'slurmstepd: error: Detected 1 oom_kill event in StepId=48213.batch.\nsome tasks were ended by the memory limit\n',
  diverged: 'llc: the loss of chain 3 was not finite at recorded draw 212\n',
};

function traceText(course: Course): string {
  const last = stepsDone(course.fate);
  const count = 60;
  const steps = Array.from({ length: count }, (_, at) =>
    Math.round(WARM_UP / 4 + ((last - WARM_UP / 4) * at) / (count - 1)),
  );
  const points = steps.map((step) => ({ step, ...estimateAt(course, step) }));
  return `${JSON.stringify({ points })}\n`;
}

function outputText(course: Course): string {
  const last = stepsDone(course.fate);
  const lines = Array.from({ length: Math.floor(last / 200) }, (_, at) => {
    const step = (at + 1) * 200;
    const { llc } = estimateAt(course, step);
    return `step ${step.toLocaleString('en')} of ${STEPS.toLocaleString('en')}  llc ${llc.toFixed(1)}`;
  });
  return [
    `${course.job.jobId} attempt ${course.fate.attempt} on ${course.node}, engine plain`,
    'weights of the family read from .llc/families',
    ...lines,
    '',
  ].join('\n');
}

function round(value: number): number {
  return Number(value.toPrecision(6));
}
