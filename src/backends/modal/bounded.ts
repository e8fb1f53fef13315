import { ModalTrouble, troubleOf } from './trouble.ts';

/**
 * Makes a call that ends within its limit, also where what is called does not heed its signal (a token that is being
 * fetched, a connection that stalls).
 *
 * @param what - the beginning of the sentence that tells of trouble: `Modal did not start a sandbox`
 * @throws ModalTrouble; the signal's reason where the caller stopped it
 */
export async function bounded<T>(
  what: string,
  limitMs: number,
  signal: AbortSignal,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const limit = new AbortController();
  const { promise: over, reject } = Promise.withResolvers<never>();
  const stop = () => {
    reject(signal.reason);
    limit.abort(signal.reason);
  };
  signal.addEventListener('abort', stop, { once: true });
  const timer = setTimeout(() => {
    const late = `${what}: no answer within ${limitMs / 1000} s`;
    const hint = 'Look at the network and at status.modal.com. It is tried again.';
    reject(new ModalTrouble('unavailable', late, hint, { isAnswer: false }));
    limit.abort();
  }, limitMs);
  try {
    return await Promise.race([call(limit.signal), over]);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw troubleOf(error, what);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}
