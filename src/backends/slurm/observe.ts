import { sweepDirOfAttempt } from '../../dispatch/artifacts/layout.ts';
import type { JobHandle, Observation } from '../../dispatch/backend.ts';
import { LlcError } from '../../dispatch/errors.ts';
import { attemptNews } from '../../dispatch/job/attempt-news.ts';
import type { JobResult } from '../../dispatch/job/protocol.ts';
import type { RunsOnTheWay } from './bring-runs.ts';
import type { Cluster } from './cluster.ts';
import type { EndsOfSweep, SeenMark } from './ends-of-sweep.ts';
import { failureOfTask } from './failure-of-task.ts';
import { endedByItself, judge, type Patience, type Standing } from './judge-task.ts';
import { pendingReason } from './pending-reason.ts';
import type { QueueWatch } from './queue-watch.ts';
import { readSacct, sacctWords } from './sacct.ts';
import { meaningOf } from './slurm-state.ts';
import type { QueueRow } from './squeue.ts';
import { type WatchedTask, type WatchedTasks, watchedOf } from './watched-task.ts';

export interface Observer {
  readonly cluster: Cluster;
  readonly queue: QueueWatch;
  readonly tasks: WatchedTasks;
  readonly endsOf: (sweepDir: string) => EndsOfSweep;
  readonly patience: Patience;
  /** Brings finished runs here; null where they are here already. */
  readonly runs: RunsOnTheWay | null;
  /** Gigabytes a job. */
  readonly memoryGb: number | null;
  /** Milliseconds of a steady clock. */
  readonly now: () => number;
  /** Whose progress is read next. */
  turn: number;
  /** Whose first word is looked for next. */
  waitingTurn: number;
  accountsAskedAt: number;
}

/** Files of running jobs that are read at one look; the others come next. */
const READS_A_LOOK = 300;
const STARTS_A_LOOK = 50;
/** How long a look waits for squeue; its answer counts at the next one. */
const QUEUE_WAIT_MS = 2000;
const SACCT_LIMIT_MS = 15_000;
const SACCT_EVERY_MS = 10_000;

/** What is known of these attempts now. */
export async function observeTasks(
  handles: readonly JobHandle[],
  observer: Observer,
  signal: AbortSignal,
): Promise<readonly Observation[]> {
  const watched = handles.map((handle) => watchedOf(observer.tasks, handle, observer.now()));
  const open = [...new Set(watched)].filter(({ over }) => over === null);
  if (open.length > 0) {
    await lookAt(open, observer, signal);
    await readProgress(open, observer);
    const gone: WatchedTask[] = [];
    await readFirstWords(open, observer);
    let isUrgent = false;
    for (const task of open) {
      const standing = await standingOf(task, observer);
      if (standing.kind === 'gone') gone.push(task);
      isUrgent ||= standing.kind === 'ending' && standing.ask;
      await tell(task, standing, observer);
    }
    if (gone.length > 0 && (await askAccounts(gone, observer, signal)))
      for (const task of gone) await tell(task, await standingOf(task, observer), observer);
    if (isUrgent) void askQueue(open, observer, 'now', signal);
  }
  return watched.map(({ over, seen }) => over ?? seen ?? NOT_ASKED);
}

const NOT_ASKED: Observation = { kind: 'unknown', reason: 'Slurm has not answered yet' };

/** Brings news of files, and then of the queue where it is time: Slurm's word must be newer than the script's. */
async function lookAt(
  open: readonly WatchedTask[],
  observer: Observer,
  signal: AbortSignal,
): Promise<void> {
  const { cluster, queue, endsOf } = observer;
  const dirs = open.map(({ place }) => place.dir);
  await cluster.fetchNews(dirs, signal);
  const sweeps = new Set(dirs.map(sweepDirOfAttempt));
  await Promise.all([...sweeps].map((sweep) => endsOf(sweep).look()));
  const isUrgent = open.some((task) => {
    const mark = latestMark(task, observer);
    const needsSlurm = mark !== null && !endedByItself(mark) && mark.seenAt > queue.askedAt;
    return task.knownSince > queue.askedAt || needsSlurm || hasStartedSince(task, observer);
  });
  const asked = askQueue(open, observer, isUrgent ? 'now' : 'if due', signal);
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, QUEUE_WAIT_MS);
  });
  await Promise.race([asked, patience]);
  clearTimeout(timer);
}

/** Nobody waits for an answer that is late; trouble is in `queue.trouble`. */
async function askQueue(
  open: readonly WatchedTask[],
  { queue }: Observer,
  why: 'if due' | 'now',
  signal: AbortSignal,
): Promise<void> {
  const arrays = [...new Set(open.map(({ place }) => place.array))];
  await queue.ask(arrays, why, signal).catch(() => {});
}

/** Of those that run, some in turn. */
async function readProgress(open: readonly WatchedTask[], observer: Observer): Promise<void> {
  const running = open.filter(({ name }) => {
    const row = observer.queue.row(name);
    return row !== null && meaningOf(row.state) === 'runs';
  });
  const first = observer.turn % Math.max(1, running.length);
  const chosen = [...running.slice(first), ...running.slice(0, first)].slice(0, READS_A_LOOK);
  observer.turn = first + chosen.length;
  await Promise.all(
    chosen.map(async (task) => {
      const { dir } = task.place;
      const { owner } = task.handle;
      if (!hasSpoken(task, observer)) task.hello = await attemptNews.hello(dir, owner);
      if (hasSpoken(task, observer)) task.progress = await attemptNews.progress(dir, owner);
    }),
  );
}

/** Of tasks that squeue showed waiting, some in turn. */
async function readFirstWords(open: readonly WatchedTask[], observer: Observer): Promise<void> {
  const waiting = open.filter(
    (task) =>
      meaningOf(observer.queue.row(task.name)?.state ?? 'PENDING') === 'waits' &&
      !hasSpoken(task, observer),
  );
  const first = observer.waitingTurn % Math.max(1, waiting.length);
  const chosen = [...waiting.slice(first), ...waiting.slice(0, first)].slice(0, STARTS_A_LOOK);
  observer.waitingTurn = first + chosen.length;
  await Promise.all(
    chosen.map(async (task) => {
      task.hello = await attemptNews.hello(task.place.dir, task.handle.owner);
    }),
  );
}

/** Whether a task has said its first word after squeue showed it waiting. */
function hasStartedSince({ name, hello }: WatchedTask, { queue, now }: Observer): boolean {
  if (hello === null || meaningOf(queue.row(name)?.state ?? '') !== 'waits') return false;
  const askedAt = Date.now() - (now() - queue.askedAt);
  return hello.startedAt >= askedAt - START_CLOCKS_MS;
}

/** The clock of a node that is worth a question may be slow by this much, milliseconds. */
const START_CLOCKS_MS = 1000;
/** Node clocks may differ from the controller's by this much, milliseconds. */
const CLOCKS_MS = 20_000;

/** Whether the start that squeue shows has said its first word, and not only one before it. */
function hasSpoken(task: WatchedTask, observer: Observer): boolean {
  const { hello, name } = task;
  if (hello === null) return false;
  const ended = latestMark(task, observer)?.restart ?? -1;
  const start = observer.queue.row(name)?.start ?? 0;
  return (hello.incarnation ?? 0) > ended && hello.startedAt >= start - CLOCKS_MS;
}

/** Judges one attempt by all that is known of it. */
async function standingOf(task: WatchedTask, observer: Observer): Promise<Standing> {
  const { queue, patience, now } = observer;
  const mark = latestMark(task, observer);
  const row = queue.row(task.name);
  const rowIsNew = queue.askedAt > Math.max(task.knownSince, mark?.seenAt ?? task.knownSince);
  const at = now();
  if (row !== null) task.lastRow = { at: queue.askedAt, state: row.state };
  const isMissing = row === null && rowIsNew;
  task.removed = isMissing && wasTakenOut(task, queue);
  task.missingSince = isMissing ? (task.missingSince ?? at) : null;
  const meaning = row === null ? null : meaningOf(row.state);
  const isEnding = meaning === 'over' || isMissing || (mark !== null && mark.state !== 'requeued');
  const wasEnding = task.endingSince !== null;
  // Of thousands that run, nobody looks for a result before there is a sign of an end.
  const mayHaveResult = isEnding || wasEnding || task.seen === null;
  const hasResult = mayHaveResult && (await resultOf(task)) !== null;
  task.endingSince = isEnding || hasResult ? (task.endingSince ?? at) : null;
  return judge(
    {
      hasResult,
      mark,
      row,
      rowIsNew,
      trouble: queue.trouble,
      vanishedWaiting: task.removed,
      missingForMs: task.missingSince === null ? null : at - task.missingSince,
      endingForMs: task.endingSince === null ? null : at - task.endingSince,
      accountsAsked: task.accounts !== null,
      cancelled: task.cancelled,
    },
    patience,
  );
}

/** squeue shows ended jobs for some minutes (MinJobAge): what started after it waited would still be there. */
const SHOWN_MS = 200_000;

/** Of a single waiting task that somebody cancels no trace is left, while others of its array are still shown. */
function wasTakenOut({ lastRow, place }: WatchedTask, queue: QueueWatch): boolean {
  return (
    lastRow !== null &&
    meaningOf(lastRow.state) === 'waits' &&
    queue.askedAt - lastRow.at < SHOWN_MS &&
    queue.knows(place.array)
  );
}

function latestMark({ place, name }: WatchedTask, { endsOf }: Observer): SeenMark | null {
  return endsOf(sweepDirOfAttempt(place.dir)).of(name).at(-1) ?? null;
}

async function resultOf({ place, handle }: WatchedTask): Promise<JobResult | null> {
  const result = await attemptNews.result(place.dir, handle.owner);
  return result?.attempt === handle.attempt ? result : null;
}

/** Turns a standing into what the dispatcher is told. */
async function tell(task: WatchedTask, standing: Standing, observer: Observer): Promise<void> {
  switch (standing.kind) {
    case 'finished': {
      const result = await resultOf(task);
      if (result !== null) tellResult(task, result, observer);
      return;
    }
    case 'finishing':
      task.seen = { kind: 'collecting' };
      return;
    case 'failed':
      task.over = task.cancelled
        ? { kind: 'cancelled' }
        : {
            kind: 'failed',
            failure: await failureOfTask(task, {
              row: observer.queue.row(task.name),
              marks: observer.endsOf(sweepDirOfAttempt(task.place.dir)).of(task.name),
              memoryGb: observer.memoryGb,
            }),
          };
      return;
    case 'queued':
      task.progress = null;
      task.seen = { kind: 'waiting', reason: pendingReason(standing.reason).text };
      return;
    case 'paused':
      task.seen = {
        kind: 'waiting',
        reason: `paused by Slurm on ${standing.row.nodes} (${standing.row.state}); it goes on by itself`,
      };
      return;
    case 'alive':
      task.seen = alive(task, standing.row, observer);
      return;
    case 'ending':
      task.seen ??= NOT_ASKED;
      return;
    case 'gone':
      task.seen ??= NOT_ASKED;
      return;
    case 'unknown':
      task.seen ??= { kind: 'unknown', reason: standing.reason };
  }
}

/** A job has ended when its run is here. */
function tellResult(task: WatchedTask, result: JobResult, { runs }: Observer): void {
  if (result.status === 'error' || runs === null) {
    task.over = { kind: 'ended', result };
    return;
  }
  const run = runs.ask(result.run_id);
  if (run === 'coming') task.seen = { kind: 'collecting' };
  else if ('runDir' in run)
    task.over = { kind: 'ended', result: { ...result, run_dir: run.runDir } };
  else task.over = { kind: 'failed', failure: run };
}

function alive(task: WatchedTask, row: QueueRow, observer: Observer): Observation {
  const { place, progress } = task;
  const since = row.start === null ? {} : { since: row.start };
  const runs = hasSpoken(task, observer) && meaningOf(row.state) === 'runs';
  // Which one only its worker knows.
  const which = (runs ? task.hello?.gpus?.slice(0, 20) : null) ?? '';
  const on = place.gpus > 0 ? `${row.nodes} GPU ${which}`.trimEnd() : row.nodes;
  return runs ? { kind: 'running', on, ...since, progress } : { kind: 'starting', on, ...since };
}

/** One question for all that are gone; false where it is too soon for another. */
async function askAccounts(
  gone: readonly WatchedTask[],
  observer: Observer,
  signal: AbortSignal,
): Promise<boolean> {
  const { cluster, now } = observer;
  if (now() - observer.accountsAskedAt < SACCT_EVERY_MS) return false;
  observer.accountsAskedAt = now();
  const arrays = [...new Set(gone.map(({ place }) => place.array))];
  const since = Math.min(...gone.map(({ place }) => place.submittedAt));
  const asked = { signal, limitMs: SACCT_LIMIT_MS };
  const rows = await cluster.run(sacctWords(arrays, since), asked).then(readSacct, (error) => {
    // Some sites have no sacct at all.
    if (error instanceof LlcError && error.code === 69) return null;
    throw error;
  });
  for (const task of gone)
    task.accounts = rows?.get(task.name) ?? rows?.get(task.place.array) ?? [];
  return true;
}
