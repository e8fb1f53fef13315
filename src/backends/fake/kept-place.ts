import { appendFileSync, readFileSync } from 'node:fs';
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
 * A place that outlives the process that asks it: each act is a line of a file, and who opens the place later does all
 * of them again, each at its time. Faults that were met count anew.
 *
 * @param path - the file of its acts; made where it is missing
 */
export function keptPlace(scenario: Scenario, path: string): FakePlace {
  const acts = actsOf(path);
  let replaying: number | null = acts[0]?.at ?? null;
  const steady = steadyClock(acts.at(-1)?.at);
  const clock: Clock = { now: () => replaying ?? steady.now(), sleep: steady.sleep };
  const place = fakePlace(scenario, clock);
  for (const act of acts) {
    replaying = act.at;
    doAgain(place, act);
  }
  replaying = null;

  const keep = (act: Act) => appendFileSync(path, `${JSON.stringify(act)}\n`);
  const { attempts, volume } = place;
  return {
    ...place,
    attempts: {
      ...attempts,
      take(attempt, placement) {
        keep({ at: clock.now(), act: 'take', attempt, placement });
        return attempts.take(attempt, placement);
      },
      cutShort(attempt, end) {
        keep({ at: clock.now(), act: 'cut short', which: attempt.handle, end });
        attempts.cutShort(attempt, end);
      },
    },
    volume: {
      ...volume,
      remove(runId) {
        keep({ at: clock.now(), act: 'remove', runId });
        volume.remove(runId);
      },
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

function actsOf(path: string): Act[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return [];
  }
  // What follows the last line end was being written when its process was killed.
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Act);
}
