import { hostname } from 'node:os';
import { attemptNews } from '../../dispatch/job/attempt-news.ts';
import {
  type ProcessIdentity,
  type ProcessStanding,
  standingOf,
  worksIn,
} from '../../dispatch/process-identity.ts';
import type { LocalWorker } from './local-worker.ts';

/**
 * Takes over who is to be watched from the first word, if it was said. Of several workers of one attempt
 * the first goes on, whichever of them the handle names.
 */
export async function listenForHello(worker: LocalWorker): Promise<void> {
  const { handle, place } = worker;
  const hello = await attemptNews.hello(place.dir, handle.owner);
  if (hello === null || hello.attempt !== handle.attempt) return;
  worker.saidHello = true;
  if (isSame(hello, place)) return;
  // Words can name a process that is none of this attempt's workers: that one is not ours to signal.
  const isStranger =
    hello.host === hostname() &&
    (await standingOf(hello)).alive &&
    (await worksIn(hello.pid, place.dir)) === false;
  if (!isStranger) worker.process = hello;
}

/** Whether the watched process runs; the system tells of our own children, the process table of others. */
export async function standingOfWorker(worker: LocalWorker): Promise<ProcessStanding> {
  const ours = isSame(worker.process, worker.place);
  if (ours && worker.exit !== null) return { alive: false, memoryBytes: null };
  const standing = await standingOf(worker.process);
  return ours && worker.child !== null ? { ...standing, alive: true } : standing;
}

/** How the watched process ended, if it was our child; null where nobody was told. */
export function exitOf(worker: LocalWorker): LocalWorker['exit'] {
  return isSame(worker.process, worker.place) ? worker.exit : null;
}

/** The processes that may work on this attempt: the handle's and, where that is another, the watched one. */
export function processesOf({ place, process }: LocalWorker): readonly ProcessIdentity[] {
  return isSame(process, place) ? [place] : [process, place];
}

function isSame(one: ProcessIdentity, other: ProcessIdentity): boolean {
  return one.pid === other.pid && one.start === other.start && one.boot === other.boot;
}
