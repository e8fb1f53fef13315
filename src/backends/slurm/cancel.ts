import { setTimeout as timer } from 'node:timers/promises';
import type { JobHandle, Observation } from '../../dispatch/backend.ts';
import { LlcError } from '../../dispatch/errors.ts';
import { chunks, tasksOfArrays } from './array-limits.ts';
import type { Cluster } from './cluster.ts';
import { type Observer, observeTasks } from './observe.ts';
import { type WatchedTask, watchedOf } from './watched-task.ts';

export interface CancelPace {
  /** Slurm itself kills what does not heed its signal after KillWait, 30 s where the site has not set it. */
  readonly killAfterMs: number;
  readonly giveUpAfterMs: number;
  readonly lookEveryMs: number;
}
export const CANCEL_PACE: CancelPace = {
  killAfterMs: 45_000,
  giveUpAfterMs: 90_000,
  lookEveryMs: 300,
};

const LIMIT_MS = 20_000;
/** Names on one command line. */
const AT_ONCE = 500;

/**
 * Has Slurm ask tasks to end, waits, then has it kill them. One that is queued again meanwhile is asked again.
 *
 * @throws LlcError 75 where Slurm cannot be asked
 */
export async function cancelTasks(
  handles: readonly JobHandle[],
  observer: Observer,
  pace: CancelPace,
  signal: AbortSignal,
): Promise<readonly Observation[]> {
  signal.throwIfAborted();
  await observeTasks(handles, observer, signal);
  const tasks = [
    ...new Set(handles.map((handle) => watchedOf(observer.tasks, handle, observer.now()))),
  ];
  const living = () => tasks.filter(({ over }) => over === null);
  const began = observer.now();
  await scancel(observer.cluster, [], living(), signal);
  for (const task of living()) task.cancelled = true;
  let killed = false;
  while (living().length > 0 && observer.now() - began < pace.giveUpAfterMs) {
    await timer(pace.lookEveryMs, undefined, { signal }).catch(() => {});
    signal.throwIfAborted();
    await observer.queue.ask(arraysOf(living()), 'now', signal);
    await observeTasks(handles, observer, signal);
    const again = living().filter(({ seen }) => seen?.kind === 'waiting');
    if (again.length > 0) await scancel(observer.cluster, [], again, signal);
    if (!killed && observer.now() - began >= pace.killAfterMs) {
      killed = true;
      await scancel(observer.cluster, ['--full', '--signal=KILL'], living(), signal);
    }
  }
  return observeTasks(handles, observer, signal);
}

function arraysOf(tasks: readonly WatchedTask[]): readonly string[] {
  return [...new Set(tasks.map(({ place }) => place.array))];
}

/** Tasks that have ended meanwhile are no trouble. */
async function scancel(
  cluster: Cluster,
  options: readonly string[],
  tasks: readonly WatchedTask[],
  signal: AbortSignal,
): Promise<void> {
  for (const some of chunks(tasksOfArrays(tasks.map(({ place }) => place)), AT_ONCE)) {
    const end = await cluster.run(['scancel', ...options, ...some], { signal, limitMs: LIMIT_MS });
    if (end.timedOut || /unable to contact|timed out|refused/i.test(end.stderr))
      throw new LlcError(
        75,
        `Slurm cannot be asked to end jobs: ${end.timedOut ? 'scancel does not answer' : end.stderr.trim()}.`,
        'It is asked again.',
      );
  }
}
