import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { sweepLayout } from '../../dispatch/artifacts/layout.ts';
import type { SweepEvent } from '../../dispatch/journal/events.ts';
import { followJournal } from '../../dispatch/journal/follow.ts';
import { reduce } from '../../dispatch/journal/reduce.ts';
import { emptySweep } from '../../dispatch/journal/sweep-state.ts';
import { readSweepFile, type SweepFile } from '../../dispatch/plan/sweep-file.ts';
import type { LiveSnapshot } from '../../dispatch/scheduler/live-snapshot.ts';
import { currentHolder } from '../../dispatch/supervisor/start-supervisor.ts';
import type { Notice } from '../../screens/known/known.ts';
import type { SupervisorSeen, SweepWatched } from '../../screens/known/sweep-watched.ts';
import { type AttemptSeen, addToHistory } from '../../screens/sweep/attempt-history.ts';
import { type Families, familiesOf } from '../../screens/sweep/families.ts';
import { noticeOfEvent } from '../../screens/sweep/sweep-news.ts';
import { rateOf } from '../../screens/sweep/sweep-rate.ts';
import { readLive } from '../read-live.ts';

/** What has been seen of a sweep by one look. */
export interface SweepLook {
  readonly watched: SweepWatched;
  /** Since the last look. */
  readonly notices: readonly Notice[];
  readonly events: readonly SweepEvent[];
}

/** Follows a sweep's files; only reads. */
export interface SweepWatch {
  /** Null where nothing has changed since the last look. */
  look(now: number): Promise<SweepLook | null>;
  /** What somebody else knows of the supervisor: it is being started. */
  supervisorIs(seen: SupervisorSeen): void;
}

const LOCK_EVERY_MS = 1000;
/** Rate, time left and cost move no faster than a person reads them. */
const RATE_EVERY_MS = 10_000;
const NOBODY: SupervisorSeen = { standing: 'unknown', host: '', pid: 0, heardAt: null };
const NO_FAMILIES = familiesOf([]);

export function watchSweepFiles(sweepDir: string): SweepWatch {
  const files = sweepLayout(dirname(sweepDir), basename(sweepDir));
  const journal = followJournal(files.journal);
  const sweep = emptySweep();
  const history = new Map<string, readonly AttemptSeen[]>();
  let families: Families = NO_FAMILIES;
  let plan: SweepFile | null = null;
  let live: LiveSnapshot | null = null;
  let liveStamp = 0;
  let liveJobs: SweepWatched['liveJobs'] = new Map();
  let supervisor = NOBODY;
  let lockAt = Number.NEGATIVE_INFINITY;
  let rateAt = Number.NEGATIVE_INFINITY;
  let rate: SweepWatched['rate'] = { perHour: null, doneAt: null, cost: null, gpuHours: null };
  let died: SweepEvent | null = null;
  let isFirst = true;

  async function readLock(now: number): Promise<boolean> {
    if (now - lockAt < LOCK_EVERY_MS) return false;
    lockAt = now;
    const before = supervisor;
    const found = await currentHolder(files.lock).catch(() => null);
    supervisor =
      found === null
        ? { standing: 'none', host: '', pid: 0, heardAt: null }
        : {
            standing: found.standing,
            host: found.holder.host,
            pid: found.holder.pid,
            heardAt: Date.parse(found.holder.heartbeat) || null,
          };
    return before.standing !== supervisor.standing || before.pid !== supervisor.pid;
  }

  async function readProgress(): Promise<boolean> {
    const stamp = await stat(files.live).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
    if (stamp === liveStamp) return false;
    liveStamp = stamp;
    live = await readLive(files.live);
    liveJobs = new Map(live?.jobs.map((job) => [job.jobId, job]));
    return true;
  }

  function hear(events: readonly SweepEvent[]): Notice[] {
    const notices: Notice[] = [];
    for (const event of events) {
      reduce(sweep, event);
      addToHistory(history, event);
      if (event.kind === 'dispatcher_started') died = event;
      const notice = noticeOfEvent(event, died);
      if (notice !== null) notices.push(notice);
      if (event.kind === 'sweep_planned') families = familiesOf(sweep.jobs.values());
    }
    return notices;
  }

  return {
    supervisorIs(seen) {
      supervisor = seen;
      lockAt = Number.NEGATIVE_INFINITY;
    },
    async look(now) {
      const events = await journal.read();
      const notices = hear(events);
      const isNews = await readProgress();
      const isOther = await readLock(now);
      plan ??= await readSweepFile(files.plan).catch(() => null);
      const isRated = now - rateAt >= RATE_EVERY_MS;
      if (!isFirst && events.length === 0 && !isNews && !isOther && !isRated) return null;
      if (isRated || isFirst) {
        rate = rateOf(sweep, now);
        rateAt = now;
      }
      isFirst = false;
      const { dir } = files;
      const sweepId = basename(sweepDir);
      return {
        watched: { sweepId, dir, sweep, live, liveJobs, families, history, plan, rate, supervisor },
        notices,
        events,
      };
    },
  };
}
