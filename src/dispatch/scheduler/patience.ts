import { LlcError } from '../errors.ts';
import type { Clock } from './clock.ts';

const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 15_000;

export interface Patience {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** How long to go on trying, milliseconds. */
  readonly limitMs: number;
  /** Told why it waits, each time; null once it has succeeded after waiting. */
  tell(text: string | null): void;
}

/**
 * Does what a full disc, a quota or a lost right may prevent, again and again until it succeeds: a sweep that can
 * write nothing down stands still and goes on by itself when there is room.
 *
 * @throws LlcError the last trouble, where the limit or the signal ends the waiting; whatever else the task throws at
 *   once
 */
export async function patiently<T>(
  task: () => Promise<T>,
  { clock, signal, limitMs, tell }: Patience,
): Promise<T> {
  const until = clock.now() + limitMs;
  for (let delay = FIRST_DELAY_MS; ; delay = Math.min(2 * delay, LONGEST_DELAY_MS)) {
    try {
      const result = await task();
      if (delay > FIRST_DELAY_MS) tell(null);
      return result;
    } catch (error) {
      const mayPass = error instanceof LlcError && error.code === 75;
      if (!mayPass || signal.aborted || clock.now() >= until) throw error;
      tell(`${error.message} ${error.hint}`);
    }
    await clock.sleep(delay, signal);
  }
}
