import type { Observation } from '../../dispatch/backend.ts';
import { spanMs, type TakenAttempt, USUAL_RUN } from './attempt-course.ts';
import { endingObservation } from './ending.ts';
import { progressAt } from './script-progress.ts';

/** What a scheduler says of a job for which it has no room. */
const NO_ROOM = 'Resources';

/** What is to be seen of the attempt at a time, milliseconds since 1970. */
export function observationAt(attempt: TakenAttempt, at: number): Observation {
  const { script, startedAt, cutShort, handle } = attempt;
  if (cutShort !== null && cutShort.at <= at) return endingObservation(attempt, cutShort.end);
  if (startedAt === null || startedAt > at)
    return { kind: 'waiting', reason: reasonAt(attempt, at) };

  const on = String(handle.data['node']);
  const running = script.running ?? USUAL_RUN;
  const runsAt = startedAt + spanMs(script.startingS);
  const collectsAt = runsAt + spanMs(running.forS);
  if (at < runsAt) return { kind: 'starting', on, since: startedAt };
  if (at < collectsAt) {
    const said = running.silent === true ? null : progressAt(running, handle.owner, at - runsAt);
    return { kind: 'running', on, since: startedAt, progress: said };
  }
  if (at < collectsAt + spanMs(script.collectingS)) return { kind: 'collecting' };
  return endingObservation(attempt, script.end ?? { kind: 'ok' });
}

function reasonAt({ takenAt, script }: TakenAttempt, at: number): string {
  let until = takenAt;
  for (const { reason, forS } of script.waiting ?? []) {
    until += spanMs(forS);
    if (at < until) return reason;
  }
  return NO_ROOM;
}
