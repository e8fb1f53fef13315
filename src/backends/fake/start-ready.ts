import { endsAt, readyAt, type TakenAttempt } from './attempt-course.ts';

/**
 * Begins the attempts that could by now, each when it was ready and one of the slots was free; who was
 * ready first comes first.
 *
 * @param live - attempts that had not ended when this was done last
 * @param now - milliseconds since 1970
 */
export function startReady(live: readonly TakenAttempt[], slots: number, now: number): void {
  const ends = live
    .filter(({ startedAt }) => startedAt !== null)
    .map(endsAt)
    .sort((a, b) => a - b);
  const ready = live
    .filter(({ startedAt, cutShort }) => startedAt === null && cutShort === null)
    .map((attempt) => ({ attempt, at: readyAt(attempt) }))
    .filter(({ at }) => at <= now)
    .sort((a, b) => a.at - b.at);
  for (const { attempt, at } of ready) {
    const room = ends.length < slots ? at : (ends[ends.length - slots] as number);
    const startsAt = Math.max(at, room);
    if (startsAt > now) continue;
    attempt.startedAt = startsAt;
    insert(ends, endsAt(attempt));
  }
}

function insert(sorted: number[], value: number): void {
  const above = sorted.findIndex((other) => other > value);
  sorted.splice(above === -1 ? sorted.length : above, 0, value);
}
