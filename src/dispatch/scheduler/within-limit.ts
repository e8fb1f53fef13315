import { LlcError } from '../errors.ts';

/** The longest that each call of a backend may take, milliseconds; a place that hangs must not hang the sweep. */
export const CALL_LIMITS_MS = {
  preflight: 60_000,
  submit: 120_000,
  observe: 60_000,
  cancel: 120_000,
  usage: 15_000,
  health: 15_000,
  pull: 3_600_000,
} as const;
export type BackendCall = keyof typeof CALL_LIMITS_MS;

/** How long a call may go on after it was told to stop, before nobody waits for it any more. */
const LEEWAY_MS = 2000;

/**
 * Calls a backend with a signal that is aborted at the call's limit, and waits little longer, also for one that does
 * not heed it.
 *
 * @throws LlcError 75 at the limit; the signal's reason where the caller stopped it
 */
export async function withinLimit<T>(
  name: BackendCall,
  signal: AbortSignal,
  call: (signal: AbortSignal) => Promise<T>,
  limitMs: number = CALL_LIMITS_MS[name],
): Promise<T> {
  const limit = new AbortController();
  const { promise: end, reject } = Promise.withResolvers<never>();
  const stop = () => {
    limit.abort(signal.reason);
    leeway ??= setTimeout(() => reject(signal.reason), LEEWAY_MS);
  };
  let leeway: NodeJS.Timeout | null = null;
  const timer = setTimeout(() => {
    const late = new LlcError(75, `no answer to ${name} within ${limitMs / 1000} s`, 'Try later.');
    limit.abort(late);
    leeway ??= setTimeout(() => reject(late), LEEWAY_MS);
  }, limitMs);
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([call(limit.signal), end]);
  } catch (error) {
    // What a call makes of being stopped is told as what stopped it.
    throw limit.signal.aborted ? limit.signal.reason : error;
  } finally {
    clearTimeout(timer);
    if (leeway !== null) clearTimeout(leeway);
    signal.removeEventListener('abort', stop);
  }
}
