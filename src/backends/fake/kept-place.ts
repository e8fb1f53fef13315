import { appendFileSync, readFileSync, statSync } from 'node:fs';
import type { Attempt } from '../../dispatch/backend.ts';
import { type Clock, steadyClock } from '../../dispatch/scheduler/clock.ts';
import type { TakenAttempt } from './attempt-course.ts';
import type { Identity } from './attempt-ledger.ts';
import { type FakePlace, fakePlace } from './fake-place.ts';
import type { Scenario } from './scenario.ts';
import type { Placement } from './site.ts';

/** What somebody has done at a place; all else follows from the scenario and the time. */
type Act = { readonly at: number } & (
  | { readonly act: 'take'; readonly attempt: Attempt; readonly placement: Placement }
  | {
      readonly act: 'cut short';
      readonly which: Identity;
      readonly end: NonNullable<TakenAttempt['cutShort']>['end'];
    }
  | { readonly act: 'remove'; readonly runId: string }
);

/**
 * A place that outlives the process that asks it, and that several may ask at once: each act is a line of a file, and
 * everybody does all of them, also those of others, each at its time. Faults that were met count anew.
 *
 * @param path - the file of its acts; made where it is missing
 */
export function keptPlace(scenario: Scenario, path: string): FakePlace {
  const acts = actsIn(path);
  const before = acts.next();
  const steady = steadyClock(before.at(-1)?.at);
  let replaying: number | null = before[0]?.at ?? null;
  const clock: Clock = { now: () => replaying ?? steady.now(), sleep: steady.sleep };
  const place = fakePlace(scenario, clock);
  doAll(before);

  function doAll(news: readonly Act[]): void {
    for (const act of news) {
      replaying = act.at;
      doAgain(place, act);
    }
    replaying = null;
  }
  const keep = (act: Act) => {
    appendFileSync(path, `${JSON.stringify(act)}\n`);
    doAll(acts.next());
  };
  const { attempts, volume } = place;
  return {
    ...place,
    attempts: {
      ...attempts,
      settle() {
        doAll(acts.next());
        attempts.settle();
      },
      take(attempt, placement) {
        keep({ at: clock.now(), act: 'take', attempt, placement });
        const { jobId } = attempt.job;
        const taken = attempts.find({ jobId, attempt: attempt.attempt, owner: attempt.owner });
        if (taken === null) throw new Error(`${path} has lost what was taken.`);
        return taken.handle;
      },
      cutShort: (attempt, end) =>
        keep({ at: clock.now(), act: 'cut short', which: attempt.handle, end }),
    },
    volume: {
      ...volume,
      remove: (runId) => keep({ at: clock.now(), act: 'remove', runId }),
    },
  };
}

function doAgain({ attempts, volume }: FakePlace, act: Act): void {
  attempts.settle();
  switch (act.act) {
    case 'take':
      attempts.take(act.attempt, act.placement);
      return;
    case 'cut short': {
      const attempt = attempts.find(act.which);
      if (attempt !== null) attempts.cutShort(attempt, act.end);
      return;
    }
    case 'remove':
      volume.remove(act.runId);
  }
}

/** The acts of a file; each call of `next` gives those that have come since the one before. */
function actsIn(path: string): { next(): readonly Act[] } {
  let read = 0;
  return {
    next() {
      const bytes = bytesFrom(path, read);
      // What follows the last line end is still being written, or was when its process was killed.
      const whole = bytes.subarray(0, bytes.lastIndexOf('\n') + 1);
      read += whole.length;
      return whole
        .toString()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Act);
    },
  };
}

function bytesFrom(path: string, offset: number): Buffer {
  if ((statSync(path, { throwIfNoEntry: false })?.size ?? 0) <= offset) return Buffer.alloc(0);
  return readFileSync(path).subarray(offset);
}
