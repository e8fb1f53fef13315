import { join, resolve } from 'node:path';
import type { SweepFile } from '../../dispatch/plan/sweep-file.ts';
import type { ConsoleState } from '../../screens/console/console-state.ts';
import type { Known, Notice } from '../../screens/known/known.ts';
import { loadedValue } from '../../screens/known/loaded.ts';
import { pullsOf } from '../../screens/sweep/pulls-of-sweep.ts';
import { noticeOfSupervisor } from '../../screens/sweep/sweep-news.ts';
import { sweepsDirOf } from '../newest-sweep.ts';
import type { Rim } from '../rim.ts';
import { type JobFilesWatch, watchJobFiles } from './job-files.ts';
import { keepsRuns, type RunsHands, runsHands } from './runs-hands.ts';
import type { SupervisorKeeper } from './supervisor-keeper.ts';
import { type SweepLook, type SweepWatch, watchSweepFiles } from './sweep-watch.ts';
import { watchSweepWithVolume } from './sweep-with-volume.ts';
import { watchSweepsOnHome } from './sweeps-on-home.ts';
import { type Wanted, wantedOf } from './wanted.ts';

/** Looks at the files behind what the screen shows; each look tells what is new. */
export interface LookAround {
  look(state: ConsoleState): Promise<Partial<Known>>;
  /** The runs of the place that is shown. */
  readonly runs: RunsHands;
}

const SWEEPS_EVERY_MS = 2000;
const RUNS_EVERY_MS = 1000;
/** A new point draws all of a plot anew, some 1,000 bytes. */
const ASIDE_EVERY_MS = 5000;
/** A cursor on its way asks for nothing. */
const REST_MS = 400;
const MOST_NOTICES = 20;

export function lookAround(
  rim: Rim,
  keeper: SupervisorKeeper | null,
  onLook: (look: SweepLook) => void,
): LookAround {
  const sweepsDir = sweepsDirOf(rim.cwd);
  const sweepWithVolume = watchSweepWithVolume(sweepsDir, (plan) => keepsRuns(plan, rim.cwd));
  const readSweeps = watchSweepsOnHome(sweepsDir);
  let sweepsAt = Number.NEGATIVE_INFINITY;
  let watch: { readonly sweepId: string; readonly files: SweepWatch } | null = null;
  let job: { readonly key: string; readonly files: JobFilesWatch } | null = null;
  let jobAt = Number.NEGATIVE_INFINITY;
  let runs: { readonly plan: SweepFile | null; readonly hands: RunsHands } | null = null;
  let runsAt = Number.NEGATIVE_INFINITY;
  let notices: readonly Notice[] = [];

  async function lookAtSweeps(now: number): Promise<Partial<Known>> {
    if (now - sweepsAt < SWEEPS_EVERY_MS) return {};
    sweepsAt = now;
    try {
      return { sweeps: { kind: 'here', value: await readSweeps(now) } };
    } catch (error) {
      const why = `Cannot read ${sweepsDir}: ${(error as Error).message}.`;
      return { sweeps: { kind: 'failed', why, hint: '' } };
    }
  }

  async function lookAtSweep(sweepId: string, now: number): Promise<Partial<Known>> {
    const isOther = watch?.sweepId !== sweepId;
    if (watch === null || isOther) {
      watch = { sweepId, files: watchSweepFiles(join(sweepsDir, sweepId)) };
      notices = [];
    }
    const look = await watch.files.look(now).catch((error: Error) => error);
    if (look === null) return {};
    if (look instanceof Error) return { sweep: { kind: 'failed', why: look.message, hint: '' } };
    const { watched } = look;
    keeper?.see(watched);
    onLook(look);
    // What had been before this console opened is history, not news.
    const news = isOther ? [] : look.notices;
    notices = noticesNow([...notices, ...news], watched.live?.notices ?? [], watched);
    return { sweep: { kind: 'here', value: watched }, notices };
  }

  function noticesNow(
    before: readonly Notice[],
    live: readonly { readonly number: number; readonly at: number; readonly text: string }[],
    { supervisor, sweep, sweepId }: SweepLook['watched'],
  ): readonly Notice[] {
    const ofSupervisor = noticeOfSupervisor({ ...supervisor, isEnded: sweep.ended !== null });
    const fromLive = live.map(({ at, text }) => ({ id: `${sweepId} ${at}`, text }));
    const known = new Set(before.map(({ id }) => id));
    const kept = before.filter(({ id }) => !id.startsWith('supervisor '));
    return [
      ...kept,
      ...fromLive.filter(({ id }) => !known.has(id)),
      ...(ofSupervisor === null ? [] : [ofSupervisor]),
    ].slice(-MOST_NOTICES);
  }

  async function lookAtJob(
    { jobId, attempt, aside }: NonNullable<Wanted['job']>,
    state: ConsoleState,
    now: number,
  ): Promise<Partial<Known>> {
    if (state.known.sweep.kind !== 'here') return {};
    const { dir, sweep } = state.known.sweep.value;
    const key = `${dir} ${jobId} ${attempt}`;
    const isOther = job?.key !== key;
    if (aside && (now - state.seenUpTo < REST_MS || (!isOther && now - jobAt < ASIDE_EVERY_MS)))
      return {};
    jobAt = now;
    if (job === null || isOther) {
      const runId = sweep.jobs.get(jobId)?.runId ?? '';
      const runsDir = resolve(rim.cwd, sweep.runsDir);
      job = { key, files: watchJobFiles(dir, runsDir, { jobId, runId }, attempt) };
    }
    const jobFiles = await job.files.read();
    return jobFiles === state.known.jobFiles ? {} : { jobFiles };
  }

  /** The runs here, beside those of the watched sweep's place. */
  function runsOf(plan: SweepFile | null): RunsHands {
    if (runs === null || runs.plan !== plan) runs = { plan, hands: runsHands(rim, plan) };
    return runs.hands;
  }

  async function lookAtRuns(state: ConsoleState, now: number): Promise<Partial<Known>> {
    if (now - runsAt < RUNS_EVERY_MS) return {};
    runsAt = now;
    const isOfSweep = wantedOf(state).sweepId !== null;
    const watched = isOfSweep ? loadedValue(state.known.sweep) : null;
    const pulls = watched === null ? new Map() : pullsOf(watched);
    const plan = isOfSweep ? (watched?.plan ?? null) : await sweepWithVolume();
    return { stored: await runsOf(plan).look(now, pulls) };
  }

  return {
    get runs() {
      return runsOf(runs?.plan ?? null);
    },
    async look(state) {
      const wanted = wantedOf(state);
      const now = rim.now().getTime();
      return {
        ...(wanted.sweeps ? await lookAtSweeps(now) : {}),
        ...(wanted.sweepId === null ? {} : await lookAtSweep(wanted.sweepId, now)),
        ...(wanted.stored ? await lookAtRuns(state, now) : {}),
        ...(wanted.job === null ? {} : await lookAtJob(wanted.job, state, now)),
      };
    },
  };
}
