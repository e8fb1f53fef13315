import { setTimeout as timer } from 'node:timers/promises';
import type { JobHandle, Observation } from '../../dispatch/backend.ts';
import type { FollowedAttempt } from './following/followed-attempt.ts';
import type { FollowedAttempts } from './following/followed-attempts.ts';
import type { ModalPlace } from './modal-place.ts';
import { troubleOf } from './trouble.ts';

/** How long a sandbox that was terminated may take to be told as ended, milliseconds. */
const END_WAIT_MS = 20_000;

/**
 * Asks workers to end, waits, then terminates their sandboxes. Returns what is known of each after that: a result
 * that came in time counts.
 *
 * @param graceMs - how long to wait after asking
 */
export async function cancelAttempts(
  handles: readonly JobHandle[],
  followed: FollowedAttempts,
  place: ModalPlace,
  graceMs: number,
  signal: AbortSignal,
): Promise<readonly Observation[]> {
  return Promise.all(
    handles.map((handle) => cancelAttempt(followed.of(handle), place, graceMs, signal)),
  );
}

async function cancelAttempt(
  followed: FollowedAttempt,
  place: ModalPlace,
  graceMs: number,
  signal: AbortSignal,
): Promise<Observation> {
  const { sandboxId } = followed.attempt;
  signal.throwIfAborted();
  // A run that lies there already is a matter of seconds.
  if (sandboxId === null) return within(followed, END_WAIT_MS, signal);
  try {
    const plane = await place.plane();
    if ((await plane.sandboxes.wait(sandboxId, 0, signal)) !== null)
      return await within(followed, END_WAIT_MS, signal);
    followed.cancelled = true;
    if ((await plane.sandboxes.taskOf(sandboxId, 0, signal)).taskId !== null) {
      const heard = await plane.sandboxes.tell(sandboxId, 'stop\n', signal).then(
        () => true,
        () => false,
      );
      if (heard) await within(followed, graceMs, signal);
    }
    await plane.sandboxes.terminate(sandboxId, signal);
  } catch (error) {
    signal.throwIfAborted();
    const trouble = troubleOf(error, 'The sandbox cannot be told to end');
    if (trouble.about !== 'missing') return { kind: 'unknown', reason: trouble.message };
  }
  return within(followed, END_WAIT_MS, signal);
}

/** What is known when the attempt is over, or after this time. */
async function within(
  followed: FollowedAttempt,
  limitMs: number,
  signal: AbortSignal,
): Promise<Observation> {
  const rest = new AbortController();
  const limit = AbortSignal.any([signal, rest.signal]);
  await Promise.race([
    followed.over,
    timer(limitMs, undefined, { signal: limit }).catch(() => undefined),
  ]);
  rest.abort();
  return followed.look(signal);
}
