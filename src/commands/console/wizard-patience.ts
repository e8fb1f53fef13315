import { LlcError } from '../../dispatch/errors.ts';

/**
 * Asks a place something and waits only so long.
 *
 * @param limitMs - milliseconds
 * @throws LlcError 75 where the place has not answered in time
 */
export async function inTime<T>(
  place: string,
  limitMs: number,
  signal: AbortSignal,
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = AbortSignal.timeout(limitMs);
  try {
    return await ask(AbortSignal.any([signal, limit]));
  } catch (error) {
    if (!limit.aborted || signal.aborted) throw error;
    const within = `${limitMs / 1000} s`;
    throw new LlcError(75, `${place} has not answered within ${within}.`, 'Ask it again.', {
      cause: error,
    });
  }
}
