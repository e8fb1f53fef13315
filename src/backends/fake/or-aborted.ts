/** Resolves with the promise or when the signal is aborted, whichever is first. */
export async function orAborted(promise: Promise<unknown>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const abort = Promise.withResolvers<void>();
  const stop = () => abort.resolve();
  signal.addEventListener('abort', stop);
  try {
    await Promise.race([promise, abort.promise]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
